"""What invented people do in the last fortnight: answers, reports, declarations, registers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from io import BytesIO
from itertools import count
from random import Random

from sqlalchemy import Row, select

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.files import Upload
from portal.domain.meeting_vocabulary import InquorateReason
from portal.domain.registers import Mark
from portal.domain.report_templates import ReportTemplate
from portal.domain.vocabulary import CONFERENCES, AgencyType, Answer, Attendance, Expectation, MeetingStatus
from portal.domain.working_days import add_working_days, london_instant
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import Agency, PartnershipAgency
from portal.services.demo import texts
from portal.services.demo.diary import Deed, Diary, Who
from portal.services.demo.import_files import PlannedMeeting
from portal.services.demo.people import DemoPerson
from portal.services.demo.plan import working_days_before
from portal.services.invitations.answering import answer_invitation
from portal.services.invitations.declaring import declare_attendance
from portal.services.invitations.seen import seen_answer, seen_declaration
from portal.services.registers.closing import Closing, close_register
from portal.services.registers.marking import Entry, record
from portal.services.registers.sheet import read_register
from portal.services.report_files import attach_files
from portal.services.reports.desk import template_to_write
from portal.services.reports.sending import submit_report
from portal.services.reports.writing import NOTHING_SEEN, Typed, save_draft

FORTNIGHT = 10
"""Working days back to which answers and reports are spread."""

ANSWERED = {AgencyType.SOCIAL_CARE: 1.0, AgencyType.GP: 0.4, AgencyType.HOUSING: 0.5}
USUALLY_ANSWERED = 0.75
SENT = {AgencyType.GP: 0.45, AgencyType.POLICE: 0.85, AgencyType.HOUSING: 0.4}
USUALLY_SENT = 0.65
DRAFTED = 0.4
"""Of the reports that were not sent, how many somebody has begun."""
ATTACHED = {
    AgencyType.SCHOOL: "Attendance this year",
    AgencyType.HEALTH_VISITING: "Growth chart in numbers",
    AgencyType.POLICE: "Incidents in order of time",
}
"""What is attached to the first report that an agency of a kind sends."""

DECLARED = 0.7
DIFFERS = 0.1
"""How often an agency says something else than the chair saw."""


@dataclass(frozen=True, slots=True)
class Seat:
    """One agency's place at one open meeting, and who answers for it."""

    invitation_id: int
    meeting_id: int
    day: date
    kind: str
    agency_type: AgencyType
    expectation: Expectation
    report_due_on: date | None
    people: Sequence[DemoPerson]


@dataclass(slots=True)
class Work:
    """One partnership's fortnight, planned into its diary."""

    partnership_id: int
    prefix: str
    staff: Mapping[str, Sequence[DemoPerson]]
    today: date
    chance: Random
    diary: Diary
    _attached: set[AgencyType] = field(default_factory=set)
    _answers: dict[int, Answer] = field(default_factory=dict)
    _templates: dict[tuple[AgencyType, str], ReportTemplate] = field(default_factory=dict)
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def plan(self, meetings: Sequence[PlannedMeeting]) -> None:
        """Work on the open meetings up to the demonstration's day."""
        seats = self._seats()
        moved = self._move_away(seats)
        for seat in seats:
            if seat is moved:
                continue
            self._answer(seat)
            self._report(seat)
            if seat.day < self.today and self.chance.random() < DECLARED:
                self._declare(seat)
        last_closed = working_days_before(self.today, 2)
        by_reference = {meeting.reference: meeting for meeting in meetings}
        for row in self._past_meetings():
            if row.scheduled_on <= last_closed:
                self._close(row, by_reference[row.reference].chair_email)

    def _seats(self) -> list[Seat]:
        rows = db.session.execute(
            select(
                Invitation.id,
                Invitation.meeting_id,
                Meeting.scheduled_on,
                Meeting.reference,
                Agency.agency_type,
                Invitation.expectation,
                Invitation.report_due_on,
                PartnershipAgency.code,
            )
            .join(Meeting, Meeting.id == Invitation.meeting_id)
            .join(Agency, Agency.id == Invitation.agency_id)
            .join(
                PartnershipAgency,
                (PartnershipAgency.agency_id == Agency.id) & (PartnershipAgency.partnership_id == self.partnership_id),
            )
            .where(Meeting.partnership_id == self.partnership_id, Meeting.status == MeetingStatus.SCHEDULED)
            .order_by(Invitation.id)
        )
        return [
            Seat(row[0], row[1], row[2], row[3].split("-")[1], row[4], row[5], row[6], self.staff.get(row[7], ()))
            for row in rows
        ]

    def _answer(self, seat: Seat) -> None:
        share = ANSWERED.get(seat.agency_type, USUALLY_ANSWERED)
        if seat.people and (seat.day <= self.today or self.chance.random() < share):
            answer, note = self._choice_of(seat)
            self._answers[seat.invitation_id] = answer
            self._plan(seat, lambda viewer: self._say(viewer, seat, answer, note))

    def _choice_of(self, seat: Seat) -> tuple[Answer, str]:
        by_report = (
            seat.agency_type is AgencyType.GP or (seat.agency_type is AgencyType.POLICE and seat.kind == "R")
        ) and seat.report_due_on is not None
        if by_report and self.chance.random() < 0.75:
            return Answer.REPORT_ONLY, ""
        draw = self.chance.random()
        if draw < 0.12:
            return Answer.APOLOGIES, f"{self.chance.choice(texts.APOLOGIES)} (ref {self._mark('A')})"
        if draw < 0.2 and len(seat.people) > 1:
            return Answer.DEPUTY, seat.people[0].name
        return Answer.ATTEND, ""

    def _report(self, seat: Seat) -> None:
        soon = add_working_days(self.today, 4)
        if not seat.people or seat.report_due_on is None or seat.report_due_on > soon:
            return
        sent = self.chance.random() < SENT.get(seat.agency_type, USUALLY_SENT)
        if not sent and self.chance.random() > DRAFTED:
            return
        chance, mark = Random(self.chance.random()), self._mark("R")  # noqa: S311 - invented answers
        attached = self._attachment(seat) if sent else []

        def write(viewer: Viewer) -> None:
            template = self._template(viewer, seat)
            answers = texts.report(template, seat.agency_type, viewer.today, chance, mark)
            typed = {code: Typed(value, NOTHING_SEEN) for code, value in answers.items()}
            saved = save_draft(viewer, seat.meeting_id, typed)
            attach_files(viewer, seat.meeting_id, attached)
            if sent:
                submit_report(viewer, seat.meeting_id, saved.version)

        self._plan(seat, write)

    def _template(self, viewer: Viewer, seat: Seat) -> ReportTemplate:
        """What is asked of this kind of agency for this kind of meeting: looked up once, as none comes or goes."""
        asked = seat.agency_type, seat.kind
        if asked not in self._templates:
            self._templates[asked], _is_limited = template_to_write(viewer, seat.meeting_id)
        return self._templates[asked]

    def _attachment(self, seat: Seat) -> list[Upload]:
        """What is attached to the first report of some kinds of agency; its name and its text carry a mark."""
        title = ATTACHED.get(seat.agency_type)
        if title is None or seat.agency_type in self._attached:
            return []
        self._attached.add(seat.agency_type)
        mark = f"{self.prefix}F-{seat.invitation_id % 10**4:04d}-{next(self._numbers):04d}"
        return [Upload(f"{title} {mark}.txt", BytesIO(f"{title}\nOur file {mark}\n\n{texts.ATTACHMENT}\n".encode()))]

    def _declare(self, seat: Seat) -> None:
        if not seat.people:
            return
        present = self._answers.get(seat.invitation_id) in (Answer.ATTEND, Answer.DEPUTY)
        attendance = Attendance.IN_PERSON if present else Attendance.APOLOGIES
        at = self._at(min(self.today, add_working_days(seat.day, 0)), time(16, 30))

        def declare(viewer: Viewer) -> None:
            invitation = db.session.get_one(Invitation, seat.invitation_id)
            declare_attendance(viewer, seat.meeting_id, attendance, seen_declaration(invitation))

        self._add(at, declare, seat.people[0].email)

    def _move_away(self, seats: Sequence[Seat]) -> Seat | None:
        """One school finds that the family has moved: its answer waits for the coordinator."""
        soon = add_working_days(self.today, 5)
        seat = next((s for s in seats if s.agency_type is AgencyType.SCHOOL and s.people and s.day > soon), None)
        if seat is not None:
            note = f"{texts.NOT_OURS} (ref {self._mark('A')})"
            at = self._at(working_days_before(self.today, 1), time(17, 5))
            self._add(at, lambda viewer: self._say(viewer, seat, Answer.NOT_OURS, note), seat.people[0].email)
        return seat

    def _say(self, viewer: Viewer, seat: Seat, answer: Answer, note: str) -> None:
        invitation = db.session.get_one(Invitation, seat.invitation_id)
        answer_invitation(viewer, seat.meeting_id, answer, note, seen_answer(invitation))

    def _past_meetings(self) -> Sequence[Row[int, str, date, time | None]]:
        return db.session.execute(
            select(Meeting.id, Meeting.reference, Meeting.scheduled_on, Meeting.start_time)
            .where(
                Meeting.partnership_id == self.partnership_id,
                Meeting.status == MeetingStatus.SCHEDULED,
                Meeting.scheduled_on < self.today,
            )
            .order_by(Meeting.id)
        ).all()

    def _close(self, meeting: Row[int, str, date, time | None], chair: str) -> None:
        """The chair marks every row and closes; a few agencies had said something else."""
        meeting_id, _reference, day, start = meeting
        mark = self._mark("N")

        def close(viewer: Viewer) -> None:
            sheet = read_register(viewer, meeting_id)
            entries = {
                row.invitation_id: Entry(row.seen, Mark(self._seen_by_chair(row.declared, row.agency_type)))
                for row in sheet.unset
            }
            record(viewer, meeting_id, entries)
            sheet = read_register(viewer, meeting_id)
            goes_on = sheet.line.quorate is not False or sheet.type_code in CONFERENCES
            closing = Closing(
                sheet.version,
                sheet.seen,
                day,
                start,
                MeetingStatus.HELD if goes_on else MeetingStatus.INQUORATE,
                note=f"{texts.MEETING_NOTE} Our note {mark}.",
                inquorate_reason=InquorateReason.FEW_AGENCIES_KNOW_THE_CHILD,
                inquorate_note=f"{texts.WITHOUT_QUORUM} Our note {mark}.",
            )
            close_register(viewer, meeting_id, closing)

        self._add(self._at(day, time(17, 30)), close, chair)

    def _seen_by_chair(self, declared: Attendance | None, kind: AgencyType) -> Attendance:
        if declared is not None and self.chance.random() > DIFFERS:
            return declared
        if kind is AgencyType.SOCIAL_CARE or self.chance.random() < 0.6:
            return Attendance.VIDEO
        return Attendance.NO_RESPONSE

    def _plan(self, seat: Seat, deed: Deed) -> None:
        latest = min(working_days_before(self.today, 1), working_days_before(seat.day, 1))
        day = working_days_before(latest, self.chance.randint(0, FORTNIGHT - 4))
        person = self.chance.choice(seat.people)
        self._add(self._at(day, time(self.chance.randint(8, 16), self.chance.randint(0, 59))), deed, person.email)

    def _add(self, at: datetime, deed: Deed, email: str) -> None:
        self.diary.add(at, Who(email), deed)

    def _at(self, day: date, when: time) -> datetime:
        return london_instant(day, when)

    def _mark(self, kind: str) -> str:
        """A reference that stands nowhere else, so that a leaked text can be traced."""
        return f"{self.prefix}{kind}-{self.chance.randrange(10**4):04d}-{next(self._numbers):04d}"
