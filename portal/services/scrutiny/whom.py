"""Of whom a challenge can be asked, who is told of it, and what they are called."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import scrutiny as access
from portal.access.viewer import Viewer
from portal.database.id_lists import bound_ids, is_among
from portal.database.session import db
from portal.domain.errors import Invalid, NotPermitted
from portal.domain.labels import role_name
from portal.domain.vocabulary import Role
from portal.models.partnerships import Agency, PartnershipAgency
from portal.models.people import Membership, User
from portal.models.scrutiny import ScrutinyChallenge

OFFERED_ROLES = access.REPLYING_ROLES - {Role.PRACTITIONER}
"""Whose people stand in the list of persons: of a practitioner, their agency is asked."""


@dataclass(frozen=True, slots=True)
class Whom:
    """Who is asked: exactly one of the three."""

    membership_id: int | None = None
    role: Role | None = None
    agency_id: int | None = None


@dataclass(frozen=True, slots=True)
class Offered:
    """Who can be asked, with what they are called."""

    people: tuple[tuple[int, str], ...]
    roles: tuple[tuple[Role, str], ...]
    agencies: tuple[tuple[int, str], ...]


def offered(viewer: Viewer) -> Offered:
    """Everybody whom the scrutineer can ask, by two queries. Raises NotPermitted."""
    if not access.may_ask(viewer):
        raise NotPermitted("Challenges are asked by the scrutineer.")
    people = db.session.execute(
        select(Membership.id, User.name, Membership.role, Agency.name.label("agency"))
        .join(User, User.id == Membership.user_id)
        .outerjoin(Agency, Agency.id == Membership.agency_id)
        .where(
            Membership.partnership_id == viewer.partnership_id,
            Membership.role.in_(OFFERED_ROLES),
            Membership.ended_at.is_(None),
            User.deactivated_at.is_(None),
        )
        .order_by(User.name, Membership.id)
    )
    agencies = db.session.execute(
        select(Agency.id, Agency.name)
        .join(PartnershipAgency, PartnershipAgency.agency_id == Agency.id)
        .where(PartnershipAgency.partnership_id == viewer.partnership_id, PartnershipAgency.left_at.is_(None))
        .order_by(Agency.name, Agency.id)
    )
    return Offered(
        people=tuple((row.id, f"{row.name}, {row.agency or role_name(row.role)}") for row in people),
        roles=tuple((role, _role_words(role)) for role in access.ASKABLE_ROLES),
        agencies=tuple((row.id, row.name) for row in agencies),
    )


def check_whom(session: Session, partnership_id: int, whom: Whom) -> None:
    """Raise Invalid by field where nobody of this partnership is meant, or somebody who cannot reply."""
    if whom.membership_id is not None:
        found = session.scalar(
            select(Membership.id)
            .join(User, User.id == Membership.user_id)
            .where(
                Membership.id == whom.membership_id,
                Membership.partnership_id == partnership_id,
                Membership.role.in_(access.REPLYING_ROLES),
                Membership.ended_at.is_(None),
                User.deactivated_at.is_(None),
            )
        )
        if found is None:
            raise Invalid("", errors={"person": ["Choose a person from the list"]})
    elif whom.agency_id is not None:
        found = session.scalar(
            select(PartnershipAgency.agency_id).where(
                PartnershipAgency.partnership_id == partnership_id,
                PartnershipAgency.agency_id == whom.agency_id,
                PartnershipAgency.left_at.is_(None),
            )
        )
        if found is None:
            raise Invalid("", errors={"agency": ["Choose an agency from the list"]})
    elif whom.role not in access.ASKABLE_ROLES:
        raise Invalid("", errors={"whom": ["Choose whom you ask"]})


def whom_of(challenge: ScrutinyChallenge) -> Whom:
    """Who a challenge asks."""
    return Whom(challenge.asked_membership_id, challenge.asked_role, challenge.asked_agency_id)


def names_of(session: Session, challenges: Collection[ScrutinyChallenge]) -> Mapping[int, str]:
    """What those are called whom challenges ask, by the challenge's id; by at most two queries."""
    people: dict[int, str] = {}
    agencies: dict[int, str] = {}
    wanted = {one.asked_membership_id for one in challenges} - {None}
    if wanted:
        rows = session.execute(
            select(Membership.id, User.name, Membership.role, Agency.name.label("agency"))
            .join(User, User.id == Membership.user_id)
            .outerjoin(Agency, Agency.id == Membership.agency_id)
            .where(is_among(Membership.id, "memberships")),
            {"memberships": bound_ids(sorted(filter(None, wanted)))},
        )
        people = {row.id: f"{row.name}, {row.agency or role_name(row.role)}" for row in rows}
    wanted = {one.asked_agency_id for one in challenges} - {None}
    if wanted:
        found = session.execute(
            select(Agency.id, Agency.name).where(is_among(Agency.id, "agencies")),
            {"agencies": bound_ids(sorted(filter(None, wanted)))},
        )
        agencies = {row.id: row.name for row in found}
    return {
        one.id: people.get(one.asked_membership_id or 0)
        or agencies.get(one.asked_agency_id or 0)
        or (_role_words(one.asked_role) if one.asked_role else "")
        for one in challenges
    }


def _role_words(role: Role) -> str:
    return {Role.BOARD_MEMBER: "All board members", Role.SECTOR_LEAD: "All sector leads"}.get(
        role, f"The {role_name(role).lower()}"
    )
