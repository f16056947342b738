"""A family's meetings through any sequence of opening, moving, cancelling and closing: nothing is lost or broken."""

from __future__ import annotations

from datetime import date, time, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import PortalError
from portal.domain.scheduling_vocabulary import TO_CANCEL, TO_MOVE, MoveKind, MoveReason
from portal.domain.vocabulary import Answer, MeetingFormat, MeetingStatus
from portal.models.meetings import Invitation, Meeting
from portal.models.moves import MeetingMove
from portal.services.invitations.answering import answer_invitation
from portal.services.invitations.seen import seen_answer
from portal.services.registers.closing import Closing, close_register
from portal.services.registers.sheet import read_register
from portal.services.scheduling.chairing import change_chair
from portal.services.scheduling.confirming import confirm_answer
from portal.services.scheduling.moving import cancel_meeting, move_meeting
from portal.services.scheduling.opening import open_meeting
from portal.services.scheduling.series import Series, open_series
from tests.services.rows import stored
from tests.services.scheduling_steps import asked, move_to, opening, waiting_of
from tests.world import NOW, World, viewer_of

DAYS = st.integers(-3, 60)
REASONS = st.sampled_from([None, *MoveReason])
ACTS = st.one_of(
    st.tuples(st.just("open"), DAYS, st.integers(9, 16)),
    st.tuples(st.just("series"), DAYS, st.integers(1, 6)),
    st.tuples(st.just("move"), st.integers(0, 5), DAYS, st.integers(9, 16), REASONS, st.booleans()),
    st.tuples(st.just("place"), st.integers(0, 5), st.sampled_from(["Room 1", "Room 2", ""])),
    st.tuples(st.just("stale"), st.integers(0, 5), DAYS),
    st.tuples(st.just("cancel"), st.integers(0, 5), REASONS),
    st.tuples(st.just("chair"), st.integers(0, 5), st.sampled_from(["a.chair", "a.second_chair"])),
    st.tuples(st.just("answer"), st.integers(0, 5), st.sampled_from([Answer.ATTEND, Answer.APOLOGIES])),
    st.tuples(st.just("confirm"), st.integers(0, 5)),
    st.tuples(st.just("close"), st.integers(0, 5)),
    st.tuples(st.just("wait"), st.integers(1, 20)),
)


class Life:
    """A family's meetings, what was done to them, and what must hold whatever comes."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.now = NOW
        self.opened: list[int] = []
        self.before: dict[int, list[Any]] = {}

    def viewer(self, key: str) -> Viewer:
        return viewer_of(self.world.person(key), now=self.now)

    def meeting(self, place: int) -> int:
        return self.opened[place % len(self.opened)]

    def do(self, act: tuple[Any, ...]) -> None:
        """Try it; what the portal refuses leaves everything as it was."""
        self.now += timedelta(minutes=1)
        before = self.picture()
        name, *given_to = act
        if not self.opened and name not in ("open", "series", "wait"):
            return
        try:
            getattr(self, name)(*given_to)
        except PortalError:
            db.session.rollback()
            assert self.picture() == before, act

    def picture(self) -> list[Any]:
        """Every meeting of the family with its day, and every line of its days."""
        db.session.rollback()
        meetings = select(Meeting.id, Meeting.scheduled_on, Meeting.status, Meeting.calendar_sequence, Meeting.version)
        lines = select(MeetingMove.meeting_id, MeetingMove.number, MeetingMove.kind, MeetingMove.to_on)
        return [sorted(map(tuple, db.session.execute(one))) for one in (meetings, lines)]

    def open(self, days: int, hour: int) -> None:
        self.opened.append(open_meeting(self.viewer("a.coordinator"), self.planned(days, hour)))

    def series(self, days: int, weeks: int) -> None:
        first = self.planned(days, 10)
        last = first.scheduled_on + timedelta(weeks=3 * weeks)
        self.opened += open_series(self.viewer("a.coordinator"), Series(first, weeks, last))

    def planned(self, days: int, hour: int) -> Any:
        """A core group: the rules have them in a row."""
        return opening(
            self.world,
            kind="core_group",
            scheduled_on=self.now.date() + timedelta(days=days),
            start_time=time(hour),
            trigger_on=None,
            trigger_kind=None,
            late_reason=MoveReason.ASKED_FOR_LATE,
            agencies=asked(self.world, "social_care", "gp"),
        )

    def move(self, place: int, days: int, hour: int, reason: MoveReason | None, later_too: bool) -> None:
        meeting = stored(Meeting, self.meeting(place))
        to = move_to(
            self.now.date() + timedelta(days=days),
            time(hour),
            reason=reason,
            note="Said.",
            late_reason=MoveReason.FAMILY_CANNOT_COME,
            later_too=later_too,
        )
        was = (meeting.scheduled_on, meeting.start_time)
        if move_meeting(self.viewer("a.coordinator"), meeting.id, to, version=meeting.version):
            assert reason in TO_MOVE
            last = self.lines(meeting.id)[-1]
            assert (last.from_on, last.from_time) == was
            assert last.to_on >= self.now.date()

    def place(self, place: int, room: str) -> None:
        meeting = stored(Meeting, self.meeting(place))
        to = move_to(
            meeting.scheduled_on,
            meeting.start_time,
            format=MeetingFormat.IN_PERSON,
            place=room,
            reason=MoveReason.PLACE_NOT_FREE,
        )
        move_meeting(self.viewer("a.coordinator"), meeting.id, to, version=meeting.version)

    def stale(self, place: int, days: int) -> None:
        """Somebody who has an old page before them overwrites nothing."""
        meeting = stored(Meeting, self.meeting(place))
        to = move_to(self.now.date() + timedelta(days=days), time(17))
        before = self.picture()
        try:
            move_meeting(self.viewer("a.coordinator"), meeting.id, to, version=meeting.version - 1)
        finally:
            assert self.picture() == before

    def chair(self, place: int, key: str) -> None:
        """Somebody else chairs, or the same."""
        meeting = stored(Meeting, self.meeting(place))
        before, new = meeting.chair_membership_id, self.world.person(key).hat.membership_id
        changed = change_chair(self.viewer("a.coordinator"), meeting.id, new, version=meeting.version)
        assert changed is (before != new)

    def cancel(self, place: int, reason: MoveReason | None) -> None:
        meeting = stored(Meeting, self.meeting(place))
        if cancel_meeting(self.viewer("a.coordinator"), meeting.id, reason, "Said.", version=meeting.version):
            assert reason in TO_CANCEL
            assert self.lines(meeting.id)[-1].kind is MoveKind.CANCELLED

    def answer(self, place: int, answer: Answer) -> None:
        invitation = self.invitation(self.meeting(place), "gp")
        note = "On leave" if answer is Answer.APOLOGIES else ""
        answer_invitation(self.viewer("a.gp.lead"), invitation.meeting_id, answer, note, seen_answer(invitation))
        assert invitation.id not in waiting_of(self.viewer("a.coordinator"), invitation.meeting_id) or (
            (invitation.answer, invitation.answer_note or "") == (answer, note)
        )

    def confirm(self, place: int) -> None:
        invitation = self.invitation(self.meeting(place), "gp")
        confirm_answer(self.viewer("a.gp.lead"), invitation.meeting_id, seen_answer(invitation))
        assert invitation.id not in waiting_of(self.viewer("a.coordinator"), invitation.meeting_id)

    def close(self, place: int) -> None:
        number = self.meeting(place)
        sheet = read_register(self.viewer("a.coordinator"), number)
        said = Closing(sheet.version, sheet.seen, sheet.scheduled_on, sheet.start_time, MeetingStatus.HELD)
        close_register(self.viewer("a.coordinator"), number, said)

    def wait(self, days: int) -> None:
        self.now += timedelta(days=days)

    def lines(self, meeting_id: int) -> list[MeetingMove]:
        db.session.rollback()
        rows = select(MeetingMove).where(MeetingMove.meeting_id == meeting_id).order_by(MeetingMove.number)
        return list(db.session.scalars(rows))

    def invitation(self, meeting_id: int, agency: str) -> Invitation:
        db.session.rollback()
        agency_id = self.world.agencies[f"a.{agency}"]
        return db.session.scalars(
            select(Invitation).where(Invitation.meeting_id == meeting_id, Invitation.agency_id == agency_id)
        ).one()

    def check(self) -> None:
        """What holds after every act."""
        for number in self.opened:
            meeting, lines = stored(Meeting, number), self.lines(number)
            told = [(line.number, line.kind, line.to_on, line.moved_at) for line in lines]
            # Nothing that was written down is ever changed or lost.
            assert told[: len(self.before.get(number, []))] == self.before.get(number, [])
            self.before[number] = told
            assert [line.number for line in lines] == list(range(len(lines)))
            assert lines[0].kind is MoveKind.OPENED
            assert [line.kind for line in lines[1:]].count(MoveKind.CANCELLED) == (
                meeting.status is MeetingStatus.CANCELLED
            )
            # The lines lead without a gap from the first day to the one that stands.
            for earlier, later in pairwise(lines):
                assert (later.from_on, later.from_time, later.from_place) == (
                    *(earlier.to_on, earlier.to_time, earlier.to_place),
                )
                assert later.from_chair_id == earlier.to_chair_id
            assert (lines[-1].to_on, lines[-1].to_time) == (meeting.scheduled_on, meeting.start_time)
            assert lines[-1].to_chair_id == meeting.chair_membership_id
            assert meeting.calendar_sequence == len(lines) - 1
            if meeting.register_closed_at is not None:
                assert lines[-1].moved_at < meeting.register_closed_at
            invitations = [self.invitation(number, agency) for agency in ("social_care", "gp")]
            assert {row.meeting_on for row in invitations} == {meeting.scheduled_on}
        references = [stored(Meeting, number).reference for number in self.opened]
        assert len(set(references)) == len(references)


@pytest.fixture
def life(database, world, backend) -> Life:
    """The third family of A."""
    if backend != "sqlite":
        pytest.skip("The same acts on the other database would tell nothing more, and take long.")
    return Life(world)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ACTS, min_size=4, max_size=14))
def test_any_acts_in_any_order(life, tried):
    # One example goes on where the last one stopped: the family's meetings have no other beginning.
    for act in tried:
        life.do(act)
        life.check()


def test_a_whole_life(life):
    for act in [
        ("series", 5, 4),
        ("answer", 0, Answer.ATTEND),
        ("move", 0, 7, 11, MoveReason.CHAIR_CANNOT_COME, True),
        ("confirm", 0),
        ("stale", 0, 9),
        ("place", 1, "Room 2"),
        ("chair", 1, "a.second_chair"),
        ("chair", 1, "a.second_chair"),
        ("cancel", 1, MoveReason.NOT_NEEDED),
        ("cancel", 1, MoveReason.NOT_NEEDED),
        ("move", 1, 30, 10, MoveReason.NEEDED_SOONER, False),
        ("wait", 8),
        ("close", 0),
        ("move", 0, 3, 10, MoveReason.NEEDED_SOONER, False),
        ("cancel", 0, MoveReason.NOT_NEEDED),
    ]:
        life.do(act)
        life.check()
    first, second = (stored(Meeting, number) for number in life.opened[:2])
    assert (first.status, first.scheduled_on) == (MeetingStatus.HELD, date(2026, 6, 17))
    assert second.status is MeetingStatus.CANCELLED
