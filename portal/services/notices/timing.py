"""When what is told is due: a London day ends when the partnership's offices close."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from portal.domain.ladder_rules import OfficeHours
from portal.domain.meeting_vocabulary import MeetingFamily
from portal.domain.message_vocabulary import Urgency
from portal.domain.notice_words import day_words
from portal.domain.working_days import london_instant, working_days_between
from portal.models.ladders import EscalationLimits
from portal.models.rule_sets import RuleSet

SOON_WORKING_DAYS = 3
"""What is told of a meeting that is fewer working days away does not wait for the day's mail."""


# Built once: whatever is told asks for it.
_HOURS = (
    select(RuleSet.effective_from, EscalationLimits.office_opens, EscalationLimits.office_closes)
    .outerjoin(EscalationLimits, EscalationLimits.rule_set_id == RuleSet.id)
    .where(RuleSet.partnership_id == bindparam("of_partnership"))
    .order_by(RuleSet.effective_from)
)


@dataclass(frozen=True, slots=True)
class OfficeDay:
    """A London day at a partnership, with the hours of its offices."""

    today: date
    office: OfficeHours

    def end_of(self, day: date) -> datetime:
        """When the offices close on a day (UTC)."""
        return london_instant(day, self.office.closes)

    def meeting_words(self, meeting_type: str, on: date) -> str:
        """Return "Review conference, Thursday 3 December": a meeting's kind and day, never its title."""
        return f"{meeting_type}, {day_words(on, self.today)}"

    def urgency_of(self, family: MeetingFamily, on: date) -> Urgency:
        """How urgent news of a meeting on a day is; one of any kind of strategy meeting today is told at any hour."""
        if family is MeetingFamily.STRATEGY and on == self.today:
            return Urgency.URGENT
        return Urgency.SOON if working_days_between(self.today, on) < SOON_WORKING_DAYS else Urgency.ROUTINE


def office_day(session: Session, partnership_id: int, today: date) -> OfficeDay:
    """A day with the office hours of the rule set in force on it, or of the first before any is; by one query."""
    sets = session.execute(_HOURS, {"of_partnership": partnership_id}).all()
    begun = [row for row in sets if row.effective_from <= today] or sets[:1]
    if not begun or begun[-1].office_opens is None:
        return OfficeDay(today, OfficeHours())
    return OfficeDay(today, OfficeHours(begun[-1].office_opens, begun[-1].office_closes))
