"""Escalations and practice alerts on Home: a reply to give, a reply to judge, and what is overdue; by one query."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, false, func, literal, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from portal.access import escalations as access
from portal.access.roles import Permission
from portal.access.viewer import Hat, Viewer
from portal.domain.escalation_vocabulary import EscalationStatus, LadderEvent, LadderKind, Turn
from portal.domain.labels import label, role_name
from portal.domain.vocabulary import ANSWERING_ROLES, Role
from portal.domain.working_days import london_day
from portal.models.escalations import Escalation, EscalationCause
from portal.models.partnerships import Agency
from portal.models.people import Membership
from portal.services.home.tasks import Task, TaskKind

MOST_OF_EACH = 10

_MISSED = (LadderEvent.ABSENT_WITHOUT_REPORT, LadderEvent.INQUORATE_BECAUSE)
_OF_ALERTS = {
    TaskKind.ESCALATION_REPLY: TaskKind.ALERT_REPLY,
    TaskKind.ESCALATION_DECIDE: TaskKind.ALERT_DECIDE,
    TaskKind.ESCALATION_OVERDUE: TaskKind.ALERT_OVERDUE,
}


def escalated(session: Session, viewer: Viewer) -> list[Task]:
    """What waits for the person under their memberships, each matter once and the active membership first."""
    hats = {hat.membership_id: hat for hat in viewer.hats if Permission.ESCALATIONS_ANSWER in hat.permissions}
    worn = [one for number in hats if (one := viewer.wearing(number)) is not None]
    if not worn:
        return []
    rows = session.execute(union_all(*(select(_waiting(one).subquery()) for one in worn)))
    tasks: dict[int, Task] = {}
    for row in sorted(rows, key=lambda row: row.membership_id != viewer.membership_id):
        # A lead who is a practitioner of the same agency too has one thing to do, not two.
        tasks.setdefault(row.id, _task(hats[row.membership_id], row))
    return list(tasks.values())


def _waiting(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    """One membership's open matters that want something of it, the soonest due first: no narrative and no meeting."""
    raising, asked = aliased(Agency), aliased(Agency)
    missed = (
        select(func.count(EscalationCause.invitation_id.distinct()))
        .where(EscalationCause.escalation_id == Escalation.id, EscalationCause.event.in_(_MISSED))
        .correlate(Escalation)
        .scalar_subquery()
    )
    return (
        access.visible_to(viewer)
        .join(asked, asked.id == Escalation.raised_with_agency_id)
        .outerjoin(raising, raising.id == Escalation.raised_by_agency_id)
        .join(Membership, Membership.id == Escalation.raised_by_membership_id)
        .where(Escalation.status == EscalationStatus.OPEN, or_(_to_reply(viewer), _to_decide(viewer), _overdue(viewer)))
        .with_only_columns(
            literal(viewer.membership_id).label("membership_id"),
            Escalation.id,
            Escalation.reference,
            Escalation.kind,
            Escalation.category,
            Escalation.is_positive,
            Escalation.due_at,
            raising.name.label("raising"),
            Membership.role,
            asked.name.label("asked"),
            missed.label("missed"),
            _to_reply(viewer).label("is_to_reply"),
            _to_decide(viewer).label("is_to_decide"),
        )
        .order_by(Escalation.due_at.asc().nulls_last(), Escalation.id)
        .limit(MOST_OF_EACH)
    )


def _to_reply(viewer: Viewer) -> ColumnElement[bool]:
    """As `access.may_reply` says of a row: for the agency's lead, and at the first stage for any who see it."""
    if viewer.role not in ANSWERING_ROLES:
        return false()
    asked = and_(Escalation.turn == Turn.RAISED_WITH, Escalation.raised_with_agency_id == viewer.agency_id)
    return asked if viewer.role is Role.AGENCY_LEAD else and_(asked, Escalation.stage == 1)


def _to_decide(viewer: Viewer) -> ColumnElement[bool]:
    """A reply waits for those who raised it: whoever did, and the lead of their agency."""
    mine = Escalation.raised_by_membership_id == viewer.membership_id
    if viewer.role is Role.AGENCY_LEAD:
        mine = or_(mine, Escalation.raised_by_agency_id == viewer.agency_id)
    return and_(Escalation.turn == Turn.RAISED_BY, mine)


def _overdue(viewer: Viewer) -> ColumnElement[bool]:
    """What nobody has dealt with in time is for the safeguarding manager too."""
    return Escalation.due_at <= viewer.now if viewer.role is Role.SAFEGUARDING_MANAGER else false()


def _task(hat: Hat, row: Row[*tuple[Any, ...]]) -> Task:
    raised_by = row.raising or role_name(row.role)
    if row.is_to_reply:
        kind, subject = TaskKind.ESCALATION_REPLY, raised_by
    elif row.is_to_decide:
        kind, subject = TaskKind.ESCALATION_DECIDE, row.asked
    else:
        kind, subject = TaskKind.ESCALATION_OVERDUE, row.asked
    if row.kind is LadderKind.PRACTICE_ALERT:
        kind = _OF_ALERTS[kind]
    if row.is_positive and row.is_to_reply:
        kind = TaskKind.ALERT_PRAISES
    return Task(
        kind,
        hat,
        london_day(row.due_at) if row.due_at else None,
        subject=subject,
        subject_id=row.id,
        what=f"{_about(row)}, {row.reference}",
    )


def _about(row: Row[*tuple[Any, ...]]) -> str:
    if row.missed:
        return "1 meeting missed" if row.missed == 1 else f"{row.missed} meetings missed"
    return label(row.category)
