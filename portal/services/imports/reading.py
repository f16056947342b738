"""Reading a CSV file: its text, its header, its records with the line on which each begins."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from portal.services.imports.cells import Record
from portal.services.imports.faults import HEADER, ROW, Faults

_CSV_REASONS = {
    "unexpected end of data": "a value begins with a quotation mark that is never closed",
    "field larger": "a value is too long",
}
_OTHER_CSV_REASON = "quotation marks inside a value must be doubled"


def read_records(content: bytes, faults: Faults, columns: Sequence[str], optional: Sequence[str] = ()) -> list[Record]:
    """Return the file's records; those that cannot be read at all are noted in `faults` and left out.

    `columns` must all stand in the header, `optional` may; their order is free. Raises Unusable where nothing can
    be read: wrong encoding, empty file, wrong header.
    """
    rows = _rows(_text(content, faults), faults)
    header = next(rows, None)
    if header is None or not header[1]:
        faults.add(1, HEADER, f"is missing: the first line must be {','.join((*columns, *optional))}")
    faults.raise_if_any()
    assert header is not None  # noqa: S101 - raised above
    names = [name.strip() for name in header[1]]
    _check_header(names, faults, columns, optional)
    faults.sort_by(names)
    records = []
    for line, values in rows:
        if not values:
            continue
        if len(values) != len(names):
            faults.add(line, ROW, f"has {_count(len(values))}, and the header names {len(names)} columns")
            continue
        records.append(Record(line, dict(zip(names, values, strict=True)), faults))
    return records


def _text(content: bytes, faults: Faults) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        faults.add(line, ROW, "is not UTF-8: save the file as CSV in UTF-8")
        faults.raise_if_any()
        raise


def _rows(text: str, faults: Faults) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the line on which it begins; quoted values may run over several lines."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as fault:
            words = str(fault)
            reason = next((ours for theirs, ours in _CSV_REASONS.items() if theirs in words), _OTHER_CSV_REASON)
            faults.add(line, ROW, reason)
            continue
        yield line, values


def _check_header(names: list[str], faults: Faults, columns: Sequence[str], optional: Sequence[str]) -> None:
    known = (*columns, *optional)
    for name in columns:
        if name not in names:
            faults.add(1, name, "this column is missing")
    for name in dict.fromkeys(names):
        shown = name if name.isprintable() and name else "(without a name)"
        if name not in known:
            faults.add(1, shown, f"is not a column of this file, which has {', '.join(known)}")
        elif names.count(name) > 1:
            faults.add(1, shown, "this column stands twice")
    faults.raise_if_any()


def _count(values: int) -> str:
    return "1 value" if values == 1 else f"{values} values"
