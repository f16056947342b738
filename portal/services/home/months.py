"""Frozen months on Home: registers that wait for a correction, and what waits for the next revision."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, String, and_, extract, literal, select

from portal.access import frozen_months as access
from portal.access.viewer import Hat, Viewer
from portal.domain.months import Month
from portal.models.frozen_months import FrozenMonth
from portal.services.frozen_months.states import reopened_registers
from portal.services.home.tasks import Task, TaskKind


def months_to_correct(viewer: Viewer) -> Iterator[Select[*tuple[Any, ...]]]:
    """One membership's months, with the columns of home/rounds.py, to be read with those by one query.

    A correction that is open ends with a revision. One has to be opened where a register was opened again that cannot
    be closed without. A revision is wanted, too, where a register was closed for the first time since the newest.
    """
    registers = reopened_registers(viewer.partnership_id)
    in_month = and_(
        extract("year", registers.c.day) == extract("year", FrozenMonth.begins_on),
        extract("month", registers.c.day) == extract("month", FrozenMonth.begins_on),
    )
    waits = select(registers.c.id).where(in_month).correlate(FrozenMonth).exists()
    is_shut = FrozenMonth.correction_opened_at.is_(None)
    yield _part(viewer, TaskKind.MONTH_WAITS, and_(is_shut, waits))
    yield _part(viewer, TaskKind.MONTH_CHANGED, and_(is_shut, ~waits, FrozenMonth.register_closed_at.is_not(None)))
    yield _part(viewer, TaskKind.MONTH_CORRECTED, FrozenMonth.correction_opened_at.is_not(None))


def month_task(hat: Hat, row: Row[*tuple[Any, ...]]) -> Task:
    """The task of a month, which is named in words."""
    return Task(TaskKind(row.kind), hat, on=row.due, subject=Month.of(row.due).words, subject_id=row.id)


def _part(viewer: Viewer, kind: TaskKind, which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    return (
        access.visible_to(viewer)
        .where(which)
        .with_only_columns(
            literal(viewer.membership_id).label("membership_id"),
            literal(kind.value, String).label("kind"),
            FrozenMonth.id,
            literal("", String).label("title"),
            FrozenMonth.begins_on.label("due"),
            literal(0).label("number"),
        )
    )
