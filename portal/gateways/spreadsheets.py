"""Figures as an Excel workbook: numbers stay numbers, and no text becomes a formula or a link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

LONGEST_NAME = 31
"""Characters in the name of a sheet."""


@dataclass(frozen=True, slots=True)
class Shaded:
    """A percentage on a colour; the word that the colour stands for is shown before the number."""

    value: Decimal
    word: str
    fill: str
    """Six hex digits."""


Cell = str | int | Decimal | Shaded | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: a head, and rows of as many cells or fewer."""

    name: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    first_width: int = 40


def write_figures(sheets: Sequence[Sheet], *, title: str, marking: str) -> bytes:
    """Return the workbook's file; the marking stands on every page that is printed of it."""
    out = BytesIO()
    book = Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": title, "comments": marking})
    writer = _Writer(book, marking)
    for sheet in sheets:
        writer.add(sheet)
    book.close()
    return out.getvalue()


class _Writer:
    def __init__(self, book: Workbook, marking: str) -> None:
        self._book = book
        self._marking = marking
        self._head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self._text = book.add_format({"text_wrap": True, "valign": "top"})
        self._decimal = book.add_format({"num_format": "0.0", "valign": "top"})
        self._shades: dict[tuple[str, str], Format] = {}

    def add(self, sheet: Sheet) -> None:
        """Write one sheet, ready to be printed across one page."""
        page: Worksheet = self._book.add_worksheet(sheet.name[:LONGEST_NAME])
        page.set_header(f'&C&"Arial,Bold"{self._marking}')
        page.set_footer(f'&L&A&C&"Arial,Bold"{self._marking}&R&P / &N')
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.set_column(0, 0, sheet.first_width)
        page.set_column(1, max(1, len(sheet.heads) - 1), 16)
        page.repeat_rows(0)
        page.freeze_panes(1, 1)
        for column, head in enumerate(sheet.heads):
            page.write_string(0, column, head, self._head)
        for row, cells in enumerate(sheet.rows, start=1):
            for column, cell in enumerate(cells):
                self._write(page, row, column, cell)

    def _write(self, page: Worksheet, row: int, column: int, cell: Cell) -> None:
        if isinstance(cell, Shaded):
            page.write_number(row, column, float(cell.value), self._shade(cell))
        elif isinstance(cell, Decimal):
            page.write_number(row, column, float(cell), self._decimal)
        elif isinstance(cell, int):
            page.write_number(row, column, cell, self._text)
        elif cell:
            page.write_string(row, column, cell, self._text)

    def _shade(self, cell: Shaded) -> Format:
        key = cell.word, cell.fill
        if key not in self._shades:
            self._shades[key] = self._book.add_format(
                {"num_format": f'"{cell.word}" 0.0" %"', "bg_color": f"#{cell.fill}", "valign": "top"}
            )
        return self._shades[key]
