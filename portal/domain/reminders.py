"""When people are reminded of what is due: some working days before it, and once when it is late.

Only on working days on which the agency is open, and each reminder once. A closure's days do not count, so that a
reminder comes before the holidays rather than in them (domain/closures.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from portal.domain.closures import Closure, closure_on, reminder_days
from portal.domain.working_days import is_working_day

LATE = -1
"""The reminder of what was due and has not been done: on the first day after it on which the agency is open."""

_DAY = timedelta(days=1)


class Stretch(NamedTuple):
    """Days, the first and the last included."""

    first: date
    last: date


def is_open(day: date, closures: Sequence[Closure] = ()) -> bool:
    """Say whether an agency works on a day."""
    return is_working_day(day) and closure_on(day, closures) is None


def open_day_after(day: date, closures: Sequence[Closure] = ()) -> date:
    """Return the first day after another on which an agency works."""
    day += _DAY
    while not is_open(day, closures):
        day += _DAY
    return day


def reminder_of(today: date, due_on: date, numbers: Iterable[int], closures: Sequence[Closure] = ()) -> int | None:
    """Return which reminder comes today: so many working days before the due day, LATE, or None.

    `numbers` may hold LATE beside working days; the others count as domain/closures.py does.
    """
    if not is_open(today, closures):
        return None
    for number in numbers:
        if number == LATE:
            if due_on < today and open_day_after(due_on, closures) == today:
                return LATE
        elif due_on >= today and reminder_days(due_on, (number,), closures) == [today]:
            return number
    return None


def due_days(today: date, most: int, closures: Sequence[Closure] = ()) -> Stretch:
    """Return the first and the last due day of which an agency can be reminded today, of `most` working days before.

    Due days outside of it need not be looked at.
    """
    first = today - _DAY
    while not is_open(first, closures):
        first -= _DAY
    last = today
    for _ in range(most + 1):
        last = open_day_after(last, closures)
    return Stretch(first, last)
