"""Days and times for meetings: which are free, which clash, and the days of a series."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from portal.domain.closures import Closure, closure_on
from portal.domain.deadlines import last_day_of
from portal.domain.due_rules import Period
from portal.domain.working_days import bank_holidays, in_utc, is_working_day, london_instant

ASSUMED_MINUTES = 60
"""How long a meeting is taken to be, of which nobody said it: only warnings rest on it."""

MOST_IN_A_SERIES = 52
"""Weekly for a year; more must be a slip of the pen."""

_AFTER_OPENING = timedelta(hours=1)
_BETWEEN_STARTS = timedelta(hours=2)
_DAY = timedelta(days=1)
_A_WEEK = timedelta(weeks=1)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Slot:
    """A day and time on London's clocks, and how many minutes from it."""

    on: date
    at: time | None = None
    minutes: int | None = None

    def span(self) -> tuple[datetime, datetime]:
        """Return when it begins and ends (UTC); one without a time lasts for the whole day."""
        if self.at is None:
            return london_instant(self.on, time()), london_instant(self.on + _DAY, time())
        begins = in_utc(london_instant(self.on, self.at))
        return begins, begins + timedelta(minutes=self.minutes or ASSUMED_MINUTES)

    def overlaps(self, other: Slot) -> bool:
        """Say whether two share any moment; one that ends as the other begins does not."""
        begins, ends = self.span()
        other_begins, other_ends = other.span()
        return begins < other_ends and other_begins < ends


def not_a_working_day(day: date) -> str:
    """Return why nobody works on a day: "a Saturday", "a bank holiday"; empty where people do."""
    if day in bank_holidays(day.year):
        return "a bank holiday"
    if day.weekday() >= _SATURDAY:
        return "a Saturday" if day.weekday() == _SATURDAY else "a Sunday"
    return ""


def slot_starts(opens: time, closes: time, minutes: int) -> list[time]:
    """Return times of day to propose: from an hour after the offices open, while it ends before they close."""
    day = date(2000, 1, 1)
    start, end = datetime.combine(day, opens) + _AFTER_OPENING, datetime.combine(day, closes)
    found = []
    while start + timedelta(minutes=minutes) <= end:
        found.append(start.time())
        start += _BETWEEN_STARTS
    return found


def free_slots(
    first: date,
    last: date,
    starts: Sequence[time],
    minutes: int,
    *,
    taken: Collection[Slot],
    closures: Sequence[Closure],
    most: int,
) -> list[Slot]:
    """Return the last free slots up to `last`, one a day and in the calendar's order: as much notice as there is.

    Only on working days on which none of the closures lies; a slot that overlaps one of `taken` is left out.
    """
    found: list[Slot] = []
    day = last
    while day >= first and len(found) < most:
        if is_working_day(day) and closure_on(day, closures) is None:
            near = [slot for slot in taken if abs((slot.on - day).days) <= 1]
            options = (Slot(day, start, minutes) for start in starts)
            free = next((slot for slot in options if not any(slot.overlaps(other) for other in near)), None)
            if free is not None:
                found.append(free)
        day -= _DAY
    return found[::-1]


def series_days(
    first: date, last: date, weeks: int, *, within: Period | None = None, closures: Iterable[Closure] = ()
) -> list[date]:
    """Return the days of a series: the first as it is, then every so many weeks, none after `last`.

    A day on which nobody works or somebody is closed moves to the last open day before it, by a week at most, and no
    day lies further from the one before it than `within`: what the rules allow between two.
    Raises ValueError for fewer weeks than one and for a series that would not end within `MOST_IN_A_SERIES`.
    """
    if weeks < 1:
        raise ValueError("A series goes on every week or less often.")
    closed = list(closures)
    days = [first]
    planned = first
    while True:
        planned += timedelta(weeks=weeks)
        wished = planned if within is None else min(planned, last_day_of(days[-1], within))
        if wished <= days[-1]:
            raise ValueError("The rules leave no time between two meetings.")
        if wished > last:
            return days
        if len(days) == MOST_IN_A_SERIES:
            raise ValueError(f"A series has {MOST_IN_A_SERIES} meetings at most.")
        days.append(_open_day(wished, days[-1], closed))


def _open_day(wished: date, before: date, closures: Sequence[Closure]) -> date:
    """The last open day up to the one that was wished for; where all of a week is closed, its last working day."""
    week = list(_back(wished, max(before, wished - _A_WEEK)))
    working = [day for day in week if is_working_day(day)]
    return next((day for day in working if closure_on(day, closures) is None), (working or week)[0])


def _back(day: date, after: date) -> Iterator[date]:
    while day > after:
        yield day
        day -= _DAY


def shifted(day: date, days: int) -> date:
    """Return a day so many days later or earlier, or the next working day after it."""
    moved = day + timedelta(days=days)
    while not is_working_day(moved):
        moved += _DAY
    return moved
