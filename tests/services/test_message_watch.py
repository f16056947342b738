"""Watching the mails: how many wait, are stuck or failed, for one partnership's people; and trying again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import select

from portal.access import notices as access
from portal.database.session import db
from portal.domain.errors import NotPermitted, NotVisible
from portal.domain.message_vocabulary import MailKind, MailPlace, MailState
from portal.models.messages import Mail
from portal.models.people import Membership
from portal.services.metrics import exposition
from portal.services.watching import SILENT_AFTER, list_beats, retry, watch
from portal.services.worker import WORKS
from tests.services.notice_steps import beat, give, mail_to, tell_nobody_anything
from tests.services.rows import change, stored, trail

pytestmark = pytest.mark.usefixtures("quiet")

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
MOST_QUERIES = 4


@pytest.fixture
def quiet(database):
    """No mail was made yet, and no work done."""
    tell_nobody_anything()


def measured(now):
    """What /metrics says, by gauge and, where it has one, work."""
    families = text_string_to_metric_families(exposition(now).decode())
    return {(sample.name, sample.labels.get("work")): sample.value for family in families for sample in family.samples}


def test_mails_are_counted_by_how_far_they_are(administrator, gp):
    now = administrator.now
    mail_to(gp.user_id, next_attempt_at=now + HOUR)
    mail_to(gp.user_id, next_attempt_at=now - HOUR + SECOND)
    mail_to(gp.user_id, next_attempt_at=now - HOUR)  # an hour late
    mail_to(gp.user_id, claimed_until=now + SECOND)  # somebody has it
    mail_to(gp.user_id, claimed_until=now)  # whoever had it has gone
    mail_to(gp.user_id, state=MailState.SENT, claimed_until=now - HOUR)
    mail_to(gp.user_id, state=MailState.DROPPED)
    failed = mail_to(gp.user_id, state=MailState.FAILED, fault="Mailbox full", attempts=7, kind=MailKind.AT_ONCE)
    found = watch(administrator)
    assert (found.waiting, found.stuck, found.failed.total) == (5, 2, 1)
    (row,) = found.failed.rows
    assert (row.id, row.name, row.fault, row.attempts, row.kind) == (
        failed,
        gp.name,
        "Mailbox full",
        7,
        MailKind.AT_ONCE,
    )


def test_only_the_partnership_s_own_people_are_watched(world, administrator, viewer):
    theirs = mail_to(world.person("b.gp.lead").user_id, state=MailState.FAILED)
    mail_to(world.person("b.gp.lead").user_id)
    ended = world.person("a.gp.former")
    mail_to(ended.user_id, state=MailState.FAILED)
    shared = mail_to(world.person("both").user_id, state=MailState.FAILED)
    found = watch(administrator)
    assert (found.waiting, [row.id for row in found.failed.rows]) == (0, [shared])
    assert {row.id for row in watch(viewer("b.administrator")).failed.rows} == {theirs, shared}
    with pytest.raises(NotVisible):
        retry(administrator, theirs)
    assert stored(Mail, theirs).state is MailState.FAILED


def test_the_rule_says_the_same_of_rows_and_of_each_row(world, viewer_of):
    for key in ("a.gp.lead", "b.gp.lead", "both", "a.gp.former"):
        mail_to(world.person(key).user_id, state=MailState.FAILED)
    mails = db.session.scalars(select(Mail)).all()
    held = {
        mail.id: db.session.scalars(select(Membership).where(Membership.user_id == mail.user_id)).all()
        for mail in mails
    }
    watchers = 0
    for person, hat in world.wearers():
        viewer = viewer_of(person, hat=hat)
        seen = set(db.session.scalars(access.mails_visible_to(viewer)))
        assert seen == {mail for mail in mails if access.may_watch(viewer, held[mail.id])}, person.key
        watchers += bool(seen)
    assert watchers == 4  # an administrator and a business manager in each partnership


def test_a_failed_mail_is_tried_again_as_a_new_one(administrator, gp):
    failed = mail_to(gp.user_id, state=MailState.FAILED, attempts=7, fault="Mailbox full", claimed_until=None)
    retry(administrator, failed)
    mail = stored(Mail, failed)
    assert (mail.state, mail.attempts, mail.next_attempt_at) == (MailState.QUEUED, 0, administrator.now)
    assert trail("mail.retried", failed) == 1


@pytest.mark.parametrize("state", [state for state in MailState if state is not MailState.FAILED])
def test_no_other_mail_is_tried_again(administrator, gp, state):
    mail = mail_to(gp.user_id, state=state, attempts=2)
    with pytest.raises(NotPermitted):
        retry(administrator, mail)
    assert (stored(Mail, mail).state, stored(Mail, mail).attempts) == (state, 2)


def test_no_worker_for_ten_minutes_is_told(administrator):
    assert watch(administrator).is_silent  # none was ever started
    beat("digests", last_run_at=administrator.now - 5 * SILENT_AFTER)
    beat("sending", last_run_at=administrator.now - SILENT_AFTER)
    assert not watch(administrator).is_silent
    assert watch(replace(administrator, now=administrator.now + SECOND)).is_silent


def test_work_fails_until_it_goes_well_again(administrator):
    now = administrator.now
    beat("sending", last_done=3)
    beat("digests", last_fault_at=now, fault="OperationalError")
    beat("at_once", last_fault_at=now - HOUR, fault="OperationalError")
    assert {row.work: row.is_failing for row in list_beats()} == {"sending": False, "digests": True, "at_once": False}


def test_work_is_late_by_its_own_measure_and_what_is_no_longer_done_never(administrator):
    now = administrator.now
    every = {work.name: timedelta(seconds=work.every_seconds) for work in WORKS}
    beat("given up long ago", last_run_at=now - timedelta(days=90))
    for name, seconds in every.items():
        beat(name, last_run_at=now - seconds - SILENT_AFTER)
    found = list_beats()
    assert [row.work for row in found] == [work.name for work in WORKS]
    assert not any(row.is_late(now) for row in found)
    assert all(row.is_late(now + SECOND) for row in found)


def test_it_asks_no_more_however_much_has_failed(administrator, gp, count_queries):
    for number in range(60):
        mail_to(gp.user_id, state=MailState.FAILED, fault=str(number))
    for work in WORKS:
        beat(work.name)
    with count_queries() as statements:
        found = watch(administrator, page=2)
    assert (len(found.failed.rows), len(found.beats)) == (10, len(WORKS))
    assert len(statements) <= MOST_QUERIES


def test_what_is_measured_is_what_is_there(administrator, lead):
    now = administrator.now
    mail_to(lead.user_id, next_attempt_at=now - 2 * HOUR)
    mail_to(lead.user_id, next_attempt_at=now + HOUR)
    mail_to(lead.user_id, state=MailState.FAILED)
    mail_to(lead.user_id, state=MailState.SENT)
    give(lead.hat, lead.user_id)
    give(lead.hat, lead.user_id, mail_place=MailPlace.MAILED)
    beat("sending", last_run_at=now - timedelta(seconds=90), last_done=4)
    beat("digests", last_fault_at=now, fault="OperationalError")
    every = {work.name: work.every_seconds for work in WORKS}
    assert measured(now) == {
        ("portal_mails_queued", None): 2,
        ("portal_mails_stuck", None): 1,
        ("portal_mails_failed", None): 1,
        ("portal_mails_late_seconds", None): 7200,
        ("portal_notices_waiting", None): 1,
        ("portal_figures_differing", None): 0,
        ("portal_reading_replica", None): 0,
        ("portal_work_age_seconds", "sending"): 90,
        ("portal_work_age_seconds", "digests"): 0,
        ("portal_work_every_seconds", "sending"): every["sending"],
        ("portal_work_every_seconds", "digests"): every["digests"],
        ("portal_work_done", "sending"): 4,
        ("portal_work_done", "digests"): 0,
        ("portal_work_failing", "sending"): 0,
        ("portal_work_failing", "digests"): 1,
    }


def test_an_empty_queue_is_not_late(administrator):
    mail_to(administrator.user_id, next_attempt_at=administrator.now + HOUR)
    change(Mail, mail_to(administrator.user_id), state=MailState.SENT)
    assert measured(administrator.now)["portal_mails_late_seconds", None] == 0
