"""A period is its whole months with the days added and taken away again, each day once."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portal.domain.figure_spans import (
    Edge,
    Spans,
    day_number,
    month_number,
    month_written,
    period_written,
    split,
)

days = st.dates(date(1999, 1, 1), date(2028, 12, 31))


def days_of(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


@given(first=days, length=st.integers(0, 900))
@example(first=date(2024, 2, 29), length=0)
@example(first=date(2026, 1, 16), length=15)
def test_each_day_of_the_period_counts_once_and_no_other(first, length):
    last = first + timedelta(days=length)
    spans = split(first, last)
    counted = Counter(days_of(*spans.months)) if spans.months else Counter()
    for edge in spans.edges:
        for day in days_of(edge.first, edge.last):
            counted[day] += edge.sign
    assert {day: number for day, number in counted.items() if number} == dict.fromkeys(days_of(first, last), 1)


@given(first=days, length=st.integers(0, 900))
def test_edges_are_short_and_few_and_months_are_whole(first, length):
    spans = split(first, first + timedelta(days=length))
    assert len(spans.edges) <= 2
    for edge in spans.edges:
        assert (edge.last - edge.first).days < 15
        assert (edge.first.year, edge.first.month) == (edge.last.year, edge.last.month)
    if spans.months:
        assert spans.months[0].day == 1
        assert (spans.months[1] + timedelta(days=1)).day == 1
        assert spans.months[0] < spans.months[1]
    else:
        assert all(edge.sign == 1 for edge in spans.edges)


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ((2026, 1, 1), (2026, 12, 31), Spans((date(2026, 1, 1), date(2026, 12, 31)))),
        ((2026, 5, 1), (2026, 5, 10), Spans(None, (Edge(date(2026, 5, 1), date(2026, 5, 10), 1),))),
        (
            (2026, 5, 3),
            (2026, 5, 30),
            Spans(
                (date(2026, 5, 1), date(2026, 5, 31)),
                (Edge(date(2026, 5, 1), date(2026, 5, 2), -1), Edge(date(2026, 5, 31), date(2026, 5, 31), -1)),
            ),
        ),
        (
            (2025, 6, 11),
            (2026, 6, 10),
            Spans(
                (date(2025, 6, 1), date(2026, 5, 31)),
                (Edge(date(2025, 6, 1), date(2025, 6, 10), -1), Edge(date(2026, 6, 1), date(2026, 6, 10), 1)),
            ),
        ),
        (
            (2026, 1, 30),
            (2026, 2, 2),
            Spans(None, (Edge(date(2026, 1, 30), date(2026, 1, 31), 1), Edge(date(2026, 2, 1), date(2026, 2, 2), 1))),
        ),
    ],
)
def test_periods(first, last, expected):
    assert split(date(*first), date(*last)) == expected


def test_the_ends_of_the_calendar():
    assert split(date.min, date.max) == Spans((date.min, date.max))
    assert split(date(1, 1, 2), date(9999, 12, 30)).months == (date.min, date.max)


def test_a_period_does_not_end_before_it_begins():
    with pytest.raises(ValueError, match="before the first"):
        split(date(2026, 5, 2), date(2026, 5, 1))


def test_days_and_months_have_numbers_that_never_meet():
    assert (day_number(date(2026, 5, 12)), month_number(date(2026, 5, 12))) == (20260512, 202605)
    assert (period_written(20260512), period_written(202605), month_written(202605)) == (
        "2026-05-12",
        "2026-05",
        "2026-05",
    )
    assert month_number(date.max) < day_number(date(1000, 1, 1))
