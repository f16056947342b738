"""A meeting's register as one sheet: who is expected, what they answered, what is recorded, and the quorum."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any, NamedTuple
from zlib import crc32

from portal.access import meetings as access
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.deadlines import ReportState, report_state
from portal.domain.errors import NotPermitted, NotVisible
from portal.domain.meeting_vocabulary import InquorateReason, MeetingVariant
from portal.domain.months import Month
from portal.domain.quoracy import quorum_words
from portal.domain.registers import NOT_SET, Mark, QuorumLine, mark_of, mark_words, quorum_line
from portal.domain.rules import QuorumRule
from portal.domain.vocabulary import (
    COUNTED_STATUSES,
    AgencyType,
    Answer,
    Attendance,
    Expectation,
    MeetingFormat,
    MeetingKind,
    MeetingStatus,
)
from portal.models.meetings import Meeting
from portal.models.people import User
from portal.services.registers.queries import quorum_from, sheet_of

_EXPECTATIONS = {expectation: place for place, expectation in enumerate(Expectation)}
_TYPES = {agency_type: place for place, agency_type in enumerate(AgencyType)}


class RegisterState(StrEnum):
    """Whether the register can be kept, and if not, why."""

    OPEN = "open"
    NOT_YET = "not_yet"
    CANCELLED = "cancelled"
    CLOSED = "closed"


class RegisterRow(NamedTuple):
    """One agency's line: what is stored, in the order of the query, and what follows from it."""

    invitation_id: int
    expectation: Expectation
    confirmed: Attendance | None
    confirmed_by_id: int | None
    present_by: Attendance | None
    is_deputy: bool
    left_early: bool
    stored_note: str | None
    agency_type: AgencyType
    agency_name: str
    answer: Answer | None
    declared: Attendance | None
    report_due_on: date | None
    report_received_on: date | None
    report_id: int | None
    """The report that was sent through the portal; empty for one that only an import knows of."""
    report: ReportState
    mark: Mark

    @property
    def note(self) -> str:
        """What was noted beside the mark."""
        return self.stored_note or ""

    @property
    def seen(self) -> int:
        """What the register says of the agency, as one number: what a save is based on."""
        return seen_row(self.mark, self.note)

    @property
    def sent_words(self) -> str:
        """The day on which the report came, such as "25 Nov"; empty where none has."""
        return f"{self.report_received_on.day} {self.report_received_on:%b}" if self.report_received_on else ""

    @property
    def words(self) -> str:
        """Who was there, in words; nobody blames an agency that was not expected."""
        if self.confirmed is Attendance.NO_RESPONSE and self.expectation is not Expectation.EXPECTED:
            return "Not there"
        return mark_words(self.mark)

    @property
    def is_set(self) -> bool:
        """Whether somebody has said who was there."""
        return self.confirmed is not None

    @property
    def differs(self) -> bool:
        """Whether the agency says something else than the register."""
        return self.is_set and self.declared is not None and self.declared is not self.confirmed


_EXPECTATION, _CONFIRMED, _DUE, _RECEIVED = map(
    RegisterRow._fields.index, ("expectation", "confirmed", "report_due_on", "report_received_on")
)
"""Places in a row of the query, too: to ask that for a column by its name takes several times as long."""


@dataclass(frozen=True, slots=True)
class SaidOfQuorum:
    """Why a conference went on without its quorum, or how the child is kept safe until the day it was adjourned to."""

    reason: InquorateReason | None = None
    note: str = ""
    interim_plan: str = ""


@dataclass(frozen=True, slots=True)
class Register:
    """A meeting's register as one person sees it."""

    meeting_id: int
    partnership_id: int
    case_id: int
    meeting_type_id: int
    variant: MeetingVariant | None
    follows_id: int | None
    version: int
    type_code: str
    type_name: str
    format: MeetingFormat
    status: MeetingStatus
    scheduled_on: date
    start_time: time | None
    held_on: date | None
    held_time: time | None
    interim_safety_plan: bool | None
    note: str
    """What was written on closing; empty while the register is open."""
    closed_at: datetime | None
    closed_by: str
    said: SaidOfQuorum
    """What a closing said of a conference without its quorum."""
    state: RegisterState
    rule: QuorumRule | None
    line: QuorumLine
    rows: tuple[RegisterRow, ...]
    is_frozen: bool = False
    """Whether the figures of its day's month are frozen, and nothing in them is being corrected."""
    others_were_without: bool = False
    """Whether another of the family's meetings, or the one that this follows, was without its quorum."""

    @property
    def day(self) -> date:
        """The day on which it was held, or else is to be."""
        return self.held_on or self.scheduled_on

    @property
    def rule_words(self) -> str:
        """The rule, such as "social care and 2 more"; empty where none asks."""
        return quorum_words(self.rule) if self.rule else ""

    @property
    def unset(self) -> tuple[RegisterRow, ...]:
        """Rows that closing records as absent."""
        return tuple(row for row in self.rows if is_left_open(row.confirmed, row.expectation))

    @property
    def seen(self) -> int:
        """The whole register as one number, so that nobody closes another one than they saw."""
        return seen_sheet(
            (row.invitation_id, row.seen, is_left_open(row.confirmed, row.expectation)) for row in self.rows
        )

    @property
    def asks_for_safety_plan(self) -> bool:
        """Whether closing asks about an interim safety plan."""
        return self.type_code == MeetingKind.STRATEGY_MEETING


def read_register(viewer: Viewer, meeting_id: int) -> Register:
    """The register of a meeting that the viewer keeps, by two queries. Raises NotVisible, NotPermitted."""
    if not viewer.may(Permission.REGISTER_KEEP):
        raise NotPermitted("Keeping a register is not part of this role.")
    meeting, invitations = sheet_of(db.session(), viewer, meeting_id)
    if meeting is None:
        raise NotVisible("No such meeting.")
    return make_register(viewer, meeting, invitations)


def make_register(viewer: Viewer, meeting: Any, invitations: Iterable[Any]) -> Register:
    """The register of a meeting and its invitations as queries.py reads them for this viewer."""
    rule, today = quorum_from(meeting.quorum), viewer.today
    rows = [_row(row, meeting.status, today) for row in invitations]
    rows.sort(key=_place)
    closed = meeting.register_closed_at is not None
    note, closed_by, said = _closing(viewer, meeting.id) if closed else ("", "", SaidOfQuorum())
    return Register(
        meeting_id=meeting.id,
        partnership_id=meeting.partnership_id,
        case_id=meeting.case_id,
        meeting_type_id=meeting.meeting_type_id,
        variant=meeting.variant,
        follows_id=meeting.follows_id,
        version=meeting.version,
        type_code=meeting.type_code,
        type_name=meeting.type_name,
        format=meeting.format,
        status=meeting.status,
        scheduled_on=meeting.scheduled_on,
        start_time=meeting.start_time,
        held_on=meeting.held_on,
        held_time=meeting.held_time,
        interim_safety_plan=meeting.interim_safety_plan,
        note=note,
        closed_at=meeting.register_closed_at,
        closed_by=closed_by,
        said=said,
        state=_state(viewer, meeting),
        rule=rule,
        line=quorum_line(rule, ((row.agency_type, row.confirmed, row.agency_name) for row in rows)),
        rows=tuple(rows),
        is_frozen=meeting.shut_month == Month.of(meeting.held_on or meeting.scheduled_on).first,
        others_were_without=meeting.others_were_without,
    )


def _state(viewer: Viewer, meeting: Any) -> RegisterState:
    if meeting.register_closed_at is not None:
        return RegisterState.CLOSED
    if meeting.status is MeetingStatus.CANCELLED:
        return RegisterState.CANCELLED
    return RegisterState.OPEN if access.may_keep_register(viewer, meeting) else RegisterState.NOT_YET


def read_said_before(viewer: Viewer, sheet: Register) -> tuple[str, SaidOfQuorum]:
    """The note and the rest of what a closing said that was opened again; nothing, without a query, where none was."""
    if sheet.status not in COUNTED_STATUSES:
        return "", SaidOfQuorum()
    note, _, said = _closing(viewer, sheet.meeting_id)
    return note, said


def _closing(viewer: Viewer, meeting_id: int) -> tuple[str, str, SaidOfQuorum]:
    """What was written on closing, and by whom; an open register is spared the query."""
    found = db.session.execute(
        access.visible_to(viewer)
        .where(Meeting.id == meeting_id)
        .outerjoin(User, User.id == Meeting.register_closed_by_id)
        .with_only_columns(
            Meeting.note, User.name, Meeting.inquorate_reason, Meeting.inquorate_note, Meeting.interim_plan
        )
    ).one()
    said = SaidOfQuorum(found.inquorate_reason, found.inquorate_note or "", found.interim_plan or "")
    return found.note or "", found.name or "", said


def _row(row: Any, status: MeetingStatus, today: date) -> RegisterRow:
    due, received_on = row[_DUE], row[_RECEIVED]
    report = report_state(expectation=row[_EXPECTATION], status=status, due=due, received_on=received_on, today=today)
    return RegisterRow._make((*row, report, mark_in(row) if row[_CONFIRMED] else NOT_SET))


def _place(row: RegisterRow) -> tuple[int, int, str]:
    """Those expected first, each kind of agency where people are used to finding it."""
    return _EXPECTATIONS[row.expectation], _TYPES[row.agency_type], row.agency_name


def seen_row(mark: Mark, note: str) -> int:
    """A row's entry as one number: an agency's answer or report does not change it, so neither refuses a save."""
    is_empty = (mark is NOT_SET or mark == NOT_SET) and not note
    return 0 if is_empty else _number(mark.here or "", mark.is_deputy, mark.left_early, note)


def mark_in(row: Any) -> Mark:
    """What was entered, from an invitation's stored columns."""
    return mark_of(row.confirmed_attendance, row.present_by, is_deputy=row.is_deputy, left_early=row.left_early)


def is_left_open(confirmed: Attendance | None, expectation: Expectation) -> bool:
    """Whether closing records an agency as absent: nobody marked it, and it is not one that was never asked."""
    return confirmed is None and expectation is not Expectation.NOT_RELEVANT


def seen_sheet(rows: Iterable[tuple[int, int, bool]]) -> int:
    """A register as one number, from each invitation's id, its entry, and whether it was left open."""
    return _number(*sorted(rows))


def _number(*facts: object) -> int:
    return crc32("\0".join(map(str, facts)).encode()) & 0x7FFFFFFF
