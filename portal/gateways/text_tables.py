"""Tables as text for other programs: CSV files, in one zip where there are several."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from decimal import Decimal
from io import BytesIO, StringIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from portal.domain.spreadsheets import neutralised

TextCell = str | int | Decimal | None

_NO_DAY = (1980, 1, 1, 0, 0, 0)
"""What a zip holds for a time that nobody gave: the same tables make the same file."""


def write_csv(heads: Sequence[str], rows: Sequence[Sequence[TextCell]]) -> str:
    """Return a table as CSV; what somebody typed becomes no formula of a spreadsheet, and numbers stay numbers."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([neutralised(head) for head in heads])
    for row in rows:
        writer.writerow(["" if cell is None else neutralised(cell) if isinstance(cell, str) else cell for cell in row])
    return text.getvalue()


def write_zip(files: Mapping[str, str]) -> bytes:
    """Return texts as files in one zip, with the byte order mark without which a spreadsheet misreads them."""
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as book:
        for name, text in files.items():
            entry = ZipInfo(name, _NO_DAY)
            entry.compress_type = ZIP_DEFLATED
            book.writestr(entry, text.encode("utf-8-sig"))
    return out.getvalue()
