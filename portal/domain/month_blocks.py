"""Runs of months that figures are shown by where single months would be too small: what a table may say, and no more.

A financial year is cut into blocks, and a count is shown for whole blocks alone: of each it is 0 or above the limit. So
whatever is added up or subtracted over months, months and quarters, or two periods that overlap, is a sum of blocks
again, and never a small count. Blocks keep to quarters where they can.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from portal.domain.months import Month

YEAR = 12
QUARTER = 3
_APRIL = 4


@dataclass(frozen=True, slots=True, order=True)
class Block:
    """Months of one year, by their places in it, the first and the last included."""

    first: int
    last: int
    is_shown: bool = True
    """False where the months are too small and no others go with them, or would give something small away."""

    def covers(self, place: int) -> bool:
        """Whether a month is one of them."""
        return self.first <= place <= self.last


Blocks = tuple[Block, ...]
Numbers = Sequence[int]
"""A count of each month of a year, as far as the year has gone."""


def year_of(month: Month) -> int:
    """Return the year in which the financial year of a month began: from April, as boards and budgets count."""
    return month.year if month.number >= _APRIL else month.year - 1


def place_of(month: Month) -> int:
    """Return a month's place in its financial year, from 0."""
    return (month.number - _APRIL) % YEAR


def single_months(count: int) -> Blocks:
    """Return each month by itself."""
    return tuple(Block(place, place) for place in range(count))


def shown_within(blocks: Blocks, other: Block) -> list[Block]:
    """Return those of some blocks that are shown and have a month in common with another block."""
    return [one for one in blocks if one.is_shown and one.first <= other.last and other.first <= one.last]


def hidden_within(blocks: Blocks, other: Block) -> list[Block]:
    """Return those of some blocks that are not shown and have a month in common with another block."""
    return [one for one in blocks if not one.is_shown and one.first <= other.last and other.first <= one.last]


def without(blocks: Blocks, hidden: Collection[Block]) -> Blocks:
    """Return blocks of which some are not shown any more, those next to each other as one."""
    made: list[Block] = []
    for one in blocks:
        block = replace(one, is_shown=one.is_shown and one not in hidden)
        if made and not made[-1].is_shown and not block.is_shown:
            block = replace(block, first=made.pop().first)
        made.append(block)
    return tuple(made)


def merged(units: Blocks, is_safe: Callable[[Block], bool], alone: Numbers | None = None) -> Blocks:
    """Merge blocks until each is safe: within their quarter, then with the quarters that come after.

    What is left at the end is merged with the quarters before. Units that were not shown stay so. Of a count `alone`,
    which has no total with others, what is left is not shown before the year has come to its last month, and neither
    is the quarter in which it begins after a quarter of nothing, where the next is safe without it.
    """
    done: list[list[Block]] = []
    waiting: list[Block] = []
    for chunk in _quarters(units):
        if not chunk[0].is_shown:
            done += [_hidden(waiting), chunk]
            waiting = []
            continue
        inside = _run_together(chunk, is_safe)
        is_alone_safe = all(is_safe(block) for block in inside)
        if waiting and alone and is_alone_safe and _is_beginning(waiting[0], alone):
            done.append(_hidden(waiting))
            waiting = []
        if waiting or not is_alone_safe:
            waiting = [*waiting, *inside]
            inside = [Block(waiting[0].first, waiting[-1].last)]
            if not is_safe(inside[0]):
                continue
        done.append(inside)
        waiting = []
    goes_back = alone is None or len(alone) == YEAR
    while waiting and goes_back and done and done[-1] and done[-1][0].is_shown:
        waiting = [Block(done.pop()[0].first, waiting[-1].last)]
        if is_safe(waiting[0]):
            done.append(waiting)
            waiting = []
    return tuple(block for chunk in [*done, _hidden(waiting)] for block in chunk)


def _is_beginning(block: Block, numbers: Numbers) -> bool:
    """Whether nothing was counted in the quarters before, of which there is one at least."""
    return block.first >= QUARTER and not any(numbers[: block.first])


def _quarters(units: Blocks) -> list[list[Block]]:
    """Cut blocks at the ends of quarters, and where some that are shown end or begin."""
    chunks: list[list[Block]] = []
    for unit in units:
        before = chunks[-1][-1] if chunks else None
        is_same = before and before.is_shown == unit.is_shown and before.last // QUARTER == unit.first // QUARTER
        chunks[-1].append(unit) if is_same else chunks.append([unit])
    return chunks


def _hidden(waiting: Sequence[Block]) -> list[Block]:
    return [Block(waiting[0].first, waiting[-1].last, is_shown=False)] if waiting else []


def joined(*partitions: Blocks) -> Blocks:
    """Return the finest blocks that are whole blocks of each: what the sum of several counts may be shown by."""
    ends = [{block.last for block in blocks} for blocks in partitions]
    hidden = [block for blocks in partitions for block in blocks if not block.is_shown]
    made, first = [], 0
    for last in sorted(set.intersection(*ends)) if ends else []:
        is_shown = not any(first <= block.first and block.last <= last for block in hidden)
        made.append(Block(first, last, is_shown=is_shown))
        first = last + 1
    return tuple(made)


def shown_sum(blocks: Blocks, numbers: Numbers, first: int, last: int) -> int | None:
    """Return the sum of some months, None unless they are whole blocks that are shown."""
    inside = [block for block in blocks if block.first <= last and first <= block.last]
    is_whole = all(block.is_shown and first <= block.first and block.last <= last for block in inside)
    return sum(numbers[first : last + 1]) if is_whole else None


def _run_together(chunk: Iterable[Block], is_safe: Callable[[Block], bool]) -> list[Block]:
    made: list[Block] = []
    waiting: Block | None = None
    for unit in chunk:
        waiting = unit if waiting is None else Block(waiting.first, unit.last)
        if is_safe(waiting):
            made.append(waiting)
            waiting = None
    while waiting and made:
        waiting = Block(made.pop().first, waiting.last)
        if is_safe(waiting):
            made.append(waiting)
            waiting = None
    return made if waiting is None else [waiting]


def sum_of(block: Block, numbers: Numbers) -> int:
    """Return a count over a block."""
    return sum(numbers[block.first : block.last + 1])
