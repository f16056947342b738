"""What a business manager has to do for audit rounds: returns that are late, and a round that opens tomorrow."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Select, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from portal.access import audits as access
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.models.audits import AuditReturn, AuditRound
from portal.services.audits.progress import late_where
from portal.services.home.tasks import Task, TaskKind


def rounds_to_run(session: Session, viewer: Viewer) -> list[Task]:
    """For the person's memberships that run audit rounds, by one query."""
    hats = {hat.membership_id: hat for hat in viewer.hats if Permission.AUDITS_RUN in hat.permissions}
    parts = [_rounds(worn) for number in hats if (worn := viewer.wearing(number)) is not None]
    if not parts:
        return []
    return [
        Task(
            TaskKind.RETURNS_LATE, hats[row.membership_id], row.since, subject=row.title, subject_id=row.id, of=row.late
        )
        if row.opens_on <= viewer.today
        else Task(TaskKind.ROUND_OPENS, hats[row.membership_id], row.opens_on, subject=row.title, subject_id=row.id)
        for row in session.execute(union_all(*parts))
    ]


def _rounds(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    """One membership's rounds: open with returns that are late, and since when, or opening tomorrow."""
    late = (
        access.visible_to(viewer)
        .where(late_where(viewer.today))
        .with_only_columns(
            AuditReturn.round_id, func.count().label("late"), func.min(AuditReturn.due_on).label("since")
        )
        .group_by(AuditReturn.round_id)
        .subquery()
    )
    rounds = (
        access.rounds_visible_to(viewer)
        .outerjoin(late, late.c.round_id == AuditRound.id)
        .where(
            AuditRound.closed_at.is_(None),
            or_(AuditRound.opens_on == viewer.today + timedelta(days=1), late.c.late > 0),
        )
        .with_only_columns(
            literal(viewer.membership_id).label("membership_id"),
            AuditRound.id,
            AuditRound.title,
            AuditRound.opens_on,
            late.c.late,
            late.c.since,
        )
    )
    return select(rounds.subquery())
