"""What is wrong with a file, collected over all of it, so that everything can be mended at once."""

from __future__ import annotations

from collections.abc import Sequence

from portal.domain.errors import Unusable

HEADER = "header"
ROW = "row"
"""What stands in a line's place for the column, where no single column is at fault."""


class Faults:
    """The bad rows of one file, called `label` in every line that is said about it."""

    def __init__(self, label: str) -> None:
        self.label = label
        self._found: dict[tuple[int, str], str] = {}
        self._columns: dict[str, int] = {}

    def sort_by(self, columns: Sequence[str]) -> None:
        """List the faults of a line in the order of these columns."""
        self._columns = {column: place for place, column in enumerate(columns)}

    def add(self, line: int, column: str, reason: str) -> None:
        """Note what is wrong in one cell, the first time. `reason` never repeats a value: it may name a child."""
        self._found.setdefault((line, column), reason)

    def raise_if_any(self) -> None:
        """Raise Unusable with a sentence for every fault, in the order of the file."""
        if self._found:
            in_order = sorted(self._found.items(), key=lambda fault: (fault[0][0], self._columns.get(fault[0][1], -1)))
            raise Unusable([f"{self.label}:{line}: {column}: {reason}" for (line, column), reason in in_order])
