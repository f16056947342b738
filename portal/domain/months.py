"""Calendar months as figures count them: by London's days, from the first to the last."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Self

from portal.domain.periods import Days
from portal.domain.working_days import london_day

_NAMES = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_MONTHS = len(_NAMES)
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_WRITTEN = re.compile(r"(\d{4})-(\d{2})", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """One month of one year; earlier ones are smaller."""

    year: int
    number: int

    def __post_init__(self) -> None:
        """Check it against the calendar that the portal takes days from; raises ValueError."""
        if not (_FIRST_YEAR <= self.year <= _LAST_YEAR and 1 <= self.number <= _MONTHS):
            raise ValueError(f"There is no month {self.number} of the year {self.year}.")

    @classmethod
    def of(cls, day: date) -> Self:
        """Return the month that a day is in."""
        return cls(day.year, day.month)

    @classmethod
    def at(cls, instant: datetime) -> Self:
        """Return the month it is in London at an instant: at 23:30 UTC on the last of June it is July already."""
        return cls.of(london_day(instant))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the month written as "2026-05"; raises ValueError for anything else."""
        found = _WRITTEN.fullmatch(text)
        if found is None:
            raise ValueError(f"{text!r} is no month: write it as 2026-05.")
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        """As addresses and files have it: "2026-05"."""
        return f"{self.year:04}-{self.number:02}"

    @property
    def name(self) -> str:
        """Without its year: "May"."""
        return _NAMES[self.number - 1]

    @property
    def words(self) -> str:
        """With its year: "May 2026"."""
        return f"{self.name} {self.year}"

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return date(self.year, self.number, monthrange(self.year, self.number)[1])

    @property
    def days(self) -> Days:
        """Its days, the first and the last included."""
        return Days(self.first, self.last)

    def plus(self, months: int) -> Month:
        """Return the month so many later, or earlier where it is negative; raises ValueError beyond the calendar."""
        year, number = divmod(self.year * _MONTHS + self.number - 1 + months, _MONTHS)
        return Month(year, number + 1)

    def is_over(self, today: date) -> bool:
        """Say whether its last day has passed: only then nothing more can happen in it."""
        return self.last < today


def months_within(days: Days) -> tuple[Month, ...]:
    """Return every month that has a day in a period, in their order."""
    first, last = Month.of(days.first), Month.of(days.last)
    count = (last.year - first.year) * _MONTHS + last.number - first.number + 1
    return tuple(first.plus(place) for place in range(count))


def frozen_words(states: Sequence[tuple[Month, int | None]]) -> str:
    """Return which months are frozen: "April to June frozen, revision 1; July not frozen".

    Each month comes with its newest revision, or None while it is open. Years are named where there are several.
    """
    with_year = len({month.year for month, _ in states}) > 1
    runs = []
    for revision, group in groupby(states, key=lambda state: state[1]):
        months = [month for month, _ in group]
        ends = [month.words if with_year else month.name for month in (months[0], months[-1])]
        named = ends[0] if len(months) == 1 else f"{ends[0]} to {ends[1]}"
        runs.append(f"{named} {'not frozen' if revision is None else f'frozen, revision {revision}'}")
    return "; ".join(runs)
