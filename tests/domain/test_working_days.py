"""Working days, months and London's clocks, against England's published bank holidays and slow oracles."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portal.domain.working_days import (
    FIRST_DAY,
    LAST_DAY,
    LONDON,
    add_months,
    add_working_days,
    bank_holidays,
    check_day,
    in_utc,
    is_working_day,
    london_day,
    london_instant,
    london_time,
    working_days_between,
)

days = st.dates(date(1990, 1, 1), date(2060, 12, 31))
amounts = st.integers(-60, 60)

# As published on GOV.UK, weekdays only.
PUBLISHED = {
    2020: "01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28",
    2021: "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28",
    2022: "01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27",
    2023: "01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26",
    2024: "01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26",
    2025: "01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26",
    2026: "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28",
    2027: "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28",
}


@pytest.mark.parametrize("year", PUBLISHED)
def test_the_bank_holidays_are_englands(year: int) -> None:
    on_weekdays = {day for day in bank_holidays(year) if day.weekday() < 5}
    assert on_weekdays == {date.fromisoformat(f"{year}-{day}") for day in PUBLISHED[year].split()}


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2023, 5, 8), False),  # the King's coronation
        (date(2022, 9, 19), False),  # the Queen's funeral
        (date(2022, 6, 3), False),  # the Platinum Jubilee
        (date(2023, 5, 9), True),
        (date(2026, 11, 20), True),
        (date(2026, 11, 21), False),
        (date(2026, 11, 22), False),
        (date(2026, 11, 30), True),  # St Andrew's Day is Scotland's alone
        (date(2026, 3, 17), True),  # St Patrick's Day is Northern Ireland's alone
        (date(2026, 1, 2), True),  # 2 January is Scotland's alone
        (date(2026, 12, 28), False),  # in place of Boxing Day, a Saturday
    ],
)
def test_working_days_are_neither_weekend_nor_bank_holiday(day: date, working: bool) -> None:
    assert is_working_day(day) is working


@pytest.mark.parametrize(
    ("day", "n", "expected"),
    [
        (date(2026, 11, 20), 0, date(2026, 11, 20)),
        (date(2026, 11, 21), 0, date(2026, 11, 21)),  # day 0 need not be a working day
        (date(2026, 11, 20), 1, date(2026, 11, 23)),
        (date(2026, 11, 21), 1, date(2026, 11, 23)),
        (date(2026, 11, 22), -1, date(2026, 11, 20)),
        (date(2026, 11, 30), -3, date(2026, 11, 25)),
        (date(2026, 11, 30), -5, date(2026, 11, 23)),
        (date(2022, 9, 16), 1, date(2022, 9, 20)),  # over the Queen's funeral
        (date(2023, 4, 28), 5, date(2023, 5, 9)),  # over May Day and the coronation
        (date(2023, 5, 9), -1, date(2023, 5, 5)),
        (date(2025, 12, 24), 1, date(2025, 12, 29)),
        (date(2025, 12, 24), 4, date(2026, 1, 2)),
        (date(2026, 12, 24), 15, date(2027, 1, 19)),
        (date(2026, 3, 20), 15, date(2026, 4, 14)),  # over Easter
    ],
)
def test_working_days_are_counted_from_day_0(day: date, n: int, expected: date) -> None:
    assert add_working_days(day, n) == expected


def test_working_days_between_are_counted_after_the_first_up_to_and_with_the_last() -> None:
    friday, saturday, monday = date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 23)
    assert working_days_between(friday, friday) == 0
    assert working_days_between(friday, saturday) == 0
    assert working_days_between(friday, monday) == 1
    assert working_days_between(saturday, monday) == 1
    assert working_days_between(monday, friday) == -1
    assert working_days_between(monday, saturday) == 0
    assert working_days_between(date(2023, 4, 28), date(2023, 5, 9)) == 5
    assert working_days_between(date(2025, 1, 1), date(2025, 12, 31)) == 253


@given(days, st.integers(0, 60))
def test_counting_forward_then_back_comes_home(day: date, n: int) -> None:
    landed = add_working_days(day, n)
    back = add_working_days(landed, -n)
    if is_working_day(day):
        assert back == day
    else:
        # From a day off, counting starts at the working day before it.
        assert back == (add_working_days(day, -1) if n else day)


@given(days, amounts)
def test_the_count_between_is_the_count_added(day: date, n: int) -> None:
    assert working_days_between(day, add_working_days(day, n)) == n


@given(days, st.integers(1, 60))
def test_counting_lands_on_a_working_day_on_the_right_side(day: date, n: int) -> None:
    assert is_working_day(add_working_days(day, n))
    assert is_working_day(add_working_days(day, -n))
    assert add_working_days(day, -n) < day < add_working_days(day, n)


@given(days, days, amounts)
def test_a_later_start_never_ends_sooner(one: date, other: date, n: int) -> None:
    earlier, later = sorted((one, other))
    if n:
        assert add_working_days(earlier, n) <= add_working_days(later, n)


@given(days)
def test_more_working_days_end_later(day: date) -> None:
    ends = [add_working_days(day, n) for n in range(-20, 21)]
    assert all(before < after for before, after in pairwise(ends))


@given(days, st.integers(-800, 800))
@example(date(2026, 11, 30), 0)
def test_the_count_between_equals_a_walk_over_every_day(start: date, distance: int) -> None:
    end = start + timedelta(days=distance)
    if distance >= 0:
        walked = sum(is_working_day(start + timedelta(days=step)) for step in range(1, distance + 1))
    else:
        walked = -sum(is_working_day(start - timedelta(days=step)) for step in range(1, -distance + 1))
    assert working_days_between(start, end) == walked


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
        (date(2099, 11, 30), 3, date(2100, 2, 28)),  # 2100 is no leap year
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 5, 31), 6, date(2026, 11, 30)),
        (date(2026, 2, 28), 3, date(2026, 5, 28)),  # the last day does not stick to the month's end
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 7, 4), 0, date(2026, 7, 4)),
    ],
)
def test_months_end_on_the_same_day_or_the_months_last(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


@given(days, st.integers(-100, 100))
def test_months_keep_the_day_or_take_the_last_one(day: date, months: int) -> None:
    landed = add_months(day, months)
    assert (landed.year * 12 + landed.month) - (day.year * 12 + day.month) == months
    assert landed.day == day.day or (landed.day < day.day and (landed + timedelta(days=1)).day == 1)


@given(days, days, st.integers(-100, 100))
def test_months_keep_the_order_of_days(one: date, other: date, months: int) -> None:
    earlier, later = sorted((one, other))
    assert add_months(earlier, months) <= add_months(later, months)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 7, 1, 22, 59, tzinfo=UTC), date(2026, 7, 1)),
        (datetime(2026, 7, 1, 23, 0, tzinfo=UTC), date(2026, 7, 2)),  # summer time
        (datetime(2026, 12, 1, 23, 59, tzinfo=UTC), date(2026, 12, 1)),
        (datetime(2026, 3, 28, 23, 59, tzinfo=UTC), date(2026, 3, 28)),  # the night the clocks go forward
        (datetime(2026, 3, 29, 23, 0, tzinfo=UTC), date(2026, 3, 30)),
        (datetime(2026, 10, 24, 23, 0, tzinfo=UTC), date(2026, 10, 25)),  # the night they go back
        (datetime(2026, 10, 25, 23, 59, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 7, 2, 1, 30, tzinfo=timezone(timedelta(hours=5))), date(2026, 7, 1)),
    ],
)
def test_the_day_is_londons(instant: datetime, day: date) -> None:
    assert london_day(instant) == day


def test_london_time_is_what_its_clocks_show() -> None:
    assert london_time(datetime(2026, 7, 1, 9, 0, tzinfo=UTC)).time() == time(10, 0)
    assert london_time(datetime(2026, 12, 1, 9, 0, tzinfo=UTC)).time() == time(9, 0)


@pytest.mark.parametrize(
    ("day", "at", "instant"),
    [
        (date(2026, 7, 1), time(10, 0), datetime(2026, 7, 1, 9, 0, tzinfo=UTC)),
        (date(2026, 11, 24), time(10, 0), datetime(2026, 11, 24, 10, 0, tzinfo=UTC)),
        # 29 March 2026: at 01:00 the clocks show 02:00; 01:30 is missing and taken as before the change.
        (date(2026, 3, 29), time(0, 59), datetime(2026, 3, 29, 0, 59, tzinfo=UTC)),
        (date(2026, 3, 29), time(1, 30), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        (date(2026, 3, 29), time(2, 30), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        # 25 October 2026: 01:30 comes twice; the first is meant unless fold says the second.
        (date(2026, 10, 25), time(1, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        (date(2026, 10, 25), time(1, 30, fold=1), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
        (date(2026, 10, 25), time(2, 0), datetime(2026, 10, 25, 2, 0, tzinfo=UTC)),
    ],
)
def test_times_on_londons_clocks_become_instants(day: date, at: time, instant: datetime) -> None:
    found = london_instant(day, at)
    assert found == instant
    assert found.tzinfo is UTC


@given(st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1)))  # noqa: DTZ001 - the zone is added below
def test_an_instant_survives_the_way_over_londons_clocks(moment: datetime) -> None:
    instant = moment.replace(tzinfo=UTC)
    shown = london_time(instant)
    assert london_instant(shown.date(), shown.time().replace(fold=shown.fold)) == instant


def test_times_without_a_zone_are_refused_and_londons_times_have_no_other() -> None:
    naive = datetime(2026, 7, 1, 9, 0)  # noqa: DTZ001 - what is refused
    for read in (london_day, london_time, in_utc):
        with pytest.raises(ValueError, match="time zone"):
            read(naive)
    with pytest.raises(ValueError, match="no other time zone"):
        london_instant(date(2026, 7, 1), time(9, 0, tzinfo=LONDON))


@pytest.mark.parametrize("day", [date(1900, 1, 1), date(2026, 11, 20), date(2100, 12, 31)])
def test_days_within_living_memory_are_taken(day: date) -> None:
    assert check_day(day) == day


@pytest.mark.parametrize("day", [FIRST_DAY - timedelta(days=1), LAST_DAY + timedelta(days=1), date.max, date.min])
def test_days_beyond_it_are_a_slip_of_the_pen(day: date) -> None:
    with pytest.raises(ValueError, match="between 1900 and 2100"):
        check_day(day)


def test_imports_of_100_000_rows_do_not_wait_for_the_calendar() -> None:
    bank_holidays.cache_clear()
    add_working_days.cache_clear()
    start = date(2024, 1, 1)
    for row in range(100_000):
        add_working_days(start + timedelta(days=row % 1000), -3)
    assert bank_holidays.cache_info().misses <= 4
    assert add_working_days.cache_info().misses == 1000
