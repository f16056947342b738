"""By when what follows a meeting is written down, sent and put right: numbers of a partnership's rule set."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Self

from portal.domain.due_rules import LONGEST
from portal.domain.rule_json import members, optional_whole_number
from portal.domain.working_days import add_working_days


@dataclass(frozen=True, slots=True)
class MinutesRule:
    """Working days from the day held to the decision sheet and to the minutes, and from sending to the last correction.

    None where nothing is due. An agency's view is taken for as long after the meeting as corrections are after sending.
    """

    decision_sheet_working_days: int | None = None
    minutes_working_days: int | None = None
    corrections_working_days: int | None = None

    def __post_init__(self) -> None:
        """Refuse days that run backwards or past any calendar."""
        for days in asdict(self).values():
            if days is not None and not 0 <= days <= LONGEST:
                raise ValueError(f"Working days must be from 0 to {LONGEST}, not {days}.")

    def to_json(self) -> dict[str, Any]:
        """Return what a rule set's row stores."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: object) -> Self:
        """Read back what `to_json` wrote; raises ValueError for anything else."""
        names = set(cls.__dataclass_fields__)
        found = members(stored, "a rule of minutes", names)
        return cls(**{name: optional_whole_number(found, name) for name in names})

    def decisions_due(self, since: date) -> date | None:
        """Return the last day for the decision sheet of a meeting held, or of a decision amended, on a day."""
        return _after(since, self.decision_sheet_working_days)

    def minutes_due(self, held_on: date) -> date | None:
        """Return the last day on which the minutes of a meeting are in time."""
        return _after(held_on, self.minutes_working_days)

    def corrections_close(self, sent_on: date) -> date | None:
        """Return the last day on which an agency may ask for a correction; None where they never close."""
        return _after(sent_on, self.corrections_working_days)

    def views_close(self, held_on: date) -> date | None:
        """Return the last day on which an agency may still give its view; None where that never closes."""
        return _after(held_on, self.corrections_working_days)


NOTHING_DUE = MinutesRule()
CONFERENCE_MINUTES = MinutesRule(1, 20, 10)
OTHER_MINUTES = MinutesRule(None, 20, 10)
"""What a new partnership starts with, for conferences and for all other kinds (domain.md, section 1)."""


def _after(day: date, working_days: int | None) -> date | None:
    return None if working_days is None else add_working_days(day, working_days)
