"""Quarters of the calendar, and the revision that follows from when their months were frozen."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.months import Month
from portal.domain.quarters import Quarter, revision_of

T0 = datetime(2026, 7, 3, 9, tzinfo=UTC)
DAY = timedelta(days=1)


def test_a_quarter_is_three_months():
    quarter = Quarter.parse("2026-Q2")
    assert [str(month) for month in quarter.months] == ["2026-04", "2026-05", "2026-06"]
    assert (quarter.days.first, quarter.days.last) == (date(2026, 4, 1), date(2026, 6, 30))
    assert quarter.words == "April to June 2026"
    assert str(quarter) == "2026-Q2"
    assert not quarter.is_over(date(2026, 6, 30))
    assert quarter.is_over(date(2026, 7, 1))


@pytest.mark.parametrize("text", ["2026-Q0", "2026-Q5", "2026-2", "26-Q1", "2026-Q1 ", "1800-Q1", "²026-Q1", ""])
def test_what_is_no_quarter_is_refused(text):
    with pytest.raises(ValueError, match=r"quarter|month"):
        Quarter.parse(text)


@given(day=st.dates(date(1950, 1, 1), date(2090, 12, 31)), steps=st.integers(-40, 40))
def test_every_day_is_in_its_quarter(day, steps):
    quarter = Quarter.of(day)
    assert Month.of(day) in quarter.months
    assert quarter.days.first <= day <= quarter.days.last
    assert quarter.plus(steps).plus(-steps) == quarter
    assert quarter.plus(1).months[0] == quarter.months[-1].plus(1)


@pytest.mark.parametrize(
    ("frozen", "revision"),
    [
        ([[], [], []], 0),
        ([[T0], [T0], []], 0),
        ([[T0], [T0], [T0]], 1),
        ([[T0], [T0 + DAY], [T0 + 2 * DAY]], 1),  # one after the other: whole with the last
        ([[T0, T0 + DAY], [T0], [T0 + 3 * DAY]], 1),  # corrected before it was whole
        ([[T0, T0 + DAY], [T0, T0 + DAY], [T0, T0 + DAY]], 2),  # corrected together
        ([[T0, T0 + DAY], [T0, T0 + 2 * DAY], [T0]], 3),  # corrected one by one
        ([], 0),
    ],
)
def test_the_revision_counts_the_acts_since_it_was_whole(frozen, revision):
    assert revision_of(frozen) == revision


@given(
    st.lists(
        st.lists(st.integers(0, 50).map(lambda day: T0 + day * DAY), min_size=1, max_size=6), min_size=3, max_size=3
    ),
    st.integers(0, 2),
)
def test_freezing_once_more_is_always_the_next_revision(frozen, which):
    later = [[*month] for month in frozen]
    later[which].append(T0 + 60 * DAY)
    assert revision_of(later) == revision_of(frozen) + 1
