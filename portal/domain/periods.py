"""The periods for which figures are read: quarters, the last twelve months, or any two days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from portal.domain.working_days import add_months

_QUARTER = 3


class PeriodChoice(StrEnum):
    """What a page offers; quarters are those of the calendar, as boards report them."""

    LAST_YEAR = "last_12_months"
    THIS_QUARTER = "this_quarter"
    LAST_QUARTER = "last_quarter"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Days:
    """A period, its first and last day included."""

    first: date
    last: date


def quarter_began(today: date) -> date:
    """Return the first day of the calendar quarter that `today` is in."""
    return date(today.year, today.month - (today.month - 1) % _QUARTER, 1)


def days_of(choice: PeriodChoice, today: date) -> Days:
    """Return the days of a period that ends by today; raises ValueError for one that people choose themselves."""
    quarter = quarter_began(today)
    if choice is PeriodChoice.LAST_YEAR:
        return Days(add_months(today, -12) + timedelta(days=1), today)
    if choice is PeriodChoice.THIS_QUARTER:
        return Days(quarter, today)
    if choice is PeriodChoice.LAST_QUARTER:
        return Days(add_months(quarter, -_QUARTER), quarter - timedelta(days=1))
    raise ValueError("Own dates are given, not worked out.")
