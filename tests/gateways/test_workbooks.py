"""Workbooks: what goes in comes out, nothing typed becomes a formula, and what could do harm is not opened."""

from __future__ import annotations

import zipfile
from contextlib import suppress
from datetime import date, datetime
from io import BytesIO

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.gateways import workbook_reading, workbooks
from portal.gateways.file_refusals import ENTITIES
from portal.gateways.workbook_reading import (
    DAMAGED,
    ERROR,
    FORMULA,
    LINKED,
    NotAWorkbook,
    read_workbook,
)
from portal.gateways.workbooks import LONGEST_CELL, CellTooLong, Column, SheetOut, sheet_names, write_workbook

COLUMNS = [Column("Key", 10), Column("Text", 40, is_open=True)]
NASTY = [
    "=1+1",
    "+44 20",
    "-1",
    "@SUM(A1)",
    "\tbefore",
    "one\r\ntwo\rthree\nfour",
    "{=A1}",
    '=HYPERLINK("https://example.org")',
    "https://example.org/a?b=c&d=e",
    "mailto:someone@example.org",
    "<r><t>own markup</t></r>",
    "_x000D_",
    "_x000D_x000A_",
    "x005F_",
    "_x005F_x000D_",
    "a\x00b\x1fc\ufffe\uffff",
    "  around  ",
    "'quoted",
    "👩‍👩‍👧 😀",
    "01.50",
    "TRUE",
    "#N/A",
    "]]> & <!-- \u2028 \x85",
    "a" * LONGEST_CELL,
    "😀" * (LONGEST_CELL // 2),
]
TEXTS = st.text(
    st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from("_x005FDA<>r/t&=+-@\r\n\t")),
    min_size=1,
    max_size=80,
)


def written(*texts: str, name: str = "Sheet", **rest) -> bytes:
    """A workbook with a row for each text."""
    return write_workbook([SheetOut(name, COLUMNS, [["key", text] for text in texts], **rest)])


def read(content: bytes) -> list[str]:
    """The texts of its second column."""
    return [row.text(1) for row in read_workbook(content)]


def edited(change) -> bytes:
    """A workbook of two rows, opened in another program and saved after `change` was made to its sheet."""
    book = openpyxl.load_workbook(BytesIO(written("one", "two")))
    change(book.active)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def with_parts(content: bytes, **parts: bytes) -> bytes:
    """The same package with parts put in or in place of others; `__` stands for `/`, and the last `_` for `.`."""
    names = {name.replace("__", "/"): part for name, part in parts.items()}
    names = {f"{name.rpartition('_')[0]}.{name.rpartition('_')[2]}": part for name, part in names.items()}
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for part in before.infolist():
            if part.filename not in names:
                after.writestr(part.filename, before.read(part))
        for name, part in names.items():
            after.writestr(name, part)
    return out.getvalue()


def refusal(content: bytes) -> str:
    """Why a file is not read."""
    with pytest.raises(NotAWorkbook) as refused:
        read_workbook(content)
    return str(refused.value)


class TestRoundTrip:
    """Equal to the last cell."""

    def test_nasty_texts_come_back_as_they_were(self):
        assert read(written(*NASTY)) == NASTY

    @settings(max_examples=60, deadline=None)
    @given(st.lists(TEXTS, min_size=1, max_size=12))
    def test_any_text_comes_back_as_it_was(self, texts):
        assert read(written(*texts)) == texts

    def test_no_text_becomes_a_formula_or_a_link(self):
        book = openpyxl.load_workbook(BytesIO(written(*NASTY)))
        assert {cell.data_type for row in book.active.iter_rows(min_row=2) for cell in row} == {"s"}
        assert not any(cell.hyperlink for row in book.active.iter_rows() for cell in row)

    @pytest.mark.parametrize("text", ["a" * (LONGEST_CELL + 1), "😀" * (LONGEST_CELL // 2 + 1)])
    def test_what_excel_would_cut_is_refused_by_its_name(self, text):
        with pytest.raises(CellTooLong, match="Sheet!B3"):
            written("short", text)

    def test_what_another_program_saves_is_read(self):
        def change(sheet) -> None:
            sheet["B2"], sheet["B3"], sheet["B4"] = 42, date(2026, 5, 3), True
            sheet["A5"], sheet["B5"], sheet["B6"] = 1.5, datetime(2026, 5, 3, 9, 30), 7.0  # noqa: DTZ001 - Excel has no zones

        found = read_workbook(edited(change))
        assert [row.text(1) for row in found] == ["42", "2026-05-03", "yes", "2026-05-03T09:30:00", "7"]
        assert found[3].text(0) == "1.5"
        assert found[3].place(1) == "Sheet!B5"
        assert found[0].text(30) == ""

    def test_choices_of_any_length_are_offered_and_hidden(self):
        long = ("Red, not at all", "Green" * 80)
        content = written("one", "two", choices={(0, 1): long, (1, 1): long})
        book = openpyxl.load_workbook(BytesIO(content))
        assert {str(one.sqref): one.formula1 for one in book["Sheet"].data_validations.dataValidation} == {
            "B2": "Lists!$A$1:$A$2",
            "B3": "Lists!$A$1:$A$2",
        }
        assert book["Lists"].sheet_state == "veryHidden"
        assert read(content) == ["one", "two"], "the lists are no rows"

    def test_only_open_cells_can_be_typed_into(self):
        sheet = openpyxl.load_workbook(BytesIO(written("one"))).active
        assert sheet.protection.sheet
        assert [cell.protection.locked for cell in sheet[2]] == [True, False]


class TestFaults:
    """What a cell holds instead of a text is told, never guessed."""

    @pytest.mark.parametrize(("value", "fault"), [("=1+1", FORMULA), ("=A2", FORMULA), ("#REF!", ERROR)])
    def test_a_cell_that_says_nothing_itself(self, value, fault):
        def change(sheet) -> None:
            sheet["B2"] = value

        assert read_workbook(edited(change))[0].cell(1).fault == fault


class TestHarm:
    """What could run, reach out, or swell is refused before it is opened."""

    def test_what_is_no_workbook(self):
        assert "empty" in refusal(b"")
        assert "not an Excel workbook" in refusal(b"a,b\n1,2\n")
        assert "old Office format" in refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
        assert refusal(written("one")[:-200]).startswith("This file")

    def test_macros(self):
        assert "macros" in refusal(with_parts(written("one"), xl__vbaProject_bin=b"anything"))

    @pytest.mark.parametrize("part", ["xl__externalLinks__externalLink1_xml", "xl__connections_xml"])
    def test_links_to_other_data(self, part):
        assert refusal(with_parts(written("one"), **{part: b"<a/>"})) == LINKED

    def test_a_relation_that_leads_outside(self):
        relations = (
            b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            b'<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/%s" '
            b'Target="http://localhost/x" TargetMode="External"/></Relationships>'
        )
        for kind, is_refused in ((b"attachedTemplate", True), (b"hyperlink", False)):
            out = BytesIO()
            with zipfile.ZipFile(BytesIO(written("one"))) as before, zipfile.ZipFile(out, "w") as after:
                for one in before.infolist():
                    after.writestr(one.filename, before.read(one))
                after.writestr("xl/worksheets/_rels/sheet1.xml.rels", relations % kind)
            if is_refused:
                assert refusal(out.getvalue()) == LINKED
            else:
                assert read(out.getvalue()) == ["one"]

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
    def test_entities_in_any_encoding(self, encoding):
        bomb = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE a [<!ENTITY b "bb">]><a>&b;</a>'.encode(encoding)
        assert refusal(with_parts(written("one"), xl__sharedStrings_xml=bomb)) == f"This file {ENTITIES}."

    def test_a_bomb(self, monkeypatch):
        monkeypatch.setattr(workbook_reading, "MOST_UNPACKED", 100_000)
        bomb = b"<a>" + b" " * 200_000 + b"</a>"
        assert "unpacks" in refusal(with_parts(written("one"), xl__theme__theme1_xml=bomb))

    def test_too_many_bytes_rows_and_sheets(self, monkeypatch):
        monkeypatch.setattr(workbook_reading, "MOST_ROWS", 3)
        assert read(written("one", "two")) == ["one", "two"]
        assert "more than 3 rows" in refusal(written("one", "two", "three"))
        monkeypatch.setattr(workbook_reading, "MOST_SHEETS", 1)
        two = write_workbook([SheetOut(name, COLUMNS, []) for name in ("One", "Two")])
        assert "more than 1 sheets" in refusal(two)
        monkeypatch.setattr(workbook_reading, "MOST_BYTES", 100)
        assert "larger than" in refusal(two)

    def test_damage(self):
        assert refusal(with_parts(written("one"), xl__workbook_xml=b"<a>")) == DAMAGED
        cell = b'<row r="2"><c r="B2" t="s"><v>99</v></c></row>'
        main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        sheet = b'<worksheet xmlns="' + main + b'"><sheetData>' + cell + b"</sheetData></worksheet>"
        assert refusal(with_parts(written("one"), xl__worksheets__sheet1_xml=sheet)) == DAMAGED

    @settings(max_examples=40, deadline=None)
    @given(st.data())
    def test_whatever_is_done_to_a_file_it_is_read_or_refused(self, data):
        content = bytearray(written("one", "=two"))
        for _ in range(data.draw(st.integers(1, 4))):
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
        with suppress(NotAWorkbook):
            read_workbook(bytes(content))


class TestSheetNames:
    """Names that Excel takes."""

    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.text(max_size=60), min_size=1, max_size=8))
    def test_any_titles_give_names_that_excel_takes(self, titles):
        names = sheet_names(titles)
        assert len({name.casefold() for name in names}) == len(titles)
        write_workbook([SheetOut(name, COLUMNS, []) for name in names])

    def test_they_stay_close_to_the_titles(self):
        assert sheet_names(["1 Leadership: who?", "1 leadership who", "History", workbooks.LISTS]) == [
            "1 Leadership who",
            "1 leadership who 2",
            "History 2",
            "Lists 2",
        ]
