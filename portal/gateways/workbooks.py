"""Excel workbooks as they are written: every cell is text, and nothing that somebody typed becomes a formula."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from io import BytesIO
from typing import Any

from openpyxl.utils import get_column_letter
from xlsxwriter import Workbook
from xlsxwriter.packager import Packager
from xlsxwriter.sharedstrings import SharedStrings

LONGEST_CELL = 32_767
"""Characters that Excel keeps in one cell; of more it keeps nothing."""

LONGEST_SHEET_NAME = 31
LISTS = "Lists"
"""The hidden sheet that holds what can be chosen elsewhere."""

_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f\ufffe\uffff\U00010000-\U0010ffff]")
_TO_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)|[\x00-\x08\x0b-\x1f\ufffe\uffff]")


class CellTooLong(Exception):
    """A text does not fit into a cell of Excel."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet."""

    heading: str
    width: int
    is_open: bool = False
    """Whether people type into it; the rest is locked."""
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class SheetOut:
    """A sheet to be written: under its headings, row by row. `choices` are by (row, column), counted from 0."""

    name: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    choices: Mapping[tuple[int, int], Sequence[str]] = field(default_factory=dict)


def sheet_names(titles: Sequence[str]) -> list[str]:
    """Names that Excel takes for sheets, close to the titles and each only once."""
    names: list[str] = []
    for title in titles:
        plain = " ".join(_NOT_IN_SHEET_NAMES.sub(" ", title).split()).strip("'")[:LONGEST_SHEET_NAME].strip(" '")
        name, number = plain or "Sheet", 1
        while name.casefold() in {*(other.casefold() for other in names), "history", LISTS.casefold()}:
            number += 1
            ending = f" {number}"
            name = (plain or "Sheet")[: LONGEST_SHEET_NAME - len(ending)] + ending
        names.append(name)
    return names


def write_workbook(sheets: Sequence[SheetOut]) -> bytes:
    """An .xlsx file; every cell is text. Raises CellTooLong rather than leave the end of a text away."""
    out = BytesIO()
    book = _Book(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    plain = {"text_wrap": True, "valign": "top", "num_format": "@"}
    formats = {
        "heading": book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#0B4F60",
                                    "font_color": "#FFFFFF", "border": 1}),
        "open": book.add_format({**plain, "locked": False, "bg_color": "#FFF7DB", "border": 1}),
        "shut": book.add_format({**plain, "border": 1, "border_color": "#B1B4B6"}),
    }  # fmt: skip
    written = [(book.add_worksheet(sheet.name), sheet) for sheet in sheets]
    lists: dict[tuple[str, ...], str] = {}
    for page, sheet in written:
        _write_sheet(page, sheet, formats)
        for (row, column), choices in sheet.choices.items():
            source = lists.setdefault(tuple(choices), _list_place(len(lists), len(choices)))
            page.data_validation(row + 1, column, row + 1, column, _validation(source))
    if lists:
        page = book.add_worksheet(LISTS)
        for column, choices in enumerate(lists):
            for row, choice in enumerate(choices):
                page.write_string(row, column, choice)
        page.very_hidden()
    book.close()
    return out.getvalue()


class _Strings(SharedStrings):
    """Texts as the format means them: xlsxwriter takes "<r>…</r>" for its own, and codes that overlap as one."""

    def _write_si(self, string: str) -> None:
        file: Any = self.fh
        self._xml_start_tag("si")
        coded = _TO_ESCAPE.sub(lambda found: f"_x{ord(found[0]):04X}_", string)
        file.write(f'<t xml:space="preserve">{escape(coded, quote=False)}</t>')
        self._xml_end_tag("si")


class _Packager(Packager):
    """Writes the texts by `_Strings`."""

    def _write_shared_strings_file(self) -> None:
        package: Any = self
        book = package.workbook
        if book.str_table.count:
            strings = _Strings()
            strings.string_table = book.str_table
            strings._set_xml_writer(package._filename("xl/sharedStrings.xml"))
            strings._assemble_xml_file()


class _Book(Workbook):
    """A workbook whose texts come out as they went in."""

    def _get_packager(self) -> Packager:
        return _Packager()


def _write_sheet(page: Any, sheet: SheetOut, formats: Mapping[str, Any]) -> None:
    for number, column in enumerate(sheet.columns):
        page.set_column(number, number, column.width, None, {"hidden": True} if column.is_hidden else None)
        page.write_string(0, number, column.heading, formats["heading"])
    for row, texts in enumerate(sheet.rows, start=1):
        for number, (column, text) in enumerate(zip(sheet.columns, texts, strict=True)):
            # Excel counts in halves of characters where Python counts whole ones: an emoji is two.
            if len(text.encode("utf-16-le")) // 2 > LONGEST_CELL:
                raise CellTooLong(f"{sheet.name}!{get_column_letter(number + 1)}{row + 1}")
            page.write_string(row, number, text, formats["open" if column.is_open else "shut"])
    page.freeze_panes(1, 1)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    page.protect("", {"format_columns": True, "format_rows": True, "select_locked_cells": True})


def _list_place(column: int, length: int) -> str:
    letter = get_column_letter(column + 1)
    return f"={LISTS}!${letter}$1:${letter}${length}"


def _validation(source: str) -> dict[str, Any]:
    return {
        "validate": "list",
        "source": source,
        "error_title": "Not one of the answers",
        "error_message": "Choose one of the answers in the list, or leave the cell empty.",
    }
