"""Talks of the chair with an agency by telephone: a contribution once the agency has confirmed it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from portal.database.session import db
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.message_vocabulary import NoticeKind
from portal.domain.sharing_vocabulary import ConsultationState
from portal.models.meetings import Meeting
from portal.models.messages import Notice
from portal.services.changes import changing
from portal.services.consultations.talking import read_talk, record_talk, settle_talk, take_back_talk
from portal.services.home.objections import objected
from portal.services.home.tasks import Task, TaskKind
from portal.services.meetings.history import history
from portal.services.notices.wanted import settle
from portal.services.reports import bundling
from portal.services.reports.bundle_clock import cut_due
from portal.services.reports.bundle_contents import contents_of
from portal.services.reports.bundling import cut_bundle
from tests.services.bundle_steps import bundle_bytes, invitation_of, send, words
from tests.world import NOW, TODAY

SAID = "ZQ-TALK-QZ: seen twice for burns."


@pytest.fixture
def talk(chair, place):
    """What the surgery told the chair of A's initial conference yesterday; gives its id."""
    return record_talk(
        chair,
        place.id,
        place.invitations["gp"].id,
        talked_on=TODAY - timedelta(1),
        talked_with="ZQ-DOCTOR-QZ",
        said=SAID,
    )


def to_confirm(viewer) -> list[Task]:
    """What Home asks somebody to confirm."""
    db.session.rollback()
    return [task for task in objected(db.session(), viewer) if task.kind is TaskKind.CONSULTATION]


def test_it_counts_once_the_practice_has_confirmed_it(place, lead, talk):
    assert invitation_of(place, "gp").consulted_on is None
    page = read_talk(lead, place.id, talk)
    assert (page.talk.said, page.may_settle) == (SAID, True)
    settle_talk(lead, place.id, talk, page.talk.version)
    assert invitation_of(place, "gp").consulted_on == TODAY - timedelta(1)
    assert read_talk(lead, place.id, talk).talk.state is ConsultationState.CONFIRMED


def test_a_correction_stands_beside_what_the_chair_wrote_and_counts_too(place, chair, lead, talk):
    settle_talk(lead, place.id, talk, 1, "It was three times.")
    found = read_talk(chair, place.id, talk).talk
    assert (found.state, found.said, found.correction) == (ConsultationState.CORRECTED, SAID, "It was three times.")
    assert invitation_of(place, "gp").consulted_on is not None


def test_the_practice_is_asked_on_home_and_told_without_a_word_of_it(place, lead, gp, viewer, talk):
    (task,) = to_confirm(lead)
    assert (task.kind, task.meeting_id, task.subject_id) == (TaskKind.CONSULTATION, place.id, talk)
    assert to_confirm(viewer("a.police.lead")) == []
    told = db.session.scalars(select(Notice).where(Notice.kind == NoticeKind.CONSULTATION_RECORDED)).all()
    assert lead.membership_id in {one.membership_id for one in told}
    assert all("ZQ-" not in one.what for one in told)
    settle_talk(lead, place.id, talk, 1)
    assert to_confirm(lead) == []


def test_the_chair_alone_writes_it_down_and_the_agency_alone_confirms_it(place, coordinator, lead, chair, viewer, talk):
    facts = {"talked_on": TODAY, "talked_with": "A GP", "said": "Words"}
    for stranger, error in ((coordinator, NotPermitted), (viewer("a.second_chair"), NotVisible), (lead, NotPermitted)):
        with pytest.raises(error):
            record_talk(stranger, place.id, place.invitations["gp"].id, **facts)
    with pytest.raises(NotPermitted):
        record_talk(chair, place.id, place.invitations["other_gp"].id, **facts)
    with pytest.raises(NotPermitted):
        settle_talk(chair, place.id, talk, 1)
    for stranger in (viewer("a.police.lead"), coordinator, viewer("b.gp.lead")):
        with pytest.raises(NotVisible):
            read_talk(stranger, place.id, talk)
        with pytest.raises(NotVisible):
            settle_talk(stranger, place.id, talk, 1)


def test_written_down_of_the_wrong_agency_it_is_taken_back_and_nobody_reads_it(place, chair, lead, viewer, talk):
    assert read_talk(chair, place.id, talk).may_take_back
    assert not read_talk(lead, place.id, talk).may_take_back
    with pytest.raises(NotPermitted):
        take_back_talk(lead, place.id, talk)
    with pytest.raises(NotVisible):
        take_back_talk(viewer("a.second_chair"), place.id, talk)
    take_back_talk(chair, place.id, talk)
    for reader in (chair, lead, viewer("a.manager")):
        with pytest.raises(NotVisible):
            read_talk(reader, place.id, talk)
    assert to_confirm(lead) == []
    with pytest.raises(NotVisible):
        settle_talk(lead, place.id, talk, 1)
    assert [one.what for one in history(viewer("a.manager"), place.id) if "took back" in one.what]


def test_what_was_taken_back_nobody_is_asked_to_confirm_any_more(place, chair, lead, talk):
    def asked() -> set[bool]:
        with changing(chair) as change:
            settle(change, [lead.user_id])
            change.log("notice.all_read", "user", lead.user_id)
        db.session.rollback()
        mine = (Notice.kind == NoticeKind.CONSULTATION_RECORDED, Notice.membership_id == lead.membership_id)
        return {one.settled_at is None for one in db.session.scalars(select(Notice).where(*mine))}

    assert asked() == {True}
    take_back_talk(chair, place.id, talk)
    assert asked() == {False}


def test_once_confirmed_it_is_not_taken_back(place, chair, lead, talk):
    settle_talk(lead, place.id, talk, 1)
    assert not read_talk(chair, place.id, talk).may_take_back
    with pytest.raises(Conflict):
        take_back_talk(chair, place.id, talk)
    assert invitation_of(place, "gp").consulted_on is not None


def test_what_is_missing_is_said(place, chair):
    with pytest.raises(Invalid) as refused:
        record_talk(chair, place.id, place.invitations["gp"].id, talked_on=None, talked_with="", said="")
    assert set(refused.value.errors) == {"talked_on", "talked_with", "said"}


def test_the_second_of_two_who_confirm_keeps_what_they_typed(place, lead, viewer, talk):
    settle_talk(lead, place.id, talk, 1)
    with pytest.raises(Conflict) as lost:
        settle_talk(viewer("a.gp.practitioner"), place.id, talk, 1, "No, three times.")
    assert lost.value.mine == {"correction": "No, three times."}


def test_what_was_said_is_encrypted(talk):
    for column in ("said", "talked_with"):
        (raw,) = db.session.execute(text(f"SELECT {column} FROM consultations WHERE id = {talk}")).scalars()
        assert b"ZQ-" not in bytes(raw)


def test_what_the_agency_wants_read_out_only_is_named_in_the_bundle_and_not_printed(world, place, chair, lead, talk):
    settle_talk(lead, place.id, talk, 1, "ZQ-CORRECTED-QZ", is_read_out=True)
    assert read_talk(chair, place.id, talk).talk.is_read_out
    cut_bundle(chair, place.id)
    content = bundle_bytes(chair, place, 1)
    said = words(content)
    assert f"{world.agency_names['a.gp']} What it told the chair by telephone may only be read out" in said
    for text_ in (SAID, "ZQ-CORRECTED-QZ", "ZQ-DOCTOR-QZ"):
        assert text_ not in said
        assert text_.encode() not in content
    meeting = db.session.get_one(Meeting, place.id)
    assert not any(one.talks for one in contents_of(db.session(), meeting).contributions), "not even on its way there"
    assert invitation_of(place, "gp").consulted_on == TODAY - timedelta(1), "it counts all the same"


def test_beside_a_report_that_is_only_read_out_no_talk_is_printed(world, place, chair, head):
    talk = record_talk(
        chair, place.id, place.invitations["school"].id, talked_on=TODAY, talked_with="A head", said="ZQ-BESIDE-QZ"
    )
    settle_talk(head, place.id, talk, 1)
    send(world, place, "school", NOW, who="read_out")
    cut_bundle(chair, place.id)
    assert "ZQ-BESIDE-QZ" not in words(bundle_bytes(chair, place, 1))


def test_confirmed_after_the_bundle_it_makes_the_worker_cut_the_next_as_an_addendum(world, place, lead, talk):
    cut_due(NOW)
    assert cut_due(NOW + timedelta(minutes=1)) == 0, "it waits, and nothing else has come"
    later = NOW + timedelta(minutes=5)
    settle_talk(replace(lead, now=later), place.id, talk, 1)
    assert cut_due(later) == 1
    assert cut_due(later) == 0
    said = words(bundle_bytes(lead, place, 2))
    assert f"{world.agency_names['a.gp']} (addendum)" in said
    assert SAID in said


def test_confirmed_while_the_bundle_is_made_it_is_in_it(place, chair, lead, talk, monkeypatch):
    made = []
    original = bundling.as_pdf

    def slow(*arguments):
        content = original(*arguments)
        if not made:
            settle_talk(lead, place.id, talk, 1)
        made.append(1)
        return content

    monkeypatch.setattr(bundling, "as_pdf", slow)
    cut_bundle(chair, place.id)
    assert len(made) == 2
    assert SAID in words(bundle_bytes(chair, place, 1))


def test_once_confirmed_it_stands_in_the_bundle_and_not_before(place, chair, lead, talk):
    cut_bundle(chair, place.id)
    assert SAID not in words(bundle_bytes(chair, place, 1))
    settle_talk(lead, place.id, talk, 1, "It was three times.")
    cut_bundle(replace(chair, now=chair.now + timedelta(minutes=5)), place.id)
    said = words(bundle_bytes(chair, place, 2))
    assert SAID in said
    assert "It was three times." in said
