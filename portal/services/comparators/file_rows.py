"""The file of what measures are held against, row by row: each is right, or its fault is said with its line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from portal.domain import comparators as rules
from portal.domain.comparators import CHILDREN, COLUMNS, LONGEST_AREA, LONGEST_SOURCE, Kind
from portal.domain.errors import Invalid, Unusable
from portal.domain.measure_definitions import MEASURES
from portal.domain.measures import Unit
from portal.services.imports.cells import Record
from portal.services.imports.faults import Faults
from portal.services.imports.importing import without_repeats
from portal.services.imports.reading import read_records

FIELD = "file"
MOST_BYTES = 1_000_000
_LABEL = "file"
_WORKED_OUT = ("=", "+", "-", "@")


@dataclass(frozen=True, slots=True)
class FileRow:
    """One row that is right."""

    line: int = field(compare=False)
    kind: Kind
    measure_id: str
    area: str
    period: str
    value: Decimal | None
    source: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What a row is about; the file says one thing of it."""
        return self.measure_id, self.area.lower(), self.period

    def columns(self) -> dict[str, Any]:
        """As the table has it."""
        tenths = None if self.value is None else int(self.value * 10)
        return {
            "kind": self.kind,
            "measure_id": self.measure_id,
            "area": self.area,
            "period": self.period,
            "tenths": tenths,
            "source": self.source,
        }


def read_rows(content: bytes) -> list[FileRow]:
    """Return the rows of a file. Raises Invalid by field ("file") with a sentence for each fault, all at once."""
    if len(content) > MOST_BYTES:
        raise _refused([f"The file is larger than {MOST_BYTES // 1_000_000} MB, which is no list of figures."])
    faults = Faults(_LABEL)
    try:
        rows = [_row(record) for record in read_records(content, faults, COLUMNS)]
        rows = without_repeats(rows, faults, "measure_id", lambda row: row.key)
        if len(rows) > rules.MOST_ROWS:
            faults.add(1, "row", f"there are more than {rules.MOST_ROWS:,} rows")
        faults.raise_if_any()
    except Unusable as unusable:
        raise _refused([_sentence(reason) for reason in unusable.reasons]) from None
    return rows


def _row(record: Record) -> FileRow:
    measure_id = record.text("measure_id", required=True)
    if measure_id and measure_id != CHILDREN and measure_id not in MEASURES:
        record.fault("measure_id", "is no measure of the portal: the list below has their names")
    area = _short(record, "area", LONGEST_AREA)
    source = _short(record, "source", LONGEST_SOURCE)
    kind = rules.kind_of(measure_id, area)
    period = _cleaned(record, "period", record.text("period", required=True), rules.clean_period) or ""
    if kind is Kind.PHASE and period and len(period) != len("2025-04"):
        record.fault("period", "is not the month in which the phase begins, like 2025-04")
    return FileRow(
        record.line,
        kind,
        measure_id,
        area.lower() if kind in (Kind.TARGET, Kind.PHASE) else area,
        period,
        _value(record, kind, measure_id),
        source,
    )


def _value(record: Record, kind: Kind, measure_id: str) -> Decimal | None:
    text = record.text("value", required=kind is not Kind.PHASE)
    if kind is Kind.PHASE:
        if text:
            record.fault("value", "must be empty where a new phase begins")
        return None
    measure = MEASURES.get(measure_id)
    if kind is Kind.CHILDREN:
        most = Decimal(rules.MOST_CHILDREN)
    else:
        most = Decimal(100) if measure is not None and measure.unit is Unit.PER_CENT else rules.MOST
    value: Decimal | None = _cleaned(
        record, "value", text.removesuffix("%").strip(), lambda cell: rules.clean_value(cell, most)
    )
    if kind is Kind.CHILDREN and value is not None and (value != int(value) or not value):
        record.fault("value", "is not a whole number of children")
    return value


def _short(record: Record, column: str, longest: int) -> str:
    text = " ".join(record.text(column, required=True).split())
    if len(text) > longest:
        record.fault(column, f"is longer than {longest} characters")
    elif text.startswith(_WORKED_OUT):
        record.fault(column, "begins with a sign that a spreadsheet would work out")
    return text


def _cleaned(record: Record, column: str, text: str, clean: Callable[[str], Any]) -> Any:
    if not text:
        return None
    try:
        return clean(text)
    except ValueError as fault:
        record.fault(column, str(fault))
        return None


def _sentence(reason: str) -> str:
    """Say where a fault is without the name of the file, which whoever reads it has just chosen."""
    _label, line, rest = reason.split(":", 2)
    column, _, why = rest.strip().partition(": ")
    return f"Line {line}, {column}: {why}"


def _refused(sentences: list[str]) -> Invalid:
    return Invalid("The file cannot be used.", errors={FIELD: sentences})
