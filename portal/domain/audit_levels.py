"""Audit levels: from which share of what was asked a score is green, and from which amber; each partnership's own."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Self

from portal.domain.ratings import Colour
from portal.domain.rule_json import members, whole_number


@dataclass(frozen=True, slots=True)
class AuditLevels:
    """Percentages at which green and amber begin; what lies below amber is red.

    By default each share has the colour that it lies nearest to: red is nothing, amber half, green all.
    """

    green_from: int = 75
    amber_from: int = 25

    def __post_init__(self) -> None:
        """Refuse levels out of order: then a colour would stand for nothing."""
        if not 0 < self.amber_from < self.green_from <= 100:
            raise ValueError(
                "Amber must begin above 0 % and below green, and green at 100 % or less, "
                f"not at {self.amber_from} % and {self.green_from} %."
            )

    def level_of(self, share: Fraction | None) -> Colour:
        """Return the colour of a share, from 0 to 1; grey where there is none."""
        if share is None:
            return Colour.GREY
        if share >= Fraction(self.green_from, 100):
            return Colour.GREEN
        return Colour.AMBER if share >= Fraction(self.amber_from, 100) else Colour.RED

    @property
    def words(self) -> str:
        """Both in a sentence without its stop."""
        return f"Green begins at {self.green_from} %, amber at {self.amber_from} %, and what is below that is red"

    def to_json(self) -> dict[str, Any]:
        """Return what a rule set's JSON holds."""
        return {"green_from": self.green_from, "amber_from": self.amber_from}

    @classmethod
    def from_json(cls, stored: object) -> Self:
        """Read back what `to_json` wrote; raises ValueError for anything else."""
        found = members(stored, "the audit levels", {"green_from", "amber_from"})
        return cls(whole_number(found, "green_from"), whole_number(found, "amber_from"))
