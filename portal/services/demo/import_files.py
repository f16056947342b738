"""Planned meetings as the import files that a partnership would bring."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from portal.domain.vocabulary import Attendance, Expectation, MeetingFormat, MeetingKind, MeetingStatus
from portal.services.demo.cases import Family

MEETING_COLUMNS = (
    "meeting_ref", "meeting_type", "case_ref", "trigger_on", "scheduled_for", "held_on", "status", "format",
    "interim_safety_plan", "chair_email",
)  # fmt: skip
ATTENDANCE_COLUMNS = (
    "meeting_ref", "agency_code", "expectation", "attendance", "report_due_on", "report_received_on",
    "report_shared_with_family_on", "consulted_on",
)  # fmt: skip


@dataclass(slots=True)
class PlannedInvitation:
    """One row of the attendance file."""

    agency_code: str
    expectation: Expectation
    attendance: Attendance | None = None
    report_received_on: date | None = None
    report_shared_on: date | None = None
    consulted_on: date | None = None


@dataclass(slots=True)
class PlannedMeeting:
    """One row of the meetings file, with its invitations."""

    reference: str
    kind: MeetingKind
    case_reference: str
    day: date
    trigger_on: date | None = None
    status: MeetingStatus = MeetingStatus.HELD
    format: MeetingFormat = MeetingFormat.HYBRID
    interim_safety_plan: bool | None = None
    chair_email: str = ""
    start: str = "10:00"
    family: Family | None = None
    invitations: list[PlannedInvitation] = field(default_factory=list)

    def invite(self, code: str, expectation: Expectation = Expectation.EXPECTED) -> PlannedInvitation:
        """Add an agency and give its row back to be filled."""
        row = PlannedInvitation(code, expectation)
        self.invitations.append(row)
        return row


def meetings_file(meetings: Iterable[PlannedMeeting]) -> str:
    """The meetings as `flask import meetings` reads them."""
    return csv_text(
        MEETING_COLUMNS,
        (
            (
                meeting.reference,
                meeting.kind,
                meeting.case_reference,
                iso(meeting.trigger_on),
                f"{meeting.day.isoformat()}T{meeting.start}",
                iso(meeting.day) if meeting.status in (MeetingStatus.HELD, MeetingStatus.INQUORATE) else "",
                meeting.status,
                meeting.format,
                {True: "yes", False: "no", None: ""}[meeting.interim_safety_plan],
                meeting.chair_email,
            )
            for meeting in meetings
        ),
    )


def attendance_file(meetings: Iterable[PlannedMeeting]) -> str:
    """Their invitations as `flask import attendance` reads them."""
    return csv_text(
        ATTENDANCE_COLUMNS,
        (
            (
                meeting.reference,
                row.agency_code,
                row.expectation,
                row.attendance or "",
                "",
                iso(row.report_received_on),
                iso(row.report_shared_on),
                iso(row.consulted_on),
            )
            for meeting in meetings
            for row in meeting.invitations
        ),
    )


def agencies_file(rows: Iterable[Sequence[str]]) -> str:
    """Agencies as `flask import agencies` reads them."""
    return csv_text(("agency_code", "name", "agency_type", "urn", "ods_code", "email"), rows)


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Rows as CSV, under their header."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()


def iso(day: date | None) -> str:
    """A day as files write it; empty for none."""
    return day.isoformat() if day else ""
