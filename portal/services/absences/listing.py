"""The days away that somebody sees: their own, those in which they stand in, and those of their people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import aliased

from portal.access import absences as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import NotVisible
from portal.domain.vocabulary import Role
from portal.models.absences import Absence
from portal.models.partnerships import Agency
from portal.models.people import Membership, User


@dataclass(frozen=True, slots=True)
class AbsenceDetails:
    """The days away, both included, and the membership that stands in."""

    begins_on: date
    ends_on: date
    deputy_membership_id: int


@dataclass(frozen=True, slots=True)
class AbsenceRow:
    """One absence as pages show it."""

    id: int
    membership_id: int
    name: str
    role: Role
    agency: str | None
    deputy: str
    details: AbsenceDetails
    version: int
    may_change: bool


@dataclass(frozen=True, slots=True)
class Planned:
    """The absences that are not over: the viewer's own, those in which they stand in, those of their people."""

    own: list[AbsenceRow]
    standing_in: list[AbsenceRow]
    of_people: list[AbsenceRow]


def list_absences(viewer: Viewer) -> Planned:
    """What is planned and not over, soonest first, by one query."""
    deputy, deputy_user = aliased(Membership), aliased(User)
    rows = db.session.execute(
        access.visible_to(viewer)
        .where(Absence.ends_on >= viewer.today)
        .join(Membership, Membership.id == Absence.membership_id)
        .join(User, User.id == Membership.user_id)
        .outerjoin(Agency, Agency.id == Membership.agency_id)
        .join(deputy, deputy.id == Absence.deputy_membership_id)
        .join(deputy_user, deputy_user.id == deputy.user_id)
        .add_columns(Membership, User.name, Agency.name.label("agency"), deputy_user.name.label("deputy"))
        .order_by(Absence.begins_on, User.name, Absence.id)
    ).all()
    hats = {hat.membership_id for hat in viewer.hats}
    planned = Planned([], [], [])
    for absence, membership, name, agency, deputy_name in rows:
        row = _row(viewer, absence, membership, name, agency, deputy_name)
        if absence.membership_id in hats:
            planned.own.append(row)
        elif absence.deputy_membership_id in hats:
            planned.standing_in.append(row)
        else:
            planned.of_people.append(row)
    return planned


def find_absence(viewer: Viewer, absence_id: int) -> AbsenceRow:
    """One absence; raises NotVisible."""
    absence, membership = found_absence(viewer, absence_id)
    people = db.session.execute(
        select(Membership.id, User.name)
        .join(User, User.id == Membership.user_id)
        .where(Membership.id.in_((absence.membership_id, absence.deputy_membership_id)))
    )
    names = {row.id: row.name for row in people}
    agency = None
    if membership.agency_id is not None:
        agency = db.session.scalar(select(Agency.name).where(Agency.id == membership.agency_id))
    return _row(viewer, absence, membership, names[absence.membership_id], agency, names[absence.deputy_membership_id])


def found_absence(viewer: Viewer, absence_id: int) -> tuple[Absence, Membership]:
    """An absence with the membership that is away; raises NotVisible."""
    row = db.session.execute(
        access.visible_to(viewer)
        .join(Membership, Membership.id == Absence.membership_id)
        .where(Absence.id == absence_id)
        .add_columns(Membership)
    ).one_or_none()
    if row is None:
        raise NotVisible("There are no such days away.")
    absence, membership = row
    return absence, membership


def _row(
    viewer: Viewer, absence: Absence, membership: Membership, name: str, agency: str | None, deputy: str
) -> AbsenceRow:
    return AbsenceRow(
        id=absence.id,
        membership_id=absence.membership_id,
        name=name,
        role=membership.role,
        agency=agency,
        deputy=deputy,
        details=details_of(absence),
        version=absence.version,
        may_change=access.may_change(viewer, absence, membership),
    )


def details_of(absence: Absence) -> AbsenceDetails:
    """What an absence says now."""
    return AbsenceDetails(absence.begins_on, absence.ends_on, absence.deputy_membership_id)
