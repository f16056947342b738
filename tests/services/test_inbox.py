"""The inbox: a person's own notices under all their memberships, read once, opened under the right one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from portal.access import notices as access
from portal.access.roles import Permission
from portal.database.session import db
from portal.domain.errors import NotVisible
from portal.domain.message_vocabulary import NoticeKind
from portal.domain.signing_in import Step
from portal.models.messages import Notice
from portal.models.people import Membership
from portal.models.sessions import SignInSession
from portal.services import sessions
from portal.services.changes import changing
from portal.services.notices.inbox import list_inbox, mark_all_read, open_notice
from portal.services.session_rows import BY_TOKEN, MOST_UNREAD
from tests.services.notice_steps import give, tell_nobody_anything
from tests.services.rows import change, stored, trail
from tests.world import NOW

pytestmark = pytest.mark.usefixtures("quiet")

MOST_QUERIES = 3


@pytest.fixture
def quiet(database):
    """Nobody was told anything yet."""
    tell_nobody_anything()


@pytest.fixture
def both(viewer):
    """Somebody with memberships in both partnerships, working in A."""
    return viewer("both")


def signed_in(viewer, *, code_checked=True):
    """The token of a sign-in of somebody."""
    with changing(viewer) as begun:
        session_id, token = sessions.start(begun, viewer.membership_id, Step.NONE)
        begun.log("session.started", "person", viewer.user_id)
    if not code_checked:
        change(SignInSession, session_id, code_checked=False)
    return token


def unread(token):
    """What the header would say."""
    return sessions.load(token, NOW).viewer.unread_notices


def test_the_newest_comes_first_with_what_it_is_and_whom_it_is_for(lead):
    give(lead.hat, lead.user_id, kind=NoticeKind.INVITATION, what="Review conference, Thursday 3 December")
    # 23:30 in London's summer is the day before in UTC's eyes, not in people's.
    give(lead.hat, lead.user_id, kind=NoticeKind.REPORT_DUE, due_at=datetime(2026, 6, 12, 23, 30, tzinfo=UTC))
    newest, older = list_inbox(lead).rows
    assert (newest.kind, newest.due_on, newest.hat) == (NoticeKind.REPORT_DUE, date(2026, 6, 13), lead.hat)
    assert (older.kind, older.what, older.due_on) == (
        NoticeKind.INVITATION,
        "Review conference, Thursday 3 December",
        None,
    )


def test_all_memberships_stand_in_one_list(both):
    for hat in both.hats:
        give(hat, both.user_id)
    assert [row.hat for row in list_inbox(both).rows] == list(reversed(both.hats))


def test_nobody_else_s_notices_stand_in_it(world, viewer, lead):
    for person in (world.person("a.gp.practitioner"), world.person("b.gp.lead")):
        give(person.hat, person.user_id)
    # One that names another person beside one's own membership is a fault somewhere else, and not to be shown either.
    give(lead.hat, world.person("b.gp.lead").user_id)
    assert list_inbox(lead).rows == []
    assert list_inbox(viewer("a.administrator")).rows == []


def test_what_was_for_a_membership_that_has_ended_is_gone_and_not_counted(both):
    kept, ended = both.hats
    for hat in both.hats:
        give(hat, both.user_id)
    token = signed_in(both)
    assert unread(token) == 2
    change(Membership, ended.membership_id, ended_at=both.now)
    assert unread(token) == 1
    assert [row.hat for row in list_inbox(replace(both, hats=(kept,))).rows] == [kept]


def test_the_rule_says_the_same_of_rows_and_of_each_row(world, viewer_of, both):
    for person in ("a.gp.lead", "a.gp.practitioner", "b.gp.lead"):
        give(world.person(person).hat, world.person(person).user_id)
    for hat in both.hats:
        give(hat, both.user_id)
    everything = db.session.scalars(select(Notice)).all()
    for person, hat in world.wearers():
        viewer = viewer_of(person, hat=hat)
        seen = set(db.session.scalars(access.visible_to(viewer)))
        assert seen == {notice for notice in everything if access.may_view(viewer, notice)}, person.key
        assert {notice.user_id for notice in seen} <= {person.user_id}


def test_opening_marks_it_read_once(lead):
    notice = give(lead.hat, lead.user_id)
    open_notice(lead, notice)
    first = stored(Notice, notice).read_at
    assert first == lead.now
    open_notice(replace(lead, now=lead.now + timedelta(hours=1)), notice)
    assert stored(Notice, notice).read_at == first
    assert trail("notice.opened", notice) == 1
    (row,) = list_inbox(lead).rows
    assert not row.is_unread


def test_opening_goes_on_under_the_membership_that_it_is_for(both):
    token = signed_in(both)
    wearing = sessions.load(token, NOW).viewer
    other = both.hats[1]
    opened = open_notice(wearing, give(other, both.user_id))
    assert opened.viewer.hat == other
    assert sessions.load(token, NOW).viewer.hat == other


def test_somebody_else_s_cannot_be_opened(world, lead):
    colleague = world.person("a.gp.practitioner")
    notice = give(colleague.hat, colleague.user_id)
    with pytest.raises(NotVisible):
        open_notice(lead, notice)
    assert stored(Notice, notice).read_at is None


def test_a_part_of_a_meeting_leads_to_its_meeting(lead, place):
    for subject, subject_id, meeting in (
        ("invitation", place.invitations["gp"].id, place.id),
        ("meeting", place.id, place.id),
        ("audit_return", place.id, None),
        ("invitation", 999_999, None),
    ):
        notice = give(lead.hat, lead.user_id, subject=subject, subject_id=subject_id)
        assert open_notice(lead, notice).meeting_id == meeting


def test_all_are_marked_as_read_at_once_and_nobody_else_s(world, both):
    colleague = world.person("a.gp.practitioner")
    theirs = give(colleague.hat, colleague.user_id)
    for hat in both.hats:
        give(hat, both.user_id)
    token = signed_in(both)
    assert mark_all_read(both) == 2
    assert unread(token) == 0
    assert mark_all_read(both) == 0
    assert stored(Notice, theirs).read_at is None


def test_the_header_counts_what_is_neither_read_nor_done(both):
    token = signed_in(both)
    assert unread(token) == 0
    for hat in both.hats:
        give(hat, both.user_id)
    give(both.hats[0], both.user_id, read_at=both.now)
    give(both.hats[0], both.user_id, settled_at=both.now)
    assert unread(token) == 2
    (settled, read, *_rest) = list_inbox(both).rows
    assert (settled.is_settled, settled.is_unread) == (True, False)
    assert (read.is_read, read.is_unread) == (True, False)


def test_the_header_counts_nothing_before_the_code(both):
    give(both.hats[0], both.user_id)
    assert unread(signed_in(both, code_checked=False)) == 0


def test_the_header_stops_counting_where_it_no_longer_matters(lead):
    token = signed_in(lead)
    for _ in range(MOST_UNREAD + 5):
        give(lead.hat, lead.user_id)
    assert unread(token) == MOST_UNREAD


def test_a_long_inbox_has_pages_and_asks_no_more(lead, count_queries):
    give(lead.hat, lead.user_id)
    with count_queries() as few:
        list_inbox(lead)
    for _ in range(55):
        give(lead.hat, lead.user_id)
    with count_queries() as many:
        last = list_inbox(lead, page=2)
    assert (len(last.rows), last.number, last.total) == (6, 2, 56)
    assert len(many) == len(few) <= MOST_QUERIES


def test_every_kind_is_told_to_some_role():
    assert set(access.TOLD_WITH) == set(NoticeKind)
    assert all(permissions <= set(Permission) and permissions for permissions in access.TOLD_WITH.values())


def test_the_header_s_number_comes_from_its_index():
    """However long the inbox grows: the header is on every page."""
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL reads a table this small whole, as it should")
    statement = BY_TOKEN.compile(db.engine)
    values = statement.construct_params({"digest": bytes(32)})
    given = tuple(values[name] for name in statement.positiontup)
    plan = [row[3] for row in db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)]
    assert any("notices USING INDEX ix_notices_unread" in line for line in plan), plan
