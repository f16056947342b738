"""The rule set under which a meeting was held, as a condition of a statement."""

from __future__ import annotations

from sqlalchemy import and_, case, func, select

from portal.models.meetings import Meeting
from portal.models.rule_sets import RuleSet

_of_partnership = RuleSet.partnership_id == Meeting.partnership_id
_in_force = (
    select(
        func.coalesce(
            func.max(case((RuleSet.effective_from <= Meeting.held_on, RuleSet.effective_from))),
            func.min(RuleSet.effective_from),
        )
    )
    .where(_of_partnership)
    .correlate(Meeting)
    .scalar_subquery()
)
HELD_UNDER = and_(_of_partnership, RuleSet.effective_from == _in_force)
"""Joins a held meeting to the newest rule set that had begun on its day; before the first, to the first."""
