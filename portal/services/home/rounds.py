"""What has to be run, on Home: audit rounds, what waits for a panel, frozen months, the plan; by two queries."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import Date, Row, Select, String, case, cast, func, literal, null, or_, select, union_all
from sqlalchemy.orm import Session

from portal.access import audits as access
from portal.access.roles import Permission
from portal.access.viewer import Hat, Viewer
from portal.domain.audit_vocabulary import ReturnStatus
from portal.models.audits import AuditReturn, AuditRound, PanelMember
from portal.services.audits.progress import late_where
from portal.services.home.improvement import improvement_parts, improvement_task, with_their_words
from portal.services.home.months import month_task, months_to_correct
from portal.services.home.scrutiny import scrutiny_parts, scrutiny_task
from portal.services.home.tasks import Task, TaskKind

_OF_PLAN = frozenset({TaskKind.IMPROVEMENT_DUE, TaskKind.IMPROVEMENT_MONTH})
_OF_SCRUTINY = frozenset({TaskKind.SCRUTINY_READ, TaskKind.SCRUTINY_REPLY, TaskKind.QUOTATION})
_OF_MONTHS = frozenset({TaskKind.MONTH_WAITS, TaskKind.MONTH_CHANGED, TaskKind.MONTH_CORRECTED})


def rounds_at_work(session: Session, viewer: Viewer) -> list[Task]:
    """For memberships that run audits, rate, freeze months, lead the plan or answer scrutiny: tasks."""
    hats = {hat.membership_id: hat for hat in viewer.hats}
    parts = [part for number in hats if (worn := viewer.wearing(number)) is not None for part in _parts(worn)]
    if not parts:
        return []
    rows = session.execute(union_all(*(select(part.subquery()) for part in parts)))
    return with_their_words(session, [_task(hats[row.membership_id], row) for row in rows])


def _task(hat: Hat, row: Row[*tuple[Any, ...]]) -> Task:
    if row.kind in _OF_MONTHS:
        return month_task(hat, row)
    if row.kind in _OF_PLAN:
        return improvement_task(hat, row)
    if row.kind in _OF_SCRUTINY:
        return scrutiny_task(hat, row)
    return Task(TaskKind(row.kind), hat, row.due, subject=row.title, subject_id=row.id, of=row.number)


def _parts(viewer: Viewer) -> Iterator[Select[*tuple[Any, ...]]]:
    if viewer.may(Permission.AUDITS_RUN):
        yield _to_run(viewer)
    if viewer.may(Permission.AUDITS_MODERATE):
        yield _to_rate(viewer)
    if viewer.may(Permission.MONTHS_FREEZE):
        yield from months_to_correct(viewer)
    yield from improvement_parts(viewer)
    yield from scrutiny_parts(viewer)


def _to_run(viewer: Viewer) -> Select[*tuple[Any, ...]]:
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
    has_begun = AuditRound.opens_on <= viewer.today
    return (
        access.rounds_visible_to(viewer)
        .outerjoin(late, late.c.round_id == AuditRound.id)
        .where(
            AuditRound.closed_at.is_(None),
            or_(AuditRound.opens_on == viewer.today + timedelta(days=1), late.c.late > 0),
        )
        .with_only_columns(
            literal(viewer.membership_id).label("membership_id"),
            case(
                (has_begun, literal(TaskKind.RETURNS_LATE.value, String)),
                else_=literal(TaskKind.ROUND_OPENS.value, String),
            ).label("kind"),
            AuditRound.id,
            AuditRound.title,
            case((has_begun, late.c.since), else_=AuditRound.opens_on).label("due"),
            case((has_begun, late.c.late), else_=literal(0)).label("number"),
        )
    )


def _to_rate(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    """One membership's rounds as a member of their panel, and how many signed returns wait to be rated and released."""
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
            literal(TaskKind.RATE_RETURNS.value, String).label("kind"),
            AuditRound.id,
            AuditRound.title,
            cast(null(), Date).label("due"),
            func.count().label("number"),
        )
        .group_by(AuditRound.id, AuditRound.title)
    )
