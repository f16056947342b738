"""A file of the plan brought in, by a command or in a page: all of it or nothing, after a look at what it would do."""

from __future__ import annotations

import json
from dataclasses import replace

from sqlalchemy import select

from portal.access import improvement as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import ActionRag
from portal.domain.errors import Conflict, NotPermitted
from portal.domain.improvement_actions import ActionDetails
from portal.models.improvement import ImprovementAction, ImprovementArea
from portal.services.changes import Change, changing
from portal.services.imports.importing import Imported, Progress, importing, silent, watched
from portal.services.improvement.actions import details_of, put_change
from portal.services.improvement.adding import put_action
from portal.services.improvement.areas import put_area
from portal.services.improvement.file_merging import ChangedRow, FilePlan, compare
from portal.services.improvement.file_rows import FileRow, read_rows
from portal.services.improvement.measures import put_measures
from portal.services.sent_forms import once

MOST_BYTES = 400_000
"""The largest file that a page carries from looking to taking; a plan of 68 actions has about 40,000."""


def look_at(viewer: Viewer, content: bytes, label: str) -> FilePlan:
    """What a file would do. Raises NotPermitted, and Unusable with a line for each fault."""
    if not access.may_add(viewer) or viewer.partnership_id is None:
        raise NotPermitted("Writing the improvement plan is not part of this role.")
    session = db.session()
    rows = read_rows(session, viewer.partnership_id, content, label, viewer.today)
    return compare(session, viewer.partnership_id, rows, label)


def take_file(viewer: Viewer, content: bytes, label: str, *, seen: str) -> FilePlan:
    """Bring in a file that was looked at; `seen` is the digest of what was shown.

    Raises as `look_at`, and Conflict where the plan was changed meanwhile, so that the file would do something else.
    """
    found = look_at(viewer, content, label)
    if found.does_nothing:
        return found
    with changing(viewer) as change:
        once(change)
        partnership_id = viewer.partnership_id or 0
        rows = read_rows(change.session, partnership_id, content, label, viewer.today)
        found = compare(change.session, partnership_id, rows, label)
        if found.digest != seen:
            raise Conflict("The plan was changed meanwhile. Look again at what the file would change.")
        _apply(change, found)
    return found


def import_improvement(viewer: Viewer, content: bytes, label: str, progress: Progress = silent) -> Imported:
    """Bring in a file by a command. Raises Unusable with a line for each fault, NotPermitted."""
    with importing(viewer, progress) as (change, partnership_id):
        rows = read_rows(change.session, partnership_id, content, label, viewer.today)
        found = compare(change.session, partnership_id, list(watched(rows, progress, "Comparing actions")), label)
        _apply(change, found)
    return Imported(len(found.added), len(found.changed), found.unchanged, notes=found.notes)


def _apply(change: Change, found: FilePlan) -> None:
    session, partnership_id = change.session, change.viewer.partnership_id
    areas = select(ImprovementArea.number, ImprovementArea.id).where(ImprovementArea.partnership_id == partnership_id)
    numbers: dict[int, int] = {row.number: row.id for row in session.execute(areas)}
    for area in found.areas:
        numbers[area.number] = put_area(change, area).id
    for row in found.added:
        action = put_action(change, _details(row, numbers), rag=row.rag or ActionRag.AMBER)
        action.evidence = row.evidence
        action.from_file = json.dumps(row.texts, ensure_ascii=False)
        if row.measures:
            put_measures(change, action, row.measures)
    for one in found.changed:
        _change(change, one, numbers)


def _change(change: Change, one: ChangedRow, numbers: dict[int, int]) -> None:
    session = change.session
    action = session.get_one(ImprovementAction, one.action_id)
    before = details_of(session, action)
    said = _details(one.row, numbers)
    named: dict[str, dict[str, object]] = {
        "area": {"area_id": said.area_id},
        "what": {"what": said.what},
        "outcome": {"outcome": said.outcome},
        "leads": {"leads": said.leads},
        "by_when": {"timing": said.timing},
        "measure_words": {"measure_words": said.measure_words},
        # Another source is not the audit or the sample that this one was tied to.
        "source": {"source": said.source, "source_name": said.source_name, "round_id": None, "sample_id": None},
    }
    changed = {name: value for field in one.fields for name, value in named.get(field, {}).items()}
    if changed:
        put_change(change, action, before, replace(before, **changed))  # type: ignore[arg-type] # by the table above
    if "measures" in one.fields:
        put_measures(change, action, one.row.measures)
    action.from_file = json.dumps(one.remembered, ensure_ascii=False)


def _details(row: FileRow, numbers: dict[int, int]) -> ActionDetails:
    return ActionDetails(
        area_id=numbers[row.area_number],
        reference=row.reference,
        what=row.what,
        timing=row.timing,
        leads=row.leads,
        outcome=row.outcome,
        measure_words=row.measure_words,
        source=row.source,
        source_name=row.source_name,
    )
