"""Which counts of a table with totals are withheld, so that no small one can be read off or worked out.

Hiding the small counts alone is not enough: the rest of a row, taken from its total, gives back a single hidden
count, and two that are not 0 and add up to 2 are both 1. Further counts are withheld until every one that must not be
known could be several numbers, all that everybody can see considered.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from portal.domain.indicators import hide_small

Place = tuple[str | None, str | None]
"""A row and a column; None stands for the total over all of them."""

Table = Mapping[tuple[str, str], int]
Node = tuple[bool, str | None]


def with_totals(table: Table) -> dict[Place, int]:
    """Return a table with the totals of its rows, of its columns and of everything."""
    full: dict[Place, int] = defaultdict(int)
    for (row, column), count in table.items():
        for place in ((row, column), (row, None), (None, column), (None, None)):
            full[place] += count
    return dict(full)


def withheld(
    table: Table, limit: int, *, of: Table | None = None, also: Iterable[Place] = (), shared: Collection[Place] = ()
) -> frozenset[Place]:
    """Return the places, totals included, that a page must not show so that counts of 1 to `limit` stay hidden.

    `of` are the counts that these are parts of (the table itself where there are none): a place where it is 0 is
    empty for everybody to see and hides nothing. `also` are places withheld for another reason, and to be kept as well.
    Those `shared` with other tables (of counts that are no parts) are taken to hide others only where there is no other
    way, and then as counts that may be higher, so that every table can follow.
    """
    counts = with_totals(table)
    wholes = counts if of is None else with_totals(of)
    kept = {place for place, count in counts.items() if hide_small(count, limit)}
    kept |= {place for place in also if wholes.get(place)}
    sums = _Sums(counts, None if of is None else wholes, shared)
    dear = sum(wholes.values())
    hidden = set(kept)
    costs = {place: sums.most(place) + (dear if place in shared else 0) for place in sums.places}
    costs |= dict.fromkeys(kept, 0)
    safe: set[Place] = set()
    for place in sorted(kept, key=str):
        if place not in safe:
            ring = _cheapest_ring(place, sums, costs)
            hidden |= ring
            safe |= ring
            costs.update(dict.fromkeys(ring, 0))
    return frozenset(hidden)


@dataclass(frozen=True, slots=True)
class _Step:
    """From one node to another by a count that may move by one."""

    to: Node
    by: Place


class _Sums:
    """Rows and columns as the nodes of a graph and places as its lines: which of them may move by one, and which way.

    A directed ring moves each of its counts by one and leaves every sum as it is. A count that lies on no ring of
    hidden places is fixed by what is shown (Gusfield, 1988). Everybody knows that a withheld count is not 0 where
    nothing that is 0 is ever withheld, and that a part is no more than its whole: beyond that nothing moves.
    """

    def __init__(
        self, counts: Mapping[Place, int], wholes: Mapping[Place, int] | None, shared: Collection[Place]
    ) -> None:
        self._counts = counts
        self._shared = shared
        self._wholes = wholes
        every = {**counts, **(wholes or {})}
        self.places = [place for place in every if self.most(place)]
        self.steps: dict[Node, list[_Step]] = defaultdict(list)
        for place in self.places:
            for start, step in self.moves(place):
                self.steps[start].append(step)

    def most(self, place: Place) -> int:
        """The count of a place, or that of which it is a part."""
        count = self._counts.get(place, 0)
        return count if self._wholes is None else max(count, self._wholes.get(place, 0))

    def moves(self, place: Place) -> Iterator[tuple[Node, _Step]]:
        """The ways in which a place may be gone along: from its row to its column and back, one up and one down."""
        row, column = (False, place[0]), (True, place[1])
        # A total is what its line adds up to, so it goes up where a count of that line goes up.
        is_total = (place[0] is None) != (place[1] is None)
        if self._may_fall(place) if is_total else self._may_rise(place):
            yield row, _Step(column, place)
        if self._may_rise(place) if is_total else self._may_fall(place):
            yield column, _Step(row, place)

    def _may_rise(self, place: Place) -> bool:
        return self._wholes is None or self._counts.get(place, 0) < self._wholes.get(place, 0)

    def _may_fall(self, place: Place) -> bool:
        if self._wholes is not None:
            return self._counts.get(place, 0) > 0
        return self._counts[place] > 1 and place not in self._shared


def _cheapest_ring(place: Place, sums: _Sums, costs: Mapping[Place, int]) -> set[Place]:
    """Return the places of a ring through one, those of the smallest counts: the least is lost with them."""
    rings = [found for start, step in sums.moves(place) if (found := _way(step.to, start, place, sums, costs))]
    if not rings:
        raise AssertionError("the totals close every ring")
    return {place, *min(rings, key=lambda found: found[0])[1]}


def _way(
    start: Node, goal: Node, without: Place, sums: _Sums, costs: Mapping[Place, int]
) -> tuple[int, list[Place]] | None:
    """Return the cheapest way from one node to another that leaves out a place, with its cost (Dijkstra, 1959)."""
    reached: dict[Node, tuple[Node, Place] | None] = {}
    queue: list[tuple[int, str, Node, tuple[Node, Place] | None]] = [(0, "", start, None)]
    while queue:
        cost, _, node, by = heapq.heappop(queue)
        if node in reached:
            continue
        reached[node] = by
        if node == goal:
            return cost, _places_back(goal, reached)
        for step in sums.steps[node]:
            if step.to not in reached and step.by != without:
                heapq.heappush(queue, (cost + costs[step.by], str((step.to, step.by)), step.to, (node, step.by)))
    return None


def _places_back(goal: Node, reached: Mapping[Node, tuple[Node, Place] | None]) -> list[Place]:
    found, node = [], goal
    while (came := reached[node]) is not None:
        node, place = came
        found.append(place)
    return found
