"""An Excel file of 50,000 rows as exports write it, and as xlsxwriter alone does."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from random import Random

from xlsxwriter import Workbook

from benchmarks.measuring import Limit, Result, by_turns, milliseconds
from benchmarks.run import Run
from portal.gateways.spreadsheets import Cell, Sheet, write_figures

AS_BARE = Limit(1.3)
ROWS = 50_000
CALLS = 10
"""Of which each round makes one a slice: a file takes seconds."""
_HEADS = (
    "Meeting",
    "Kind",
    "Held on",
    "Agency",
    "Type",
    "Expected",
    "Attendance",
    "Due",
    "Received",
    "Days",
    "Quorate",
)


def measure(run: Run) -> Result:
    """Both write the same cells."""
    rows = _rows()
    times = by_turns(
        lambda: write_figures([Sheet("Invitations", _HEADS, rows)], title="Invitations", marking="Official"),
        lambda: _bare(rows),
        rounds=min(3, run.rounds),
        first_calls=CALLS,
        second_calls=CALLS,
    )
    return Result(
        what=f"An Excel file of {ROWS:,} rows, against bare xlsxwriter",
        database="none",
        how="in process",
        values=times.ratios,
        limit=AS_BARE,
        samples=f"{min(3, run.rounds)} × {CALLS} to {CALLS}",
        rows=f"{ROWS:,} rows of {len(_HEADS)} cells",
        aside=f"{milliseconds(times.first)} and {milliseconds(times.second)}",
    )


def _rows() -> list[tuple[Cell, ...]]:
    chance = Random(5)
    first = date(2025, 1, 1)
    return [
        (
            f"EM-{number:06}",
            chance.choice(("Initial conference", "Review conference", "Strategy meeting")),
            (first + timedelta(days=chance.randrange(365))).isoformat(),
            f"Agency {chance.randrange(200)}",
            chance.choice(("GP practice", "School", "Police", "Health visiting")),
            chance.choice(("yes", "no")),
            chance.choice(("in person", "video", "apologies", None)),
            (first + timedelta(days=chance.randrange(365))).isoformat(),
            (first + timedelta(days=chance.randrange(365))).isoformat(),
            chance.randrange(40),
            chance.choice(("yes", "no", None)),
        )
        for number in range(ROWS)
    ]


def _bare(rows: list[tuple[Cell, ...]]) -> bytes:
    out = BytesIO()
    book = Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    page = book.add_worksheet("Invitations")
    page.write_row(0, 0, _HEADS)
    for row, cells in enumerate(rows, start=1):
        page.write_row(row, 0, cells)
    book.close()
    return out.getvalue()
