"""What is due of the improvement plan today: actions by a day, and the week, month or quarter of what comes again."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.improvement_vocabulary import ByWhen, ImprovementStatus
from portal.domain.message_vocabulary import NoticeKind
from portal.domain.reminders import LATE
from portal.models.improvement import ImprovementAction, ImprovementLead
from portal.services.notices.recipients import with_role
from portal.services.notices.reminded_day import ReminderDay
from portal.services.notices.telling import Addressed, Telling

REMINDERS = (5, LATE)
WEEKLY = (1, LATE)
"""Of what is done every week, five working days before would be the day on which the week begins."""


def due_improvement(session: Session, day: ReminderDay) -> Iterator[Addressed]:
    """Actions that are to be done soon, or were not done by their day, for whoever leads them."""
    rows = session.execute(
        select(
            ImprovementAction.id,
            ImprovementAction.reference,
            ImprovementAction.by_when,
            ImprovementAction.next_due_on,
        )
        .where(
            ImprovementAction.partnership_id == day.partnership_id,
            ImprovementAction.status == ImprovementStatus.OPEN,
            day.may_be_due(ImprovementAction.next_due_on, REMINDERS[0]),
            day.not_told(NoticeKind.IMPROVEMENT_DUE, "improvement_action", ImprovementAction.id),
        )
        .order_by(ImprovementAction.id)
    ).all()
    numbered = [
        (row, day.reminder(None, row.next_due_on, WEEKLY if row.by_when is ByWhen.WEEKLY else REMINDERS))
        for row in rows
    ]
    due = [(row, number) for row, number in numbered if number is not None]
    leads = _leads(session, day.partnership_id, [row.id for row, _ in due]) if due else {}
    for row, number in due:
        telling = Telling(
            NoticeKind.IMPROVEMENT_DUE,
            "improvement_action",
            row.id,
            place=number,
            what=f"Action {row.reference}",
            due_at=day.hours.end_of(row.next_due_on),
            again=row.next_due_on.isoformat(),
        )
        yield leads.get(row.id, frozenset()), telling


def _leads(session: Session, partnership_id: int, action_ids: list[int]) -> dict[int, frozenset[int]]:
    """Who leads each of these actions, by a query for them and one for each role that leads any."""
    rows = session.execute(
        select(ImprovementLead.action_id, ImprovementLead.membership_id, ImprovementLead.role).where(
            ImprovementLead.action_id.in_(action_ids)
        )
    ).all()
    holders = {role: with_role(session, partnership_id, role) for role in {row.role for row in rows if row.role}}
    found: dict[int, frozenset[int]] = {}
    for row in rows:
        people = frozenset({row.membership_id}) if row.membership_id is not None else holders.get(row.role, frozenset())
        found[row.action_id] = found.get(row.action_id, frozenset()) | people
    return found
