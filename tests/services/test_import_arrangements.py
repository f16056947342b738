"""Files that move, cancel or give away known meetings: as a page does it, and never against what a page said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.message_vocabulary import NoticeKind
from portal.domain.scheduling_vocabulary import MoveKind, MoveReason
from portal.domain.vocabulary import Answer, Attendance, MeetingFormat, MeetingStatus
from portal.models.meetings import Invitation, Meeting
from portal.models.messages import Notice
from portal.models.moves import MeetingMove
from portal.models.named_people import NamedPerson
from portal.services.imports import Imported
from portal.services.invitations.answering import answer_invitation
from portal.services.invitations.declaring import declare_attendance
from portal.services.invitations.seen import seen_answer, seen_declaration, seen_no_answer
from portal.services.scheduling.chairing import change_chair
from portal.services.scheduling.confirming import confirm_answer
from portal.services.scheduling.days import meeting_days
from portal.services.scheduling.moving import Move, cancel_meeting, move_meeting
from tests.areas import MEETING_COLUMNS, Area, dump, faults_of, import_meetings, meeting, part, sheet
from tests.mail_server import MailServer
from tests.services.calendar_steps import files_of, mailed
from tests.services.mail_steps import forget_all
from tests.services.rows import change
from tests.services.scheduling_steps import waiting_of
from tests.services.told_steps import notices
from tests.world import NOW, World

REVIEW = "review_conference"
PLANNED = {"status": "scheduled", "held_on": ""}
HELD = {"status": "held", "held_on": "2026-05-06"}
FIRST, SECOND = date(2026, 6, 25), date(2026, 6, 30)
HOUR = timedelta(hours=1)


class Filed:
    """A review in A that a file has brought in, planned for the 25th at ten under A's first chair."""

    def __init__(self, world: World, viewer: Any) -> None:
        self.world, self.viewer = world, viewer
        self.area = Area.of(world.partnerships["a"])
        self.chair = world.person("a.chair").email
        self.coordinator: Viewer = viewer("a.coordinator")
        self.bring_in()
        codes = (world.agency_codes[f"a.{name}"] for name in ("gp", "police", "social_care"))
        self.area.attendance(*(part("M", code) for code in codes))
        self.id: int = self.now.id
        forget_all()

    def row(self, on: str = "2026-06-25T10:00", **more: str) -> dict[str, str]:
        """The file's line of it."""
        return meeting("M", REVIEW, on, **{**PLANNED, "chair_email": self.chair, **more})

    def bring_in(self, on: str = "2026-06-25T10:00", *, after: timedelta = timedelta(), **more: str) -> Imported:
        """The file says this of it, some time later."""
        return self.area.at(NOW + after).meetings(self.row(on, **more), label="m.csv")

    @property
    def now(self) -> Meeting:
        """As it stands."""
        return self.area.stored("M")

    def lines(self) -> list[MeetingMove]:
        """Its history."""
        db.session.rollback()
        return list(
            db.session.scalars(
                select(MeetingMove).where(MeetingMove.meeting_id == self.id).order_by(MeetingMove.number)
            )
        )

    def gp(self) -> Invitation:
        """The surgery's part."""
        return self.area.invitation("M", self.world.agency_codes["a.gp"])

    def told(self, key: str) -> list[NoticeKind]:
        """What somebody was told of it."""
        whose = Notice.membership_id == self.world.person(key).hat.membership_id
        return [one.kind for one in notices(whose, Notice.subject == "meeting", Notice.subject_id == self.id)]

    def answered(self) -> None:
        """The surgery comes."""
        answer_invitation(self.viewer("a.gp.lead"), self.id, Answer.ATTEND, "", seen_no_answer())

    def move(self, on: date = SECOND, **more: Any) -> None:
        """The coordinator moves it in a page."""
        given = Move(on, time(14), None, MeetingFormat.VIDEO, "", "", MoveReason.FAMILY_CANNOT_COME)
        late = replace(given, late_reason=MoveReason.FAMILY_CANNOT_COME, **more)
        assert move_meeting(self.coordinator, self.id, late, version=self.now.version)


@pytest.fixture
def filed(world: World, viewer: Any) -> Filed:
    """Nobody has been told anything of it."""
    return Filed(world, viewer)


class TestMoved:
    """To another day or time, in the future."""

    def test_its_history_has_a_line_and_the_facts_follow(self, filed: Filed) -> None:
        before = filed.now.calendar_sequence
        due = filed.gp().report_due_on
        assert filed.bring_in("2026-06-30T14:00") == Imported(changed=1)
        [line] = filed.lines()
        assert (line.kind, line.number, line.reason) == (MoveKind.MOVED, 1, MoveReason.IMPORTED)
        assert (line.from_on, line.from_time, line.to_on, line.to_time) == (FIRST, time(10), SECOND, time(14))
        assert (line.moved_by_id, line.asks_again, line.note) == (None, True, None)
        after = filed.now
        assert (after.scheduled_on, after.start_time) == (SECOND, time(14))
        assert after.calendar_sequence == before + 1
        gp = filed.gp()
        assert gp.meeting_on == SECOND
        assert due is not None
        assert gp.report_due_on == due + (SECOND - FIRST)
        shown = meeting_days(filed.coordinator, filed.id).lines[0]
        assert (shown.who, shown.chair_was) == ("the portal", "")

    def test_everybody_is_told_once(self, filed: Filed) -> None:
        filed.bring_in("2026-06-30T10:00")
        for key in ("a.gp.lead", "a.police.lead", "a.social_care.lead"):
            assert filed.told(key) == [NoticeKind.INVITATION_CHANGED], key
        assert filed.told("a.chair") == [NoticeKind.CHAIRING]
        assert filed.told("a.school.lead") == []

    def test_who_had_answered_is_asked_once_whether_it_stands(self, filed: Filed) -> None:
        filed.answered()
        filed.bring_in("2026-06-30T10:00", after=HOUR)
        gp = filed.gp()
        assert gp.answer is Answer.ATTEND
        assert waiting_of(filed.coordinator, filed.id) == [gp.id]
        confirm_answer(filed.viewer("a.gp.lead", now=NOW + 2 * HOUR), filed.id, seen_answer(gp))
        filed.bring_in("2026-06-30T10:00", after=3 * HOUR)
        assert waiting_of(filed.coordinator, filed.id) == []

    def test_the_same_file_again_is_nothing(self, filed: Filed) -> None:
        filed.bring_in("2026-06-30T10:00")
        before = dump()
        assert filed.bring_in("2026-06-30T10:00", after=HOUR) == Imported(unchanged=1)
        assert dump() == before

    def test_another_form_is_told_and_asks_nobody_again(self, filed: Filed) -> None:
        filed.answered()
        filed.bring_in(format="video", after=HOUR)
        [line] = filed.lines()
        assert (line.from_format, line.to_format, line.asks_again) == (
            MeetingFormat.IN_PERSON,
            MeetingFormat.VIDEO,
            False,
        )
        assert waiting_of(filed.coordinator, filed.id) == []
        assert filed.told("a.police.lead") == [NoticeKind.INVITATION_CHANGED]

    def test_what_a_file_says_nothing_of_is_on_both_sides_of_the_line(self, filed: Filed) -> None:
        change(Meeting, filed.id, place="Room 4", link="https://video.example.org/r", duration_minutes=90)
        filed.bring_in("2026-06-30T10:00")
        [line] = filed.lines()
        kept = ("Room 4", "https://video.example.org/r", 90)
        assert (line.from_place, line.from_link, line.from_minutes) == kept
        assert (line.to_place, line.to_link, line.to_minutes) == kept

    def test_a_bad_row_beside_it_leaves_everything(self, filed: Filed) -> None:
        before = dump()
        rows = [filed.row("2026-06-30T10:00"), meeting("BAD", REVIEW, "tomorrow")]
        faults_of(import_meetings, filed.area.viewer, sheet(MEETING_COLUMNS, rows))
        assert dump() == before

    def test_a_calendar_follows(self, filed: Filed, mail_server: MailServer) -> None:
        filed.bring_in("2026-06-30T10:00")
        mailed(mail_server, timedelta(days=1))
        filed.bring_in("2026-07-01T10:00")
        mailed(mail_server, timedelta(days=2))
        filed.bring_in("2026-07-01T10:00", status="cancelled")
        mailed(mail_server, timedelta(days=5))
        for key in ("a.gp.lead", "a.chair"):
            got = files_of(mail_server, filed.world, key)
            assert [one.method for one in got] == ["REQUEST", "REQUEST", "CANCEL"], key
            assert len({one.uid for one in got}) == 1
            assert got[0].sequence < got[1].sequence < got[2].sequence


class TestHistory:
    """What was before today is written down; it asks nobody for anything."""

    @pytest.mark.parametrize(
        ("before", "on", "after"),
        [
            (PLANNED, "2026-05-06T10:00", PLANNED),
            (PLANNED, "2026-05-06T10:00", HELD),
            (HELD, "2026-05-06", HELD),
            (PLANNED, "2026-05-05T10:00", {"status": "cancelled", "held_on": ""}),
            # It began half an hour ago.
            (PLANNED, "2026-06-10T10:30", PLANNED),
        ],
    )
    def test_nobody_is_told_or_asked(
        self, filed: Filed, before: dict[str, str], on: str, after: dict[str, str]
    ) -> None:
        area = filed.area
        area.meetings(meeting("OLD", REVIEW, "2026-05-05T10:00", **before))
        area.attendance(part("OLD", filed.world.agency_codes["a.gp"]))
        gp = area.invitation("OLD", filed.world.agency_codes["a.gp"])
        change(Invitation, gp.id, answer=Answer.ATTEND, answered_at=NOW - timedelta(days=60))
        forget_all()
        area.meetings(meeting("OLD", REVIEW, on, **after))
        assert notices() == []
        assert waiting_of(filed.coordinator, gp.meeting_id) == []
        lines = db.session.scalars(select(MeetingMove).where(MeetingMove.meeting_id == gp.meeting_id)).all()
        assert [line.asks_again for line in lines] == ([] if "held" in (after["status"], before["status"]) else [False])

    def test_a_meeting_that_was_held_as_planned_has_no_line(self, filed: Filed) -> None:
        filed.answered()
        filed.area.at(NOW + timedelta(days=20)).meetings(filed.row(status="held", held_on="2026-06-25"))
        assert filed.lines() == []
        assert filed.now.status is MeetingStatus.HELD
        assert filed.told("a.police.lead") == []

    def test_one_that_was_overdue_and_is_planned_anew_is_a_move(self, filed: Filed) -> None:
        filed.answered()
        late = timedelta(days=20)
        filed.bring_in("2026-07-07T10:00", after=late)
        assert [line.asks_again for line in filed.lines()] == [True]
        assert filed.told("a.police.lead") == [NoticeKind.INVITATION_CHANGED]


class TestCancelled:
    """A file says that it is not held."""

    def test_it_is_cancelled_as_in_a_page(self, filed: Filed) -> None:
        before = filed.now.calendar_sequence
        assert filed.bring_in(status="cancelled") == Imported(changed=1)
        [line] = filed.lines()
        assert (line.kind, line.reason, line.from_on, line.to_on) == (
            MoveKind.CANCELLED,
            MoveReason.IMPORTED,
            FIRST,
            FIRST,
        )
        assert (filed.now.status, filed.now.calendar_sequence) == (MeetingStatus.CANCELLED, before + 1)
        for key in ("a.gp.lead", "a.police.lead"):
            assert filed.told(key) == [NoticeKind.INVITATION_CHANGED], key
        assert filed.told("a.chair") == [NoticeKind.CHAIRING]
        kept = dump()
        assert filed.bring_in(status="cancelled", after=HOUR) == Imported(unchanged=1)
        assert dump() == kept

    def test_one_that_is_held_after_all_asks_again(self, filed: Filed) -> None:
        filed.answered()
        filed.bring_in(status="cancelled", after=HOUR)
        filed.bring_in(after=2 * HOUR)
        assert [line.kind for line in filed.lines()] == [MoveKind.CANCELLED, MoveKind.MOVED]
        assert waiting_of(filed.coordinator, filed.id) == [filed.gp().id]
        assert filed.told("a.police.lead") == [NoticeKind.INVITATION_CHANGED] * 2


class TestSaidInPages:
    """What somebody said in a page stays, and a note says so."""

    def test_a_day_that_was_moved_there(self, filed: Filed) -> None:
        filed.move()
        forget_all()
        for on in ("2026-06-25T10:00", "2026-07-02T10:00"):
            done = filed.bring_in(on)
            assert done == Imported(
                unchanged=1, notes=("m.csv:2: scheduled_for: kept as it was planned in the portal",)
            )
        found = filed.now
        assert (found.scheduled_on, found.start_time, found.format) == (SECOND, time(14), MeetingFormat.VIDEO)
        assert [line.moved_by_id for line in filed.lines()] == [filed.coordinator.user_id]
        assert notices() == []

    def test_and_the_rest_of_the_row_is_taken(self, filed: Filed) -> None:
        filed.move()
        done = filed.bring_in(trigger_on="2026-06-01")
        assert (done.changed, len(done.notes)) == (1, 1)
        assert (filed.now.trigger_on, filed.now.scheduled_on) == (date(2026, 6, 1), SECOND)
        assert len(filed.lines()) == 1

    def test_it_is_held_all_the_same(self, filed: Filed) -> None:
        filed.move()
        filed.bring_in(status="held", held_on="2026-06-30", after=timedelta(days=25))
        assert (filed.now.status, filed.now.held_on, filed.now.scheduled_on) == (MeetingStatus.HELD, SECOND, SECOND)

    def test_that_it_was_cancelled(self, filed: Filed) -> None:
        cancel_meeting(filed.coordinator, filed.id, MoveReason.NOT_NEEDED, "", version=filed.now.version)
        forget_all()
        for row in ({}, {"status": "held", "held_on": "2026-06-25"}):
            done = filed.bring_in(**row)
            assert done.notes == ("m.csv:2: status: kept as the meeting was cancelled in the portal",)
            assert (filed.now.status, filed.now.held_on) == (MeetingStatus.CANCELLED, None)
        assert notices() == []

    def test_who_chairs(self, filed: Filed) -> None:
        second = filed.world.person("a.second_chair").hat.membership_id
        change_chair(filed.coordinator, filed.id, second, version=filed.now.version)
        forget_all()
        for email in (filed.chair, ""):
            done = filed.bring_in(chair_email=email)
            assert done == Imported(unchanged=1, notes=("m.csv:2: chair_email: kept as it was chosen in the portal",))
        assert filed.now.chair_membership_id == second
        # Its day was said by a file alone.
        assert filed.bring_in("2026-06-30T10:00", chair_email=filed.chair).changed == 1
        assert (filed.now.scheduled_on, filed.now.chair_membership_id) == (SECOND, second)

    def test_who_came(self, filed: Filed) -> None:
        on_the_day = filed.viewer("a.gp.lead", now=NOW + timedelta(days=15))
        declare_attendance(on_the_day, filed.id, Attendance.VIDEO, seen_declaration(filed.gp()))
        forget_all()
        later = timedelta(days=16)
        done = filed.bring_in("2026-07-07T10:00", after=later)
        assert done.notes == ("m.csv:2: scheduled_for: kept because somebody has said in the portal who came",)
        done = filed.bring_in(status="cancelled", after=later)
        assert done.notes == ("m.csv:2: status: kept because somebody has said in the portal that they came",)
        assert (filed.now.scheduled_on, filed.now.status) == (FIRST, MeetingStatus.SCHEDULED)
        assert (filed.lines(), notices()) == ([], [])


class TestChairs:
    """A file gives a meeting to another chair."""

    def test_both_are_told_and_the_history_says_so(self, filed: Filed) -> None:
        second = filed.world.person("a.second_chair")
        filed.answered()
        filed.bring_in(chair_email=second.email, after=HOUR)
        [line] = filed.lines()
        assert (line.kind, line.from_chair_id, line.to_chair_id, line.moved_by_id) == (
            MoveKind.CHAIR_CHANGED,
            filed.world.person("a.chair").hat.membership_id,
            second.hat.membership_id,
            None,
        )
        assert filed.told("a.chair") == [NoticeKind.CHAIRING_ENDED]
        assert filed.told("a.second_chair") == [NoticeKind.CHAIRING]
        assert filed.told("a.police.lead") == []
        assert waiting_of(filed.coordinator, filed.id) == []

    def test_of_one_for_named_people_the_old_chair_is_named_no_more(self, filed: Filed) -> None:
        row = {**PLANNED, "chair_email": filed.chair}
        filed.area.meetings(meeting("SHUT", "complex_strategy", "2026-06-25", **row))
        second = filed.world.person("a.second_chair")
        filed.area.meetings(meeting("SHUT", "complex_strategy", "2026-06-25", **{**row, "chair_email": second.email}))
        meeting_id = filed.area.stored("SHUT").id
        rows = select(NamedPerson.membership_id).where(
            NamedPerson.meeting_id == meeting_id, NamedPerson.ended_at.is_(None)
        )
        assert list(db.session.scalars(rows)) == [second.hat.membership_id]
        told = {one.membership_id: one.kind for one in notices(Notice.subject_id == meeting_id)}
        assert told[filed.world.person("a.chair").hat.membership_id] is NoticeKind.CHAIRING_ENDED


class TestMany:
    """Only what moves costs anything, and no more for many than for few."""

    def bring_in(self, area: Area, count: int, on: str, code: str) -> None:
        """So many reviews, all on one day."""
        area.meetings(*(meeting(f"{count}-{number}", REVIEW, on, **PLANNED) for number in range(count)))

    def test_the_number_of_statements_does_not_grow_with_the_rows(self, filed: Filed, count_queries: Any) -> None:
        code = filed.world.agency_codes["a.gp"]
        moved, unmoved = [], []
        for count in (5, 60):
            self.bring_in(filed.area, count, "2026-06-25", code)
            filed.area.attendance(*(part(f"{count}-{number}", code) for number in range(count)))
            with count_queries() as statements:
                self.bring_in(filed.area, count, "2026-06-30", code)
            moved.append(len(statements))
            with count_queries() as statements:
                self.bring_in(filed.area, count, "2026-06-30", code)
            unmoved.append(statements)
        assert moved[0] == moved[1]
        assert len(unmoved[0]) == len(unmoved[1]) < moved[0]
        assert not any("meeting_moves" in statement for statement in unmoved[1])
        assert db.session.scalar(select(func.count()).select_from(MeetingMove).where(MeetingMove.asks_again)) >= 65
