"""The list of escalations: whose turn it is and what is overdue first, by their structured fields alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select
from sqlalchemy.orm import aliased

from portal.access import escalations as access
from portal.access.roles import STRUCTURED_ONLY
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.escalation_vocabulary import Category, EscalationStatus, LadderKind, Resolution, Turn
from portal.domain.labels import role_name
from portal.domain.vocabulary import ANSWERING_ROLES, Role
from portal.domain.working_days import london_day
from portal.models.escalations import Escalation
from portal.models.partnerships import Agency
from portal.models.people import Membership
from portal.services.paging import PER_PAGE, Page, count, page_number


class View(StrEnum):
    """Which part of the list somebody looks at."""

    NEEDS_US = "needs_us"
    RAISED_BY_US = "raised_by_us"
    OVERDUE = "overdue"
    OPEN = "open"
    CLOSED = "closed"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asks of the list."""

    view: View = View.OPEN
    kind: LadderKind | None = None
    category: Category | None = None
    stage: int | None = None
    agency_id: int | None = None


@dataclass(frozen=True, slots=True)
class EscalationRow:
    """One line: who, whom, why, how far, and whose turn it is or how it ended."""

    id: int
    reference: str
    kind: LadderKind
    category: Category
    is_positive: bool
    is_urgent: bool
    raised_by: str
    raised_with: str
    stage: int
    turn: Turn
    is_our_turn: bool
    status: EscalationStatus
    opened_on: date
    due_at: datetime | None
    due_on: date | None
    is_overdue: bool
    closed_on: date | None
    resolution: Resolution | None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many open ones the viewer sees: whose turn is theirs, that they raised, that are overdue, and in all."""

    needs_us: int
    raised_by_us: int
    overdue: int
    open: int


def views_of(viewer: Viewer) -> tuple[View, ...]:
    """The views that make sense for a role: those who are on no side have nothing to answer and raise nothing."""
    return tuple(view for view in View if has_side(viewer) or view not in (View.NEEDS_US, View.RAISED_BY_US))


def has_side(viewer: Viewer) -> bool:
    """Whether the viewer's role raises and answers, and does not only look on."""
    return viewer.role is not None and viewer.role not in STRUCTURED_ONLY


def list_escalations(viewer: Viewer, wanted: Wanted, *, page: int = 1) -> Page[EscalationRow]:
    """The escalations that the viewer sees and asks for: open ones by when they are due, then closed ones, by two
    statements."""
    rows = narrowed(access.visible_to(viewer), viewer, wanted)
    total = count(rows.with_only_columns(Escalation.id))
    number = page_number(page, total)
    raised_by, raised_with = aliased(Agency), aliased(Agency)
    listed = (
        rows.join(raised_with, raised_with.id == Escalation.raised_with_agency_id)
        .outerjoin(raised_by, raised_by.id == Escalation.raised_by_agency_id)
        .join(Membership, Membership.id == Escalation.raised_by_membership_id)
        .with_only_columns(
            Escalation.id,
            Escalation.reference,
            Escalation.kind,
            Escalation.category,
            Escalation.is_positive,
            Escalation.is_urgent,
            raised_by.name.label("raised_by"),
            Membership.role,
            raised_with.name.label("raised_with"),
            Escalation.stage,
            Escalation.turn,
            case((_our_turn(viewer), 1), else_=0).label("is_our_turn"),
            Escalation.status,
            Escalation.opened_at,
            Escalation.due_at,
            Escalation.closed_at,
            Escalation.resolution,
        )
        .order_by(
            case((_IS_OPEN, 0), else_=1),
            Escalation.due_at.asc().nulls_last(),
            Escalation.closed_at.desc().nulls_first(),
            Escalation.id.desc(),
        )
        .limit(PER_PAGE)
        .offset((number - 1) * PER_PAGE)
    )
    found = [
        EscalationRow(
            id=row.id,
            reference=row.reference,
            kind=row.kind,
            category=row.category,
            is_positive=row.is_positive,
            is_urgent=row.is_urgent,
            raised_by=row.raised_by or role_name(row.role),
            raised_with=row.raised_with,
            stage=row.stage,
            turn=row.turn,
            is_our_turn=bool(row.is_our_turn),
            status=row.status,
            opened_on=london_day(row.opened_at),
            due_at=row.due_at,
            due_on=london_day(row.due_at) if row.due_at else None,
            is_overdue=row.status is EscalationStatus.OPEN and row.due_at is not None and row.due_at <= viewer.now,
            closed_on=london_day(row.closed_at) if row.closed_at else None,
            resolution=row.resolution,
        )
        for row in db.session.execute(listed)
    ]
    return Page(found, number, total)


def tally(viewer: Viewer) -> Tally:
    """The counts beside the views, by one statement over what is open."""
    row = db.session.execute(
        access.visible_to(viewer)
        .where(_IS_OPEN)
        .with_only_columns(
            func.count().filter(_our_turn(viewer)),
            func.count().filter(_ours(viewer)),
            func.count().filter(_overdue(viewer.now)),
            func.count(),
        )
    ).one()
    return Tally(*row)


def agencies_listed(viewer: Viewer) -> list[tuple[int, str]]:
    """The agencies that the list can be narrowed to, by name: all that raised or were asked, but the viewer's own."""
    seen = access.visible_to(viewer)
    ids = seen.with_only_columns(Escalation.raised_with_agency_id).union(
        seen.where(Escalation.raised_by_agency_id.is_not(None)).with_only_columns(Escalation.raised_by_agency_id)
    )
    rows = db.session.execute(select(Agency.id, Agency.name).where(Agency.id.in_(ids)).order_by(Agency.name, Agency.id))
    return [(number, name) for number, name in rows if number != viewer.agency_id]


_IS_OPEN = Escalation.status == EscalationStatus.OPEN


def _overdue(now: datetime) -> ColumnElement[bool]:
    return and_(_IS_OPEN, Escalation.due_at <= now)


def _ours(viewer: Viewer) -> ColumnElement[bool]:
    """Raised by the viewer's side, as `access.is_raised_by` says of a row; chairs look at their own."""
    if not has_side(viewer):
        return false()
    if viewer.role in ANSWERING_ROLES:
        return Escalation.raised_by_agency_id == viewer.agency_id
    for_partnership = Escalation.raised_by_agency_id.is_(None)
    if viewer.role is Role.CHAIR:
        return and_(for_partnership, Escalation.raised_by_membership_id == viewer.membership_id)
    return for_partnership


def _our_turn(viewer: Viewer) -> ColumnElement[bool]:
    """It is for the viewer's side to say something now."""
    waits = and_(_IS_OPEN, Escalation.turn == Turn.RAISED_BY, _ours(viewer))
    if viewer.role not in ANSWERING_ROLES:
        return waits
    asked = and_(_IS_OPEN, Escalation.turn == Turn.RAISED_WITH, Escalation.raised_with_agency_id == viewer.agency_id)
    return or_(waits, asked)


def narrowed(rows: Select[Escalation], viewer: Viewer, wanted: Wanted) -> Select[Escalation]:
    """Of some escalations those that are asked for."""
    in_view = {
        View.NEEDS_US: _our_turn(viewer),
        View.RAISED_BY_US: and_(_IS_OPEN, _ours(viewer)),
        View.OVERDUE: _overdue(viewer.now),
        View.OPEN: _IS_OPEN,
        View.CLOSED: Escalation.status != EscalationStatus.OPEN,
    }
    if wanted.view in in_view:
        rows = rows.where(in_view[wanted.view])
    if wanted.kind is not None:
        rows = rows.where(Escalation.kind == wanted.kind)
    if wanted.category is not None:
        rows = rows.where(Escalation.category == wanted.category)
    if wanted.stage is not None:
        rows = rows.where(Escalation.stage == wanted.stage)
    if wanted.agency_id is not None:
        rows = rows.where(
            or_(
                Escalation.raised_with_agency_id == wanted.agency_id, Escalation.raised_by_agency_id == wanted.agency_id
            )
        )
    return rows
