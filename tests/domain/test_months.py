"""Months: their days, their order, when one is over by London's clock, and which of them are frozen, in words."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.months import Month, frozen_words, months_within
from portal.domain.periods import Days
from portal.domain.working_days import london_day

MONTHS = st.builds(Month, st.integers(1901, 2099), st.integers(1, 12))
DAYS = st.dates(date(1901, 1, 1), date(2099, 12, 31))
DAY = timedelta(days=1)


@given(DAYS)
def test_every_day_is_in_its_month_and_in_no_other(day: date) -> None:
    month = Month.of(day)
    assert month.first <= day <= month.last
    assert month.plus(-1).last < day < month.plus(1).first


@given(MONTHS)
def test_months_follow_each_other_without_a_gap(month: Month) -> None:
    assert month.first.day == 1
    assert month.plus(1).first == month.last + DAY
    assert month.plus(-1).last == month.first - DAY
    assert 28 <= (month.last - month.first).days + 1 <= 31


@given(MONTHS, st.integers(-1000, 1000), st.integers(-1000, 1000))
def test_going_on_and_back_leads_home(month: Month, there: int, further: int) -> None:
    months = month.year * 12 + month.number + there
    if not (1901 * 12 < months < 2099 * 12 and 1901 * 12 < months + further < 2099 * 12):
        return
    assert month.plus(there).plus(further) == month.plus(there + further)
    assert month.plus(there).plus(-there) == month
    assert (month.plus(there) > month) == (there > 0)


@given(MONTHS)
def test_a_month_is_written_and_read_back(month: Month) -> None:
    assert Month.parse(str(month)) == month


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-5", "2026-13", "2026-00", "26-05", "2026-05-01", "²026-05", "0000-01"]
)
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="month"):
        Month.parse(text)


@pytest.mark.parametrize(("year", "last"), [(2024, 29), (2026, 28), (2000, 29), (1900, 28), (2100, 28)])
def test_february_of_leap_years(year: int, last: int) -> None:
    assert Month(year, 2).last == date(year, 2, last)
    assert Month(year, 2).days == Days(date(year, 2, 1), date(year, 2, last))


@given(DAYS)
def test_a_month_is_over_from_the_day_after_its_last(day: date) -> None:
    month = Month.of(day)
    assert not month.is_over(day)
    assert not month.is_over(month.last)
    assert month.is_over(month.last + DAY)


@pytest.mark.parametrize(
    ("instant", "month"),
    [
        # In summer London is an hour ahead: its midnight is 23:00 UTC of the day before.
        (datetime(2026, 6, 30, 22, 59, 59, tzinfo=UTC), Month(2026, 6)),
        (datetime(2026, 6, 30, 23, 0, tzinfo=UTC), Month(2026, 7)),
        (datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC), Month(2026, 12)),
        (datetime(2027, 1, 1, tzinfo=UTC), Month(2027, 1)),
        # The clocks of March and October change within a month, on its last Sunday.
        (datetime(2026, 3, 31, 23, 0, tzinfo=UTC), Month(2026, 4)),
        (datetime(2026, 10, 31, 23, 59, tzinfo=UTC), Month(2026, 10)),
    ],
)
def test_the_month_is_londons(instant: datetime, month: Month) -> None:
    assert Month.at(instant) == month


@given(st.integers(0, 100 * 365 * 24 * 60))
def test_the_month_of_an_instant_is_that_of_londons_day(minutes: int) -> None:
    instant = datetime(1980, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    assert Month.at(instant) == Month.of(london_day(instant))


@given(DAYS, st.integers(0, 2000))
def test_the_months_of_a_period_are_those_of_its_days(first: date, length: int) -> None:
    last = min(first + timedelta(days=length), date(2099, 12, 31))
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    assert list(months_within(Days(first, last))) == sorted({Month.of(day) for day in days})


def test_which_months_are_frozen_is_said_in_runs() -> None:
    april, may, june, july = (Month(2026, number) for number in (4, 5, 6, 7))
    assert frozen_words([(april, 1), (may, 1), (june, 1), (july, None)]) == (
        "April to June frozen, revision 1; July not frozen"
    )
    assert frozen_words([(april, 1), (may, 2), (june, 1)]) == (
        "April frozen, revision 1; May frozen, revision 2; June frozen, revision 1"
    )
    assert frozen_words([(april, None)]) == "April not frozen"
    assert frozen_words([(april.plus(-4), 1), (april.plus(-3), 1), (april.plus(-2), None)]) == (
        "December 2025 to January 2026 frozen, revision 1; February 2026 not frozen"
    )


@given(st.lists(st.one_of(st.none(), st.integers(1, 3)), min_size=1, max_size=30), MONTHS)
def test_every_change_of_state_begins_a_run(revisions: list[int | None], start: Month) -> None:
    if start.year > 2090:
        return
    said = frozen_words([(start.plus(number), revision) for number, revision in enumerate(revisions)])
    changes = sum(one != other for one, other in pairwise(revisions))
    assert len(said.split("; ")) == changes + 1
