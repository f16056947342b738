"""When a meeting is due, as data: a partnership writes its own rule in a page, nobody writes code."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from portal.domain.rule_json import members, objects, optional_whole_number, text, whole_number

LONGEST = 1000
"""No rule of the field comes near it; it keeps a slip in a page from leaving the calendar."""


class Unit(StrEnum):
    """What a period is counted in."""

    CALENDAR_DAYS = "calendar_days"
    WORKING_DAYS = "working_days"
    WEEKS = "weeks"
    MONTHS = "months"


@dataclass(frozen=True, slots=True)
class Period:
    """A length of time, such as 15 working days; day 0 is the day it runs from."""

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        """Refuse a period that runs backwards or past any calendar."""
        if not 0 <= self.amount <= LONGEST:
            raise ValueError(f"A period must be from 0 to {LONGEST}, not {self.amount}.")

    def to_json(self) -> dict[str, Any]:
        """Return what a rule set's row stores."""
        return {"amount": self.amount, "unit": self.unit.value}

    @classmethod
    def from_json(cls, stored: object) -> Self:
        """Read back what `to_json` wrote; raises ValueError for anything else."""
        found = members(stored, "a period", {"amount", "unit"})
        return cls(whole_number(found, "amount"), Unit(text(found, "unit")))


@dataclass(frozen=True, slots=True)
class After:
    """How soon a meeting is due after an earlier held meeting of the same case."""

    meeting_type: str
    within: Period

    def to_json(self) -> dict[str, Any]:
        """Return what a rule set's row stores."""
        return {"meeting_type": str(self.meeting_type), "within": self.within.to_json()}

    @classmethod
    def from_json(cls, stored: object) -> Self:
        """Read back what `to_json` wrote; raises ValueError for anything else."""
        found = members(stored, "an earlier meeting's rule", {"meeting_type", "within"})
        return cls(text(found, "meeting_type"), Period.from_json(found["within"]))


@dataclass(frozen=True, slots=True)
class DueRule:
    """When a meeting is due: `after` the last earlier held meeting of these types, else `from_trigger`.

    `hours_from_trigger` replaces the days where the times of trigger and meeting are both known.
    A rule with neither `after` nor `from_trigger` never gives a due day.
    """

    from_trigger: Period | None = None
    hours_from_trigger: int | None = None
    after: tuple[After, ...] = ()

    def __post_init__(self) -> None:
        """Refuse rules that contradict themselves."""
        types = [step.meeting_type for step in self.after]
        if len(set(types)) != len(types):
            raise ValueError("A meeting type may stand only once among the earlier meetings of a due rule.")
        if self.hours_from_trigger is not None:
            if self.hours_from_trigger < 0:
                raise ValueError(f"Hours must be 0 or more, not {self.hours_from_trigger}.")
            if self.from_trigger is None or self.after:
                raise ValueError("Hours only make sense for a meeting that is due from its trigger alone.")

    def to_json(self) -> dict[str, Any]:
        """Return what a rule set's row stores."""
        return {
            "from_trigger": None if self.from_trigger is None else self.from_trigger.to_json(),
            "hours_from_trigger": self.hours_from_trigger,
            "after": [step.to_json() for step in self.after],
        }

    @classmethod
    def from_json(cls, stored: object) -> Self:
        """Read back what `to_json` wrote; raises ValueError for anything else."""
        found = members(stored, "a due rule", {"from_trigger", "hours_from_trigger", "after"})
        from_trigger = found["from_trigger"]
        return cls(
            None if from_trigger is None else Period.from_json(from_trigger),
            optional_whole_number(found, "hours_from_trigger"),
            tuple(After.from_json(step) for step in objects(found, "after")),
        )


NEVER_DUE = DueRule()
