"""Grades of dip samples as a measure: whole for those who work with the children, else by the quarters of the table.

Whoever gets no small counts reads a table of grades by quarter and kind of meeting (sample_grades.py). The measure adds
up what that table shows and nothing else, so that the two together never tell more than the table alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from portal.domain.month_blocks import QUARTER, Block, Blocks, place_of, single_months
from portal.domain.months import Month
from portal.domain.protected_work import KEY
from portal.domain.published_counts import Published, Year, months_begun
from portal.domain.sample_grades import GradeRow, grade_row, is_settled_quarter
from portal.domain.sample_vocabulary import GOOD_OR_BETTER, Grade

GOOD, GRADED = "sampled_good", "sampled_graded"
_APRIL = 4
_COLUMNS = tuple(grade.value for grade in Grade)


@dataclass(slots=True)
class SampledMonth:
    """The dip samples of one month: whether each is closed, and how often each grade holds, by kind of meeting."""

    is_closed: bool = True
    grades: dict[int, Counter[str]] = field(default_factory=dict)

    def add(self, kind: int, grade: str, number: int) -> None:
        """Count meetings of a kind with a grade."""
        self.grades.setdefault(kind, Counter())[grade] += number

    @property
    def good(self) -> int:
        """How many were graded good or better."""
        return sum(counts[grade.value] for counts in self.grades.values() for grade in GOOD_OR_BETTER)

    @property
    def graded(self) -> int:
        """How many were graded."""
        return sum(sum(counts.values()) for counts in self.grades.values())


def published_grades(
    years: Sequence[int], today: date, limit: int | None, sampled: Mapping[Month, SampledMonth]
) -> Published:
    """Return the counts GOOD and GRADED of financial years as they may be shown; all where there is no limit."""
    now = Month.of(today)
    made = {began: _year(began, months_begun(began, now), today, limit, sampled) for began in years}
    return Published(made, now)


def _year(began: int, months: int, today: date, limit: int | None, sampled: Mapping[Month, SampledMonth]) -> Year:
    within = [Month(began, _APRIL).plus(place) for place in range(months)]
    year = Year(months)
    for name in (GOOD, GRADED):
        year.numbers[KEY, name] = [0] * months
    for month in within:
        if month in sampled:
            year.numbers[KEY, GOOD][place_of(month)] = sampled[month].good
            year.numbers[KEY, GRADED][place_of(month)] = sampled[month].graded
    if limit is None:
        blocks = single_months(months)
        year.blocks = {(KEY, GOOD): blocks, (KEY, GRADED): blocks}
        return year
    found = [_rows(within[first : first + QUARTER], today, limit, sampled) for first in range(0, months, QUARTER)]
    year.blocks[KEY, GRADED] = _quarters(months, [_has_totals(rows) for rows in found])
    year.blocks[KEY, GOOD] = _quarters(months, [_has_good(rows) for rows in found])
    return year


def _rows(
    months: Sequence[Month], today: date, limit: int, sampled: Mapping[Month, SampledMonth]
) -> tuple[GradeRow, ...] | None:
    """The table's rows of a quarter, one for each kind of meeting; None while the table does not show it."""
    there = [sampled[month] for month in months if month in sampled]
    if there and not (is_settled_quarter(months[0], today) and all(one.is_closed for one in there)):
        return None
    kinds: dict[int, Counter[str]] = {}
    for one in there:
        for kind, counts in one.grades.items():
            kinds.setdefault(kind, Counter()).update(counts)
    return tuple(grade_row("", counts, _COLUMNS, limit) for counts in kinds.values())


def _has_totals(rows: tuple[GradeRow, ...] | None) -> bool:
    return rows is not None and not any(row.is_withheld for row in rows)


def _has_good(rows: tuple[GradeRow, ...] | None) -> bool:
    return rows is not None and not any(row.good.count is None for row in rows)


def _quarters(months: int, shown: Sequence[bool]) -> Blocks:
    return tuple(
        Block(place * QUARTER, min(place * QUARTER + QUARTER, months) - 1, is_shown=is_shown)
        for place, is_shown in enumerate(shown)
    )
