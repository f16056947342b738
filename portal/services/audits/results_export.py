"""A round's results to take along: a workbook and a PDF with the figures of the page, what is withheld included."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from portal.access.viewer import Viewer
from portal.domain.audit_results import VERDICT_WORDS
from portal.domain.count_tables import Part
from portal.domain.figure_words import all_of_type
from portal.domain.ratings import Colour
from portal.domain.vocabulary import AgencyType
from portal.gateways.pdf import make_pdf
from portal.gateways.spreadsheets import Cell, Shaded, Sheet, write_figures
from portal.services.audits.heat_maps import ALL_AGENCIES
from portal.services.audits.heat_maps import Cell as MapCell
from portal.services.audits.question_results import Moved
from portal.services.audits.result_remarks import remarks
from portal.services.audits.results import ACTION_STATES, Results

Table = tuple[str, list[str], list[list[Cell]]]

MARKING = "OFFICIAL-SENSITIVE"
TOO_FEW = "too few"

_FILLS = {Colour.GREEN: "D5ECDF", Colour.AMBER: "FDEAB8", Colour.RED: "F7D3D0", Colour.GREY: "F6F8F9"}
_MANY = 10
"""With more standards than these, a page has room for their numbers alone."""


def workbook(viewer: Viewer, found: Results) -> bytes:
    """Return the results as an Excel workbook, a sheet for each part of the page."""
    sheets = [
        Sheet("Summary", [title_of(found)], [[line] for line in (*_notes(viewer, found), *remarks(found))], 100),
        Sheet("Heat map", _heat_heads(found), _heat_rows(found)),
        *(Sheet(title, heads, rows) for title, heads, rows in (_questions_by_type(found), *_tables(found))),
    ]
    return write_figures(sheets, title=title_of(found), marking=MARKING)


def report(viewer: Viewer, found: Results) -> bytes:
    """Return the results as a tagged PDF."""
    standards = found.heat_map.standards
    many = len(standards) > _MANY
    rows = (*found.heat_map.groups, *found.heat_map.agencies)
    data = {
        "title": title_of(found),
        "marking": MARKING,
        "notes": _notes(viewer, found),
        "remarks": [f"{remark}." for remark in remarks(found)],
        "key": [one.words for one in standards] if many else [],
        "heads": ["Agency", "Overall", *(str(one.number) if many else one.words for one in standards)],
        "heat": [{"title": row.title, "cells": [_shown(cell) for cell in (row.overall, *row.cells)]} for row in rows],
        "tables": [
            {"title": title, "heads": heads, "rows": [[_words(cell) for cell in row] for row in lines]}
            for title, heads, lines in (*_tables(found), _questions(found))
            if lines
        ],
    }
    return make_pdf("audit_results", data)


def title_of(found: Results) -> str:
    """Return what the document is called."""
    return f"What the audit found: {found.round.title}"


def _notes(viewer: Viewer, found: Results) -> list[str]:
    today = viewer.today
    notes = [
        f"{viewer.partnership_name or 'The partnership'}, {found.round.edition.title}; {found.about.lower()}; "
        f"from signed returns only, as on {today.day} {today:%B %Y}.",
        "A rating is what agency and panel agreed on, else the panel's, else the agency's own.",
    ]
    notes.append(f"{found.levels.words}; a standard with a red answer in it is never green.")
    if found.hidden_up_to:
        notes.append(
            f"“{TOO_FEW}” stands for a number from 1 to {found.hidden_up_to}, or one that would give one away."
        )
    return notes


def _heat_heads(found: Results) -> list[str]:
    return ["Agency", "Overall", *(one.words for one in found.heat_map.standards)]


def _heat_rows(found: Results) -> list[list[Cell]]:
    rows = (*found.heat_map.groups, *found.heat_map.agencies)
    return [[row.title, *(_shaded(cell) for cell in (row.overall, *row.cells))] for row in rows]


def _shaded(cell: MapCell | None) -> Cell:
    if cell is None:
        return TOO_FEW
    return cell.word if cell.score is None else Shaded(cell.score, cell.word, _FILLS[cell.level])


def _shown(cell: MapCell | None) -> dict[str, str]:
    if cell is None:
        return {"level": Colour.GREY.value, "words": TOO_FEW}
    words = cell.word if cell.score is None else f"{cell.word} {cell.score}\u00a0%"
    return {"level": cell.level.value, "words": words}


def _tables(found: Results) -> list[Table]:
    """The parts below the heat map: title, heads and rows, the same for both documents."""
    return [
        (
            "Standards",
            ["Standard", "Amber or red, %", "Agencies", "Of", "Last time, %", "Now, %", "Change, points", "Note"],
            [[line.standard.words, *_part(line.weak), *_moved(line.moved)] for line in found.themes],
        ),
        (
            "Change by question",
            ["Question", "Standard", "Last time, %", "Now, %", "Change, points", "Note"],
            [
                [one.question.text, head.words, *_moved(one.moved)]
                for head, results in found.questions
                for one in results
            ],
        ),
        ("Panel", ["Standard", *VERDICT_WORDS.values(), "All"], _lines(found.verdict_lines)),
        ("Returns", ["Agencies", "Signed, %", "Signed", "Of"], [[t, *_part(part)] for t, part in found.return_rates]),
        ("Actions", ["Standard", *ACTION_STATES.values(), "All"], _lines(found.action_lines)),
    ]


def _questions_by_type(found: Results) -> Table:
    rows: list[list[Cell]] = []
    for head, results in found.questions:
        for one in results:
            kinds: list[AgencyType | None] = [kind for kind in one.agency_types if found.agency_type in (None, kind)]
            for kind in [*kinds, None]:
                who = ALL_AGENCIES if kind is None else all_of_type(kind)
                for rating, part in zip(one.ratings, one.parts(kind), strict=True):
                    rows.append([one.question.text, head.words, who, rating.label, *_part(part)])
    return "Questions", ["Question", "Standard", "Agencies", "Rating", "%", "Number", "Of"], rows


def _questions(found: Results) -> Table:
    """On paper one row a question, for the agencies that the page is narrowed to."""
    rows: list[list[Cell]] = [
        [
            f"{head.number}. {one.question.text}",
            "; ".join(
                f"{rating.label}: {part.words}"
                for rating, part in zip(one.ratings, one.parts(found.agency_type), strict=True)
            ),
        ]
        for head, results in found.questions
        for one in results
    ]
    return f"Questions: {found.about}", ["Standard and question", "How many gave each rating"], rows


def _part(part: Part) -> list[Cell]:
    if part.whole == 0:
        return [None, 0, 0]
    count = TOO_FEW if part.count is None else part.count
    whole = TOO_FEW if part.whole is None else part.whole
    return [TOO_FEW if part.percentage is None else part.percentage, count, whole]


def _moved(moved: Moved) -> list[Cell]:
    return [moved.before, moved.now, moved.points, moved.note]


def _lines(lines: Sequence[tuple[str, Sequence[int | None]]]) -> list[list[Cell]]:
    return [[title, *(TOO_FEW if count is None else count for count in counts)] for title, counts in lines]


def _words(cell: Cell) -> str:
    if cell is None:
        return "–"
    if isinstance(cell, Decimal):
        return f"{cell}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)
