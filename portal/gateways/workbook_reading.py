"""Excel workbooks as they are read: what could run, reach outside of itself or swell is refused before it is opened."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, iterparse
from openpyxl.cell.text import Text
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils import get_column_letter
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS

from portal.gateways.file_refusals import ENTITIES
from portal.gateways.file_types import OFFICE, NotTaken, file_type
from portal.gateways.workbooks import LISTS

MOST_BYTES = 4 * 1024 * 1024
MOST_UNPACKED = 32 * 1024 * 1024
MOST_ROWS = 2_000
MOST_COLUMNS = 60
MOST_SHEETS = 100

FORMULA = "this is a formula. Type the text itself"
ERROR = "Excel shows an error here. Type the text itself"
DAMAGED = "This file cannot be read as an Excel workbook. It may be damaged."
LINKED = "The workbook is linked to other files or data. Save it without links."
SWOLLEN = "The workbook unpacks to far more than a return holds, so it was not taken."

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_OUTSIDE = ("externallinks/", "embeddings/", "connections.xml", "querytables/", "webextensions/", "customui/")


class NotAWorkbook(Exception):
    """A file is refused as a whole; its words are a sentence."""


@dataclass(frozen=True, slots=True)
class CellIn:
    """A cell as it was read; `fault` says why its text cannot be told."""

    text: str = ""
    fault: str = ""


@dataclass(frozen=True, slots=True)
class RowIn:
    """A row as it was read, with its number in Excel."""

    sheet: str
    number: int
    cells: Sequence[CellIn]

    def text(self, column: int) -> str:
        """The text of a column, counted from 0; empty beyond the row's end."""
        return self.cell(column).text

    def cell(self, column: int) -> CellIn:
        """A column's cell."""
        return self.cells[column] if column < len(self.cells) else CellIn()

    def place(self, column: int) -> str:
        """What people call a cell: Sheet!C7."""
        return f"{self.sheet}!{get_column_letter(column + 1)}{self.number}"


def read_workbook(content: bytes) -> list[RowIn]:
    """Every row below the headings of every visible sheet. Raises NotAWorkbook with the sentence for its owner."""
    _refuse_harm(content)
    try:
        reader = _Reader(BytesIO(content), read_only=True, keep_vba=False, data_only=False, keep_links=False)
        reader.read()
        book = reader.wb
        if len(book.sheetnames) > MOST_SHEETS:
            raise NotAWorkbook(f"The workbook has more than {MOST_SHEETS} sheets.")
        rows = [row for page in book.worksheets if page.title != LISTS for row in _read_sheet(page)]
        book.close()
    except NotAWorkbook:
        raise
    except Exception as fault:
        # openpyxl answers files that others wrote with whatever its own code stumbles over.
        raise NotAWorkbook(DAMAGED) from fault
    return rows


class _Reader(ExcelReader):
    """Reads texts as the format means them: openpyxl drops "x005F_" wherever it stands and leaves codes as they are."""

    def read_strings(self) -> None:
        """Fill the table of texts."""
        table = self.package.find(SHARED_STRINGS)
        if table is None:
            return
        with self.archive.open(table.PartName[1:]) as part:
            for _event, node in iterparse(part, forbid_dtd=True):
                if node.tag == f"{{{SHEET_MAIN_NS}}}si":
                    found = Text.from_tree(node)
                    self.shared_strings.append(_decoded(found.content if found else ""))
                    node.clear()


def _decoded(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def _read_sheet(page: Any) -> Iterator[RowIn]:
    if page.sheet_state != "visible":
        return
    # What a file says of its own size is no use: it may have been written to mislead.
    page.reset_dimensions()
    for number, cells in enumerate(page.iter_rows(max_row=MOST_ROWS, max_col=MOST_COLUMNS), start=1):
        if number > 1 and (read := [_read_cell(cell) for cell in cells]) and any(one != CellIn() for one in read):
            yield RowIn(page.title, number, read)


def _read_cell(cell: Any) -> CellIn:
    value = cell.value
    if cell.data_type == "f":
        return CellIn(fault=FORMULA)
    if cell.data_type == "e":
        return CellIn(fault=ERROR)
    if isinstance(value, bool):
        return CellIn("yes" if value else "no")
    if isinstance(value, float) and value.is_integer():
        return CellIn(str(int(value)))
    if isinstance(value, datetime) and value.time() == time():
        return CellIn(value.date().isoformat())
    if isinstance(value, (datetime, date, time)):
        return CellIn(value.isoformat())
    return CellIn("" if value is None else str(value))


def _refuse_harm(content: bytes) -> None:
    """Raises NotAWorkbook for what is no .xlsx, could run, reaches outside of itself, swells, or is too large."""
    if len(content) > MOST_BYTES:
        raise NotAWorkbook(f"The workbook is larger than {MOST_BYTES // (1024 * 1024)} MB.")
    try:
        kind = file_type(BytesIO(content), "workbook.xlsx")
    except NotTaken as refused:
        raise NotAWorkbook(f"This file {refused}.") from None
    if OFFICE[_XLSX] is not kind:
        raise NotAWorkbook("This is not an Excel workbook. Upload the .xlsx file that you downloaded here.")
    with zipfile.ZipFile(BytesIO(content)) as archive:
        parts = archive.infolist()
        if sum(part.file_size for part in parts) > MOST_UNPACKED:
            raise NotAWorkbook(SWOLLEN)
        for part in parts:
            name = part.filename.lower()
            if any(word in name for word in _OUTSIDE):
                raise NotAWorkbook(LINKED)
            if name.endswith((".xml", ".rels", ".vml")):
                _check_part(archive, part)


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    is_sheet = part.filename.lower().startswith("xl/worksheets/sheet")
    rows = 0
    try:
        with archive.open(part) as source:
            for _event, node in iterparse(source, forbid_dtd=True):
                tag = node.tag.rpartition("}")[2]
                if tag == "Relationship" and _reaches_out(node.attrib):
                    raise NotAWorkbook(LINKED)
                if is_sheet and tag == "row":
                    rows += len(node) > 0
                    if rows > MOST_ROWS or (len(node) and int(node.get("r") or 0) > MOST_ROWS):
                        raise NotAWorkbook(f"The workbook has a sheet with more than {MOST_ROWS:,} rows.")
                    node.clear()
    except DefusedXmlException:
        raise NotAWorkbook(f"This file {ENTITIES}.") from None
    except (ParseError, ValueError):
        raise NotAWorkbook(DAMAGED) from None


def _reaches_out(attributes: Mapping[str, str]) -> bool:
    if attributes.get("TargetMode", "").lower() != "external":
        return False
    # A web address that somebody typed is a link to click on, which nothing follows by itself.
    return not attributes.get("Type", "").lower().endswith("/hyperlink")
