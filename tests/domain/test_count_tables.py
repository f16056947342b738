"""Parts of a table as they are said: what is withheld stays so in every way of saying it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.count_tables import CountTable, Part

tables = st.dictionaries(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz")), st.integers(0, 30), max_size=9)


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (Part(16, 84), "19.0 % (16 of 84)"),
        (Part(1200, 2400), "50.0 % (1,200 of 2,400)"),
        (Part(None, 84), "too few of 84"),
        (Part(None, None), "too few"),
        (Part(0, 0), "–"),
    ],
)
def test_a_part_in_words(part, said):
    assert part.words == said


@given(tables)
def test_without_a_limit_everything_is_shown(table):
    made = CountTable.of(table, None)
    assert all(made.count(row, column) == count for (row, column), count in table.items())
    assert made.count(None, None) == sum(table.values())
    assert all(made.is_open(row) for row, _ in table)


@given(tables)
def test_small_counts_are_not_shown_and_their_row_is_not_open(table):
    made = CountTable.of(table, 5)
    for (row, column), count in table.items():
        if 1 <= count <= 5:
            assert made.count(row, column) is None
            assert made.part(row, column).percentage is None
            assert not made.is_open(row)
