"""An attack on withheld counts: everything that was answered, as equations, and what follows from them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence

PRIME = (1 << 61) - 1
"""Equations of whole numbers are solved in its field: a sum that follows there by chance is a wonder."""

EVERYTHING = 1 << 40

Cells = frozenset[Hashable]
Ranges = dict[Hashable, tuple[int, int]]
Limit = tuple[Cells, int, int]
"""Cells, and what their sum lies between."""


class Attack:
    """What somebody knows who has asked everything: sums of cells, each a count from 0 up."""

    def __init__(self, answers: Mapping[Cells, int]) -> None:
        self.answers = dict(answers)
        self._rows: list[tuple[Hashable, dict[Hashable, int]]] = []
        for cells in self.answers:
            left = self._reduced(dict.fromkeys(cells, 1))
            if left:
                pivot = next(iter(left))
                inverse = pow(left[pivot], -1, PRIME)
                self._rows.append((pivot, {cell: value * inverse % PRIME for cell, value in left.items()}))

    def follows(self, cells: Cells) -> bool:
        """Whether a sum is a sum and difference of the answers: then its value is known exactly."""
        return not self._reduced(dict.fromkeys(cells, 1))

    def _reduced(self, row: dict[Hashable, int]) -> dict[Hashable, int]:
        for pivot, known in self._rows:
            times = row.get(pivot, 0)
            if times:
                for cell, value in known.items():
                    left = (row.get(cell, 0) - times * value) % PRIME
                    if left:
                        row[cell] = left
                    else:
                        row.pop(cell, None)
        return row

    def bounds(
        self, every: Iterable[Hashable], most: int, floors: Mapping[Cells, int] | None = None
    ) -> dict[Hashable, tuple[int, int]]:
        """What each cell lies between, no count being negative: tightened by every answer until nothing moves.

        `floors` are sums of which it is known that they are no less, such as 1 of what is "too few" and not 0.
        """
        return self._tightened(dict.fromkeys(every, (0, most)), self._limits(floors)) or {}

    def tells(self, cells: Cells, truth: Mapping[Hashable, int], most: int, floors: Mapping[Cells, int]) -> bool:
        """Whether a sum has its true value alone in all tables of whole numbers up to `most` that fit the answers.

        Asked by looking for another table: one in which it is less, then one in which it is more.
        """
        value = sum(truth[cell] for cell in cells)
        start = dict.fromkeys(truth, (0, most))
        for least, greatest in ((0, value - 1), (value + 1, most * len(truth))):
            limits = [*self._limits(floors), (cells, least, greatest)]
            if least <= greatest and self._can_be(start, limits, truth):
                return False
        return True

    def _limits(self, floors: Mapping[Cells, int] | None) -> list[Limit]:
        known = [(cells, value, value) for cells, value in self.answers.items()]
        return known + [(cells, least, EVERYTHING) for cells, least in (floors or {}).items()]

    def _can_be(self, ranges: Ranges, limits: Sequence[Limit], near: Mapping[Hashable, int]) -> bool:
        """Whether whole numbers within the ranges keep to all limits; those near the truth are tried first."""
        ranges = self._tightened(ranges, limits)
        if ranges is None:
            return False
        open_cells = [cell for cell, (low, high) in ranges.items() if low < high]
        if not open_cells:
            return True
        cell = min(open_cells, key=lambda one: (ranges[one][1] - ranges[one][0], str(one)))
        low, high = ranges[cell]
        values = sorted(range(low, high + 1), key=lambda one: abs(one - near[cell]))
        return any(self._can_be({**ranges, cell: (value, value)}, limits, near) for value in values)

    @staticmethod
    def _tightened(ranges: Ranges, limits: Sequence[Limit]) -> Ranges | None:
        """Ranges without what no limit leaves possible, None where that is nothing."""
        low = {cell: least for cell, (least, _greatest) in ranges.items()}
        high = {cell: greatest for cell, (_least, greatest) in ranges.items()}
        moved = True
        while moved:
            moved = False
            for cells, least, greatest in limits:
                lows, highs = sum(low[cell] for cell in cells), sum(high[cell] for cell in cells)
                if lows > greatest or highs < least:
                    return None
                for cell in cells:
                    up, down = least - (highs - high[cell]), greatest - (lows - low[cell])
                    if up > low[cell] or down < high[cell]:
                        # The sums of the others are no longer those above, and are only worse than they could be.
                        low[cell], high[cell], moved = max(low[cell], up), min(high[cell], down), True
                        if low[cell] > high[cell]:
                            return None
        return {cell: (low[cell], high[cell]) for cell in low}
