"""The file of agencies: by their code in this partnership; one that another partnership shares keeps its name."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from portal.access.viewer import Viewer
from portal.domain.errors import Invalid
from portal.domain.vocabulary import AgencyType
from portal.services.agency_entries import Details, Outcome, Put, put_agency
from portal.services.changes import Change
from portal.services.imports.cells import Record
from portal.services.imports.faults import Faults
from portal.services.imports.importing import Imported, Progress, importing, silent, watched, without_repeats
from portal.services.imports.reading import read_records

COLUMNS = ("agency_code", "name", "agency_type", "urn", "ods_code", "email")

_COLUMN_OF = {"code": "agency_code"}


@dataclass(frozen=True, slots=True)
class _Row:
    record: Record = field(compare=False, repr=False)
    code: str
    details: Details | None

    @property
    def line(self) -> int:
        return self.record.line


def import_agencies(viewer: Viewer, content: bytes, label: str, progress: Progress = silent) -> Imported:
    """Bring a file of agencies in. Raises Unusable with a line for each fault, NotPermitted."""
    faults = Faults(label)
    rows = [_row(record) for record in read_records(content, faults, COLUMNS)]
    rows = without_repeats(rows, faults, "agency_code", lambda row: row.code or row.line)
    with importing(viewer, progress) as (change, _partnership_id):
        outcomes: Counter[Outcome] = Counter()
        notes: list[str] = []
        for row in watched(rows, progress, "Agencies"):
            put = _put(change, row)
            if put is not None:
                outcomes[put.outcome] += 1
                notes.extend(f"{label}:{row.line}: {note}" for note in put.notes)
        faults.raise_if_any()
    return Imported(
        outcomes[Outcome.CREATED], outcomes[Outcome.CHANGED], outcomes[Outcome.UNCHANGED], notes=tuple(notes)
    )


def _row(record: Record) -> _Row:
    agency_type = record.word("agency_type", AgencyType)
    given = Details(
        code=record.text("agency_code", required=True),
        name=record.text("name", required=True),
        agency_type=agency_type or AgencyType.OTHER,
        urn=record.text("urn"),
        ods_code=record.text("ods_code"),
        email=record.text("email"),
    )
    try:
        details = given.checked()
    except Invalid as refused:
        _note(record, refused)
        return _Row(record, given.code, None)
    return _Row(record, given.code, details if agency_type is not None else None)


def _put(change: Change, row: _Row) -> Put | None:
    if row.details is None:
        return None
    try:
        return put_agency(change, row.details)
    except Invalid as refused:
        _note(row.record, refused)
        return None


def _note(record: Record, refused: Invalid) -> None:
    for name, reasons in refused.errors.items():
        for reason in reasons:
            record.fault(_COLUMN_OF.get(name, name), reason)
