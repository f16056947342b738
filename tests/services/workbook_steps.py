"""What tests of workbooks do again and again: fill one in as Excel would save it, and upload it."""

from __future__ import annotations

from io import BytesIO

import openpyxl

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.sheet_cells import Column
from portal.services.audits import workbook
from portal.services.audits.workbook import COVER, Preview
from tests.services.audit_steps import Asked


def downloaded(viewer: Viewer, place: Asked) -> bytes:
    """The workbook as it stands."""
    db.session.rollback()
    return workbook.download(viewer, place.id)[0]


def filled(content: bytes, *, cover: dict[str, str] | None = None, **cells: str | dict[str, object]) -> bytes:
    """The workbook after somebody typed into it: `q1_1={"narrative": "…"}`; `cover` changes what stands there."""
    book = openpyxl.load_workbook(BytesIO(content))
    for code, typed in cells.items():
        sheet, number = row_of(book, code.removeprefix("q").replace("_", "."))
        assert isinstance(typed, dict)
        for name, text in typed.items():
            cell = sheet.cell(number, Column[name.upper()] + 1)
            cell.value = text
            if isinstance(text, str) and text.startswith("'"):
                # As in Excel: what is typed after an apostrophe is text.
                cell.value, cell.data_type = text[1:], "s"
    for row in book[COVER].iter_rows(min_row=2):
        if cover and row[0].value in cover:
            row[1].value = cover[row[0].value]
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def row_of(book, code: str):
    """The sheet and the number of a question's row."""
    return next(
        (sheet, row[0].row)
        for sheet in book.worksheets
        if sheet.title != COVER
        for row in sheet.iter_rows(min_row=2)
        if row[0].value == code
    )


def looked_at(viewer: Viewer, place: Asked, content: bytes) -> Preview:
    """What the workbook would change."""
    db.session.rollback()
    return workbook.preview(viewer, place.id, workbook.read_upload(viewer, place.id, content))


def taken(viewer: Viewer, place: Asked, content: bytes, *, mine: bool | None = None) -> int:
    """Upload, look, and take; `mine` says which text wins wherever both sides changed one."""
    shown = looked_at(viewer, place, content)
    seen = {row.question.question_id: row.question.version for row in shown.rows}
    chosen = {(row.question.question_id, cell.column): bool(mine) for row in shown.rows for cell in row.conflicts}
    typed = [row.typed for row in shown.rows]
    return workbook.take(viewer, place.id, typed, seen, chosen if mine is not None else {})
