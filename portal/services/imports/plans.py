"""The file of child protection plans: by their reference; a case that is not known yet is opened without names.

A plan that a conference in the portal decided about stays as decided: the file changes neither its days nor its
category, and a note says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from sqlalchemy import Row, Table, select
from sqlalchemy.orm import Session

from portal.access.viewer import Viewer
from portal.domain.plans import PlanEnd
from portal.domain.vocabulary import AbuseCategory
from portal.models.plans import Plan
from portal.services import case_facts
from portal.services.batches import in_batches
from portal.services.cases import open_cases
from portal.services.changes import Change
from portal.services.imports.cells import Record
from portal.services.imports.faults import Faults
from portal.services.imports.importing import (
    Imported,
    Progress,
    importing,
    insert_rows,
    silent,
    update_rows,
    watched,
    without_repeats,
)
from portal.services.imports.reading import read_records

COLUMNS = (
    "plan_ref", "case_ref", "started_on", "ended_on", "first_category", "latest_category", "previous_plans",
)  # fmt: skip

_FROM_FILE = (
    "case_id", "started_on", "ended_on", "end_reason", "first_category", "latest_category", "previous_plans",
)  # fmt: skip
_MOST_BEFORE = 50
"""No child had as many plans; it tells a slip of the hand."""

_PLANS = cast(Table, Plan.__table__)


@dataclass(frozen=True, slots=True)
class _Row:
    record: Record = field(compare=False, repr=False)
    reference: str
    case_reference: str
    started_on: date | None
    ended_on: date | None
    first_category: AbuseCategory | None
    latest_category: AbuseCategory | None
    previous_plans: int

    @property
    def line(self) -> int:
        return self.record.line


def import_plans(viewer: Viewer, content: bytes, label: str, progress: Progress = silent) -> Imported:
    """Bring a file of plans in. Raises Unusable with a line for each fault, NotPermitted."""
    faults = Faults(label)
    records = read_records(content, faults, COLUMNS)
    rows = [_row(record, viewer.today) for record in watched(records, progress, "Reading plans")]
    rows = without_repeats(rows, faults, "plan_ref", lambda row: row.reference or row.line)
    with importing(viewer, progress) as (change, partnership_id):
        faults.raise_if_any()
        cases = open_cases(change, partnership_id, [row.case_reference for row in rows])
        case_facts.hold(change.session, partnership_id, cases.values())
        known = _known(change.session, partnership_id, rows)
        created: list[dict[str, Any]] = []
        changed: list[dict[str, Any]] = []
        notes: list[str] = []
        for row in watched(rows, progress, "Comparing plans"):
            stored = known.get(row.reference)
            values = _values(row, cases)
            if stored is None:
                created.append({"reference": row.reference, **values})
            elif all(getattr(stored, name) == value for name, value in values.items()):
                continue
            elif stored.decided_on is not None:
                notes.append(f"{label}:{row.line}: plan_ref: kept as a conference in the portal decided it")
            else:
                changed.append({"row_id": stored.id, **values})
        _save(change, partnership_id, created, changed, progress)
    unchanged = len(rows) - len(created) - len(changed)
    return Imported(len(created), len(changed), unchanged, notes=tuple(notes))


def _row(record: Record, today: date) -> _Row:
    started_on, ended_on = record.moment("started_on", required=True)[0], record.day("ended_on")
    if started_on is not None and started_on > today:
        record.fault("started_on", "is still to come")
    if ended_on is not None and ended_on > today:
        record.fault("ended_on", "is still to come")
    if started_on is not None and ended_on is not None and ended_on < started_on:
        record.fault("ended_on", "is before the plan started")
    return _Row(
        record=record,
        reference=record.reference("plan_ref"),
        case_reference=record.reference("case_ref"),
        started_on=started_on,
        ended_on=ended_on,
        first_category=record.word("first_category", AbuseCategory),
        latest_category=record.word("latest_category", AbuseCategory),
        previous_plans=_previous(record),
    )


def _previous(record: Record) -> int:
    """How many plans the child had before; 0 for the first."""
    text = record.text("previous_plans", required=True)
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(_MOST_BEFORE)) and int(text) <= _MOST_BEFORE):
        record.fault("previous_plans", f"is not a whole number from 0 to {_MOST_BEFORE}")
        return 0
    return int(text)


def _known(session: Session, partnership_id: int, rows: list[_Row]) -> dict[str, Row[Any]]:
    names = ("id", "reference", "decided_on", *_FROM_FILE)
    columns: list[Any] = [getattr(Plan, name) for name in names]
    query = select(*columns).where(Plan.partnership_id == partnership_id)
    return {
        found.reference: found
        for some in in_batches([row.reference for row in rows])
        for found in session.execute(query.where(Plan.reference.in_(some)))
    }


def _values(row: _Row, cases: dict[str, int]) -> dict[str, Any]:
    return {
        "case_id": cases[row.case_reference],
        "started_on": row.started_on,
        "ended_on": row.ended_on,
        "end_reason": None if row.ended_on is None else PlanEnd.IMPORTED,
        "first_category": row.first_category,
        "latest_category": row.latest_category,
        "previous_plans": row.previous_plans,
    }


def _save(
    change: Change,
    partnership_id: int,
    created: list[dict[str, Any]],
    changed: list[dict[str, Any]],
    progress: Progress,
) -> None:
    fixed = {"partnership_id": partnership_id, "version": 1, "created_at": change.viewer.now}
    rows = [{**fixed, **values} for values in created]
    insert_rows(change.session, _PLANS, rows, progress, "Saving plans")
    references = [row["reference"] for row in rows]
    for some in in_batches(references):
        ids = select(Plan.id).where(Plan.partnership_id == partnership_id, Plan.reference.in_(some)).order_by(Plan.id)
        for plan_id in change.session.scalars(ids):
            change.log("plan.imported", "plan", plan_id)
    update_rows(change.session, _PLANS, _FROM_FILE, changed)
    for row in changed:
        change.log("plan.changed_by_import", "plan", row["row_id"])
