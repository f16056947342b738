"""The plan as a list: by area, in the order of its numbers, with what is late and what goes badly in sight."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, and_, func, select

from portal.access import improvement as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import ActionRag
from portal.domain.improvement_actions import in_order
from portal.domain.improvement_timing import is_late
from portal.domain.improvement_vocabulary import ImprovementSource, ImprovementStatus
from portal.models.improvement import ImprovementAction, ImprovementArea
from portal.services.improvement.actions import timing_of
from portal.services.improvement.leads import leads_of
from portal.services.paging import PER_PAGE, page_number

_OPEN = ImprovementAction.status == ImprovementStatus.OPEN


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which actions to list; without a status, those that are open."""

    status: ImprovementStatus | None = ImprovementStatus.OPEN
    late_only: bool = False
    rag: ActionRag | None = None
    area_id: int | None = None
    source: ImprovementSource | None = None
    own_only: bool = False


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One line of the list."""

    id: int
    reference: str
    what: str
    leads: str
    by_when: str
    due_on: date | None
    rag: ActionRag
    status: ImprovementStatus
    source: ImprovementSource
    is_late: bool


@dataclass(frozen=True, slots=True)
class PlanArea:
    """An area with the rows of it that stand on the page."""

    id: int
    words: str
    rows: tuple[PlanRow, ...]


@dataclass(frozen=True, slots=True)
class PlanPage:
    """One page of the plan."""

    areas: tuple[PlanArea, ...]
    number: int
    total: int


@dataclass(frozen=True, slots=True)
class Tally:
    """How many actions the viewer sees that are open, how many of those go so or are late, how many are complete."""

    open: int
    red: int
    amber: int
    green: int
    late: int
    complete: int


def list_plan(viewer: Viewer, wanted: Wanted, *, page: int = 1) -> PlanPage:
    """The actions that the viewer sees, area by area in the order of their numbers; by three queries."""
    session = db.session()
    placed = session.execute(
        _narrowed(access.visible_to(viewer), viewer, wanted)
        .join(ImprovementArea, ImprovementArea.id == ImprovementAction.area_id)
        .with_only_columns(
            ImprovementAction.id, ImprovementAction.reference, ImprovementArea.number, ImprovementArea.title
        )
    ).all()
    number = page_number(page, len(placed))
    placed = sorted(placed, key=lambda row: (row.number, in_order(row.reference)))
    shown = placed[(number - 1) * PER_PAGE : number * PER_PAGE]
    ids = [row.id for row in shown]
    actions = {
        action.id: action for action in session.scalars(select(ImprovementAction).where(ImprovementAction.id.in_(ids)))
    }
    leads = leads_of(session, ids)
    areas: dict[tuple[int, int, str], list[PlanRow]] = {}
    for row in shown:
        action = actions[row.id]
        words = "; ".join(one.in_full for one in leads.get(action.id, ()))
        areas.setdefault((action.area_id, row.number, row.title), []).append(_row(action, words, viewer.today))
    return PlanPage(
        tuple(PlanArea(area_id, f"{order}. {title}", tuple(rows)) for (area_id, order, title), rows in areas.items()),
        number,
        len(placed),
    )


def tally(viewer: Viewer) -> Tally:
    """The counts above the list, by one query."""
    red, amber, green = (func.count().filter(and_(_OPEN, ImprovementAction.rag == rag)) for rag in ActionRag)
    row = db.session.execute(
        access.visible_to(viewer).with_only_columns(
            func.count().filter(_OPEN),
            red,
            amber,
            green,
            func.count().filter(and_(_OPEN, ImprovementAction.next_due_on < viewer.today)),
            func.count().filter(ImprovementAction.status == ImprovementStatus.COMPLETE),
        )
    ).one()
    return Tally(*row)


def areas_to_choose(viewer: Viewer) -> list[tuple[int, str]]:
    """The areas that the list can be narrowed to; none for those who see their own actions alone."""
    rows = access.areas_visible_to(viewer).with_only_columns(
        ImprovementArea.id, ImprovementArea.number, ImprovementArea.title
    )
    return [(row.id, f"{row.number}. {row.title}") for row in db.session.execute(rows.order_by(ImprovementArea.number))]


def _row(action: ImprovementAction, leads: str, today: date) -> PlanRow:
    return PlanRow(
        id=action.id,
        reference=action.reference,
        what=action.what,
        leads=leads,
        by_when=timing_of(action).words,
        due_on=action.next_due_on,
        rag=action.rag,
        status=action.status,
        source=action.source,
        is_late=is_late(action.next_due_on, today),
    )


def _narrowed(rows: Select[ImprovementAction], viewer: Viewer, wanted: Wanted) -> Select[ImprovementAction]:
    if wanted.late_only:
        rows = rows.where(_OPEN, ImprovementAction.next_due_on < viewer.today)
    elif wanted.status is not None:
        rows = rows.where(ImprovementAction.status == wanted.status)
    if wanted.rag is not None:
        rows = rows.where(ImprovementAction.rag == wanted.rag)
    if wanted.area_id is not None:
        rows = rows.where(ImprovementAction.area_id == wanted.area_id)
    if wanted.source is not None:
        rows = rows.where(ImprovementAction.source == wanted.source)
    if wanted.own_only:
        rows = rows.where(access.led_where(viewer))
    return rows
