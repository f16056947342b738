"""Grades: what two reviewers agree on, what is lacking, and that no small count can be found from what is shown."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.count_tables import Part
from portal.domain.months import Month
from portal.domain.sample_grades import (
    OVERALL,
    Given,
    differing,
    grade_row,
    hidden_places,
    is_settled_quarter,
    lacking,
    movement,
    quarter_of,
    quarter_words,
)
from portal.domain.sample_vocabulary import Grade, Judged

COLUMNS = tuple(grade.value for grade in Grade)
CODES = ("in_time", "child")


def given_all(grade: Grade, *answers: Judged) -> Given:
    return Given(grade, dict(zip(CODES, answers, strict=True)))


def test_reviewers_differ_where_they_gave_other_grades():
    first = given_all(Grade.GOOD, Judged.GOOD, Judged.INADEQUATE)
    assert differing(CODES, first, first) == []
    second = given_all(Grade.OUTSTANDING, Judged.GOOD, Judged.DOES_NOT_APPLY)
    assert differing(CODES, first, second) == ["child", OVERALL]


def test_a_review_lacks_what_is_not_graded():
    assert lacking(CODES, Given()) == [*CODES, OVERALL]
    assert lacking(CODES, Given(None, {"child": Judged.DOES_NOT_APPLY})) == ["in_time", OVERALL]
    assert lacking(CODES, given_all(Grade.GOOD, Judged.GOOD, Judged.GOOD)) == []


def counts_of(numbers) -> dict[str, int]:
    return dict(zip(COLUMNS, numbers, strict=True))


def test_without_a_limit_everything_is_shown():
    row = grade_row("May 2026", counts_of((1, 2, 0, 1)), COLUMNS, None)
    assert (row.total, [part.count for part in row.parts]) == (4, [1, 2, 0, 1])
    assert row.good == Part(3, 4)


def test_a_small_row_is_withheld_whole():
    row = grade_row("May 2026", counts_of((1, 2, 0, 1)), COLUMNS, 5)
    assert row.is_withheld
    assert {part.words for part in row.parts} == {"too few"}
    assert row.good.count is None


def test_a_single_small_count_takes_the_next_smallest_with_it():
    row = grade_row("2026", counts_of((2, 20, 8, 0)), COLUMNS, 5)
    assert [part.count for part in row.parts] == [None, 20, None, 0]
    assert row.good.is_withheld


def test_two_ones_would_be_given_away_by_their_sum():
    row = grade_row("2026", counts_of((1, 20, 1, 8)), COLUMNS, 5)
    assert [part.count for part in row.parts] == [None, 20, None, None]


LIMITS = st.integers(1, 8)
ROWS = st.lists(st.integers(0, 12), min_size=2, max_size=5)


@given(ROWS, LIMITS)
def test_no_small_count_follows_from_what_is_shown(counts, limit):
    """Whoever knows the rule and the row's total, and that 0 is shown, finds several values for each hidden count."""
    hidden = hidden_places(counts, limit)
    if hidden is None:
        return
    assert all(place in hidden for place, count in enumerate(counts) if 1 <= count <= limit)
    left = sum(counts) - sum(count for place, count in enumerate(counts) if place not in hidden)
    for place in hidden:
        others = len(hidden) - 1
        # Each of the others is 1 or more, and together with this one they make up what is left.
        possible = [value for value in range(1, left + 1) if left - value >= others and (others or left == value)]
        assert len(possible) > 1, (counts, limit, place)


@pytest.mark.parametrize("total", range(1, 10))
def test_every_small_table_is_tried(total):
    for counts in product(range(total + 1), repeat=3):
        if sum(counts) != total:
            continue
        hidden = hidden_places(counts, 2)
        shown = [count for place, count in enumerate(counts) if hidden is not None and place not in hidden]
        assert not any(1 <= count <= 2 for count in shown)
        assert hidden is None or len(hidden) != 1


def test_movement_says_how_the_newest_known_period_compares():
    rows = [
        grade_row("April 2026", counts_of((1, 2, 3, 0)), COLUMNS, None),
        grade_row("May 2026", counts_of((0, 0, 0, 0)), COLUMNS, None),
        grade_row("June 2026", counts_of((2, 3, 1, 0)), COLUMNS, None),
    ]
    found = movement(rows)
    assert found is not None
    assert found.words.startswith("Graded good or better more often than before: 83.3 % in June 2026, 50.0 % in April")
    assert movement(rows[:2]) is None
    withheld = grade_row("July 2026", counts_of((1, 1, 0, 0)), COLUMNS, 5)
    assert movement([rows[0], withheld]) is None


def test_a_quarter_is_settled_a_month_after_it_ends():
    first = quarter_of(Month(2026, 6))
    assert (first, quarter_words(first)) == (Month(2026, 4), "April to June 2026")
    assert not is_settled_quarter(first, date(2026, 7, 31))
    assert is_settled_quarter(first, date(2026, 8, 1))
