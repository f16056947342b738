"""Calendar quarters as boards report them: three months that are frozen and corrected together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Self

from portal.domain.months import Month
from portal.domain.periods import Days

_MONTHS = 3
_QUARTERS = 4
_WRITTEN = re.compile(r"(\d{4})-Q([1-4])", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """One quarter of one calendar year; earlier ones are smaller."""

    year: int
    number: int

    def __post_init__(self) -> None:
        """Check it against the calendar; raises ValueError."""
        if not 1 <= self.number <= _QUARTERS:
            raise ValueError(f"There is no quarter {self.number}.")
        Month(self.year, 1)

    @classmethod
    def of(cls, day: date) -> Self:
        """Return the quarter that a day is in."""
        return cls(day.year, (day.month - 1) // _MONTHS + 1)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the quarter written as "2026-Q2"; raises ValueError for anything else."""
        found = _WRITTEN.fullmatch(text)
        if found is None:
            raise ValueError(f"{text!r} is no quarter: write it as 2026-Q2.")
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        """As addresses have it: "2026-Q2"."""
        return f"{self.year:04}-Q{self.number}"

    @property
    def months(self) -> tuple[Month, Month, Month]:
        """Its three months in their order."""
        first = Month(self.year, (self.number - 1) * _MONTHS + 1)
        return first, first.plus(1), first.plus(2)

    @property
    def days(self) -> Days:
        """Its days, the first and the last included."""
        return Days(self.months[0].first, self.months[-1].last)

    @property
    def words(self) -> str:
        """With its year: "April to June 2026"."""
        return f"{self.months[0].name} to {self.months[-1].words}"

    def plus(self, quarters: int) -> Quarter:
        """Return the quarter so many later, or earlier where it is negative; raises ValueError beyond the calendar."""
        year, number = divmod(self.year * _QUARTERS + self.number - 1 + quarters, _QUARTERS)
        return Quarter(year, number + 1)

    def is_over(self, today: date) -> bool:
        """Say whether its last day has passed."""
        return self.months[-1].is_over(today)


def revision_of(frozen: Sequence[Iterable[datetime]]) -> int:
    """Return a quarter's revision, 0 while one of its months is not frozen; `frozen` says when each of them was.

    The quarter is at revision 1 when the last of its months is frozen. From then on every act that freezes any of them
    again makes the next: months corrected together make one.
    """
    instants = [sorted(month) for month in frozen]
    if not instants or not all(instants):
        return 0
    whole_since = max(month[0] for month in instants)
    return 1 + len({instant for month in instants for instant in month if instant > whole_since})
