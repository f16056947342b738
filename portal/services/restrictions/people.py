"""Who could be put on a restriction's list: whoever sees the family's record now, and anybody by their address."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import Session

from portal.access.cases import is_about
from portal.access.roles import CASE_ROLES
from portal.domain.restrictions import KEEPING_ROLES
from portal.domain.vocabulary import Role
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import Agency
from portal.models.people import Membership, User
from portal.models.return_links import AgencyContact
from portal.services.known_people import tidy_email
from portal.services.meetings.outlook import HAS_PART


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person with the memberships by which they might see the record."""

    user_id: int
    name: str
    places: tuple[tuple[Role | None, str], ...]
    """Each role, with the agency that it belongs to, if it does; no role for whoever answers for an agency by links."""


def candidates(session: Session, partnership_id: int, case_id: int) -> tuple[Candidate, ...]:
    """Managers, coordinators, the chairs of its meetings, the people of the agencies with a part in one; two queries.

    Of an agency also those who answer for it by links, without an account.
    """
    about = select(Meeting.id).where(is_about(case_id))
    chairs = select(Meeting.chair_membership_id).where(is_about(case_id), Meeting.chair_membership_id.is_not(None))
    invited = select(Invitation.agency_id).where(Invitation.meeting_id.in_(about), HAS_PART)
    found = _people(
        session,
        partnership_id,
        Membership.role.in_(CASE_ROLES),
        or_(Membership.role.in_(KEEPING_ROLES), Membership.id.in_(chairs), Membership.agency_id.in_(invited)),
    )
    known = {one.user_id for one in found}
    return (*found, *(one for one in _contacts(session, partnership_id, invited) if one.user_id not in known))


def by_address(session: Session, partnership_id: int, address: str) -> int | None:
    """The user of this address, where they work in the partnership or answer by links; none where nobody does."""
    works_here = exists().where(
        Membership.user_id == User.id, Membership.partnership_id == partnership_id, Membership.ended_at.is_(None)
    )
    answers_here = exists().where(
        AgencyContact.user_id == User.id,
        AgencyContact.partnership_id == partnership_id,
        AgencyContact.ended_at.is_(None),
    )
    is_here = or_(works_here, answers_here)
    user_id: int | None = session.scalar(select(User.id).where(User.email == tidy_email(address), is_here))
    return user_id


def memberships_of(session: Session, partnership_id: int) -> list[tuple[int, int, Role]]:
    """Every current membership of a partnership as (membership, user, role)."""
    rows = select(Membership.id, Membership.user_id, Membership.role).where(
        Membership.partnership_id == partnership_id, Membership.ended_at.is_(None)
    )
    return [(row.id, row.user_id, row.role) for row in session.execute(rows)]


def _contacts(session: Session, partnership_id: int, agencies: Select[int]) -> tuple[Candidate, ...]:
    rows = session.execute(
        select(User.id, User.name, Agency.name.label("agency"))
        .join(AgencyContact, AgencyContact.user_id == User.id)
        .join(Agency, Agency.id == AgencyContact.agency_id)
        .where(
            AgencyContact.partnership_id == partnership_id,
            AgencyContact.agency_id.in_(agencies),
            AgencyContact.ended_at.is_(None),
        )
        .order_by(Agency.name, User.name, User.id)
    )
    return tuple({row.id: Candidate(row.id, row.name, ((None, row.agency),)) for row in rows}.values())


def _people(session: Session, partnership_id: int, *conditions: ColumnElement[bool]) -> tuple[Candidate, ...]:
    rows = session.execute(
        select(User.id, User.name, Membership.role, Agency.name.label("agency"))
        .join(Membership, Membership.user_id == User.id)
        .outerjoin(Agency, Agency.id == Membership.agency_id)
        .where(
            Membership.partnership_id == partnership_id,
            Membership.ended_at.is_(None),
            User.deactivated_at.is_(None),
            *conditions,
        )
        .order_by(Agency.name, User.name, User.id)
    )
    found: dict[int, Candidate] = {}
    for row in rows:
        before = found.get(row.id)
        places = (*(before.places if before else ()), (row.role, row.agency or ""))
        found[row.id] = Candidate(row.id, row.name, places)
    return tuple(found.values())
