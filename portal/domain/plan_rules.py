"""The numbers of a partnership's rule set about child protection plans: its panel's thresholds, and midway checks."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Self

from portal.domain.rule_json import members, whole_number

LONGEST_MONTHS = 240
"""No plan outlasts a childhood; it keeps a slip in a page from leaving the calendar."""


@dataclass(frozen=True, slots=True)
class PlanRules:
    """When the panel hears of a plan, and how far between two conferences its chair looks at it.

    Months are whole ones. `midway_percent` is the part of the days from a conference to the next one's due day.
    """

    midway_percent: int = 50
    long_months: int = 11
    very_long_months: int = 18
    short_months: int = 3
    """A plan that ended within so many months was perhaps not needed, or ended too soon."""
    ended_shown_months: int = 3
    """For so long after its end such a plan stands on the agenda: as far apart as panels are."""

    def __post_init__(self) -> None:
        """Refuse numbers that put every plan on the agenda, or none, and checks outside their period."""
        if not 1 <= self.midway_percent <= 99:
            raise ValueError(f"Midway lies between 1 and 99 per cent, not at {self.midway_percent}.")
        for months in (self.long_months, self.short_months, self.ended_shown_months):
            if not 1 <= months <= LONGEST_MONTHS:
                raise ValueError(f"Months must be from 1 to {LONGEST_MONTHS}, not {months}.")
        if not self.long_months < self.very_long_months <= LONGEST_MONTHS:
            raise ValueError("A very long plan must be longer than a long one.")

    def to_json(self) -> dict[str, Any]:
        """Return what a rule set's row stores."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: object) -> Self:
        """Read back what `to_json` wrote; raises ValueError for anything else."""
        names = set(cls.__dataclass_fields__)
        found = members(stored, "rules of plans", names)
        return cls(**{name: whole_number(found, name) for name in names})
