"""What may be said of counts to people who do not work with the children: one decision for every page, file and key.

It is made for a financial year at a time from all of its counts, whatever is asked, so that two questions never get
answers that together say more than one. docs/adr/0038 says how, and why nothing small comes back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from portal.domain.exposed_parts import exposed, without_bridges
from portal.domain.indicators import hide_small
from portal.domain.month_blocks import (
    YEAR,
    Block,
    Blocks,
    hidden_within,
    joined,
    merged,
    place_of,
    shown_sum,
    shown_within,
    single_months,
    sum_of,
    without,
    year_of,
)
from portal.domain.months import Month
from portal.domain.participation import PARTS
from portal.domain.vocabulary import CONFERENCES

Counts = Mapping[str, int | None]
ALL = None
"""In the place of an agency type: all of them. In the place of a meeting type: both kinds of conference."""

OF_MEETINGS: Mapping[str, tuple[str, ...]] = {
    "meetings": (),
    "quorate": ("meetings",),
    "due_day_known": ("meetings",),
    "in_time": ("due_day_known",),
    "all_core_agencies": ("meetings",),
    "all_expected_agencies": ("meetings",),
    "group_meetings": ("meetings",),
    "telephone_only": ("meetings",),
    "interim_safety_plan": ("meetings",),
    "section_47_known": ("meetings",),
    "in_time_section_47": ("section_47_known",),
}
"""Counts over meetings, each with what it is a part of."""

LEAST_PEERS = 3
"""How many agencies hide one another: one of them knows its own number, and must not learn another's by it."""

Key = tuple[str | int | None, str | None]
"""Whose counts: a kind of agency, one agency by its id, or all; and at which kind of meeting, or at conferences."""


@dataclass(slots=True)
class Year:
    """The counts of one financial year by month, and by which blocks of months each may be shown."""

    months: int
    """How many have begun."""
    numbers: dict[tuple[Key, str], list[int]] = field(default_factory=dict)
    blocks: dict[tuple[Key, str], Blocks] = field(default_factory=dict)

    def of(self, key: Key, name: str) -> list[int]:
        """A count by month; zeros where there is none."""
        return self.numbers.get((key, name)) or [0] * self.months

    def shown(self, key: Key, name: str, first: int, last: int) -> int | None:
        """The sum of some months, None where it is withheld."""
        blocks = self.blocks.get((key, name))
        if blocks is None:
            # Nothing of this key was ever counted, which is no secret.
            return 0 if (key, name) not in self.numbers else None
        return shown_sum(blocks, self.of(key, name), first, last)


def chain(year: Year, key: Key, parts: Mapping[str, tuple[str, ...]], limit: int, *, with_rest: bool = False) -> None:
    """Set the blocks of counts that stand alone, each a part of others before it: within theirs, and safe itself.

    `with_rest` asks of the first whole less the part that it is safe, too.
    """
    for name, of in parts.items():
        _set_own(year, key, name, of, limit, with_rest=with_rest, is_alone=True)


def month_ends(year: Year, key: Key, parts: Mapping[str, tuple[str, ...]], limit: int) -> None:
    """Set the blocks of counts taken at the end of each month: single months, of which the small ones are not shown.

    Two of them add up to nothing, so there is nothing to merge; a part is shown where its rest is safe, too.
    """
    for name, of in parts.items():
        numbers = [year.of(key, other) for other in (name, *of)]
        year.blocks[key, name] = tuple(
            Block(place, place, is_shown=_all_safe([one[place] for one in numbers], limit))
            for place in range(year.months)
        )


def _all_safe(numbers: Sequence[int], limit: int) -> bool:
    """Whether a count, what it is a part of, and the rest of that may all be shown."""
    rest = [whole - numbers[0] for whole in numbers[1:2]]
    return not any(hide_small(one, limit) for one in (*numbers, *rest))


def _set_own(
    year: Year, key: Key, name: str, of: Sequence[str], limit: int, *, with_rest: bool = False, is_alone: bool = False
) -> None:
    units = joined(single_months(year.months), *(year.blocks[key, other] for other in of))
    names = (name, *of[:1]) if with_rest else (name,)

    def is_safe(block: Block) -> bool:
        return _all_safe([sum_of(block, year.of(key, one)) for one in names], limit)

    year.blocks[key, name] = merged(units, is_safe, year.of(key, name) if is_alone else None)


def by_kind(year: Year, meeting_type: str, agency_types: Sequence[str], limit: int) -> None:
    """Set the blocks of one meeting type's invitations: each agency type's, and those of all together."""
    total: Key = (ALL, meeting_type)
    for name in PARTS:
        year.numbers[total, name] = [
            sum(column) for column in zip(*(year.of((one, meeting_type), name) for one in agency_types), strict=True)
        ]
    for name, of in PARTS.items():
        for one in agency_types:
            _set_own(year, (one, meeting_type), name, of, limit)
        rows = {one: year.blocks[(one, meeting_type), name] for one in agency_types}
        numbers = {one: year.of((one, meeting_type), name) for one in agency_types}
        _hide_beside(rows, numbers, (Block(0, year.months - 1),), limit)
        for one, blocks in rows.items():
            year.blocks[(one, meeting_type), name] = blocks
        _set_own(year, total, name, of, limit)
        year.blocks[total, name] = without_bridges(rows, numbers, year.blocks[total, name], limit)


def of_conferences(year: Year, agency_types: Sequence[str]) -> None:
    """Set the blocks of both kinds of conference together: whole blocks of each, so that they tell nothing new."""
    kinds = sorted(kind.value for kind in CONFERENCES)
    for one in (*agency_types, ALL):
        for name in PARTS:
            year.numbers[(one, ALL), name] = [
                sum(column) for column in zip(*(year.of((one, kind), name) for kind in kinds), strict=True)
            ]
            partitions = [year.blocks.get(((one, kind), name), single_months(year.months)) for kind in kinds]
            year.blocks[(one, ALL), name] = joined(*partitions)


def of_agencies(year: Year, agency_type: str, meeting_type: str | None, agencies: Sequence[int], limit: int) -> None:
    """Set the blocks of the agencies of a type, which together are no finer than the type's own."""
    group: Key = (agency_type, meeting_type)
    for name, of in PARTS.items():
        totals = year.blocks.get((group, name), single_months(year.months))
        keys: dict[str, Key] = {str(one): (one, meeting_type) for one in agencies}
        for key in keys.values():
            units = joined(totals, *(year.blocks[key, other] for other in of))
            year.blocks[key, name] = merged(units, _is_safe(year.of(key, name), limit))
        rows = {row: year.blocks[key, name] for row, key in keys.items()}
        numbers = {row: year.of(key, name) for row, key in keys.items()}
        _hide_beside(rows, numbers, totals, limit, LEAST_PEERS)
        for row, key in keys.items():
            year.blocks[key, name] = rows[row]


def _is_safe(numbers: Sequence[int], limit: int) -> Callable[[Block], bool]:
    return lambda block: not hide_small(sum_of(block, numbers), limit)


def _hide_beside(
    rows: dict[str, Blocks], numbers: Mapping[str, Sequence[int]], totals: Blocks, limit: int, least: int = 2
) -> None:
    """Hide further rows where totals are shown, the smallest first, until these give back none of those hidden.

    Those of 0 come last, and all at once: rows that are known not to be 0 are all 1 where their sum is their number.
    """
    told: set[int] = set()
    while found := exposed(rows, numbers, totals, limit, least, besides=told):
        total = totals[found.total]
        shown = {row: there for row, blocks in rows.items() if (there := shown_within(blocks, total))}
        counts = {row: sum(sum_of(block, numbers[row]) for block in there) for row, there in shown.items()}
        if not counts:
            told.add(found.total)
            continue
        smallest = min((row for row in counts if counts[row]), key=lambda one: (counts[one], one), default=None)
        if smallest is not None:
            rows[smallest] = without(rows[smallest], shown[smallest])
            continue
        # As long as those beside them: what is withheld for longer would still be known not to be 0.
        hidden = [one for blocks in rows.values() for one in hidden_within(blocks, total)]
        long = Block(min(one.first for one in hidden), max(one.last for one in hidden))
        for row in counts:
            rows[row] = without(rows[row], shown_within(rows[row], long))


@dataclass(frozen=True, slots=True)
class Published:
    """The counts of some years, as whoever asks may see them: by whole months alone."""

    years: Mapping[int, Year]
    now: Month
    """The month that it is: later ones have not begun."""
    types: Mapping[int, str] = field(default_factory=dict)
    """The agencies that were counted one by one, each with its kind."""

    def agencies_of(self, agency_type: str) -> list[int]:
        """The agencies of a kind that were counted one by one."""
        return sorted(agency for agency, kind in self.types.items() if kind == agency_type)

    def count(self, key: Key, name: str, first: Month, last: Month) -> int | None:
        """One count over whole months, both included; None where it is withheld."""
        last = min(last, self.now)
        total = 0
        while first <= last:
            began = year_of(first)
            end = min(last, Month(began + 1, 3))
            year = self.years.get(began)
            shown = 0 if year is None else year.shown(key, name, place_of(first), place_of(end))
            if shown is None:
                return None
            total += shown
            first = end.plus(1)
        return total

    def begins(self, key: Key, name: str, month: Month) -> Month | None:
        """The first month of the block that ends with a month; None where none does, or it is withheld."""
        year = self.years.get(year_of(month))
        if year is None:
            return month
        blocks = year.blocks.get((key, name))
        if blocks is None:
            return month if (key, name) not in year.numbers else None
        place = place_of(month)
        found = next((block for block in blocks if block.last == place and block.is_shown), None)
        return None if found is None else month.plus(found.first - place)


def months_begun(began: int, now: Month) -> int:
    """How many months of a financial year have begun."""
    started = (now.year - began) * YEAR + now.number - 3
    return max(0, min(YEAR, started))
