"""What is withheld: every small count, and enough beside it that no sum gives it back."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.domain.small_counts import Place, Table, with_totals, withheld

LIMIT = 5
ROWS, COLUMNS = "abcd", "xyz"

tables = st.dictionaries(
    st.tuples(st.sampled_from(ROWS), st.sampled_from(COLUMNS)), st.one_of(st.integers(0, 8), st.integers(0, 60))
)


def worked_out(table: Table, hidden: frozenset[Place]) -> set[Place]:
    """The hidden places that a reader with a pencil finds: by solving the sums, exactly (Gauss, over whole numbers)."""
    full = with_totals(table)
    places = sorted(hidden, key=str)
    equations = []
    for axis in (0, 1):
        for name in {place[axis] for place in full}:
            line = [place for place in full if place[axis] == name]
            signs = {place: -1 if place[1 - axis] is None else 1 for place in line}
            row = [signs.get(place, 0) for place in places]
            known = -sum(signs[place] * full[place] for place in line if place not in hidden)
            equations.append([*row, known])
    return {places[column] for column in solved_columns(equations, len(places))}


def solved_columns(equations: list[list[int]], width: int) -> set[int]:
    """The unknowns that have one value in every solution."""
    reduced: list[list[int]] = []
    pivots: list[int] = []
    for column in range(width):
        pivot = next((row for row in equations if row[column]), None)
        if pivot is None:
            continue
        equations.remove(pivot)
        for rows in (equations, reduced):
            for number, row in enumerate(rows):
                if row[column]:
                    rows[number] = [
                        pivot[column] * value - row[column] * other for value, other in zip(row, pivot, strict=True)
                    ]
        reduced.append(pivot)
        pivots.append(column)
    return {
        pivot
        for pivot, row in zip(pivots, reduced, strict=True)
        if not any(row[column] for column in range(width) if column != pivot)
    }


def fillings(table: Table, hidden: frozenset[Place], least: int, wholes: Table | None = None) -> Iterator[Table]:
    """Every table within 2 of the true one that fits what is shown, where a withheld count is `least` or more.

    Where the table's counts are parts, the reader is told even the wholes, withheld ones included.
    """
    full = with_totals(table)
    rows, columns = ({place[axis] for place in table} for axis in (0, 1))
    of_rows = []
    for row in sorted(rows):
        choices = []
        for column in sorted(columns):
            count = table.get((row, column), 0)
            most = count + 2 if wholes is None else min(count + 2, wholes.get((row, column), 0))
            near = range(max(least, count - 2), most + 1)
            choices.append(near if (row, column) in hidden else (count,))
        of_rows.append(
            [one for one in product(*choices) if (row, None) in hidden or sum(one) == full.get((row, None), 0)]
        )
    for chosen in product(*of_rows):
        sums = {
            (None, column): sum(line) for column, line in zip(sorted(columns), zip(*chosen, strict=True), strict=True)
        }
        sums[None, None] = sum(sums.values())
        if all(place in hidden or sums[place] == full.get(place, 0) for place in sums):
            cells = product(sorted(rows), sorted(columns))
            yield dict(zip(cells, (count for line in chosen for count in line), strict=True))


def told(table: Table, hidden: frozenset[Place], limit: int, least: int = 1, wholes: Table | None = None) -> set[Place]:
    """The small counts that have one value in every table that fits what is shown: what a patient reader knows."""
    small = {place: count for place, count in with_totals(table).items() if 1 <= count <= limit}
    for filled in fillings(table, hidden, least, wholes):
        full = with_totals(filled)
        small = {place: count for place, count in small.items() if full[place] == count}
        if not small:
            break
    return set(small)


SMALL = 3
"""The limit of the tables that are tried out in every way."""


@st.composite
def little_tables(draw, most: int = 5) -> Table:
    """Two rows of three columns, or the other way round."""
    rows, columns = draw(st.sampled_from([("ab", "xyz"), ("abc", "xy"), ("abc", "x"), ("a", "xyz")]))
    return {place: draw(st.integers(0, most)) for place in product(rows, columns)}


@settings(max_examples=150, deadline=None)
@given(little_tables())
def test_no_small_count_follows_from_what_is_shown_and_from_not_being_0(table):
    assert told(table, withheld(table, SMALL), SMALL) == set()


@settings(max_examples=100, deadline=None)
@given(little_tables(), st.data())
def test_nor_where_some_totals_are_shared_or_withheld_for_another_reason(table, data):
    shared = {place for place in with_totals(table) if place[1] is None}
    also = {place for place in with_totals(table) if data.draw(st.booleans())}
    assert told(table, withheld(table, SMALL, also=also, shared=shared), SMALL) == set()


@settings(max_examples=150, deadline=None)
@given(little_tables(), st.data())
def test_no_small_part_follows_even_from_the_wholes(wholes, data):
    parts = {place: data.draw(st.integers(0, whole)) for place, whole in wholes.items()}
    hidden = withheld(parts, SMALL, of=wholes, also=withheld(wholes, SMALL))
    assert told(parts, hidden, SMALL, 0, wholes) == set()


def test_two_that_are_not_0_and_add_up_to_2_are_both_1():
    """A ring of 1 and 1 cannot turn: the rest of each row and column is what is shown, less one."""
    table = {("a", "x"): 1, ("a", "y"): 1, ("b", "x"): 1, ("b", "y"): 1}
    table |= {("c", "x"): 70, ("c", "y"): 80, ("a", "z"): 30, ("b", "z"): 20, ("c", "z"): 90}
    ring = frozenset(place for place, count in table.items() if count == 1)
    assert told(table, ring, LIMIT) == ring
    assert told(table, withheld(table, LIMIT), LIMIT) == set()
    assert withheld(table, LIMIT) == set(table), "all totals are shown"


def test_rows_of_one_each_are_not_told_by_their_sum():
    table = {(row, ""): 1 for row in "abcdefg"}
    assert {(None, ""), (None, None)} <= withheld(table, LIMIT)
    assert told(table, withheld(table, LIMIT), LIMIT) == set()


def test_a_part_that_is_all_of_its_whole_is_no_more_than_that():
    """All ten came, as everybody can see that no more could: the three beside them are not hidden by that ring."""
    wholes = {("a", "x"): 10, ("a", "y"): 10, ("b", "x"): 10, ("b", "y"): 10, ("c", "x"): 90, ("c", "y"): 90}
    parts = {("a", "x"): 10, ("a", "y"): 3, ("b", "x"): 0, ("b", "y"): 9, ("c", "x"): 60, ("c", "y"): 70}
    hidden = withheld(parts, LIMIT, of=wholes)
    assert told(parts, hidden, LIMIT, 0, wholes) == set()


def test_a_large_table_takes_milliseconds():
    table = {(str(row), str(column)): (row * 7 + column * 13) % 17 for row in range(40) for column in range(6)}
    began = process_time()
    hidden = withheld(table, LIMIT)
    assert process_time() - began < 0.5
    assert not worked_out(table, hidden)


@given(tables)
def test_nothing_that_is_withheld_can_be_worked_out(table):
    assert not worked_out(table, withheld(table, LIMIT))


@given(tables)
def test_every_small_count_is_withheld_with_its_totals(table):
    small = {place for place, count in with_totals(table).items() if 1 <= count <= LIMIT}
    assert small <= withheld(table, LIMIT)


@given(tables)
def test_where_nothing_is_small_nothing_is_withheld(table):
    large = {place: count + LIMIT + 1 for place, count in table.items()}
    assert withheld(large, LIMIT) == frozenset()


@given(tables)
def test_without_a_limit_nothing_is_withheld(table):
    assert withheld(table, 0) == frozenset()


@given(tables, st.data())
def test_parts_are_withheld_with_their_wholes_and_neither_can_be_worked_out(wholes, data):
    parts = {place: data.draw(st.integers(0, whole)) for place, whole in wholes.items()}
    of_wholes = withheld(wholes, LIMIT)
    of_parts = withheld(parts, LIMIT, of=wholes, also=of_wholes)
    assert of_wholes <= of_parts
    assert not worked_out(parts, of_parts)


def test_a_single_small_count_takes_the_smallest_ring_with_it():
    table = {("a", "x"): 3, ("a", "y"): 40, ("b", "x"): 10, ("b", "y"): 20, ("c", "x"): 90, ("c", "y"): 90}
    assert withheld(table, LIMIT) == {("a", "x"), ("a", "y"), ("b", "x"), ("b", "y")}


def test_the_totals_give_way_where_there_is_no_other_row():
    table = {("a", "x"): 3, ("a", "y"): 40, ("a", "z"): 50}
    hidden = withheld(table, LIMIT)
    assert ("a", "z") not in hidden
    assert hidden == {("a", "x"), ("a", "y"), (None, "x"), (None, "y")}


def test_an_empty_place_hides_nothing():
    """Nobody was expected at (b, x), and everybody can see that: it cannot stand beside the small count."""
    table = {("a", "x"): 3, ("a", "y"): 40, ("b", "x"): 0, ("b", "y"): 20, ("c", "x"): 60, ("c", "y"): 70}
    hidden = withheld(table, LIMIT)
    assert ("b", "x") not in hidden
    assert hidden == {("a", "x"), ("a", "y"), ("c", "x"), ("c", "y")}


@pytest.mark.parametrize("count", [1, 5])
def test_a_table_of_one_count_is_withheld_whole(count):
    assert withheld({("a", "x"): count}, LIMIT) == {("a", "x"), ("a", None), (None, "x"), (None, None)}
