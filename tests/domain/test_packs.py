"""Packs: which quarters are over, what each kind covers, and what stands in its tables."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from portal.domain.pack_papers import PaperFigure, PaperTable, cell_words, in_numbers
from portal.domain.packs import (
    OFFERS,
    PackKind,
    completed_quarters,
    days_of_pack,
    file_stem,
    period_words,
)
from portal.domain.periods import Days
from portal.domain.quarters import Quarter

FIRST_QUARTER = Quarter(2026, 1)


def test_the_last_quarter_that_is_over_comes_first():
    found = completed_quarters(date(2026, 6, 30), 3)
    assert [quarter.words for quarter in found] == [
        "January to March 2026",
        "October to December 2025",
        "July to September 2025",
    ]
    assert completed_quarters(date(2026, 7, 1), 1)[0] == Quarter(2026, 2)


@given(st.dates(date(1950, 1, 1), date(2090, 1, 1)))
def test_quarters_follow_one_another_and_are_over(today):
    found = completed_quarters(today)
    assert all(later.days.first == earlier.days.last + timedelta(days=1) for later, earlier in pairwise(found))
    assert found[0].is_over(today)
    assert not found[0].plus(1).is_over(today)


def test_what_each_kind_covers():
    today = date(2026, 6, 10)
    assert days_of_pack(PackKind.BOARD, FIRST_QUARTER, today) == FIRST_QUARTER.days
    assert days_of_pack(PackKind.INSPECTION, FIRST_QUARTER, today) == FIRST_QUARTER.days
    year = Days(date(2025, 4, 1), date(2026, 3, 31))
    assert days_of_pack(PackKind.ANNUAL, FIRST_QUARTER, today) == year
    assert days_of_pack(PackKind.DATASET, FIRST_QUARTER, today) == year
    assert days_of_pack(PackKind.CHILD_LISTS, FIRST_QUARTER, today) == Days(date(2025, 12, 10), today)
    assert set(OFFERS) == set(PackKind)


def test_a_period_in_words_and_in_the_name_of_a_file():
    assert period_words(Days(date(2025, 4, 1), date(2026, 3, 31))) == "April 2025 to March 2026"
    assert period_words(Days(date(2026, 2, 1), date(2026, 2, 28))) == "February 2026"
    assert period_words(Days(date(2026, 2, 2), date(2026, 2, 28))) == "2 February 2026 to 28 February 2026"
    assert file_stem(PackKind.BOARD, FIRST_QUARTER.days) == "Quarterly board pack 2026-01 to 2026-03"


def test_figures_stand_in_words_on_paper_and_in_three_columns_for_counting():
    shown = PaperFigure("91 % (10 of 11)", Decimal("90.9"), 10, 11)
    hidden = PaperFigure("too few", part=None, whole=12, is_withheld=True)
    table = PaperTable(
        "T", ["Who", "Came", "Note"], [["GPs", shown, "a"], ["Police", hidden, None], ["All", None, None]]
    )
    assert [cell_words(cell) for cell in table.rows[0]] == ["GPs", "91 % (10 of 11)", "a"]
    assert [cell_words(cell) for cell in table.rows[1]] == ["Police", "too few", "–"]
    counted = in_numbers(table)
    assert counted.heads == ["Who", "Came", "Came: number", "Came: of", "Note"]
    assert counted.rows == [
        ["GPs", Decimal("90.9"), 10, 11, "a"],
        ["Police", "too few", "too few", 12, None],
        ["All", None, None, None, None],
    ]
