"""What is due of audits and actions today: rounds that open, returns to send or to sign, promises to keep."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from portal.access.audits import OPEN_STATUSES
from portal.domain.audit_vocabulary import ActionStatus, ReturnStatus
from portal.domain.message_vocabulary import NoticeKind
from portal.domain.reminders import LATE, is_open
from portal.models.actions import Action
from portal.models.audits import AuditReturn, AuditRound
from portal.services.notices.audits import to_sign
from portal.services.notices.recipients import NOBODY, people_of
from portal.services.notices.reminded_day import ReminderDay
from portal.services.notices.telling import Addressed, Telling

ACTIONS = (5, LATE)

LATEST_NEWS = timedelta(days=14)
"""That a round has opened is news for so long: agencies that were closed on the day hear of it when they are back."""


def opened_rounds(session: Session, day: ReminderDay) -> Iterator[Addressed]:
    """Rounds that have opened, for the leads of the agencies that have not heard of it and have not started."""
    rows = session.execute(
        select(AuditReturn.id, AuditReturn.agency_id, AuditReturn.due_on, AuditRound.title)
        .join(AuditRound, AuditRound.id == AuditReturn.round_id)
        .where(
            AuditReturn.partnership_id == day.partnership_id,
            AuditReturn.status == ReturnStatus.NOT_STARTED,
            AuditRound.opens_on.between(day.today - LATEST_NEWS, day.today),
            AuditRound.closed_at.is_(None),
            day.not_told(NoticeKind.AUDIT_OPENED, "audit_return", AuditReturn.id, ever=True),
        )
        .order_by(AuditReturn.id)
    ).all()
    opened = [row for row in rows if is_open(day.today, day.closures.get(row.agency_id, ()))]
    people = people_of(session, day.partnership_id, {row.agency_id for row in opened}) if opened else {}
    for row in opened:
        telling = Telling(
            NoticeKind.AUDIT_OPENED, "audit_return", row.id, what=row.title, due_at=day.hours.end_of(row.due_on)
        )
        yield people.get(row.agency_id, NOBODY).leads, telling


def due_returns(session: Session, day: ReminderDay) -> Iterator[Addressed]:
    """Returns on their rounds' reminder days: to be finished by the leads, or signed by whoever is next."""
    rows = session.execute(
        select(
            AuditReturn.id,
            AuditReturn.agency_id,
            AuditReturn.status,
            AuditReturn.due_on,
            AuditRound.title,
            AuditRound.reminders,
        )
        .join(AuditRound, AuditRound.id == AuditReturn.round_id)
        .where(
            AuditReturn.partnership_id == day.partnership_id,
            AuditReturn.due_on >= day.today,
            AuditRound.opens_on <= day.today,
            AuditRound.closed_at.is_(None),
            or_(
                and_(
                    AuditReturn.status.in_(OPEN_STATUSES),
                    day.not_told(NoticeKind.AUDIT_DUE, "audit_return", AuditReturn.id),
                ),
                and_(
                    AuditReturn.status == ReturnStatus.SUBMITTED,
                    day.not_told(NoticeKind.AUDIT_TO_SIGN, "audit_return", AuditReturn.id),
                ),
            ),
        )
        .order_by(AuditReturn.id)
    ).all()
    due = [(row, day.reminder(row.agency_id, row.due_on, row.reminders)) for row in rows]
    open_returns = [(row, number) for row, number in due if number is not None and row.status in OPEN_STATUSES]
    people = people_of(session, day.partnership_id, {row.agency_id for row, _ in open_returns}) if open_returns else {}
    for row, number in open_returns:
        telling = Telling(
            NoticeKind.AUDIT_DUE,
            "audit_return",
            row.id,
            place=number,
            what=row.title,
            due_at=day.hours.end_of(row.due_on),
            again=row.due_on.isoformat(),
        )
        yield people.get(row.agency_id, NOBODY).leads, telling
    waiting = [row.id for row, number in due if number is not None and row.status is ReturnStatus.SUBMITTED]
    if waiting:
        yield from to_sign(session, day.today, day.partnership_id, waiting, again=day.today.isoformat())


def due_actions(session: Session, day: ReminderDay) -> Iterator[Addressed]:
    """Actions that are to be done in five working days, or were not done by their day."""
    rows = session.execute(
        select(Action.id, Action.agency_id, Action.owner_membership_id, Action.due_on, AuditRound.title)
        .outerjoin(AuditReturn, AuditReturn.id == Action.return_id)
        .outerjoin(AuditRound, AuditRound.id == AuditReturn.round_id)
        .where(
            Action.partnership_id == day.partnership_id,
            Action.status == ActionStatus.OPEN,
            day.may_be_due(Action.due_on, ACTIONS[0], Action.agency_id),
            day.not_told(NoticeKind.ACTION_DUE, "action", Action.id),
        )
        .order_by(Action.id)
    ).all()
    numbered = [(row, day.reminder(row.agency_id, row.due_on, ACTIONS)) for row in rows]
    due = [(row, number) for row, number in numbered if number is not None]
    people = people_of(session, day.partnership_id, {row.agency_id for row, _ in due}) if due else {}
    for row, number in due:
        telling = Telling(
            NoticeKind.ACTION_DUE,
            "action",
            row.id,
            place=number,
            what=row.title or "",
            due_at=day.hours.end_of(row.due_on),
            again=row.due_on.isoformat(),
        )
        yield people.get(row.agency_id, NOBODY).owner(row.owner_membership_id), telling
