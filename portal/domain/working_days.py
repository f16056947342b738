"""Days as England counts them: bank holidays, working days, whole months, and the day and time in London."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

LONDON = ZoneInfo("Europe/London")

FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date(2100, 12, 31)
"""The days the portal takes from people and files; arithmetic from them can never leave the calendar."""

_SATURDAY = 5


def check_day(day: date) -> date:
    """Return a day that a person or file gave; raises ValueError for one that must be a slip of the pen."""
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(f"Enter a year between {FIRST_DAY.year} and {LAST_DAY.year}, not {day.year}")
    return day


@lru_cache(maxsize=1024)
def bank_holidays(year: int) -> frozenset[date]:
    """Return England's bank holidays of a year, with the days given in place of those at a weekend."""
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year, expand=False))


def is_working_day(day: date) -> bool:
    """Say whether a day is neither a weekend nor a bank holiday in England."""
    return day.weekday() < _SATURDAY and day not in bank_holidays(day.year)


@lru_cache(maxsize=65_536)
def add_working_days(day: date, n: int) -> date:
    """Return the nth working day after a day, or before it where n is negative; day 0 is the day itself.

    Day 0 need not be a working day: one working day after a Saturday is the Monday.
    """
    step = timedelta(days=1 if n > 0 else -1)
    for _ in range(abs(n)):
        day += step
        while not is_working_day(day):
            day += step
    return day


def working_days_between(start: date, end: date) -> int:
    """Return how many working days lie after `start` up to and with `end`; negative where `end` is earlier.

    Going back, the days counted are those before `start` down to and with `end`.
    """
    if end < start:
        return -_working_days(end, start - timedelta(days=1))
    return _working_days(start + timedelta(days=1), end)


def _working_days(first: date, last: date) -> int:
    """Return the number of working days from first to last, both included, without walking over each day."""
    weeks, rest = divmod((last - first).days + 1, 7)
    weekdays = weeks * 5 + sum((first.weekday() + extra) % 7 < _SATURDAY for extra in range(rest))
    lost = sum(
        first <= holiday <= last and holiday.weekday() < _SATURDAY
        for year in range(first.year, last.year + 1)
        for holiday in bank_holidays(year)
    )
    return weekdays - lost


def add_months(day: date, months: int) -> date:
    """Return the same day of a later or earlier month, or that month's last day where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def in_utc(instant: datetime) -> datetime:
    """Return an instant in UTC, where times subtract as real hours; raises ValueError without a zone."""
    if instant.utcoffset() is None:
        raise ValueError("An instant needs a time zone.")
    return instant.astimezone(UTC)


def london_time(instant: datetime) -> datetime:
    """Return an instant as London's clocks show it; raises ValueError for a time without a zone."""
    return in_utc(instant).astimezone(LONDON)


def london_day(instant: datetime) -> date:
    """Return the day it is in London at an instant: 23:30 UTC in July is already tomorrow."""
    return london_time(instant).date()


def london_instant(day: date, at: time) -> datetime:
    """Return the UTC instant of a day and time on London's clocks.

    In October an hour comes twice: the first, in summer time, is meant, unless the time says `fold=1`. In
    March an hour is missing: a time within it counts as if the clocks had not yet changed, so 01:30 is the
    instant that they show as 02:30. Raises ValueError for a time that has a zone of its own.
    """
    if at.tzinfo is not None:
        raise ValueError("A time on London's clocks has no other time zone.")
    return datetime.combine(day, at, LONDON).astimezone(UTC)
