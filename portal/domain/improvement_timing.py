"""By when an action of the improvement plan is to be done, and the weeks, months and quarters of one that comes again.

All days are London's. A week is Monday to Sunday, a quarter one of the calendar's four (so also of the financial
year's). What comes again is due by the last day of each of them, and late once that day has passed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from portal.domain.improvement_vocabulary import REPEATING, ByWhen, ImprovementStatus
from portal.domain.months import Month
from portal.domain.working_days import check_day

_WEEK = timedelta(days=6)
_QUARTER = 3
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_ISO_MONTH = re.compile(r"\d{4}-\d{2}", re.ASCII)
_MONTH_NAME = re.compile(r"([A-Za-z]{3,9})\.? (\d{4})", re.ASCII)
_NAMES = tuple(Month(2000, number).name.lower() for number in range(1, 13))

BY_WHEN_HELP = "a day like 2026-09-30, a month like 2026-09 or September 2026, weekly, monthly, quarterly or ongoing"
"""What a file may say, as its faults and the page of imports name it."""


@dataclass(frozen=True, slots=True)
class Timing:
    """By when something is to be done.

    `due_on` is the day, or of a month only its last day. `starts_on` and `ends_on` bound what comes again, both
    included; without an end it goes on.
    """

    by_when: ByWhen
    due_on: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None

    @classmethod
    def in_month(cls, month: Month) -> Timing:
        """Within a month, whichever day of it."""
        return cls(ByWhen.MONTH, month.last)

    @property
    def repeats(self) -> bool:
        """Whether it comes again, to be ticked each time."""
        return self.by_when in REPEATING

    @property
    def words(self) -> str:
        """As tables have it: "30 September 2026", "September 2026", "Weekly until 31 March 2027", "Ongoing"."""
        if self.by_when is ByWhen.DAY and self.due_on is not None:
            return day_words(self.due_on)
        if self.by_when is ByWhen.MONTH and self.due_on is not None:
            return Month.of(self.due_on).words
        words = self.by_when.value.capitalize()
        return f"{words} until {day_words(self.ends_on)}" if self.ends_on is not None else words

    def faults(self) -> Mapping[str, str]:
        """Say what is missing or contradicts itself, a sentence for each field."""
        found: dict[str, str] = {}
        if self.by_when is ByWhen.DAY and self.due_on is None:
            found["due_on"] = "Enter the day by which it is to be done"
        if self.by_when is ByWhen.MONTH and self.due_on is None:
            found["due_month"] = "Enter the month in which it is to be done"
        if self.repeats and self.starts_on is None:
            found["starts_on"] = "Enter the day from which it is done"
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            found["ends_on"] = "The last day must be the first day or later"
        return found

    def tidied(self) -> Timing:
        """Return it with nothing that its kind has no use for, so that equal timings are equal."""
        if self.by_when is ByWhen.DAY:
            return Timing(self.by_when, self.due_on)
        if self.by_when is ByWhen.MONTH:
            return Timing(self.by_when, None if self.due_on is None else Month.of(self.due_on).last)
        if self.by_when is ByWhen.ONGOING:
            return Timing(self.by_when)
        return Timing(self.by_when, None, self.starts_on, self.ends_on)


@dataclass(frozen=True, slots=True, order=True)
class Occurrence:
    """One week, month or quarter in which something is to be done; `due_on` is its last day, or the last day of all."""

    first: date
    due_on: date
    by_when: ByWhen

    @property
    def words(self) -> str:
        """Which one it is: "Week of 1 June 2026", "June 2026", "April to June 2026"."""
        if self.by_when is ByWhen.WEEKLY:
            return f"Week of {day_words(self.first)}"
        month = Month.of(self.first)
        return month.words if self.by_when is ByWhen.MONTHLY else f"{month.name} to {month.plus(2).words}"


def day_words(day: date) -> str:
    """Return "30 September 2026"."""
    return f"{day.day} {Month.of(day).words}"


def begins(by_when: ByWhen, day: date) -> date:
    """Return the first day of the week, month or quarter that a day is in."""
    if by_when is ByWhen.WEEKLY:
        return day - timedelta(days=day.weekday())
    month = Month.of(day)
    return month.first if by_when is ByWhen.MONTHLY else month.plus(-((month.number - 1) % _QUARTER)).first


def occurrences(timing: Timing, until: date) -> list[Occurrence]:
    """Return every occurrence that has begun by a day, the first one first; none of what does not come again."""
    found = []
    for one in _all_occurrences(timing):
        if one.first > until:
            break
        found.append(one)
    return found


def occurrence_at(timing: Timing, first: date) -> Occurrence | None:
    """Return the occurrence that begins on a day; None where none does."""
    if not timing.repeats or timing.starts_on is None or begins(timing.by_when, first) != first:
        return None
    if first < begins(timing.by_when, timing.starts_on) or (timing.ends_on is not None and first > timing.ends_on):
        return None
    return _occurrence(timing, first)


def next_due(timing: Timing, status: ImprovementStatus, ticked: Collection[date] = ()) -> date | None:
    """Return the day by which something is next to be done; None where nothing is: ongoing, over, all ticked.

    `ticked` holds the first days of the occurrences that were done. The first that was not is the next one due, however
    long ago it was.
    """
    if status is not ImprovementStatus.OPEN:
        return None
    if not timing.repeats:
        return timing.due_on
    done = frozenset(ticked)
    return next((one.due_on for one in _all_occurrences(timing) if one.first not in done), None)


def is_late(due_on: date | None, today: date) -> bool:
    """Say whether the day by which something is next to be done has passed."""
    return due_on is not None and due_on < today


def read_by_when(text: str, today: date) -> Timing:
    """Return the timing that a file's cell says; what comes again starts today. Raises ValueError with a reason."""
    plain = " ".join(text.split())
    for by_when in (*REPEATING, ByWhen.ONGOING):
        if plain.casefold() == by_when.value:
            return Timing(by_when, starts_on=today if by_when in REPEATING else None)
    if _ISO_DAY.fullmatch(plain):
        try:
            return Timing(ByWhen.DAY, check_day(date.fromisoformat(plain)))
        except ValueError:
            raise ValueError("is not a day of the calendar") from None
    named = _MONTH_NAME.fullmatch(plain)
    try:
        if _ISO_MONTH.fullmatch(plain):
            return Timing.in_month(Month.parse(plain))
        if named is not None:
            return Timing.in_month(Month(int(named[2]), _month_number(named[1])))
    except ValueError:
        raise ValueError("is not a month of the calendar") from None
    raise ValueError(f"is not {BY_WHEN_HELP}")


def _month_number(name: str) -> int:
    for number, month in enumerate(_NAMES, start=1):
        if month.startswith(name.lower()):
            return number
    raise ValueError(name)


def _all_occurrences(timing: Timing) -> Iterator[Occurrence]:
    """Every occurrence of what comes again, without an end where it has none."""
    if not timing.repeats or timing.starts_on is None:
        return
    first = begins(timing.by_when, timing.starts_on)
    while timing.ends_on is None or first <= timing.ends_on:
        one = _occurrence(timing, first)
        yield one
        first = _last_of(timing.by_when, first) + timedelta(days=1)


def _occurrence(timing: Timing, first: date) -> Occurrence:
    last = _last_of(timing.by_when, first)
    return Occurrence(first, min(last, timing.ends_on) if timing.ends_on else last, timing.by_when)


def _last_of(by_when: ByWhen, first: date) -> date:
    if by_when is ByWhen.WEEKLY:
        return first + _WEEK
    month = Month.of(first)
    return month.last if by_when is ByWhen.MONTHLY else month.plus(_QUARTER - 1).last
