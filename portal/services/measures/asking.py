"""What is asked for and on whose behalf: the partnership, the month that it is, and which counts show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.domain.months import Month
from portal.domain.working_days import london_day
from portal.services.rule_sets import RuleBook


@dataclass(frozen=True, slots=True)
class Asking:
    """One reading of a partnership's measures. `at` is a UTC instant; without a limit every count shows."""

    session: Session
    partnership_id: int
    book: RuleBook
    at: datetime
    limit: int | None
    chair_membership_id: int | None = None
    """The chair whose meetings alone are counted; empty for all meetings."""

    @property
    def now(self) -> Month:
        """The month that it is in London."""
        return Month.at(self.at)

    @property
    def today(self) -> date:
        """London's day."""
        return london_day(self.at)
