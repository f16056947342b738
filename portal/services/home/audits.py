"""Audits on Home: a lead's return that is to be answered, and the sections that a colleague was given; by one query."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, Select, and_, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from portal.access import audits as access
from portal.access.roles import Permission
from portal.access.viewer import Hat, Viewer
from portal.models.audits import AuditReturn, AuditRound, Response
from portal.services.home.tasks import Task, TaskKind


def returns_to_answer(session: Session, viewer: Viewer) -> list[Task]:
    """What the person's memberships in agencies have to answer, the soonest due first."""
    hats = {hat.membership_id: hat for hat in viewer.hats if Permission.AUDITS_ANSWER in hat.permissions}
    worn = [one for number in hats if (one := viewer.wearing(number)) is not None]
    if not worn:
        return []
    rows = session.execute(union_all(*(select(_open_returns(one).subquery()) for one in worn)))
    tasks: dict[int, Task] = {}
    # A lead who is a practitioner of the same agency too has one thing to do, not two.
    for row in sorted(rows, key=lambda row: (not _leads(hats[row.membership_id]), row.due_on)):
        hat = hats[row.membership_id]
        if row.sections or (_leads(hat) and not row.asked):
            tasks.setdefault(row.id, _task(hat, row))
    return list(tasks.values())


def _open_returns(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    """One membership's open returns, with how many of the answers that it may read are there."""
    readable = access.answers_visible_to(viewer).with_only_columns(Response.id)
    newest = and_(
        Response.return_id == AuditReturn.id, Response.number == AuditReturn.number, Response.id.in_(readable)
    )
    is_done = and_(Response.rating.is_not(None), Response.is_confirmed)
    is_open = or_(Response.rating.is_(None), Response.is_confirmed.is_(False))
    return (
        access.visible_to(viewer)
        .join(AuditRound, AuditRound.id == AuditReturn.round_id)
        .outerjoin(Response, newest)
        .where(AuditReturn.status.in_(access.OPEN_STATUSES), AuditRound.closed_at.is_(None))
        .group_by(AuditReturn.id, AuditReturn.due_on, AuditRound.title)
        .with_only_columns(
            literal(viewer.membership_id).label("membership_id"),
            AuditReturn.id,
            AuditReturn.due_on,
            AuditRound.title,
            func.count(Response.id).label("asked"),
            func.count(Response.id).filter(is_done).label("answered"),
            func.count(Response.standard_id.distinct()).filter(is_open).label("sections"),
        )
    )


def _task(hat: Hat, row: Row[*tuple[Any, ...]]) -> Task:
    if _leads(hat):
        kind = TaskKind.AUDIT if row.asked else TaskKind.AUDIT_TO_START
        return Task(kind, hat, row.due_on, subject_id=row.id, what=row.title, done=row.answered, of=row.asked)
    return Task(TaskKind.AUDIT_SECTIONS, hat, row.due_on, subject_id=row.id, what=row.title, done=row.sections)


def _leads(hat: Hat) -> bool:
    return Permission.AUDITS_LEAD in hat.permissions
