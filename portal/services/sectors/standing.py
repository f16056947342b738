"""How the agencies of a sector stand: audit returns, figures, overdue actions, and whom to speak to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from portal.access import actions as actions_access
from portal.access import audits as audits_access
from portal.access import sector_remarks as access
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.database.id_lists import bound_ids, is_among
from portal.database.session import db
from portal.domain.audit_vocabulary import SIGNED_STATUSES, ActionStatus, ReturnStatus
from portal.domain.errors import NotPermitted, NotVisible
from portal.domain.measures import Breakdown, Value
from portal.domain.months import Month
from portal.domain.periods import Days
from portal.domain.vocabulary import AgencyType, Role
from portal.models.actions import Action
from portal.models.audits import AuditReturn, AuditRound
from portal.models.partnerships import Agency, PartnershipAgency
from portal.models.people import Membership, User
from portal.models.sector_remarks import SectorRemark, SectorReminder
from portal.services.measures import values

MEASURES = ("attendance", "reports")
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Lead:
    """Somebody who leads there, and how they are reached; for those who chase and for the agency itself."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class ReturnState:
    """An audit return of a round that is open."""

    title: str
    status: ReturnStatus
    due_on: date
    is_late: bool


@dataclass(frozen=True, slots=True)
class AgencyStanding:
    """One agency of the sector."""

    id: int
    name: str
    returns: tuple[ReturnState, ...]
    figures: Mapping[str, Value]
    """By measure; one of which there is nothing to say is missing."""
    overdue_actions: int
    leads: tuple[Lead, ...]
    reminded_at: datetime | None
    remarks: int

    @property
    def is_behind(self) -> bool:
        """Whether there is something to remind them of."""
        return self.overdue_actions > 0 or any(one.is_late for one in self.returns)


@dataclass(frozen=True, slots=True)
class SectorPage:
    """A sector as its lead sees it."""

    sector: AgencyType
    first: Month
    last: Month
    """The whole months that the figures are counted over."""
    agencies: tuple[AgencyStanding, ...]


@dataclass(frozen=True, slots=True)
class FoundAgency:
    """An agency that the viewer may read remarks of."""

    id: int
    name: str
    agency_type: AgencyType
    may_chase: bool


def sector_page(viewer: Viewer) -> SectorPage:
    """The agencies of the viewer's sector, those that are behind first; by at most ten queries. Raises NotPermitted."""
    if viewer.role is not Role.SECTOR_LEAD or viewer.sector is None:
        raise NotPermitted("This sector lead has no sector yet.")
    last = Month.of(viewer.today).plus(-1)
    first = last.plus(1 - _MONTHS)
    figures = {
        of.agency_id: row.values
        for of, row in values(viewer, MEASURES, Days(first.first, last.last), Breakdown.AGENCY).items()
    }
    listed = _standing(viewer, None, figures)
    return SectorPage(
        viewer.sector, first, last, tuple(sorted(listed, key=lambda one: (not one.is_behind, one.name, one.id)))
    )


def agency_standing(viewer: Viewer, agency_id: int) -> AgencyStanding:
    """What of one agency is behind, without figures: for its own page. Raises NotVisible."""
    found = _standing(viewer, agency_id, {})
    if not found:
        raise NotVisible("There is no such agency.")
    return found[0]


def find_agency(viewer: Viewer, agency_id: int) -> FoundAgency:
    """An agency whose remarks the viewer reads. Raises NotVisible."""
    row = db.session.execute(
        access.agencies_visible_to(viewer)
        .where(PartnershipAgency.agency_id == agency_id)
        .with_only_columns(Agency.id, Agency.name, Agency.agency_type, PartnershipAgency.left_at)
    ).one_or_none()
    if row is None:
        raise NotVisible("There is no such agency.")
    may_chase = row.left_at is None and access.may_chase(viewer, row.agency_type)
    return FoundAgency(row.id, row.name, row.agency_type, may_chase)


def _standing(
    viewer: Viewer, agency_id: int | None, figures: Mapping[int | None, Mapping[str, Value]]
) -> list[AgencyStanding]:
    rows = access.agencies_visible_to(viewer).where(PartnershipAgency.left_at.is_(None))
    if agency_id is not None:
        rows = rows.where(PartnershipAgency.agency_id == agency_id)
    reminded = (
        access.reminders_visible_to(viewer)
        .where(SectorReminder.agency_id == Agency.id)
        .with_only_columns(func.max(SectorReminder.reminded_at))
        .correlate(Agency)
        .scalar_subquery()
    )
    remarks = (
        access.visible_to(viewer)
        .where(SectorRemark.agency_id == Agency.id)
        .with_only_columns(func.count())
        .correlate(Agency)
        .scalar_subquery()
    )
    agencies = db.session.execute(
        rows.with_only_columns(
            Agency.id, Agency.name, reminded.label("reminded_at"), remarks.label("remarks")
        ).order_by(Agency.name, Agency.id)
    ).all()
    ids = [row.id for row in agencies]
    returns = _returns(viewer, ids)
    overdue = _overdue(viewer, ids)
    leads = _leads(viewer, ids)
    return [
        AgencyStanding(
            id=row.id,
            name=row.name,
            returns=returns.get(row.id, ()),
            figures=figures.get(row.id, {}),
            overdue_actions=overdue.get(row.id, 0),
            leads=leads.get(row.id, ()),
            reminded_at=row.reminded_at,
            remarks=row.remarks,
        )
        for row in agencies
    ]


def _returns(viewer: Viewer, ids: Collection[int]) -> dict[int, tuple[ReturnState, ...]]:
    rows = db.session.execute(
        audits_access.visible_to(viewer)
        .join(AuditRound, AuditRound.id == AuditReturn.round_id)
        .where(
            is_among(AuditReturn.agency_id, "agencies"),
            AuditRound.closed_at.is_(None),
            AuditRound.opens_on <= viewer.today,
        )
        .with_only_columns(AuditReturn.agency_id, AuditReturn.status, AuditReturn.due_on, AuditRound.title)
        .order_by(AuditReturn.due_on, AuditReturn.id),
        {"agencies": bound_ids(ids)},
    )
    found: dict[int, tuple[ReturnState, ...]] = {}
    for row in rows:
        is_late = row.due_on < viewer.today and row.status not in SIGNED_STATUSES
        state = ReturnState(row.title, row.status, row.due_on, is_late)
        found[row.agency_id] = (*found.get(row.agency_id, ()), state)
    return found


def _overdue(viewer: Viewer, ids: Collection[int]) -> dict[int, int]:
    """How many actions of audits are overdue; of those from meetings a sector lead sees none."""
    rows = db.session.execute(
        actions_access.visible_to(viewer)
        .where(
            ~actions_access.FROM_MEETING,
            is_among(Action.agency_id, "agencies"),
            Action.status == ActionStatus.OPEN,
            Action.due_on < viewer.today,
        )
        .group_by(Action.agency_id)
        .with_only_columns(Action.agency_id, func.count().label("number")),
        {"agencies": bound_ids(ids)},
    )
    return {row.agency_id: row.number for row in rows}


def _leads(viewer: Viewer, ids: Collection[int]) -> dict[int, tuple[Lead, ...]]:
    # Whoever only reads what was said to an agency, the business manager, has no use for the addresses of its people.
    is_reaching = viewer.may(Permission.SECTOR_CHASE) or viewer.role is Role.AGENCY_LEAD
    rows = db.session.execute(
        select(Membership.agency_id, User.name, User.email)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.partnership_id == viewer.partnership_id,
            is_among(Membership.agency_id, "agencies"),
            Membership.role == Role.AGENCY_LEAD,
            Membership.ended_at.is_(None),
            User.deactivated_at.is_(None),
        )
        .order_by(User.name, User.id),
        {"agencies": bound_ids(ids)},
    )
    found: dict[int, tuple[Lead, ...]] = {}
    for agency_id, name, email in rows:
        if agency_id is not None:
            found[agency_id] = (*found.get(agency_id, ()), Lead(name, email if is_reaching else ""))
    return found
