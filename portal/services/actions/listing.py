"""The list of actions: overdue first, then what is open by its day, what waits to be checked, and what is closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, select

from portal.access import actions as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.action_rules import is_overdue
from portal.domain.audit_vocabulary import ActionRag, ActionSource, ActionStatus
from portal.domain.periods import quarter_began
from portal.domain.working_days import london_day, london_instant
from portal.models.actions import Action, ActionUpdate
from portal.models.partnerships import Agency
from portal.services.paging import PER_PAGE, Page, count, page_number

_LAST_SAID = func.coalesce(
    select(func.max(ActionUpdate.said_at))
    .where(ActionUpdate.action_id == Action.id)
    .correlate(Action)
    .scalar_subquery(),
    Action.created_at,
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which actions to list; without a status, those that are not closed."""

    status: ActionStatus | None = None
    is_closed_too: bool = False
    overdue_only: bool = False
    silent_only: bool = False
    """Open ones of which nothing has been said since the quarter began: those that a subgroup asks about."""
    rag: ActionRag | None = None
    agency_id: int | None = None
    own_only: bool = False
    source: ActionSource | None = None


@dataclass(frozen=True, slots=True)
class ActionRow:
    """One line of the list."""

    id: int
    what: str
    agency: str
    owner: str
    due_on: date
    rag: ActionRag
    status: ActionStatus
    is_overdue: bool
    said_on: date
    """When something was last said about it: at the latest when it was promised."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many actions the viewer sees that are not closed, and of those how many are overdue or wait for a check."""

    open: int
    overdue: int
    to_check: int
    agencies_overdue: int
    silent: int
    """How many are open and were not spoken of in this quarter."""


def list_actions(viewer: Viewer, wanted: Wanted, *, page: int = 1) -> Page[ActionRow]:
    """The actions that the viewer sees, overdue first."""
    rows = _narrowed(_listed(viewer), viewer, wanted)
    total = count(rows.with_only_columns(Action.id))
    number = page_number(page, total)
    place = case(
        (overdue_where(viewer.today), 0),
        (Action.status == ActionStatus.OPEN, 1),
        (Action.status == ActionStatus.DONE, 2),
        else_=3,
    )
    listed = (
        rows.join(Agency, Agency.id == Action.agency_id)
        .with_only_columns(
            Action.id,
            Action.what,
            Agency.name.label("agency"),
            Action.owner_name,
            Action.due_on,
            Action.rag,
            Action.status,
            _LAST_SAID.label("said_at"),
        )
        .order_by(place, Action.due_on, Action.id)
        .limit(PER_PAGE)
        .offset((number - 1) * PER_PAGE)
    )
    found = [
        ActionRow(
            row.id,
            row.what,
            row.agency,
            row.owner_name,
            row.due_on,
            row.rag,
            row.status,
            is_overdue(row.status, row.due_on, viewer.today),
            london_day(row.said_at),
        )
        for row in db.session.execute(listed)
    ]
    return Page(found, number, total)


def tally(viewer: Viewer) -> Tally:
    """The counts above the list, by one query."""
    overdue = overdue_where(viewer.today)
    row = db.session.execute(
        _listed(viewer).with_only_columns(
            func.count().filter(Action.status != ActionStatus.CLOSED),
            func.count().filter(overdue),
            func.count().filter(Action.status == ActionStatus.DONE),
            func.count(Action.agency_id.distinct()).filter(overdue),
            func.count().filter(_silent_where(viewer.today)),
        )
    ).one()
    return Tally(*row)


def agencies_with_actions(viewer: Viewer) -> list[tuple[int, str]]:
    """The agencies that the list can be narrowed to, by name; one alone is no choice."""
    ids = _listed(viewer).with_only_columns(Action.agency_id)
    rows = db.session.execute(select(Agency.id, Agency.name).where(Agency.id.in_(ids)).order_by(Agency.name, Agency.id))
    return [(row.id, row.name) for row in rows]


def _listed(viewer: Viewer) -> Select[Action]:
    return access.visible_to(viewer).where(access.listed_where(viewer))


def overdue_where(today: date) -> ColumnElement[bool]:
    """The condition that an action is overdue, as domain/action_rules.py says it."""
    return and_(Action.status == ActionStatus.OPEN, Action.due_on < today)


def _silent_where(today: date) -> ColumnElement[bool]:
    began = london_instant(quarter_began(today), time())
    spoken_of = exists().where(ActionUpdate.action_id == Action.id, ActionUpdate.said_at >= began)
    return and_(Action.status == ActionStatus.OPEN, Action.created_at < began, ~spoken_of.correlate(Action))


def _narrowed(rows: Select[Action], viewer: Viewer, wanted: Wanted) -> Select[Action]:
    if wanted.overdue_only:
        rows = rows.where(overdue_where(viewer.today))
    elif wanted.silent_only:
        rows = rows.where(_silent_where(viewer.today))
    elif wanted.status is not None:
        rows = rows.where(Action.status == wanted.status)
    elif not wanted.is_closed_too:
        rows = rows.where(Action.status != ActionStatus.CLOSED)
    if wanted.rag is not None:
        rows = rows.where(Action.rag == wanted.rag)
    if wanted.agency_id is not None:
        rows = rows.where(Action.agency_id == wanted.agency_id)
    if wanted.source is not None:
        rows = rows.where(Action.source == wanted.source)
    if wanted.own_only:
        rows = rows.where(Action.owner_membership_id == viewer.membership_id)
    return rows
