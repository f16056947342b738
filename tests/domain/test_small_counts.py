"""What is withheld: every small count, and enough beside it that no sum gives it back."""

from __future__ import annotations

import pytest
from hypothesis import given
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
