"""The file of attendance: which agency was invited to which meeting, who came, which reports came.

Attendance in the file counts as confirmed; an empty cell says nothing. What the chair confirmed in a page stays, as do
the day of a report that was sent in the portal, and an expectation that the coordinator decided: a file must not open
a child's record again to an agency that was found not to be relevant.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from sqlalchemy import Row, Select, Table, exists, select
from sqlalchemy.orm import Session

from portal.access.viewer import Viewer
from portal.domain.registers import mark_of
from portal.domain.sharing_vocabulary import ConsultationState
from portal.domain.vocabulary import Attendance, Expectation, ExpectationReason, ReportStatus
from portal.models.consultations import Consultation
from portal.models.meetings import Invitation
from portal.models.partnerships import PartnershipAgency
from portal.models.report_sharing import ReportSharing
from portal.models.reports import Report
from portal.services import case_facts
from portal.services.batches import in_batches
from portal.services.changes import Change
from portal.services.imports.cells import Record
from portal.services.imports.expectations import note_expectations, tell_expected
from portal.services.imports.faults import Faults
from portal.services.imports.importing import (
    Imported,
    Progress,
    importing,
    insert_rows,
    recount,
    silent,
    stored_meetings,
    update_rows,
    watched,
    without_repeats,
)
from portal.services.imports.reading import read_records
from portal.services.rule_sets import RuleBook, rule_book

COLUMNS = (
    "meeting_ref", "agency_code", "expectation", "attendance", "report_due_on", "report_received_on",
    "report_shared_with_family_on",
)  # fmt: skip
OPTIONAL = ("consulted_on",)

_CONFIRMED = ("confirmed_attendance", "confirmed_at", "present_by", "is_deputy", "left_early")
_FROM_FILE = (
    "expectation", "expectation_reason", "attendance", *_CONFIRMED, "report_due_given", "report_received_on",
    "report_shared_on", "consulted_on",
)  # fmt: skip
_OF_MEETING = ("id", "case_id", "meeting_type_id", "status", "scheduled_on", "held_on")

_INVITATIONS = cast(Table, Invitation.__table__)


@dataclass(frozen=True, slots=True)
class _Row:
    record: Record = field(compare=False, repr=False)
    meeting_reference: str
    agency_code: str
    expectation: Expectation | None
    attendance: Attendance | None
    report_due_given: date | None
    report_received_on: date | None
    report_shared_on: date | None
    consulted_on: date | None

    @property
    def line(self) -> int:
        return self.record.line

    @property
    def key(self) -> tuple[str, str] | int:
        """What the row is about."""
        named = self.meeting_reference and self.agency_code
        return (self.meeting_reference, self.agency_code) if named else self.line


def import_attendance(viewer: Viewer, content: bytes, label: str, progress: Progress = silent) -> Imported:
    """Bring a file of attendance in. Raises Unusable with a line for each fault, NotPermitted."""
    faults = Faults(label)
    records = read_records(content, faults, COLUMNS, OPTIONAL)
    rows = [_row(record) for record in watched(records, progress, "Reading attendance")]
    rows = without_repeats(rows, faults, "agency_code", lambda row: row.key)
    with importing(viewer, progress) as (change, partnership_id):
        session = change.session
        book = rule_book(session, partnership_id)
        references = dict.fromkeys(row.meeting_reference for row in rows)
        meetings = stored_meetings(session, partnership_id, references, _OF_MEETING)
        agencies = _agencies(session, partnership_id)
        _check_references(rows, meetings, agencies)
        faults.raise_if_any()
        case_facts.hold(session, partnership_id, {meeting.case_id for meeting in meetings.values()})
        known = _known(session, [meeting.id for meeting in meetings.values()])
        created: list[dict[str, Any]] = []
        changed: list[dict[str, Any]] = []
        touched: set[int] = set()
        for row in watched(rows, progress, "Comparing attendance"):
            meeting = meetings[row.meeting_reference]
            agency_id = agencies[row.agency_code]
            stored = known.get((meeting.id, agency_id))
            values = _values(row, stored, change)
            if stored is None:
                created.append(_new(values, meeting, agency_id, book))
            elif any(getattr(stored, name) != values[name] for name in _FROM_FILE):
                changed.append({"row_id": stored.id, **values})
            else:
                continue
            touched.add(meeting.case_id)
        invited = _save(change, partnership_id, created, changed, progress)
        note_expectations(change, partnership_id, known, changed)
        recount(change, partnership_id, touched, book, progress)
        tell_expected(change, partnership_id, invited, known, changed)
    return Imported(len(created), len(changed), len(rows) - len(created) - len(changed))


def _row(record: Record) -> _Row:
    return _Row(
        record=record,
        meeting_reference=record.text("meeting_ref", required=True),
        agency_code=record.text("agency_code", required=True),
        expectation=record.word("expectation", Expectation),
        attendance=record.word("attendance", Attendance, required=False),
        report_due_given=record.day("report_due_on"),
        report_received_on=record.day("report_received_on"),
        report_shared_on=record.day("report_shared_with_family_on"),
        consulted_on=record.day("consulted_on"),
    )


def _agencies(session: Session, partnership_id: int) -> dict[str, int]:
    rows = select(PartnershipAgency.code, PartnershipAgency.agency_id)
    found = session.execute(rows.where(PartnershipAgency.partnership_id == partnership_id))
    return {row.code: row.agency_id for row in found}


def _check_references(rows: list[_Row], meetings: dict[str, Row[Any]], agencies: dict[str, int]) -> None:
    for row in rows:
        if row.meeting_reference and row.meeting_reference not in meetings:
            row.record.fault("meeting_ref", "is no meeting of this partnership")
        if row.agency_code and row.agency_code not in agencies:
            row.record.fault("agency_code", "is no agency of this partnership")


def _known(session: Session, meeting_ids: list[int]) -> dict[tuple[int, int], Row[Any]]:
    names = ("id", "meeting_id", "meeting_on", "agency_id", "declared_attendance", "confirmed_by_id", *_FROM_FILE)
    columns: list[Any] = [getattr(Invitation, name) for name in names]
    columns += [
        Report.status.label("report_status"),
        exists()
        .where(
            ReportSharing.invitation_id == Report.invitation_id,
            ReportSharing.report_id == Report.id,
            ReportSharing.shared_on.is_not(None),
            ReportSharing.taken_back_at.is_(None),
        )
        .correlate(Report)
        .label("is_shared_here"),
        exists()
        .where(Consultation.invitation_id == Invitation.id, Consultation.state != ConsultationState.WAITING)
        .correlate(Invitation)
        .label("is_consulted_here"),
    ]
    query = (
        select(*columns)
        .outerjoin(Report, (Report.invitation_id == Invitation.id) & Report.withdrawn_at.is_(None))
        .order_by(Invitation.id)
        .with_for_update(of=Invitation, key_share=True)
    )
    return _by_place(session, query, meeting_ids)


def _by_place(
    session: Session, query: Select[*tuple[Any, ...]], meeting_ids: Iterable[int]
) -> dict[tuple[int, int], Row[Any]]:
    """Invitations to these meetings, by meeting and agency."""
    return {
        (found.meeting_id, found.agency_id): found
        for some in in_batches(sorted(meeting_ids))
        for found in session.execute(query.where(Invitation.meeting_id.in_(some)))
    }


def _values(row: _Row, stored: Row[Any] | None, change: Change) -> dict[str, Any]:
    """What the invitation's row should hold; what people confirmed or decided in a page stays."""
    values: dict[str, Any] = {
        "expectation": row.expectation,
        "expectation_reason": ExpectationReason.IMPORTED,
        "report_due_given": row.report_due_given,
        "report_received_on": row.report_received_on,
        "report_shared_on": row.report_shared_on,
        "consulted_on": row.consulted_on,
        **_confirmation(row.attendance, change),
    }
    if stored is not None:
        if stored.confirmed_by_id is not None or stored.confirmed_attendance == row.attendance:
            values |= {name: getattr(stored, name) for name in _CONFIRMED}
        if stored.expectation_reason not in (None, ExpectationReason.IMPORTED) or stored.expectation == row.expectation:
            values |= {name: getattr(stored, name) for name in ("expectation", "expectation_reason")}
        if stored.report_status is ReportStatus.SUBMITTED:
            values["report_received_on"] = stored.report_received_on
        if stored.is_shared_here:
            values["report_shared_on"] = stored.report_shared_on
        if stored.is_consulted_here or not row.record.has("consulted_on"):
            values["consulted_on"] = stored.consulted_on
    values["attendance"] = case_facts.counted_attendance(
        values["confirmed_attendance"], stored.declared_attendance if stored is not None else None
    )
    return values


def _confirmation(attendance: Attendance | None, change: Change) -> dict[str, Any]:
    """How the register shows what a file says: the counted value, and not how a deputy was there."""
    mark = mark_of(attendance, None, is_deputy=False, left_early=False)
    return {
        "confirmed_attendance": attendance,
        "confirmed_at": None if attendance is None else change.viewer.now,
        "present_by": mark.present_by,
        "is_deputy": mark.is_deputy,
        "left_early": mark.left_early,
    }


def _new(values: dict[str, Any], meeting: Row[Any], agency_id: int, book: RuleBook) -> dict[str, Any]:
    """A new row with its due day at once, so that working out the case's facts need not write it again."""
    rule = book.rule(meeting.meeting_type_id, case_facts.counted_day(meeting))
    due = case_facts.report_due_on(rule, meeting, given=values["report_due_given"])
    placed = {"meeting_id": meeting.id, "meeting_on": meeting.scheduled_on, "agency_id": agency_id}
    return {**placed, "report_due_on": due, **values}


def _save(
    change: Change,
    partnership_id: int,
    created: list[dict[str, Any]],
    changed: list[dict[str, Any]],
    progress: Progress,
) -> list[int]:
    """Write the rows; returns the new invitations to meetings that are still to come."""
    fixed = {"partnership_id": partnership_id, "version": 1, "created_at": change.viewer.now}
    rows = [{**fixed, **values} for values in created]
    insert_rows(change.session, _INVITATIONS, rows, progress, "Saving attendance")
    ids = select(Invitation.id, Invitation.meeting_id, Invitation.agency_id)
    invited = _by_place(change.session, ids, {row["meeting_id"] for row in rows})
    for row in rows:
        change.log("invitation.imported", "invitation", invited[row["meeting_id"], row["agency_id"]].id)
    update_rows(change.session, _INVITATIONS, _FROM_FILE, changed)
    for row in changed:
        change.log("invitation.changed_by_import", "invitation", row["row_id"])
    today = change.viewer.today
    return [
        invited[row["meeting_id"], row["agency_id"]].id
        for row in rows
        if row["meeting_on"] >= today and row["attendance"] is None
    ]
