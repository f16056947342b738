"""Counts of work by month, made into what may be shown of them: sums, or how it stood when a month ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from portal.domain.month_blocks import joined, place_of, single_months, year_of
from portal.domain.months import Month
from portal.domain.published_counts import ALL, Key, Published, Year, chain, month_ends, months_begun

KEY: Key = (ALL, ALL)
"""Work is counted for the partnership as a whole."""

Parts = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Counted:
    """Counts by month and name, and which of them are parts of which."""

    by_month: Mapping[Month, Mapping[str, int]]
    sums: Parts = field(default_factory=dict)
    ends: Parts = field(default_factory=dict)
    """Those that say how it stood at the end of a month."""
    follow: Mapping[str, str] = field(default_factory=dict)
    """Amounts that are no counts, such as days, each shown where another count is."""
    together: Sequence[str] = ()
    """Sums that are shown by the same blocks: of each two, the ends of months give the difference."""


def protect(years: Sequence[int], now: Month, limit: int | None, counted: Counted) -> Published:
    """Return counts as they may be shown, all of them where there is no limit."""
    made = {began: Year(months_begun(began, now)) for began in years}
    names = {*counted.sums, *counted.ends, *counted.follow}
    for month, counts in counted.by_month.items():
        year = made.get(year_of(month))
        if year is not None and place_of(month) < year.months:
            for name in names:
                year.numbers.setdefault((KEY, name), [0] * year.months)[place_of(month)] += counts.get(name, 0)
    for year in made.values():
        for name in names:
            year.numbers.setdefault((KEY, name), [0] * year.months)
        _decide(year, counted, limit)
    return Published(made, now)


def _decide(year: Year, counted: Counted, limit: int | None) -> None:
    if limit is None or not year.months:
        year.blocks = dict.fromkeys(year.numbers, single_months(year.months))
        return
    firsts = {name: of for name, of in counted.sums.items() if not of}
    chain(year, KEY, firsts, limit)
    if counted.together:
        blocks = joined(*(year.blocks[KEY, name] for name in counted.together))
        year.blocks |= {(KEY, name): blocks for name in counted.together}
    chain(year, KEY, {name: of for name, of in counted.sums.items() if of}, limit, with_rest=True)
    month_ends(year, KEY, counted.ends, limit)
    for name, other in counted.follow.items():
        year.blocks[KEY, name] = year.blocks[KEY, other]
