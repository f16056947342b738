"""Escalations and alerts whose clock ends on the next working day, for the side whose turn it is."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import time
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from portal.database.id_lists import bound_ids, is_among
from portal.domain.escalation_vocabulary import EscalationStatus, Turn
from portal.domain.labels import short_label
from portal.domain.message_vocabulary import NoticeKind
from portal.domain.reminders import due_days
from portal.domain.vocabulary import Role
from portal.domain.working_days import london_day, london_instant
from portal.models.escalations import Escalation, EscalationTold
from portal.models.people import Membership, User
from portal.services.notices.recipients import NOBODY, people_of, with_role
from portal.services.notices.reminded_day import ReminderDay
from portal.services.notices.telling import Addressed, Telling

_BEFORE = (1,)


def due_escalations(session: Session, day: ReminderDay) -> Iterator[Addressed]:
    """Whoever was told of the stage in the agency that is asked, or whoever raised it where it is for them to say."""
    due = [row for row in _clocks(session, day) if _comes(day, row)]
    if not due:
        return
    told = _told(session, [row.id for row in due])
    agencies = {agency_id for row in due for agency_id in (row.raised_with_agency_id, row.raised_by_agency_id)}
    people = people_of(session, day.partnership_id, agencies - {None})
    managers = with_role(session, day.partnership_id, Role.SAFEGUARDING_MANAGER)
    for row in due:
        if row.turn is Turn.RAISED_WITH:
            whom = told.get(row.id, frozenset()) or people.get(row.raised_with_agency_id, NOBODY).leads
        elif row.raiser is not None and row.raiser_closed_at is None:
            whom = frozenset({row.raiser})
        else:
            whom = people.get(row.raised_by_agency_id, NOBODY).leads
        telling = Telling(
            NoticeKind.ESCALATION_DUE,
            "escalation",
            row.id,
            place=row.stage,
            what=f"{row.reference}: {short_label(row.kind)}",
            due_at=row.due_at,
            again=row.due_at.isoformat(),
        )
        yield whom or managers, telling


def _clocks(session: Session, day: ReminderDay) -> Collection[Row[*tuple[Any, ...]]]:
    """Clocks that run and may end on the next working day, of which nobody was told today."""
    stretches = [due_days(day.today, 1, closures) for closures in ((), *day.closures.values())]
    return session.execute(
        select(
            Escalation.id,
            Escalation.reference,
            Escalation.kind,
            Escalation.stage,
            Escalation.turn,
            Escalation.due_at,
            Escalation.raised_with_agency_id,
            Escalation.raised_by_agency_id,
            Membership.id.label("raiser"),
            User.deactivated_at.label("raiser_closed_at"),
        )
        .outerjoin(Membership, (Membership.id == Escalation.raised_by_membership_id) & Membership.ended_at.is_(None))
        .outerjoin(User, User.id == Membership.user_id)
        .where(
            Escalation.partnership_id == day.partnership_id,
            Escalation.status == EscalationStatus.OPEN,
            Escalation.is_noted.is_(False),
            Escalation.due_at >= london_instant(day.today, time.min),
            Escalation.due_at <= london_instant(max(stretch.last for stretch in stretches), time.max),
            day.not_told(NoticeKind.ESCALATION_DUE, "escalation", Escalation.id),
        )
        .order_by(Escalation.id)
    ).all()


def _comes(day: ReminderDay, row: Row[*tuple[Any, ...]]) -> bool:
    agency_id = row.raised_with_agency_id if row.turn is Turn.RAISED_WITH else row.raised_by_agency_id
    return day.reminder(agency_id, london_day(row.due_at), _BEFORE) is not None


def _told(session: Session, escalation_ids: Collection[int]) -> dict[int, frozenset[int]]:
    """Who was told of the stage that each is at, of the agency that is asked."""
    found: dict[int, frozenset[int]] = {}
    rows = session.execute(
        select(EscalationTold.escalation_id, EscalationTold.membership_id)
        .join(Escalation, Escalation.id == EscalationTold.escalation_id)
        .join(Membership, Membership.id == EscalationTold.membership_id)
        .where(
            is_among(EscalationTold.escalation_id, "escalations"),
            EscalationTold.stage == Escalation.stage,
            Membership.agency_id == Escalation.raised_with_agency_id,
            Membership.ended_at.is_(None),
        ),
        {"escalations": bound_ids(escalation_ids)},
    )
    for escalation_id, membership_id in rows:
        found[escalation_id] = found.get(escalation_id, frozenset()) | {membership_id}
    return found
