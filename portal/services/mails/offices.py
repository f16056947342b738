"""The office hours of partnerships, as their rules say."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.ladder_rules import OfficeHours
from portal.models.ladders import EscalationLimits
from portal.models.rule_sets import RuleSet

Offices = defaultdict[int, OfficeHours]


def offices_on(session: Session, day: date) -> Offices:
    """Each partnership's office hours on a day, by one statement; one whose rules do not say has the usual ones."""
    rows = session.execute(
        select(RuleSet.partnership_id, EscalationLimits.office_opens, EscalationLimits.office_closes)
        .join(EscalationLimits, EscalationLimits.rule_set_id == RuleSet.id)
        .where(RuleSet.effective_from <= day)
        .order_by(RuleSet.effective_from)
    )
    # The newest comes last and stays.
    known = {row.partnership_id: OfficeHours(row.office_opens, row.office_closes) for row in rows}
    return defaultdict(OfficeHours, known)
