"""Which counts of a table with totals are withheld, so that no small one can be read off or worked out.

Hiding the small counts alone is not enough: the rest of a row, taken from its total, gives back a single hidden
count. Further counts are withheld until every hidden one could be several numbers.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

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
    table: Table, limit: int, *, of: Table | None = None, also: Iterable[Place] = (), spare: Collection[Place] = ()
) -> frozenset[Place]:
    """Return the places, totals included, that a page must not show so that counts of 1 to `limit` stay hidden.

    `of` are the counts that these are parts of (the table itself where there are none): a place where it is 0 is
    empty for everybody to see and hides nothing. `also` are places withheld for another reason; those to `spare` are
    taken to hide others only where there is no other way.
    """
    counts, wholes = with_totals(table), with_totals(table if of is None else of)
    hidden = {place for place, count in counts.items() if hide_small(count, limit)}
    hidden |= {place for place in also if wholes.get(place)}
    while exposed := _exposed(hidden):
        for place in exposed:
            hidden |= _ring(place, hidden, wholes, spare)
    return frozenset(hidden)


def _nodes(place: Place) -> tuple[Node, Node]:
    """Return a place's row and its column: each says of its counts that they add up."""
    return (False, place[0]), (True, place[1])


def _exposed(hidden: Iterable[Place]) -> list[Place]:
    """Return the hidden places whose count follows from the sums: those that lie on no ring of hidden places.

    Rows and columns are the points of a graph and hidden places its lines. A count on a ring may go up by one where
    its neighbours go down and up in turn, and every sum stays; one that is on no ring is fixed by the sums
    (Gusfield, 1988).
    """
    joined: dict[Node, list[tuple[Node, Place]]] = defaultdict(list)
    for place in hidden:
        row, column = _nodes(place)
        joined[row].append((column, place))
        joined[column].append((row, place))
    return sorted((place for place in hidden if not _meets(place, joined)), key=str)


def _meets(place: Place, joined: Mapping[Node, list[tuple[Node, Place]]]) -> bool:
    """Say whether a place's row can be reached from its column by other hidden places."""
    row, column = _nodes(place)
    reached, waiting = {column}, [column]
    while waiting:
        for node, by in joined[waiting.pop()]:
            if by != place and node not in reached:
                reached.add(node)
                waiting.append(node)
    return row in reached


def _ring(place: Place, hidden: Iterable[Place], wholes: Mapping[Place, int], spare: Collection[Place]) -> set[Place]:
    """Return the places that close a ring with one, those of the smallest counts: the least is lost with them."""
    already = set(hidden)
    dear = sum(wholes.values())
    roads: dict[Node, list[tuple[Node, Place, int]]] = defaultdict(list)
    for other, whole in wholes.items():
        if other != place and whole:
            cost = 0 if other in already else whole + (dear if other in spare else 0)
            row, column = _nodes(other)
            roads[row].append((column, other, cost))
            roads[column].append((row, other, cost))
    start, goal = _nodes(place)
    queue: list[tuple[int, str, Node, frozenset[Place]]] = [(0, "", start, frozenset())]
    seen: set[Node] = set()
    while queue:
        cost, _, node, taken = heapq.heappop(queue)
        if node == goal:
            return set(taken)
        if node not in seen:
            seen.add(node)
            for further, other, more in roads[node]:
                heapq.heappush(queue, (cost + more, str(further), further, taken | {other}))
    raise AssertionError("the totals close every ring")
