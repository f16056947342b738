"""Giving a meeting to another chair: the history, who is told, who sees it, and whose calendar holds it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from portal.access import meetings as meetings_access
from portal.database.session import db
from portal.domain.absences import WorkKind
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.message_vocabulary import NoticeKind
from portal.domain.scheduling_vocabulary import MoveKind, MoveReason
from portal.domain.vocabulary import Answer, Attendance
from portal.models.meetings import Invitation, Meeting
from portal.models.messages import Notice
from portal.models.moves import MeetingMove
from portal.models.named_people import NamedPerson
from portal.services import handover
from portal.services.invitations.answering import answer_invitation
from portal.services.invitations.seen import seen_no_answer
from portal.services.scheduling.chairing import change_chair
from portal.services.scheduling.days import meeting_days
from portal.services.scheduling.engagements import diary_of
from portal.services.scheduling.moving import move_meeting, slot_of
from portal.services.scheduling.opening import open_meeting
from tests.services.calendar_steps import files_of, mailed
from tests.services.mail_steps import forget_all
from tests.services.racing import at_once
from tests.services.rows import change, stored, trail
from tests.services.scheduling_steps import MONDAY, TUESDAY, move_to, opening, waiting_of
from tests.services.told_steps import notices
from tests.world import NOW, World

pytestmark = pytest.mark.usefixtures("database")

CHAIRS = ("a.chair", "a.second_chair")


@pytest.fixture
def conference(coordinator, world) -> int:
    """A conference on Monday under A's first chair; nobody has been told anything."""
    opened = open_meeting(coordinator, opening(world))
    forget_all()
    return opened


@pytest.fixture
def second(world: World) -> int:
    """The membership of A's second chair."""
    return of(world, "a.second_chair")


def of(world: World, key: str) -> int:
    return world.person(key).hat.membership_id


def lines(meeting_id: int) -> list[MeetingMove]:
    db.session.rollback()
    rows = select(MeetingMove).where(MeetingMove.meeting_id == meeting_id).order_by(MeetingMove.number)
    return list(db.session.scalars(rows))


def told(world: World) -> list[tuple[str, NoticeKind]]:
    """Who was told what, in order."""
    names = {hat.membership_id: key for key, person in world.people.items() for hat in person.hats}
    return [(names[one.membership_id], one.kind) for one in notices()]


def sees(viewer: Any, key: str, meeting_id: int) -> bool:
    db.session.rollback()
    return db.session.scalar(meetings_access.visible_to(viewer(key)).where(Meeting.id == meeting_id)) is not None


class TestChanging:
    """As an act of its own."""

    def test_its_history_says_who_chaired_and_who_changed_it(self, world, viewer, coordinator, conference, second):
        later = replace(coordinator, now=NOW + timedelta(hours=1))
        assert change_chair(later, conference, second, "On leave from Friday.", version=1)
        meeting = stored(Meeting, conference)
        assert (meeting.chair_membership_id, meeting.version, meeting.scheduled_on) == (second, 2, MONDAY)
        first, line = lines(conference)
        assert (first.from_chair_id, first.to_chair_id) == (None, of(world, "a.chair"))
        assert (line.kind, line.number, line.reason, line.asks_again) == (MoveKind.CHAIR_CHANGED, 1, None, False)
        assert (line.from_chair_id, line.to_chair_id) == (of(world, "a.chair"), second)
        assert (line.moved_at, line.moved_by_id) == (later.now, coordinator.user_id)
        names = [world.person(key).name for key in CHAIRS]
        for key, note in (("a.coordinator", "On leave from Friday."), ("a.gp.lead", "")):
            shown = meeting_days(viewer(key), conference)
            assert ([shown.lines[0].chair_was, shown.lines[0].chair_now], shown.lines[0].note) == (names, note), key
            assert shown.lines[0].who == coordinator.name
            assert (shown.lines[1].chair_was, shown.moved_times) == ("", 0)
        assert trail("meeting.chair_changed", conference) == 1

    def test_both_chairs_are_told_once_and_nobody_else(self, world, coordinator, conference, second):
        change_chair(coordinator, conference, second, version=1)
        assert told(world) == [("a.chair", NoticeKind.CHAIRING_ENDED), ("a.second_chair", NoticeKind.CHAIRING)]
        assert not change_chair(coordinator, conference, second, version=2)
        assert len(told(world)) == 2

    def test_a_meeting_without_a_chair_is_given_to_one(self, world, coordinator, viewer, second):
        opened = open_meeting(coordinator, opening(world, chair_membership_id=None))
        forget_all()
        assert change_chair(coordinator, opened, second, version=1)
        assert told(world) == [("a.second_chair", NoticeKind.CHAIRING)]
        assert meeting_days(viewer("a.coordinator"), opened).lines[0].chair_was == "Nobody is named yet"

    def test_who_chaired_sees_it_no_more_and_who_chairs_does(self, viewer, coordinator, conference, second):
        assert [sees(viewer, key, conference) for key in CHAIRS] == [True, False]
        change_chair(coordinator, conference, second, version=1)
        assert [sees(viewer, key, conference) for key in CHAIRS] == [False, True]

    def test_what_the_former_chair_was_asked_is_theirs_no_more(self, world, coordinator, conference, second):
        move_meeting(coordinator, conference, move_to(TUESDAY), version=1)
        change_chair(coordinator, conference, second, version=2)
        found = {
            (one.membership_id, one.kind): one.settled_at is not None for one in notices(Notice.subject == "meeting")
        }
        assert found[of(world, "a.chair"), NoticeKind.CHAIRING]
        assert not found[of(world, "a.chair"), NoticeKind.CHAIRING_ENDED]
        assert not found[second, NoticeKind.CHAIRING]

    def test_given_back_it_is_news_again(self, world, coordinator, conference, second):
        change_chair(coordinator, conference, second, version=1)
        change_chair(coordinator, conference, of(world, "a.chair"), version=2)
        waiting = [
            (one.membership_id, one.kind) for one in notices(Notice.subject == "meeting") if one.settled_at is None
        ]
        assert waiting == [(second, NoticeKind.CHAIRING_ENDED), (of(world, "a.chair"), NoticeKind.CHAIRING)]

    def test_agencies_answers_stay_and_are_not_asked_for_again(self, world, lead, coordinator, conference, second):
        answer_invitation(lead, conference, Answer.ATTEND, "", seen_no_answer())
        change_chair(replace(coordinator, now=NOW + timedelta(hours=1)), conference, second, version=1)
        assert waiting_of(coordinator, conference) == []

    def test_somebody_has_to_close_the_register_whoever_has_come(self, world, coordinator, conference, second):
        db.session.rollback()
        for row in db.session.scalars(select(Invitation.id).where(Invitation.meeting_id == conference)).all():
            change(Invitation, row, confirmed_attendance=Attendance.VIDEO)
        assert change_chair(coordinator, conference, second, version=stored(Meeting, conference).version)


class TestRefused:
    """By whom, when, and whom not."""

    @pytest.mark.parametrize("key", ["a.chair", "a.manager", "a.gp.lead"])
    def test_nobody_else_says_who_chairs(self, viewer, conference, second, key):
        with pytest.raises(NotPermitted):
            change_chair(viewer(key), conference, second, version=1)

    def test_of_another_partnership_it_does_not_exist(self, viewer, conference, second):
        with pytest.raises(NotVisible):
            change_chair(viewer("b.coordinator"), conference, second, version=1)

    @pytest.mark.parametrize("key", ["a.past_initial", "a.cancelled"])
    def test_who_chaired_one_that_is_over_stands(self, world, coordinator, key):
        place = world.meeting(key)
        with pytest.raises(NotPermitted):
            change_chair(coordinator, place.id, of(world, "a.chair"), version=stored(Meeting, place.id).version)

    def test_nor_once_the_register_is_closed(self, coordinator, conference, second):
        change(Meeting, conference, register_closed_at=NOW)
        with pytest.raises(NotPermitted):
            change_chair(coordinator, conference, second, version=stored(Meeting, conference).version)

    @pytest.mark.parametrize("key", ["a.coordinator", "a.gp.lead", "b.chair"])
    def test_only_somebody_who_chairs_here(self, world, coordinator, conference, key):
        for version in (1, 7):
            with pytest.raises(Invalid) as refused:
                change_chair(coordinator, conference, of(world, key), version=version)
            assert list(refused.value.errors) == ["chair_membership_id"]
        with pytest.raises(Invalid) as refused:
            move_meeting(coordinator, conference, move_to(TUESDAY, chair_membership_id=of(world, key)), version=1)
        assert list(refused.value.errors) == ["chair_membership_id"]
        assert stored(Meeting, conference).scheduled_on == MONDAY

    def test_a_lost_race_names_nobody_of_elsewhere(self, world, coordinator, conference):
        given = move_to(TUESDAY, chair_membership_id=of(world, "b.chair"))
        with pytest.raises(Conflict) as lost:
            move_meeting(coordinator, conference, given, version=7)
        assert lost.value.mine["Chair"] == "Nobody is named yet"

    def test_whoever_comes_second_is_told_who_chairs(self, world, coordinator, conference, second):
        move_meeting(coordinator, conference, move_to(TUESDAY), version=1)
        with pytest.raises(Conflict) as lost:
            change_chair(coordinator, conference, second, version=1)
        assert (lost.value.mine, lost.value.theirs) == (
            {"Chair": world.person("a.second_chair").name},
            {"Chair": world.person("a.chair").name},
        )
        assert len(lines(conference)) == 2

    def test_two_at_once_do_not_overwrite_each_other(self, app, coordinator, world, second):
        opened = open_meeting(coordinator, opening(world, chair_membership_id=None))
        db.session.rollback()
        results = at_once(
            app,
            lambda: change_chair(coordinator, opened, second, version=1),
            lambda: change_chair(coordinator, opened, of(world, "a.chair"), version=1),
        )
        assert sorted(type(result).__name__ for result in results) == ["Conflict", "bool"]
        assert len(lines(opened)) == 2


class TestMoving:
    """In the page for moving."""

    def test_day_and_chair_change_in_one_line(self, world, coordinator, conference, second):
        assert move_meeting(coordinator, conference, move_to(TUESDAY, chair_membership_id=second), version=1)
        meeting = stored(Meeting, conference)
        assert (meeting.scheduled_on, meeting.chair_membership_id, meeting.calendar_sequence) == (TUESDAY, second, 1)
        line = lines(conference)[-1]
        assert (line.kind, line.from_on, line.to_on, line.asks_again) == (MoveKind.MOVED, MONDAY, TUESDAY, True)
        assert (line.from_chair_id, line.to_chair_id) == (of(world, "a.chair"), second)
        said = told(world)
        assert [one for one in said if one[0] in CHAIRS] == [
            ("a.chair", NoticeKind.CHAIRING_ENDED),
            ("a.second_chair", NoticeKind.CHAIRING),
        ]
        assert said.count(("a.gp.lead", NoticeKind.INVITATION_CHANGED)) == 1
        assert (trail("meeting.moved", conference), trail("meeting.chair_changed", conference)) == (1, 1)

    def test_the_chair_alone_moves_nothing(self, world, coordinator, conference, second):
        given = move_to(MONDAY, chair_membership_id=second, reason=MoveReason.CHAIR_CANNOT_COME)
        assert move_meeting(coordinator, conference, given, version=1)
        line = lines(conference)[-1]
        assert (line.kind, line.reason) == (MoveKind.CHAIR_CHANGED, MoveReason.CHAIR_CANNOT_COME)
        assert [kind for _who, kind in told(world)] == [NoticeKind.CHAIRING_ENDED, NoticeKind.CHAIRING]
        assert trail("meeting.moved", conference) == 0

    def test_the_same_chair_is_no_change(self, world, coordinator, conference):
        assert not move_meeting(
            coordinator, conference, move_to(MONDAY, chair_membership_id=of(world, "a.chair")), version=1
        )


class TestNamedPeople:
    """A meeting for named people only is for its new chair, and not for the old one any more."""

    def test_the_new_chair_is_named_and_the_old_one_is_not(self, world, viewer, coordinator, second):
        opened = open_meeting(coordinator, opening(world, kind="complex_strategy"))
        forget_all()
        change_chair(coordinator, opened, second, version=1)
        db.session.rollback()
        rows = select(NamedPerson.membership_id).where(NamedPerson.meeting_id == opened, NamedPerson.ended_at.is_(None))
        assert set(db.session.scalars(rows)) == {second, of(world, "a.coordinator")}
        assert told(world) == [("a.chair", NoticeKind.CHAIRING_ENDED), ("a.second_chair", NoticeKind.CHAIRING)]
        assert [sees(viewer, key, opened) for key in CHAIRS] == [False, True]


class TestCalendars:
    """The meeting leaves one calendar, and comes into the other."""

    def test_read_back(self, world, coordinator, mail_server, second):
        forget_all()
        opened = open_meeting(coordinator, opening(world, scheduled_on=date(2026, 6, 25)))
        mailed(mail_server, timedelta(days=1))
        change_chair(coordinator, opened, second, version=1)
        mailed(mail_server, timedelta(days=2))
        brought, taken = files_of(mail_server, world, "a.chair")
        assert [brought.method, taken.method] == ["REQUEST", "CANCEL"]
        [new] = files_of(mail_server, world, "a.second_chair")
        assert (new.method, new.uid, taken.uid) == ("REQUEST", brought.uid, brought.uid)
        assert brought.sequence < taken.sequence
        assert [one.method for one in files_of(mail_server, world, "a.gp.lead")] == ["REQUEST"]
        for letter in mail_server.letters:
            for hidden in ("conference", "video.example.org", "25 June", stored(Meeting, opened).reference):
                assert hidden not in letter.everything, hidden


class TestHandingOver:
    """Whoever leaves gives all their meetings to a colleague: each one's history says so."""

    def test_each_meeting_has_its_line(self, world, viewer, coordinator, conference, second):
        other = open_meeting(coordinator, opening(world, scheduled_on=TUESDAY))
        handover.hand_over(viewer("a.administrator"), of(world, "a.chair"), {WorkKind.MEETINGS: second})
        for number in (conference, other):
            line = lines(number)[-1]
            assert (line.kind, line.from_chair_id, line.to_chair_id) == (
                MoveKind.CHAIR_CHANGED,
                of(world, "a.chair"),
                second,
            )


def test_what_a_new_chair_is_wanted_for_is_known(world, coordinator, conference, second):
    review = world.meeting("a.review")
    meeting = stored(Meeting, review.id)
    on = meeting.scheduled_on
    diary = diary_of(
        db.session(), coordinator, chair_membership_id=second, agency_ids=[], first=on, last=on, but=(conference,)
    )
    clashes = diary.clashes_of_chair(slot_of(meeting))
    assert len(clashes) == 1
    assert world.person("a.second_chair").name in clashes[0]
    assert diary.clashes_of_chair(slot_of(stored(Meeting, conference))) == []
