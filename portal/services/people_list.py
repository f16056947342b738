"""Who works in a partnership or agency, as the people pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import contains_eager

from portal.access import agencies as agency_access
from portal.access import people as access
from portal.access.viewer import Viewer
from portal.database.scopes import ACROSS
from portal.database.session import db
from portal.domain.errors import NotVisible
from portal.domain.vocabulary import ANSWERING_ROLES, Post, Role
from portal.models.partnerships import Agency, PartnershipAgency, Team
from portal.models.people import JoiningLink, Membership, User
from portal.services.paging import PER_PAGE, Page, count, page_number


class Standing(StrEnum):
    """Whether a person can use their role now."""

    ACTIVE = "active"
    INVITED = "invited"
    """They have not chosen a password yet."""
    ASLEEP = "asleep"
    """Nobody had used the account for long: it sleeps until somebody wakes it."""
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One line of the list: a person in one role."""

    id: int
    """The membership's."""
    user_id: int
    name: str
    email: str
    role: Role
    post: Post | None
    agency_id: int | None
    agency: str | None
    team: str | None
    standing: Standing


@dataclass(frozen=True, slots=True)
class PersonEntry:
    """A person's own page, for one of their roles."""

    row: PersonRow
    membership: Membership
    has_authenticator: bool
    link_until: datetime | None
    """How long a joining link that they have not used yet still works."""
    other_roles: list[PersonRow]
    """Their further current roles, as far as the viewer sees them."""
    may_change: bool
    may_reissue: bool


@dataclass(frozen=True, slots=True)
class LoneAgency:
    """An agency for which one person alone answers."""

    id: int
    name: str


def list_people(
    viewer: Viewer,
    *,
    search: str = "",
    role: Role | None = None,
    agency_id: int | None = None,
    ended: bool = False,
    page: int = 1,
) -> Page[PersonRow]:
    """The people that the viewer sees, by name, a line for each role; `ended` lists those that are over instead."""
    rows = (
        access.visible_to(viewer)
        .join(User, User.id == Membership.user_id)
        .outerjoin(Agency, Agency.id == Membership.agency_id)
        .outerjoin(Team, Team.id == Membership.team_id)
        .where(Membership.ended_at.is_not(None) if ended else Membership.ended_at.is_(None))
        .with_only_columns(
            Membership.id,
            Membership.user_id,
            User.name,
            User.email,
            Membership.role,
            Membership.post,
            Membership.agency_id,
            Agency.name.label("agency"),
            Team.name.label("team"),
            Membership.ended_at,
            User.deactivated_at,
            User.password_hash.is_(None).label("waits"),
            User.asleep_at.is_not(None).label("asleep"),
        )
    )
    words = search.strip()
    if words:
        rows = rows.where(
            or_(User.name.icontains(words, autoescape=True), User.email.icontains(words, autoescape=True))
        )
    if role is not None:
        rows = rows.where(Membership.role == role)
    if agency_id is not None:
        rows = rows.where(Membership.agency_id == agency_id)
    total = count(rows)
    number = page_number(page, total)
    ordered = rows.order_by(User.name, User.id, Membership.id).limit(PER_PAGE).offset((number - 1) * PER_PAGE)
    found = [
        PersonRow(
            id=row.id,
            user_id=row.user_id,
            name=row.name,
            email=row.email,
            role=row.role,
            post=row.post,
            agency_id=row.agency_id,
            agency=row.agency,
            team=row.team,
            standing=_standing(row.ended_at or row.deactivated_at, waits=row.waits, asleep=row.asleep),
        )
        for row in db.session.execute(ordered)
    ]
    return Page(found, number, total)


def find_person(viewer: Viewer, membership_id: int) -> PersonEntry:
    """One person in one role; raises NotVisible."""
    user_id = db.session.scalar(
        access.visible_to(viewer).where(Membership.id == membership_id).with_only_columns(Membership.user_id)
    )
    if user_id is None:
        raise NotVisible("There is no such person.")
    # All their roles, in other partnerships too: only whoever looks after every one of them may let them in anew.
    held = list(
        db.session.scalars(
            select(Membership)
            .join(Membership.user)
            .outerjoin(Membership.agency)
            .outerjoin(Membership.team)
            .options(
                contains_eager(Membership.user), contains_eager(Membership.agency), contains_eager(Membership.team)
            )
            .where(Membership.user_id == user_id, or_(Membership.ended_at.is_(None), Membership.id == membership_id))
            .order_by(Membership.id)
            .execution_options(**ACROSS)
        )
    )
    membership = next(row for row in held if row.id == membership_id)
    link_until = db.session.scalar(
        select(func.max(JoiningLink.expires_at)).where(
            JoiningLink.user_id == user_id, JoiningLink.used_at.is_(None), JoiningLink.expires_at > viewer.now
        )
    )
    others = [row for row in held if row.id != membership_id and access.may_view(viewer, row)]
    return PersonEntry(
        row=_row(membership),
        membership=membership,
        has_authenticator=membership.user.totp_confirmed_at is not None,
        link_until=link_until,
        other_roles=[_row(row) for row in others],
        may_change=access.may_manage(viewer, membership),
        may_reissue=access.may_reissue(viewer, held),
    )


def lone_agencies(viewer: Viewer, agency_id: int | None = None) -> list[LoneAgency]:
    """Agencies, of those whose people the viewer sees, for which one person alone answers, by name."""
    rows = (
        agency_access.visible_to(viewer)
        .join(
            Membership,
            and_(
                Membership.partnership_id == PartnershipAgency.partnership_id,
                Membership.agency_id == PartnershipAgency.agency_id,
            ),
        )
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.role.in_(ANSWERING_ROLES),
            Membership.ended_at.is_(None),
            User.deactivated_at.is_(None),
        )
        .with_only_columns(PartnershipAgency.agency_id, Agency.name)
        .group_by(PartnershipAgency.agency_id, Agency.name)
        .having(func.count(Membership.user_id.distinct()) == 1)
        .order_by(Agency.name)
    )
    if agency_id is not None:
        rows = rows.where(PartnershipAgency.agency_id == agency_id)
    return [LoneAgency(row.agency_id, row.name) for row in db.session.execute(rows)]


def _row(membership: Membership) -> PersonRow:
    user = membership.user
    return PersonRow(
        id=membership.id,
        user_id=user.id,
        name=user.name,
        email=user.email,
        role=membership.role,
        post=membership.post,
        agency_id=membership.agency_id,
        agency=membership.agency.name if membership.agency else None,
        team=membership.team.name if membership.team else None,
        standing=_standing(
            membership.ended_at or user.deactivated_at,
            waits=user.password_hash is None,
            asleep=user.asleep_at is not None,
        ),
    )


def _standing(over_since: datetime | None, *, waits: bool, asleep: bool) -> Standing:
    if over_since is not None:
        return Standing.ENDED
    if asleep:
        return Standing.ASLEEP
    return Standing.INVITED if waits else Standing.ACTIVE
