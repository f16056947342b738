"""The improvement plan on Home: what whoever leads an action has to do soon, and the month that waits to be closed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Date, Row, Select, String, exists, literal, select
from sqlalchemy.orm import Session

from portal.access import improvement as access
from portal.access.roles import Permission
from portal.access.viewer import Hat, Viewer
from portal.domain.improvement_vocabulary import ImprovementStatus
from portal.domain.months import Month
from portal.models.improvement import ImprovementAction
from portal.models.improvement_history import ImprovementChange, ImprovementMonth
from portal.services.home.tasks import Task, TaskKind

SOON = timedelta(days=7)
MOST_OF_PLAN = 10


def improvement_parts(viewer: Viewer) -> Iterator[Select[*tuple[Any, ...]]]:
    """One membership's actions and months, with the columns of home/rounds.py, to be read with those by one query."""
    if viewer.may(Permission.IMPROVEMENT_UPDATE):
        yield _due(viewer)
    if viewer.may(Permission.IMPROVEMENT_KEEP):
        yield _to_close(viewer)


def improvement_task(hat: Hat, row: Row[*tuple[Any, ...]]) -> Task:
    """The task of an action, which is named by its number in the plan, or of a month."""
    if row.kind == TaskKind.IMPROVEMENT_MONTH:
        return Task(TaskKind.IMPROVEMENT_MONTH, hat, on=row.due, subject=Month.of(row.due).words)
    return Task(TaskKind.IMPROVEMENT_DUE, hat, row.due, subject=row.title, subject_id=row.id)


def with_their_words(session: Session, tasks: Sequence[Task]) -> list[Task]:
    """The same tasks, those of the plan with what is to be done; by one query where there are any.

    The words are encrypted, so that they cannot come with the numbers through the query that unites all parts.
    """
    asked = [task.subject_id for task in tasks if task.kind is TaskKind.IMPROVEMENT_DUE]
    if not asked:
        return list(tasks)
    rows = session.execute(select(ImprovementAction.id, ImprovementAction.what).where(ImprovementAction.id.in_(asked)))
    words = {row.id: row.what for row in rows}
    return [
        replace(task, what=words[task.subject_id or 0]) if task.kind is TaskKind.IMPROVEMENT_DUE else task
        for task in tasks
    ]


def _due(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    """What the membership leads and is late, or due within a week."""
    return (
        access.visible_to(viewer)
        .where(
            access.led_where(viewer),
            ImprovementAction.status == ImprovementStatus.OPEN,
            ImprovementAction.next_due_on <= viewer.today + SOON,
        )
        .with_only_columns(
            literal(viewer.membership_id).label("membership_id"),
            literal(TaskKind.IMPROVEMENT_DUE.value, String).label("kind"),
            ImprovementAction.id,
            ImprovementAction.reference.label("title"),
            ImprovementAction.next_due_on.label("due"),
            literal(0).label("number"),
        )
        .order_by(ImprovementAction.next_due_on, ImprovementAction.id)
        .limit(MOST_OF_PLAN)
    )


def _to_close(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    """The last month that is over, where the plan had begun by then and its view is not closed."""
    last = Month.of(viewer.today).plus(-1).first
    begun = exists().where(
        ImprovementChange.partnership_id == viewer.partnership_id, ImprovementChange.counts_for <= last
    )
    closed = exists().where(
        ImprovementMonth.partnership_id == viewer.partnership_id, ImprovementMonth.begins_on >= last
    )
    return select(
        literal(viewer.membership_id).label("membership_id"),
        literal(TaskKind.IMPROVEMENT_MONTH.value, String).label("kind"),
        literal(0).label("id"),
        literal("", String).label("title"),
        literal(last, Date).label("due"),
        literal(0).label("number"),
    ).where(begun, ~closed)
