"""Scrutiny on Home: challenges to reply to, replies to read, and quotations that wait for their chair."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Date, Row, Select, String, cast, literal, null

from portal.access import quotations as quotations_access
from portal.access import scrutiny as access
from portal.access.roles import Permission
from portal.access.viewer import Hat, Viewer
from portal.domain.scrutiny_vocabulary import QuotationState, ScrutinyState
from portal.models.quotations import Quotation
from portal.models.scrutiny import ScrutinyChallenge
from portal.services.home.tasks import Task, TaskKind

MOST_OF_EACH = 10


def scrutiny_parts(viewer: Viewer) -> Iterator[Select[*tuple[Any, ...]]]:
    """One membership's part, with the columns of home/rounds.py, to be read with those by one query."""
    if viewer.may(Permission.SCRUTINY_ASK):
        yield _challenges(viewer, TaskKind.SCRUTINY_READ, access.visible_to(viewer), ScrutinyState.REPLIED)
    if viewer.may(Permission.SCRUTINY_REPLY):
        asked = access.visible_to(viewer).where(access.asked_where(viewer))
        yield _challenges(viewer, TaskKind.SCRUTINY_REPLY, asked, ScrutinyState.OPEN)
    if viewer.may(Permission.QUOTATIONS_AGREE):
        yield _quotations(viewer)


def scrutiny_task(hat: Hat, row: Row[*tuple[Any, ...]]) -> Task:
    """The task of a challenge, which is named by its number, or of a quotation, which is not named at all."""
    return Task(TaskKind(row.kind), hat, row.due, subject=row.title, subject_id=row.id)


def _challenges(
    viewer: Viewer, kind: TaskKind, rows: Select[ScrutinyChallenge], state: ScrutinyState
) -> Select[*tuple[Any, ...]]:
    due = ScrutinyChallenge.due_on if kind is TaskKind.SCRUTINY_REPLY else cast(null(), Date)
    return (
        rows.where(ScrutinyChallenge.state == state)
        .with_only_columns(
            literal(viewer.membership_id).label("membership_id"),
            literal(kind.value, String).label("kind"),
            ScrutinyChallenge.id,
            cast(ScrutinyChallenge.number, String).label("title"),
            due.label("due"),
            literal(0).label("number"),
        )
        .order_by(ScrutinyChallenge.due_on, ScrutinyChallenge.id)
        .limit(MOST_OF_EACH)
    )


def _quotations(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    return (
        quotations_access.put_to(viewer)
        .where(Quotation.state == QuotationState.PROPOSED)
        .with_only_columns(
            literal(viewer.membership_id).label("membership_id"),
            literal(TaskKind.QUOTATION.value, String).label("kind"),
            Quotation.id,
            literal("", String).label("title"),
            cast(null(), Date).label("due"),
            literal(0).label("number"),
        )
        .order_by(Quotation.id)
        .limit(MOST_OF_EACH)
    )
