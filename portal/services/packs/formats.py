"""A pack's paper as the files that people take along: a tagged PDF, an Excel workbook, CSV files in a zip."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from portal.domain.pack_papers import Paper, PaperPart, PaperTable, cell_words, in_numbers
from portal.domain.packs import PackFormat, PackKind
from portal.gateways.pdf import make_pdf
from portal.gateways.spreadsheets import Sheet, write_figures
from portal.gateways.text_tables import write_csv, write_zip
from portal.gateways.workbooks import sheet_names

MARKING = "OFFICIAL-SENSITIVE"
MEDIA_TYPES: Mapping[PackFormat, str] = {
    PackFormat.PDF: "application/pdf",
    PackFormat.EXCEL: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    PackFormat.CSV: "application/zip",
}

_ROWS_ALONE = frozenset({PackKind.DATASET, PackKind.CHILD_LISTS})
"""Packs whose tables other programs read: nothing stands under their rows, and print leaves the longest out."""

_LONGEST_PRINTED = 60
_NARROWEST, _WIDEST = 12, 45
_ABOUT_WIDTH, _FIRST_WIDTH = 110, 40


def as_pdf(paper: Paper, kind: PackKind) -> bytes:
    """Return the pack as a tagged PDF."""
    return make_pdf(
        "pack",
        {
            "title": paper.title,
            "marking": MARKING,
            "about": paper.about,
            "as_at": paper.as_at,
            "warning": paper.warning,
            "notes": list(paper.notes),
            "parts": [_printed(part, kind) for part in paper.parts],
        },
    )


def as_workbook(paper: Paper, kind: PackKind) -> bytes:
    """Return the pack as an Excel workbook: what it is on the first sheet, then a sheet for each table."""
    tables = [(part, in_numbers(table)) for part in paper.parts for table in part.tables]
    first = [
        [paper.about],
        [paper.as_at],
        *([[paper.warning]] if paper.warning else []),
        *([note] for note in paper.notes),
    ]
    sheets: list[Sheet] = [Sheet("About", [paper.title], [*first, *_said(paper)], _ABOUT_WIDTH)]
    names = sheet_names(["About", *(table.title for _part, table in tables), "Definitions"])
    for name, (part, table) in zip(names[1:-1], tables, strict=True):
        below: list[list[Any]] = []
        if kind not in _ROWS_ALONE:
            below = [[], *([line] for line in (table.note, part.as_at, paper.warning) if line)]
        sheets.append(Sheet(name, table.heads, [*table.rows, *below], _FIRST_WIDTH))  # type: ignore[list-item]  # in numbers, no figure is left
    counts = _definitions(paper)
    if counts:
        sheets.append(Sheet(names[-1], ["Figure", "What it counts"], counts, _FIRST_WIDTH))
    return write_figures(sheets, title=f"{paper.title}: {paper.about}", marking=f"{MARKING} - {paper.as_at}"[:200])


def as_csv(paper: Paper, kind: PackKind) -> bytes:
    """Return the pack's tables as CSV files in a zip, the first of which says what it is."""
    lines = [paper.title, paper.about, paper.as_at, *([paper.warning] if paper.warning else []), *paper.notes]
    files = {"00-about.csv": write_csv([MARKING], [[line] for line in (*lines, *(words[0] for words in _said(paper)))])}
    tables = [in_numbers(table) for part in paper.parts for table in part.tables]
    for number, table in enumerate(tables, start=1):
        files[f"{number:02}-{_plain(table.title)}.csv"] = write_csv(table.heads, table.rows)  # type: ignore[arg-type]  # as above
    counts = _definitions(paper)
    if counts:
        files[f"{len(tables) + 1:02}-definitions.csv"] = write_csv(["Figure", "What it counts"], counts)
    return write_zip(files)


WRITERS: Mapping[PackFormat, Callable[[Paper, PackKind], bytes]] = {
    PackFormat.PDF: as_pdf,
    PackFormat.EXCEL: as_workbook,
    PackFormat.CSV: as_csv,
}


def _printed(part: PaperPart, kind: PackKind) -> dict[str, Any]:
    tables = [table for table in part.tables if kind not in _ROWS_ALONE or len(table.rows) <= _LONGEST_PRINTED]
    return {
        "title": part.title,
        "as_at": part.as_at,
        "words": list(part.words),
        "points": list(part.points),
        "pictures": [{"title": one.title, "svg": one.svg, "words": one.words} for one in part.pictures],
        "tables": [_printed_table(table) for table in tables if table.rows],
        "counts": [list(one) for one in part.counts],
    }


def _printed_table(table: PaperTable) -> dict[str, Any]:
    rows = [[cell_words(cell) for cell in row] for row in table.rows]
    widths = [_width(head, [row[place] for row in rows]) for place, head in enumerate(table.heads)]
    return {"title": table.title, "heads": list(table.heads), "rows": rows, "widths": widths, "note": table.note}


def _width(head: str, cells: Sequence[str]) -> int:
    """How wide a printed column is beside the others: as its longest text, and as the longest word of its head."""
    longest = max((len(text) for text in (*cells, *head.split())), default=0)
    return min(max(longest, _NARROWEST), _WIDEST)


def _said(paper: Paper) -> list[list[str]]:
    """What the parts say in words: sentences, and what their pictures show."""
    return [
        [f"{part.title}: {words}"]
        for part in paper.parts
        for words in (*part.points, *part.words, *(picture.words for picture in part.pictures))
    ]


def _definitions(paper: Paper) -> list[list[str]]:
    found = {title: words for part in paper.parts for title, words in part.counts}
    return [[title, words] for title, words in found.items()]


def _plain(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
