"""Moving and cancelling: the history that is kept, who is told, and what follows the new day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from portal.database.session import db
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.message_vocabulary import NoticeKind
from portal.domain.scheduling_vocabulary import MoveKind, MoveReason
from portal.domain.vocabulary import Answer, Attendance, MeetingFormat, MeetingStatus
from portal.models.meetings import Invitation, Meeting
from portal.models.messages import Notice
from portal.models.moves import MeetingMove
from portal.services.invitations.answering import answer_invitation
from portal.services.invitations.seen import seen_answer, seen_no_answer
from portal.services.meetings.page import meeting_page
from portal.services.scheduling.confirming import confirm_answer, is_asked_again
from portal.services.scheduling.days import line_for, meeting_days
from portal.services.scheduling.moving import cancel_meeting, move_meeting
from portal.services.scheduling.opening import open_meeting
from portal.services.scheduling.series import Series, open_series
from tests.services.racing import at_once
from tests.services.rows import change, stored, trail
from tests.services.scheduling_steps import MONDAY, TUESDAY, asked, move_to, opening, waiting_of
from tests.world import NOW

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def conference(world, coordinator) -> int:
    """A conference on Monday that the coordinator has opened."""
    return open_meeting(coordinator, opening(world))


def lines(meeting_id: int) -> list[MeetingMove]:
    db.session.rollback()
    rows = select(MeetingMove).where(MeetingMove.meeting_id == meeting_id).order_by(MeetingMove.number)
    return list(db.session.scalars(rows))


def of_agency(world, meeting_id: int, agency: str) -> Invitation:
    db.session.rollback()
    return db.session.scalars(
        select(Invitation).where(
            Invitation.meeting_id == meeting_id, Invitation.agency_id == world.agencies[f"a.{agency}"]
        )
    ).one()


def told(world, key: str, kind: NoticeKind, meeting_id: int) -> list[str]:
    db.session.rollback()
    rows = select(Notice.what).where(
        Notice.membership_id == world.person(key).hat.membership_id,
        Notice.kind == kind,
        Notice.subject == "meeting",
        Notice.subject_id == meeting_id,
    )
    return list(db.session.scalars(rows.order_by(Notice.id)))


class TestMoving:
    """From one day to another."""

    def test_the_old_day_is_kept_and_everything_follows_the_new_one(self, world, coordinator, conference):
        assert move_meeting(coordinator, conference, move_to(TUESDAY, note="The head is ill."), version=1)
        meeting = stored(Meeting, conference)
        assert (meeting.scheduled_on, meeting.calendar_sequence, meeting.version) == (TUESDAY, 1, 2)
        first, second = lines(conference)
        assert (first.kind, first.to_on) == (MoveKind.OPENED, MONDAY)
        assert (second.kind, second.number, second.from_on, second.to_on) == (MoveKind.MOVED, 1, MONDAY, TUESDAY)
        assert (second.reason, second.note) == (MoveReason.AGENCY_CANNOT_COME, "The head is ill.")
        gp = of_agency(world, conference, "gp")
        assert (gp.meeting_on, gp.report_due_on) == (TUESDAY, date(2026, 6, 11))
        assert trail("meeting.moved", conference) == 1

    def test_everybody_is_told_once(self, world, coordinator, conference):
        move_meeting(coordinator, conference, move_to(TUESDAY), version=1)
        for key in ("a.gp.lead", "a.police.lead", "a.social_care.lead"):
            said = told(world, key, NoticeKind.INVITATION_CHANGED, conference)
            assert [what.rpartition(", ")[2] for what in said] == ["Tuesday 16 June"], key
        assert [what.rpartition(", ")[2] for what in told(world, "a.chair", NoticeKind.CHAIRING, conference)] == [
            "Monday 15 June",
            "Tuesday 16 June",
        ]
        assert told(world, "a.school.lead", NoticeKind.INVITATION_CHANGED, conference) == []

    def test_what_stands_there_already_is_no_move(self, coordinator, conference):
        assert not move_meeting(coordinator, conference, move_to(MONDAY), version=1)
        assert len(lines(conference)) == 1

    def test_another_place_is_kept_too_and_asks_nobody_again(self, world, coordinator, lead, conference):
        answer_invitation(lead, conference, Answer.ATTEND, "", seen_no_answer())
        later = replace(coordinator, now=NOW + timedelta(hours=1))
        room = move_to(MONDAY, format=MeetingFormat.HYBRID, place="Room 4", reason=MoveReason.PLACE_NOT_FREE)
        assert move_meeting(later, conference, room, version=1)
        line = lines(conference)[-1]
        assert (line.asks_again, line.from_place, line.to_place) == (False, None, "Room 4")
        assert stored(Meeting, conference).calendar_sequence == 1
        assert waiting_of(coordinator, conference) == []

    def test_a_meeting_that_came_by_a_file_is_moved_too(self, world, coordinator):
        place = world.meeting("a.review")
        given = move_to(date(2026, 6, 25), time(9, 30))
        assert move_meeting(coordinator, place.id, given, version=stored(Meeting, place.id).version)
        # In the world it was moved once before.
        assert [(line.kind, line.number) for line in lines(place.id)] == [(MoveKind.MOVED, 1), (MoveKind.MOVED, 2)]
        assert line_for(coordinator, place.id) == "Moved 2 times"
        assert line_for(coordinator, world.meeting("a.initial").id) == ""

    @pytest.mark.parametrize(
        ("move", "field"),
        [
            (move_to(date(2026, 6, 9)), "scheduled_on"),
            (move_to(date(2026, 6, 10), time(10, 30)), "start_time"),
            (move_to(TUESDAY, reason=None), "reason"),
            (move_to(TUESDAY, reason=MoveReason.NOT_NEEDED), "reason"),
            (move_to(TUESDAY, reason=MoveReason.ANOTHER_REASON), "note"),
            (move_to(TUESDAY, duration_minutes=2000), "duration_minutes"),
            (move_to(TUESDAY, link="x" * 501), "link"),
            (move_to(date(2026, 7, 1)), "late_reason"),
        ],
    )
    def test_what_is_wrong_is_said_at_its_field_and_nothing_is_kept(self, coordinator, conference, move, field):
        with pytest.raises(Invalid) as refused:
            move_meeting(coordinator, conference, move, version=1)
        assert list(refused.value.errors) == [field]
        assert stored(Meeting, conference).scheduled_on == MONDAY
        assert len(lines(conference)) == 1

    def test_a_late_day_keeps_its_reason(self, coordinator, conference):
        late = move_to(date(2026, 7, 1), late_reason=MoveReason.FAMILY_CANNOT_COME)
        assert move_meeting(coordinator, conference, late, version=1)
        assert lines(conference)[-1].late_reason is MoveReason.FAMILY_CANNOT_COME

    def test_two_who_move_it_at_once_do_not_overwrite_each_other(self, app, coordinator, conference):
        db.session.rollback()
        results = at_once(
            app,
            lambda: move_meeting(coordinator, conference, move_to(TUESDAY), version=1),
            lambda: move_meeting(coordinator, conference, move_to(date(2026, 6, 18)), version=1),
        )
        assert sorted(type(result).__name__ for result in results) == ["Conflict", "bool"]
        assert len(lines(conference)) == 2

    def test_whoever_comes_second_is_told_of_the_day_that_stands(self, coordinator, conference):
        move_meeting(coordinator, conference, move_to(TUESDAY), version=1)
        with pytest.raises(Conflict) as lost:
            move_meeting(coordinator, conference, move_to(date(2026, 6, 18)), version=1)
        assert lost.value.mine == {"Day and time": "Thursday 18 June, 10:00"}
        assert lost.value.theirs == {"Day and time": "Tuesday 16 June, 10:00"}

    @pytest.mark.parametrize("key", ["a.chair", "a.manager", "a.gp.lead"])
    def test_nobody_else_moves_or_cancels_it(self, viewer, conference, key):
        with pytest.raises(NotPermitted):
            move_meeting(viewer(key), conference, move_to(TUESDAY), version=1)
        with pytest.raises(NotPermitted):
            cancel_meeting(viewer(key), conference, MoveReason.NOT_NEEDED, "", version=1)

    def test_of_another_partnership_it_does_not_exist(self, viewer, conference):
        with pytest.raises(NotVisible):
            move_meeting(viewer("b.coordinator"), conference, move_to(TUESDAY), version=1)
        with pytest.raises(NotVisible):
            cancel_meeting(viewer("b.coordinator"), conference, MoveReason.NOT_NEEDED, "", version=1)

    def test_a_meeting_that_is_closed_or_cancelled_stands(self, world, coordinator):
        for key in ("a.past_initial", "a.cancelled"):
            place = world.meeting(key)
            with pytest.raises(NotPermitted):
                move_meeting(coordinator, place.id, move_to(TUESDAY), version=stored(Meeting, place.id).version)
        with pytest.raises(NotPermitted):
            cancel_meeting(coordinator, world.meeting("a.past_initial").id, MoveReason.NOT_NEEDED, "", version=1)

    def test_one_to_which_somebody_came_is_closed_and_not_moved(self, world, coordinator, conference):
        gp = of_agency(world, conference, "gp")
        change(Invitation, gp.id, declared_attendance=Attendance.APOLOGIES)
        version = stored(Meeting, conference).version
        with pytest.raises(Invalid):
            move_meeting(coordinator, conference, move_to(TUESDAY), version=version)
        change(Invitation, gp.id, confirmed_attendance=Attendance.VIDEO)
        with pytest.raises(Invalid):
            cancel_meeting(coordinator, conference, MoveReason.NOT_NEEDED, "", version=version)
        change(Invitation, gp.id, confirmed_attendance=None)
        assert cancel_meeting(coordinator, conference, MoveReason.NOT_NEEDED, "", version=version)


class TestAnswers:
    """What agencies had answered stays, and each is asked whether it still stands."""

    def test_an_answer_is_kept_and_asked_for_again(self, world, coordinator, lead, conference):
        answer_invitation(lead, conference, Answer.DEPUTY, "J. Field", seen_no_answer())
        later = replace(coordinator, now=NOW + timedelta(hours=1))
        move_meeting(later, conference, move_to(TUESDAY), version=1)
        gp = of_agency(world, conference, "gp")
        assert (gp.answer, gp.answer_note) == (Answer.DEPUTY, "J. Field")
        assert waiting_of(coordinator, conference) == [gp.id]
        assert meeting_page(coordinator, conference).asked_again == (world.agency_names["a.gp"],)
        assert is_asked_again(lead, gp.id)
        after = replace(lead, now=NOW + timedelta(hours=2))
        seen = seen_answer(gp)
        assert confirm_answer(after, conference, seen)
        assert not confirm_answer(after, conference, seen)
        assert waiting_of(coordinator, conference) == []
        assert trail("invitation.confirmed", gp.id) == 1
        # Moved once more, it is asked for once more.
        last = replace(coordinator, now=NOW + timedelta(hours=3))
        move_meeting(last, conference, move_to(TUESDAY, time(14)), version=stored(Meeting, conference).version)
        assert waiting_of(coordinator, conference) == [gp.id]

    def test_a_new_answer_needs_no_confirming(self, world, coordinator, lead, conference):
        answer_invitation(lead, conference, Answer.ATTEND, "", seen_no_answer())
        later = replace(coordinator, now=NOW + timedelta(hours=1))
        move_meeting(later, conference, move_to(TUESDAY), version=1)
        seen = seen_answer(of_agency(world, conference, "gp"))
        after = replace(lead, now=NOW + timedelta(hours=2))
        answer_invitation(after, conference, Answer.APOLOGIES, "On leave", seen)
        assert waiting_of(coordinator, conference) == []

    def test_an_answer_that_changed_meanwhile_is_not_confirmed(self, world, coordinator, lead, conference):
        answer_invitation(lead, conference, Answer.ATTEND, "", seen_no_answer())
        later = replace(coordinator, now=NOW + timedelta(hours=1))
        move_meeting(later, conference, move_to(TUESDAY), version=1)
        seen = seen_answer(of_agency(world, conference, "gp"))
        answer_invitation(lead, conference, Answer.APOLOGIES, "On leave", seen)
        with pytest.raises(Conflict):
            confirm_answer(lead, conference, seen)

    def test_an_agency_confirms_for_itself_alone(self, viewer, conference):
        with pytest.raises(NotVisible):
            confirm_answer(viewer("a.other_gp.lead"), conference, 1)
        with pytest.raises(NotPermitted):
            confirm_answer(viewer("a.police.lead"), conference, seen_no_answer())


class TestCancelling:
    """A meeting that is not held."""

    def test_it_stays_with_its_answers_and_everybody_is_told_once(self, world, coordinator, lead, conference):
        answer_invitation(lead, conference, Answer.ATTEND, "", seen_no_answer())
        assert cancel_meeting(coordinator, conference, MoveReason.FAMILY_MOVED_AWAY, "To Kent.", version=1)
        assert not cancel_meeting(coordinator, conference, MoveReason.FAMILY_MOVED_AWAY, "To Kent.", version=1)
        meeting = stored(Meeting, conference)
        assert (meeting.status, meeting.calendar_sequence) == (MeetingStatus.CANCELLED, 1)
        assert of_agency(world, conference, "gp").answer is Answer.ATTEND
        assert [line.kind for line in lines(conference)] == [MoveKind.OPENED, MoveKind.CANCELLED]
        assert len(told(world, "a.police.lead", NoticeKind.INVITATION_CHANGED, conference)) == 1
        assert trail("meeting.cancelled", conference) == 1

    def test_it_takes_a_reason(self, coordinator, conference):
        for reason, note, field in (
            (None, "", "reason"),
            (MoveReason.NEEDED_SOONER, "", "reason"),
            (MoveReason.ANOTHER_REASON, " ", "note"),
        ):
            with pytest.raises(Invalid) as refused:
                cancel_meeting(coordinator, conference, reason, note, version=1)
            assert list(refused.value.errors) == [field]

    def test_notes_are_for_those_who_run_it(self, viewer, coordinator, conference):
        move_meeting(coordinator, conference, move_to(TUESDAY, note="The mother is ill."), version=1)
        for key, note in (
            ("a.coordinator", "The mother is ill."),
            ("a.chair", "The mother is ill."),
            ("a.gp.lead", ""),
        ):
            newest = meeting_days(viewer(key), conference).lines[0]
            assert (newest.note, newest.reason) == (note, MoveReason.AGENCY_CANNOT_COME), key
        with pytest.raises(NotVisible):
            meeting_days(viewer("a.other_gp.lead"), conference)


class TestSeries:
    """Core groups in a row."""

    @pytest.fixture
    def groups(self, world, coordinator) -> list[int]:
        """Core groups every four weeks after the conference of May, until the end of September."""
        first = opening(
            world,
            kind="core_group",
            family=world.cases["a.2"],
            follows_id=world.meeting("a.past_initial").id,
            scheduled_on=date(2026, 6, 15),
            late_reason=MoveReason.ASKED_FOR_LATE,
            trigger_on=None,
            trigger_kind=None,
            agencies=asked(world, "social_care", "school"),
        )
        return open_series(coordinator, Series(first, every_weeks=4, last_on=date(2026, 9, 30)))

    def test_each_is_a_meeting_of_its_own_that_goes_on_from_the_one_before(self, world, groups):
        rows = [stored(Meeting, number) for number in groups]
        assert [row.scheduled_on for row in rows] == [
            date(2026, 6, 15),
            date(2026, 7, 13),
            date(2026, 8, 10),
            date(2026, 9, 7),
        ]
        assert [row.follows_id for row in rows] == [world.meeting("a.past_initial").id, *groups[:-1]]
        assert len({row.reference for row in rows}) == 4
        assert [len(lines(number)) for number in groups] == [1, 1, 1, 1]

    def test_moving_one_leaves_the_others(self, coordinator, groups):
        assert move_meeting(coordinator, groups[1], move_to(date(2026, 7, 14)), version=1)
        days = [stored(Meeting, number).scheduled_on for number in groups]
        assert days == [date(2026, 6, 15), date(2026, 7, 14), date(2026, 8, 10), date(2026, 9, 7)]

    def test_the_later_ones_move_by_as_many_days_where_that_is_asked_for(self, world, coordinator, groups):
        cancel_meeting(coordinator, groups[2], MoveReason.NOT_NEEDED, "", version=1)
        move = move_to(date(2026, 7, 15), later_too=True)
        # Without the one in August, the last one lies more than six weeks behind the one before it.
        with pytest.raises(Invalid) as refused:
            move_meeting(coordinator, groups[1], move, version=1)
        assert list(refused.value.errors) == ["late_reason"]
        late = replace(move, late_reason=MoveReason.FAMILY_CANNOT_COME)
        assert move_meeting(coordinator, groups[1], late, version=1)
        assert [lines(number)[-1].late_reason for number in (groups[1], groups[3])] == [
            None,
            MoveReason.FAMILY_CANNOT_COME,
        ]
        days = [stored(Meeting, number).scheduled_on for number in groups]
        assert days == [date(2026, 6, 15), date(2026, 7, 15), date(2026, 8, 10), date(2026, 9, 9)]
        assert [stored(Meeting, number).calendar_sequence for number in groups] == [0, 1, 1, 1]
        assert len(told(world, "a.school.lead", NoticeKind.INVITATION_CHANGED, groups[3])) == 1

    def test_all_of_them_are_opened_or_none(self, world, coordinator):
        first = opening(world, kind="core_group", scheduled_on=date(2026, 6, 16), trigger_on=None, trigger_kind=None)
        before = len(db.session.scalars(select(Meeting.id)).all())
        with pytest.raises(Invalid) as refused:
            open_series(coordinator, Series(first, every_weeks=1, last_on=date(2028, 6, 16)))
        assert list(refused.value.errors) == ["last_on"]
        with pytest.raises(Invalid):
            open_series(coordinator, Series(first, every_weeks=1, last_on=date(2026, 6, 15)))
        db.session.rollback()
        assert len(db.session.scalars(select(Meeting.id)).all()) == before
