"""Which days the usual periods have."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.periods import Days, PeriodChoice, days_of

LAST_YEAR, THIS, LAST = PeriodChoice.LAST_YEAR, PeriodChoice.THIS_QUARTER, PeriodChoice.LAST_QUARTER


@pytest.mark.parametrize(
    ("choice", "today", "first", "last"),
    [
        (LAST_YEAR, date(2026, 11, 20), date(2025, 11, 21), date(2026, 11, 20)),
        (LAST_YEAR, date(2024, 2, 29), date(2023, 3, 1), date(2024, 2, 29)),
        (LAST_YEAR, date(2025, 2, 28), date(2024, 2, 29), date(2025, 2, 28)),
        (THIS, date(2026, 11, 20), date(2026, 10, 1), date(2026, 11, 20)),
        (THIS, date(2026, 10, 1), date(2026, 10, 1), date(2026, 10, 1)),
        (LAST, date(2026, 11, 20), date(2026, 7, 1), date(2026, 9, 30)),
        (LAST, date(2026, 1, 1), date(2025, 10, 1), date(2025, 12, 31)),
        (LAST, date(2026, 5, 31), date(2026, 1, 1), date(2026, 3, 31)),
    ],
)
def test_the_days_of_a_period(choice, today, first, last):
    assert days_of(choice, today) == Days(first, last)


@given(st.dates(date(1901, 1, 1), date(2100, 12, 31)))
def test_the_quarters_follow_each_other(today):
    this, last = days_of(THIS, today), days_of(LAST, today)
    assert (this.first - last.last).days == 1
    assert this.first.day == last.first.day == 1
    assert {this.first.month, last.first.month} <= {1, 4, 7, 10}
    assert this.first <= today == this.last


def test_own_days_are_given():
    with pytest.raises(ValueError, match="Own dates"):
        days_of(PeriodChoice.OWN, date(2026, 11, 20))
