"""The file of meetings: by their reference; a case that is not known yet is opened without names.

Where the register was closed in a page, the day, the status and the safety plan that were said there stay; so does
what was planned, cancelled or chosen there (arrangements.py), and a note says so. A day held of a meeting that is
scheduled or cancelled says nothing and is left out.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any, cast

from sqlalchemy import Row, Table, select
from sqlalchemy.orm import Session

from portal.access.viewer import Viewer
from portal.domain.vocabulary import COUNTED_STATUSES, MeetingFormat, MeetingStatus, Role
from portal.models.meetings import Meeting
from portal.models.people import Membership, User
from portal.services import case_facts
from portal.services.cases import open_cases
from portal.services.changes import Change
from portal.services.imports.arrangements import ARRANGEMENTS, Rearranged, SaidInPages, keep_what_was_said
from portal.services.imports.cells import Record
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
from portal.services.named_people.naming import name_chairs
from portal.services.rule_sets import RuleBook, rule_book

COLUMNS = (
    "meeting_ref", "meeting_type", "case_ref", "trigger_on", "scheduled_for", "held_on", "status", "format",
    "interim_safety_plan", "chair_email",
)  # fmt: skip

_FROM_FILE = (
    "meeting_type_id", "case_id", "chair_membership_id", "trigger_on", "trigger_time", "scheduled_on", "start_time",
    "held_on", "held_time", "status", "format", "interim_safety_plan",
)  # fmt: skip
_FROM_REGISTER = ("held_on", "held_time", "status", "interim_safety_plan")
"""What a person says when they close the register."""

_MEETINGS = cast(Table, Meeting.__table__)


@dataclass(frozen=True, slots=True)
class _Row:
    record: Record = field(compare=False, repr=False)
    reference: str
    meeting_type: str
    case_reference: str
    chair_email: str | None
    trigger: tuple[date | None, time | None]
    scheduled: tuple[date | None, time | None]
    held: tuple[date | None, time | None]
    status: MeetingStatus | None
    format: MeetingFormat | None
    interim_safety_plan: bool | None

    @property
    def line(self) -> int:
        return self.record.line


def import_meetings(viewer: Viewer, content: bytes, label: str, progress: Progress = silent) -> Imported:
    """Bring a file of meetings in. Raises Unusable with a line for each fault, NotPermitted."""
    faults = Faults(label)
    records = read_records(content, faults, COLUMNS)
    rows = [_row(record) for record in watched(records, progress, "Reading meetings")]
    rows = without_repeats(rows, faults, "meeting_ref", lambda row: row.reference or row.line)
    with importing(viewer, progress) as (change, partnership_id):
        book = rule_book(change.session, partnership_id)
        known = _known(change.session, partnership_id, rows)
        chairs = _Chairs(change.session, partnership_id)
        for row in rows:
            _check_references(row, book, chairs, known.get(row.reference))
        faults.raise_if_any()
        cases = open_cases(change, partnership_id, [row.case_reference for row in rows])
        case_facts.hold(change.session, partnership_id, {row.case_id for row in known.values()} | set(cases.values()))
        known = _known(change.session, partnership_id, rows)
        created: list[dict[str, Any]] = []
        changed: list[dict[str, Any]] = []
        notes: list[str] = []
        touched: set[int] = set()
        rearranged = Rearranged()
        asked = [(row, _values(row, book, chairs, cases, known.get(row.reference))) for row in rows]
        said = _said(change.session, known, asked)
        for row, values in watched(asked, progress, "Comparing meetings"):
            stored = known.get(row.reference)
            if stored is None:
                created.append({"reference": row.reference, "named_people_only": _is_closed(row, book), **values})
                touched.add(values["case_id"])
                continue
            kept = keep_what_was_said(said, stored, values, viewer)
            notes.extend(f"{label}:{row.line}: {note}" for note in kept)
            if any(getattr(stored, name) != value for name, value in values.items()):
                changed.append({"row_id": stored.id, **values})
                rearranged.note(stored, values)
                touched |= {stored.case_id, values["case_id"]}
        _save(change, partnership_id, created, changed, progress)
        rearranged.write_down(change, partnership_id, progress)
        recount(change, partnership_id, touched, book, progress)
        rearranged.tell(change, partnership_id)
    unchanged = len(rows) - len(created) - len(changed)
    return Imported(len(created), len(changed), unchanged, notes=tuple(notes))


def _row(record: Record) -> _Row:
    status = record.word("status", MeetingStatus)
    held = record.moment("held_on")
    if status in COUNTED_STATUSES and not record.text("held_on"):
        record.fault("held_on", f"is empty, and the meeting is {status}")
    return _Row(
        record=record,
        reference=record.reference("meeting_ref"),
        meeting_type=record.text("meeting_type", required=True),
        case_reference=record.reference("case_ref"),
        chair_email=record.email("chair_email"),
        trigger=record.moment("trigger_on"),
        scheduled=record.moment("scheduled_for", required=True),
        held=held if status in COUNTED_STATUSES else (None, None),
        status=status,
        format=record.word("format", MeetingFormat),
        interim_safety_plan=record.yes_no("interim_safety_plan"),
    )


class _Chairs:
    """Who chairs in a partnership, by address."""

    def __init__(self, session: Session, partnership_id: int) -> None:
        self._current: dict[str, int] = {}
        self._ever: dict[str, set[int]] = defaultdict(set)
        for membership_id, email, ended_at, deactivated_at in session.execute(
            select(Membership.id, User.email, Membership.ended_at, User.deactivated_at)
            .join(User, User.id == Membership.user_id)
            .where(Membership.partnership_id == partnership_id, Membership.role == Role.CHAIR)
            .order_by(Membership.id)
        ):
            self._ever[email].add(membership_id)
            if ended_at is None and deactivated_at is None:
                self._current.setdefault(email, membership_id)

    def membership(self, email: str, stored: Row[Any] | None) -> int | None:
        """The membership meant by an address; a meeting keeps its chair also when they have left since."""
        before: int | None = stored.chair_membership_id if stored is not None else None
        return before if before in self._ever[email] else self._current.get(email)


def _known(session: Session, partnership_id: int, rows: list[_Row]) -> dict[str, Row[Any]]:
    names = ("id", "register_closed_by_id", *_FROM_FILE)
    return stored_meetings(session, partnership_id, (row.reference for row in rows), names)


def _check_references(row: _Row, book: RuleBook, chairs: _Chairs, stored: Row[Any] | None) -> None:
    known = book.meeting_type(row.meeting_type)
    if row.meeting_type and known is None:
        codes = ", ".join(meeting_type.code for meeting_type in book.meeting_types)
        row.record.fault("meeting_type", f"is not one of this partnership's: {codes}")
    elif known is not None and known.is_retired and stored is None and row.status is MeetingStatus.SCHEDULED:
        row.record.fault("meeting_type", "is retired: no more meetings of this kind are arranged")
    if row.chair_email is not None and chairs.membership(row.chair_email, stored) is None:
        row.record.fault("chair_email", "is nobody who chairs in this partnership")


def _values(
    row: _Row, book: RuleBook, chairs: _Chairs, cases: dict[str, int], stored: Row[Any] | None
) -> dict[str, Any]:
    """What the meeting's row should hold; what was said when its register was closed stays."""
    meeting_type = book.meeting_type(row.meeting_type)
    assert meeting_type is not None  # noqa: S101 - checked with every other reference
    values: dict[str, Any] = {
        "meeting_type_id": meeting_type.id,
        "case_id": cases[row.case_reference],
        "chair_membership_id": None if row.chair_email is None else chairs.membership(row.chair_email, stored),
        "trigger_on": row.trigger[0],
        "trigger_time": row.trigger[1],
        "scheduled_on": row.scheduled[0],
        "start_time": row.scheduled[1],
        "held_on": row.held[0],
        "held_time": row.held[1],
        "status": row.status,
        "format": row.format,
        "interim_safety_plan": row.interim_safety_plan,
    }
    if stored is not None and stored.register_closed_by_id is not None:
        values |= {name: getattr(stored, name) for name in _FROM_REGISTER}
    return values


def _said(session: Session, known: dict[str, Row[Any]], asked: list[tuple[_Row, dict[str, Any]]]) -> SaidInPages:
    """What was said in pages of the meetings whose arrangements the file has otherwise; of others it is not asked."""
    return SaidInPages.of(
        session,
        {
            stored.id
            for row, values in asked
            if (stored := known.get(row.reference)) is not None
            and any(getattr(stored, name) != values[name] for name in ARRANGEMENTS)
        },
    )


def _is_closed(row: _Row, book: RuleBook) -> bool:
    """Whether a new meeting of this kind is for named people only; of one that is known, people say so."""
    known = book.meeting_type(row.meeting_type)
    return known is not None and known.named_people_only


def _save(
    change: Change,
    partnership_id: int,
    created: list[dict[str, Any]],
    changed: list[dict[str, Any]],
    progress: Progress,
) -> None:
    now = change.viewer.now
    rows = [{"partnership_id": partnership_id, "version": 1, "created_at": now, **values} for values in created]
    insert_rows(change.session, _MEETINGS, rows, progress, "Saving meetings")
    opened = stored_meetings(change.session, partnership_id, (row["reference"] for row in rows), ("id",))
    name_chairs(change, (opened[row["reference"]].id for row in rows if row["named_people_only"]))
    for row in rows:
        change.log("meeting.imported", "meeting", opened[row["reference"]].id)
    update_rows(change.session, _MEETINGS, _FROM_FILE, changed)
    name_chairs(change, (row["row_id"] for row in changed))
    for row in changed:
        change.log("meeting.changed_by_import", "meeting", row["row_id"])
