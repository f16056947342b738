"""Grades of sampled meetings: what two reviewers agree on, how grades moved, and what of them may be shown.

Grades stand in small tables. Whoever may not see small counts gets rows that are hidden as a whole, or in which so many
counts are withheld that no hidden one follows from the row's total. No totals over rows are shown to them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portal.domain.audit_results import percentage
from portal.domain.count_tables import Part
from portal.domain.indicators import hide_small
from portal.domain.months import Month
from portal.domain.sample_vocabulary import GOOD_OR_BETTER, Grade, Judged

OVERALL = "overall"
"""The code of the grade for the meeting as a whole, beside those of the questions."""

_QUARTER = 3


@dataclass(frozen=True, slots=True)
class Given:
    """What one reviewer gave: the overall grade, and one for each question by its code."""

    overall: Grade | None = None
    answers: Mapping[str, Judged] | None = None

    def of(self, code: str) -> Grade | Judged | None:
        """The grade under a code; None where nothing was chosen."""
        return self.overall if code == OVERALL else (self.answers or {}).get(code)


def lacking(codes: Sequence[str], given: Given) -> list[str]:
    """Return what a review still lacks before it can be finished, in the order of the tool."""
    return [code for code in (*codes, OVERALL) if given.of(code) is None]


def differing(codes: Sequence[str], first: Given, second: Given) -> list[str]:
    """Return what two reviewers graded differently, in the order of the tool, the overall grade last."""
    return [code for code in (*codes, OVERALL) if first.of(code) != second.of(code)]


def quarter_of(month: Month) -> Month:
    """Return the first month of the calendar quarter that a month lies in."""
    return Month(month.year, (month.number - 1) // _QUARTER * _QUARTER + 1)


def quarter_words(first: Month) -> str:
    """Return what a quarter is called: "April to June 2026"."""
    return f"{first.name} to {first.plus(_QUARTER - 1).words}"


def is_settled_quarter(first: Month, today: date) -> bool:
    """Say whether the month after a quarter is over too: its last month's sample is proposed in that."""
    return first.plus(_QUARTER).is_over(today)


@dataclass(frozen=True, slots=True)
class GradeRow:
    """How often each grade was given in one period, or under one question, as far as it may be shown."""

    title: str
    total: int | None
    """How many meetings were graded; None where that is too few."""
    parts: tuple[Part, ...]
    """One for each column, in their order."""

    @property
    def is_withheld(self) -> bool:
        """Whether nothing of it is shown."""
        return self.total is None

    @property
    def good(self) -> Part:
        """Good or better, of those that were graded: the first two columns. Withheld where one of the two is."""
        counts = [part.count for part in self.parts[:2]]
        of = self.total
        known = [count for count in counts if count is not None]
        return Part(sum(known) if len(known) == len(counts) else None, of)


def grade_row(title: str, counts: Mapping[str, int], columns: Sequence[str], limit: int | None) -> GradeRow:
    """Make a row; with a limit, counts of 1 up to it are withheld, and as many more as keep them from being found."""
    numbers = [counts.get(column, 0) for column in columns]
    hidden = hidden_places(numbers, limit)
    if hidden is None:
        return GradeRow(title, None, tuple(Part(None, None) for _ in columns))
    total = sum(numbers)
    return GradeRow(
        title, total, tuple(Part(None if place in hidden else number, total) for place, number in enumerate(numbers))
    )


def hidden_places(counts: Sequence[int], limit: int | None) -> frozenset[int] | None:
    """Return which places of a row are withheld beside its total; None where all of it must be, total included.

    0 is shown, so that whoever reads it knows that a hidden count is 1 or more: two places are hidden at least, and
    never all of them ones, which their sum would give away.
    """
    if limit is None:
        return frozenset()
    if hide_small(sum(counts), limit):
        return None
    hidden = {place for place, count in enumerate(counts) if hide_small(count, limit)}
    rest = sorted((count, place) for place, count in enumerate(counts) if count and place not in hidden)
    while hidden and (len(hidden) == 1 or sum(counts[place] for place in hidden) == len(hidden)):
        if not rest:
            return None
        hidden.add(rest.pop(0)[1])
    return frozenset(hidden)


@dataclass(frozen=True, slots=True)
class Movement:
    """How the share of good or better moved from one period to the next, both known."""

    before: str
    now: str
    before_share: Decimal
    now_share: Decimal

    @property
    def words(self) -> str:
        """In a sentence: "Good or better: 60.0 % in May 2026, 45.0 % in April 2026"."""
        if self.now_share == self.before_share:
            how = "as often as before"
        else:
            how = "more often than before" if self.now_share > self.before_share else "less often than before"
        return (
            f"Graded good or better {how}: {self.now_share} % in {self.now}, "
            f"{self.before_share} % in {self.before}. So few meetings also differ by chance."
        )


def movement(rows: Sequence[GradeRow]) -> Movement | None:
    """Hold the newest row that can be shown against the one before it; rows come oldest first."""
    known = [(row.title, share) for row in rows if row.total and (share := row.good.percentage) is not None]
    if len(known) < 2:
        return None
    (before, before_share), (now, now_share) = known[-2:]
    return Movement(before, now, before_share, now_share)


def share_of_good(grades: Sequence[Grade]) -> Decimal | None:
    """Return how many in a hundred were good or better; None where there are none."""
    return percentage(sum(grade in GOOD_OR_BETTER for grade in grades), len(grades)) if grades else None
