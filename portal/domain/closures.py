"""Closure periods of an agency: nothing falls due in one, nobody is reminded in one, and the cover is asked instead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from portal.domain.working_days import is_working_day

LONGEST_CLOSURE = 366
"""Days; a longer one must be a slip of the pen."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Closure:
    """Days on which an agency is closed, both included, and who is asked meanwhile."""

    begins_on: date
    ends_on: date
    cover_name: str = ""
    cover_contact: str = ""

    def holds(self, day: date) -> bool:
        """Say whether the agency is closed on a day because of this."""
        return self.begins_on <= day <= self.ends_on


def closure_on(day: date, closures: Iterable[Closure]) -> Closure | None:
    """Return the closure that a day lies in; of several the one that ends last, whose cover is there longest."""
    return max((closure for closure in closures if closure.holds(day)), key=lambda found: found.ends_on, default=None)


def due_behind(due_on: date, closures: Sequence[Closure]) -> date:
    """Return the due day for an agency: within a closure it moves to the first working day after it.

    Closures that touch or overlap count as one. A due day outside every closure stays, working day or not.
    """
    if closure_on(due_on, closures) is None:
        return due_on
    day = due_on
    while (closure := closure_on(day, closures)) is not None or not is_working_day(day):
        day = (closure.ends_on if closure else day) + _DAY
    return day


def reminder_days(due_on: date, before: Iterable[int], closures: Sequence[Closure]) -> list[date]:
    """Return the days on which an agency is reminded, the earliest first, each once.

    `before` are working days before the due day on which the agency is open: a closure's days do not count, so that a
    reminder comes before the holidays rather than in them. 0 is the due day itself.
    """
    wanted = sorted(set(before))
    found, day, counted = [], due_on, 0
    for number in wanted:
        while counted < number:
            day -= _DAY
            counted += _is_open(day, closures)
        if number or closure_on(due_on, closures) is None:
            found.append(day)
    return found[::-1]


def is_reminded(day: date, due_on: date, before: Iterable[int], closures: Sequence[Closure]) -> bool:
    """Say whether a day is one on which the agency is reminded."""
    return day in reminder_days(due_on, before, closures)


def _is_open(day: date, closures: Sequence[Closure]) -> bool:
    return is_working_day(day) and closure_on(day, closures) is None
