"""What shown totals would give back of the rows that stand beside them by blocks of months, and totals that do not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from portal.domain.month_blocks import Block, Blocks, Numbers, without


@dataclass(frozen=True, slots=True)
class Exposed:
    """A part of a hidden block that the shown total of some months would give back."""

    row: str
    total: int
    """Which block of the totals."""


@dataclass(frozen=True, slots=True)
class _Part:
    """The months that a block of a row, which is not shown by less, has in common with a block of the totals."""

    row: str
    block: Block
    total: int
    count: int

    @property
    def node(self) -> _Node:
        """What ties it: its block's sum, or nothing that anybody knows where that is not shown."""
        return (self.row, self.block.first) if self.block.is_shown else _GROUND


_Node = tuple[str, int]
_GROUND: _Node = ("", -1)


def exposed(
    rows: Mapping[str, Blocks],
    numbers: Mapping[str, Numbers],
    totals: Blocks,
    limit: int,
    least: int = 2,
    *,
    besides: Collection[int] = (),
) -> Exposed | None:
    """Return the first part of a row's block that shown totals, less what is shown beside them, would tell.

    Over any run of totals, what is left must be nothing, or come from `least` rows at least and leave each of them
    several values: the limit and one for each. And no small part of a block, over any of its totals, may follow from
    all sums together: it does where nothing else ties the block to these totals (a cut of the graph of parts; rows that
    are not shown are tied together, as nobody knows their sums). Totals `besides` are known to tell, and left out.
    """
    parts = [
        part for place, total in enumerate(totals) if total.is_shown for part in _left(rows, numbers, total, place)
    ]
    for first in range(len(totals)):
        for last in range(first, len(totals)):
            if all(total.is_shown for total in totals[first : last + 1]):
                found = _too_little_left(parts, totals, first, last, limit, least)
                if found and found.total not in besides:
                    return found
    return next((found for found in _cut_off(parts, limit) if found.total not in besides), None)


def _left(rows: Mapping[str, Blocks], numbers: Mapping[str, Numbers], total: Block, place: int) -> list[_Part]:
    made = []
    for row, blocks in rows.items():
        for block in blocks:
            first, last = max(block.first, total.first), min(block.last, total.last)
            is_told = block.is_shown and total.first <= block.first and block.last <= total.last
            if first <= last and not is_told:
                made.append(_Part(row, block, place, sum(numbers[row][first : last + 1])))
    return made


def _too_little_left(
    parts: Sequence[_Part], totals: Blocks, first: int, last: int, limit: int, least: int
) -> Exposed | None:
    """What is left over a run of totals, without the blocks that lie in it whole."""
    from_day, to_day = totals[first].first, totals[last].last
    inside = [
        part
        for part in parts
        if first <= part.total <= last
        and not (part.block.is_shown and from_day <= part.block.first and part.block.last <= to_day)
    ]
    rest, blocks = sum(part.count for part in inside), {(part.row, part.block) for part in inside}
    if rest and (len(blocks) < least or rest < limit + len(blocks)):
        part = next(part for part in inside if part.count)
        return Exposed(part.row, part.total)
    return None


def _cut_off(parts: Sequence[_Part], limit: int) -> Iterator[Exposed]:
    """Return the small parts of a row's block that every other way from the block to its totals leaves out."""
    joins: dict[_Node, list[tuple[_Node, int]]] = defaultdict(list)
    of_block: dict[tuple[str, Block], list[int]] = defaultdict(list)
    for number, part in enumerate(parts):
        joins[part.node].append((("", part.total), number))
        joins["", part.total].append((part.node, number))
        of_block[part.row, part.block].append(number)
    for numbers in of_block.values():
        for first in range(len(numbers)):
            for last in range(first, len(numbers)):
                taken = numbers[first : last + 1]
                is_small = 1 <= sum(parts[number].count for number in taken) <= limit
                if is_small and not _is_tied(
                    parts[taken[0]].node, [("", parts[one].total) for one in taken], joins, taken
                ):
                    part = next(parts[number] for number in taken if parts[number].count)
                    yield Exposed(part.row, part.total)


def _is_tied(
    start: _Node, ends: Iterable[_Node], joins: Mapping[_Node, list[tuple[_Node, int]]], without: Iterable[int]
) -> bool:
    """Whether any of some totals can be reached from a block by other parts than these."""
    left_out, wanted, reached, waiting = set(without), set(ends), {start}, [start]
    while waiting:
        for node, by in joins[waiting.pop()]:
            if by not in left_out and node not in reached:
                if node in wanted:
                    return True
                reached.add(node)
                waiting.append(node)
    return False


def without_bridges(rows: Mapping[str, Blocks], numbers: Mapping[str, Numbers], totals: Blocks, limit: int) -> Blocks:
    """Return the totals' blocks, merged until none of them gives back a part of what is hidden of a row."""
    made = list(totals)
    while found := exposed(rows, numbers, tuple(made), limit):
        if len(made) == 1:
            return without(tuple(made), made)
        place = found.total
        next_to = place + 1 if _reaches_on(rows[found.row], made[place]) and place + 1 < len(made) else place - 1
        next_to = next_to if next_to >= 0 else place + 1
        low, high = sorted((place, next_to))
        is_shown = made[low].is_shown and made[high].is_shown
        made[low : high + 1] = [Block(made[low].first, made[high].last, is_shown=is_shown)]
    return tuple(made)


def _reaches_on(blocks: Blocks, total: Block) -> bool:
    """Whether what is hidden of a row in a total's months goes on after them."""
    return any(block.first <= total.last < block.last for block in blocks)
