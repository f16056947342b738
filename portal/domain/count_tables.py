"""A table of counts with its totals, as far as whoever reads it may see them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Self, TypeVar

from portal.domain.audit_results import percentage
from portal.domain.small_counts import Place, Table, with_totals, withheld

Name = TypeVar("Name")


@dataclass(frozen=True, slots=True)
class Part:
    """So many of so many; None stands for a count that is withheld."""

    count: int | None
    whole: int | None

    @property
    def is_known(self) -> bool:
        """Whether both may be shown and there is something to have a part of."""
        return self.count is not None and bool(self.whole)

    @property
    def is_withheld(self) -> bool:
        """Whether one of the two may not be shown."""
        return self.count is None or self.whole is None

    @property
    def percentage(self) -> Decimal | None:
        """The part as a percentage with one decimal, where both counts may be shown."""
        return percentage(self.count, self.whole) if self.count is not None and self.whole else None

    @property
    def words(self) -> str:
        """How it stands in a table: "19.0 % (16 of 84)", "too few of 84", "too few", or a dash for nothing at all."""
        if self.whole is None:
            return "too few"
        if self.whole == 0:
            return "–"
        if self.count is None:
            return f"too few of {self.whole:,}"
        return f"{self.percentage} % ({self.count:,} of {self.whole:,})"


@dataclass(frozen=True, slots=True)
class CountTable:
    """Counts by row and column, with a total (None) of each; small ones withheld as domain/small_counts.py says."""

    counts: Mapping[Place, int]
    hidden: frozenset[Place]

    @classmethod
    def of(cls, table: Table, hidden_up_to: int | None) -> Self:
        """Make a table; without a limit nothing of it is withheld."""
        return cls(with_totals(table), frozenset() if hidden_up_to is None else withheld(table, hidden_up_to))

    def count(self, row: str | None, column: str | None) -> int | None:
        """Return one count, None where it is withheld."""
        return None if (row, column) in self.hidden else self.counts.get((row, column), 0)

    def part(self, row: str | None, column: str | None) -> Part:
        """Return a count as a part of its row's total."""
        return Part(self.count(row, column), self.count(row, None))

    def is_open(self, row: str | None) -> bool:
        """Whether nothing of a row is withheld, so that a mean of it tells no more than the row does."""
        return not any(place[0] == row for place in self.hidden)


def sharing(
    tables: Mapping[Name, Table], hidden_up_to: int | None, is_shared: Callable[[Place], bool]
) -> dict[Name, CountTable]:
    """Make tables that count the same people or matters, so that each shows some of the same totals.

    What is withheld of these in one is withheld in all; else one table would tell what another hides.
    """
    if hidden_up_to is None:
        return {name: CountTable.of(table, None) for name, table in tables.items()}
    full = {name: with_totals(table) for name, table in tables.items()}
    shared = {place for counts in full.values() for place in counts if is_shared(place)}
    totals: frozenset[Place] = frozenset()
    while True:
        hidden = {name: withheld(table, hidden_up_to, also=totals, shared=shared) for name, table in tables.items()}
        found = frozenset(place for places in hidden.values() for place in places if place in shared)
        if found <= totals:
            return {name: CountTable(full[name], hidden[name]) for name in tables}
        totals |= found
