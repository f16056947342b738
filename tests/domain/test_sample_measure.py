"""Grades of dip samples as a measure: whole for some, and for the rest never more than the table of grades says."""

from __future__ import annotations

from collections import Counter
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from portal.domain.months import Month
from portal.domain.protected_work import KEY
from portal.domain.sample_grades import grade_row
from portal.domain.sample_measure import GOOD, GRADED, SampledMonth, published_grades
from portal.domain.sample_vocabulary import Grade

TODAY = date(2026, 12, 10)
LIMIT = 5
APRIL, JUNE, JULY, SEPTEMBER = (Month(2026, number) for number in (4, 6, 7, 9))
O, G, R, I = (grade.value for grade in Grade)  # noqa: E741 - as in tables


def month(kinds: dict[int, dict[str, int]], *, is_closed: bool = True) -> SampledMonth:
    return SampledMonth(is_closed, {kind: Counter(counts) for kind, counts in kinds.items()})


def counts(sampled, first, last, *, limit=LIMIT, today=TODAY):
    found = published_grades([2026], today, limit, sampled)
    return tuple(found.count(KEY, name, first, last) for name in (GOOD, GRADED))


def test_whoever_works_with_the_children_reads_every_month():
    sampled = {APRIL: month({1: {G: 2, R: 1}}), JUNE: month({1: {O: 1}, 2: {I: 1}}, is_closed=False)}
    assert counts(sampled, APRIL, APRIL, limit=None) == (2, 3)
    assert counts(sampled, APRIL, JUNE, limit=None) == (3, 5)


def test_others_read_whole_quarters_alone():
    sampled = {number: month({1: {G: 8}}) for number in (APRIL, JUNE)}
    assert counts(sampled, APRIL, JUNE) == (16, 16)
    assert counts(sampled, APRIL, APRIL) == (None, None)
    assert counts(sampled, APRIL, SEPTEMBER) == (16, 16)
    found = published_grades([2026], TODAY, LIMIT, sampled)
    assert found.begins(KEY, GOOD, JUNE) == APRIL


def test_what_the_table_withholds_is_withheld_here_too():
    # 2 outstanding hide themselves and 7 that were good: 9 of both would give them back beside the 7.
    assert counts({APRIL: month({1: {O: 2, G: 7, R: 9}})}, APRIL, JUNE) == (None, 18)
    # A second kind with too few for a row of its own: the sum less the first kind's row would give it.
    assert counts({APRIL: month({1: {G: 9}, 2: {G: 3}})}, APRIL, JUNE) == (None, None)
    assert counts({APRIL: month({1: {G: 9}, 2: {G: 8}})}, APRIL, JUNE) == (17, 17)


def test_a_quarter_that_still_grows_is_withheld():
    grown = month({1: {G: 9}})
    assert counts({JULY: grown}, JULY, SEPTEMBER, today=date(2026, 10, 31)) == (None, None)
    assert counts({JULY: grown}, JULY, SEPTEMBER, today=date(2026, 11, 1)) == (9, 9)
    assert counts({JULY: grown, SEPTEMBER: month({}, is_closed=False)}, JULY, SEPTEMBER) == (None, None)
    assert counts({}, JULY, SEPTEMBER, today=date(2026, 8, 1)) == (0, 0)


NUMBERS = st.dictionaries(st.sampled_from([O, G, R, I]), st.integers(0, 12), max_size=4)
SAMPLED = st.dictionaries(
    st.integers(0, 7).map(APRIL.plus),
    st.tuples(st.dictionaries(st.integers(1, 3), NUMBERS, max_size=3), st.booleans()).map(
        lambda pair: month(pair[0], is_closed=pair[1])
    ),
)


@given(SAMPLED, st.integers(0, 8), st.integers(0, 8))
def test_every_number_shown_is_a_sum_of_numbers_that_the_table_shows(sampled, first, last):
    """So it tells nothing new: whatever it is held against, the table says as much."""
    shown = counts(sampled, APRIL.plus(first), APRIL.plus(last))
    asked = [APRIL.plus(place) for place in range(first, last + 1)]
    for value, name in zip(shown, ("good", "total"), strict=True):
        if value is None:
            continue
        total = 0
        for place in range(0, 9, 3):
            quarter = [APRIL.plus(place + step) for step in range(3)]
            there = [one for one in quarter if one in sampled]
            if not there or not any(one in asked for one in quarter):
                continue
            assert all(one in asked for one in quarter if one <= Month.of(TODAY))
            assert all(sampled[one].is_closed for one in there)
            kinds: dict[int, Counter[str]] = {}
            for one in there:
                for kind, numbers in sampled[one].grades.items():
                    kinds.setdefault(kind, Counter()).update(numbers)
            for numbers in kinds.values():
                row = grade_row("", numbers, [O, G, R, I], LIMIT)
                of_row = row.good.count if name == "good" else row.total
                assert of_row is not None
                total += of_row
        assert value == total
