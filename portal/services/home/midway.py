"""Midway checks on Home: each of a chair's own, and for the safeguarding manager how many are overdue; by one query."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, Select, String, and_, cast, exists, literal, select, union_all
from sqlalchemy.orm import Session, aliased

from portal.access import meetings as access
from portal.access.roles import Permission
from portal.access.viewer import Hat, Viewer
from portal.database.found_otherwise import only_checked
from portal.domain.due_rules import DueRule
from portal.domain.meeting_vocabulary import MeetingFamily
from portal.domain.plans import PlanSpan, is_open_on, midway_on, next_conference_due
from portal.domain.vocabulary import MeetingStatus, Role
from portal.models.meetings import Meeting
from portal.models.plans import MidwayCheck, Plan
from portal.models.rule_sets import MeetingRule, MeetingType, RuleSet
from portal.services.home.tasks import Task, TaskKind
from portal.services.meetings.rules_then import HELD_UNDER
from portal.services.plans.midway import later_conference

SHOWN_AHEAD = timedelta(days=7)
MOST_OF_EACH = 10


@dataclass(slots=True)
class _Conference:
    """A conference after which the family has open plans, and what its day's rules say of the next one."""

    row: Row[*tuple[Any, ...]]
    rules: set[str] = field(default_factory=set)
    begun: set[date] = field(default_factory=set)

    def due(self) -> date | None:
        """The day of its check; none where no rule names the next conference, or no plan is open by then."""
        rules = (_due_rule(stored) for stored in self.rules)
        next_due = next_conference_due(rules, self.row.code, self.row.held_on)
        if next_due is None:
            return None
        due = midway_on(self.row.held_on, next_due, self.row.plan_midway_percent)
        return due if any(is_open_on(PlanSpan(day, None), due) for day in self.begun) else None


def midway_checks(session: Session, viewer: Viewer) -> list[Task]:
    """What the person's memberships have to check between conferences, each conference under one of them."""
    hats = {hat.membership_id: hat for hat in viewer.hats if Permission.PLANS_CHECK in hat.permissions}
    worn = [one for number in hats if (one := viewer.wearing(number)) is not None]
    if not worn:
        return []
    found: dict[int, dict[int, _Conference]] = defaultdict(dict)
    for row in session.execute(union_all(*(select(_waiting(one).subquery()) for one in worn))):
        conference = found[row.membership_id].setdefault(row.id, _Conference(row))
        conference.rules.add(row.due)
        conference.begun.add(row.started_on)
    return [task for number, rows in found.items() for task in _tasks(viewer.today, hats[number], rows.values())]


def _waiting(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    """One membership's latest conferences without a check, by each open plan and each conference's rule of that day."""
    kind, ruled = aliased(MeetingType), aliased(MeetingType)
    made = exists().where(MidwayCheck.meeting_id == Meeting.id).correlate(Meeting)
    # Begun at the open plans, which are few: a conference is found by its case, among any number of meetings.
    seen = only_checked(access.visible_to(viewer), Meeting.partnership_id)
    return (
        seen.join(kind, kind.id == Meeting.meeting_type_id)
        .join(Plan, and_(Plan.partnership_id == viewer.partnership_id, Plan.case_id == Meeting.case_id))
        .join(RuleSet, HELD_UNDER)
        .join(MeetingRule, MeetingRule.rule_set_id == RuleSet.id)
        .join(ruled, ruled.id == MeetingRule.meeting_type_id)
        .where(
            Meeting.status == MeetingStatus.HELD,
            Meeting.held_on <= viewer.today + SHOWN_AHEAD,
            kind.family == MeetingFamily.CONFERENCE,
            ruled.family == MeetingFamily.CONFERENCE,
            Plan.ended_on.is_(None),
            Plan.withdrawn_at.is_(None),
            Plan.started_on <= viewer.today + SHOWN_AHEAD,
            ~made,
            later_conference().is_(None),
        )
        .with_only_columns(
            literal(viewer.membership_id).label("membership_id"),
            Meeting.id,
            Meeting.held_on,
            Meeting.reference,
            kind.code,
            kind.name,
            RuleSet.plan_midway_percent,
            # As text, so that a rule which was read before need not be read again.
            cast(MeetingRule.due, String).label("due"),
            Plan.started_on,
        )
    )


def _tasks(today: date, hat: Hat, conferences: Iterable[_Conference]) -> Iterator[Task]:
    waiting = [(due, one.row) for one in conferences if (due := one.due()) is not None]
    waiting.sort(key=lambda found: (found[0], found[1].id))
    if hat.role is not Role.CHAIR:
        overdue = [due for due, _ in waiting if due < today]
        if overdue:
            yield Task(TaskKind.MIDWAY_OVERDUE, hat, overdue[0], done=len(overdue))
        return
    for due, row in [found for found in waiting if found[0] <= today + SHOWN_AHEAD][:MOST_OF_EACH]:
        yield Task(TaskKind.MIDWAY_CHECK, hat, due, row.id, row.name, row.held_on, reference=row.reference)


@lru_cache(maxsize=256)
def _due_rule(stored: str) -> DueRule:
    return DueRule.from_json(json.loads(stored))
