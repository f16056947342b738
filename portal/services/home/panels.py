"""What waits for a panel: signed returns of an open round that its members have not rated and released yet."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, literal, union_all
from sqlalchemy.orm import Session

from portal.access import audits as access
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.audit_vocabulary import ReturnStatus
from portal.models.audits import AuditReturn, AuditRound, PanelMember
from portal.services.home.tasks import Task, TaskKind


def returns_to_rate(session: Session, viewer: Viewer) -> list[Task]:
    """For the person's memberships that sit on a panel, one task for each round, by one query."""
    hats = {hat.membership_id: hat for hat in viewer.hats if Permission.AUDITS_MODERATE in hat.permissions}
    parts = [_waiting(worn) for number in hats if (worn := viewer.wearing(number)) is not None]
    if not parts:
        return []
    return [
        Task(TaskKind.RATE_RETURNS, hats[row.membership_id], subject=row.title, subject_id=row.id, of=row.signed)
        for row in session.execute(union_all(*parts))
    ]


def _waiting(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    """One membership's rounds and how many of their returns wait for the panel."""
    return (
        access.visible_to(viewer)
        .join(AuditRound, AuditRound.id == AuditReturn.round_id)
        .join(PanelMember, PanelMember.round_id == AuditRound.id)
        .where(
            PanelMember.membership_id == viewer.membership_id,
            AuditRound.closed_at.is_(None),
            AuditReturn.status == ReturnStatus.SIGNED,
            AuditReturn.released_at.is_(None),
        )
        .with_only_columns(
            literal(viewer.membership_id).label("membership_id"),
            AuditRound.id,
            AuditRound.title,
            func.count().label("signed"),
        )
        .group_by(AuditRound.id, AuditRound.title)
    )
