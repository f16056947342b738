"""Grades to take along, as CSV and as a workbook: the figures of the page, what is withheld included."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from portal.access.viewer import Viewer
from portal.domain.labels import label
from portal.domain.sample_grades import GradeRow
from portal.domain.sample_vocabulary import Grade, Judged
from portal.gateways.spreadsheets import Cell, Sheet, write_figures
from portal.services.samples.figures import Trend

MARKING = "OFFICIAL-SENSITIVE"
TOO_FEW = "too few"
COLUMNS = ("period", "graded", *(grade.value for grade in Grade), "good_or_better_rate")


def as_csv(found: Trend) -> str:
    """One line for each period; a rate is a percentage with one decimal."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([row.title, *_cells(row), _rate(row)] for row in found.rows)
    return out.getvalue()


def workbook(viewer: Viewer, found: Trend) -> bytes:
    """A sheet by period, one by question of the newest, and one that says what they are."""
    grades, judged = [label(grade) for grade in Grade], [label(one) for one in Judged]
    period = "Quarter" if found.is_by_quarter else "Month"
    sheets = [
        Sheet("Grades", [period, "Graded", *grades, "Good or better, %"], _rows(found.rows, with_rate=True)),
        Sheet("Questions", [f"Question, {found.questions_of}", "Graded", *judged], _rows(found.questions)),
        Sheet("About", [title_of(found)], [[line] for line in _notes(viewer, found)], 100),
    ]
    return write_figures(sheets, title=title_of(found), marking=MARKING)


def title_of(found: Trend) -> str:
    """What the document is called."""
    return f"Grades of dip samples: {found.kind.name}" if found.kind else "Grades of dip samples"


def _rows(rows: Iterable[GradeRow], *, with_rate: bool = False) -> Sequence[Sequence[Cell]]:
    return [[row.title, *_cells(row), *([_rate(row)] if with_rate else [])] for row in rows]


def _cells(row: GradeRow) -> list[Cell]:
    counts = [row.total, *(part.count for part in row.parts)]
    return [TOO_FEW if count is None else count for count in counts]


def _rate(row: GradeRow) -> Cell:
    if row.total == 0:
        return None
    share = row.good.percentage
    return TOO_FEW if share is None else share


def _notes(viewer: Viewer, found: Trend) -> list[str]:
    today = viewer.today
    notes = [
        f"{viewer.partnership_name or 'The partnership'}, as on {today.day} {today:%B %Y}. Meetings of monthly dip "
        "samples, by when they were held. The grade that holds is the reviewer’s, or the moderator’s where two differ.",
    ]
    if found.hidden_up_to:
        notes.append(
            f"“{TOO_FEW}” stands for a number from 1 to {found.hidden_up_to}, or one that would give one away. "
            "Quarters are shown once the month after them is over and all their samples are closed."
        )
    return notes
