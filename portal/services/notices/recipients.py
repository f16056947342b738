"""Who is told for an agency: those who can do what is asked, and no more of a large agency than its desk."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.database.id_lists import bound_ids, is_among
from portal.domain.vocabulary import ANSWERING_ROLES, Post, Role
from portal.models.people import Membership, User
from portal.services.changes import Change
from portal.services.notices.telling import Telling, tell

MOST_WITHOUT_TEAM = 6
"""Where more practitioners than this belong to no team, only the agency's leads and its desk are told of a meeting."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """A current membership that answers for an agency."""

    membership_id: int
    role: Role
    post: Post | None
    team_id: int | None


@dataclass(frozen=True, slots=True)
class AgencyPeople:
    """Everybody who answers for one agency in one partnership."""

    colleagues: tuple[Colleague, ...] = ()

    @property
    def leads(self) -> frozenset[int]:
        """Whoever leads for it: audits are theirs."""
        return frozenset(one.membership_id for one in self.colleagues if one.role is Role.AGENCY_LEAD)

    def in_team(self, team_id: int | None) -> frozenset[int]:
        """The practitioners of a team, or (None) of no team."""
        return frozenset(
            one.membership_id for one in self.colleagues if one.role is Role.PRACTITIONER and one.team_id == team_id
        )

    def invited(self, team_id: int | None, named: frozenset[int] | None = None) -> frozenset[int]:
        """Whom a meeting concerns: the leads, and the practitioners of the team that it was given to or of none.

        `named` are those named on a meeting for named people only: then these, of whatever team, and nobody else.

        Where too many belong to no team, its conference liaison posts stand for them; where nobody holds such a post
        and nobody leads either, all are told after all, so that no invitation goes unheard.
        """
        if named is not None:
            return frozenset(one.membership_id for one in self.colleagues) & named
        practitioners = self.in_team(team_id)
        if team_id is not None or len(practitioners) <= MOST_WITHOUT_TEAM:
            return self.leads | practitioners
        liaison = {one.membership_id for one in self.colleagues if one.post is Post.CONFERENCE_LIAISON}
        return self.leads | liaison or practitioners

    def owner(self, membership_id: int | None) -> frozenset[int]:
        """Whoever has promised something, while they work there; else the leads."""
        return frozenset(one.membership_id for one in self.colleagues if one.membership_id == membership_id) or (
            self.leads
        )


NOBODY = AgencyPeople()


def people_of(session: Session, partnership_id: int, agency_ids: Collection[int]) -> Mapping[int, AgencyPeople]:
    """Who answers for each of these agencies in a partnership, by one query; agencies without anybody are left out."""
    rows = session.execute(
        select(Membership.agency_id, Membership.id, Membership.role, Membership.post, Membership.team_id)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.partnership_id == partnership_id,
            is_among(Membership.agency_id, "agencies"),
            Membership.role.in_(ANSWERING_ROLES),
            Membership.ended_at.is_(None),
            User.deactivated_at.is_(None),
        )
        .order_by(Membership.id),
        {"agencies": bound_ids(sorted(agency_ids))},
    )
    found: dict[int, list[Colleague]] = {}
    for row in rows:
        if row.agency_id is not None:
            found.setdefault(row.agency_id, []).append(Colleague(row.id, row.role, row.post, row.team_id))
    return {agency_id: AgencyPeople(tuple(colleagues)) for agency_id, colleagues in found.items()}


def with_role(session: Session, partnership_id: int, role: Role) -> frozenset[int]:
    """The current memberships of a partnership in a role, for what has lost whoever it belonged to."""
    rows = (
        select(Membership.id)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.partnership_id == partnership_id,
            Membership.role == role,
            Membership.ended_at.is_(None),
            User.deactivated_at.is_(None),
        )
    )
    return frozenset(session.scalars(rows))


def tell_leads(change: Change, partnership_id: int, agency_id: int, telling: Telling) -> int:
    """Tell an agency's leads something; returns how many had not been told yet."""
    people = people_of(change.session, partnership_id, [agency_id]).get(agency_id, NOBODY)
    return tell(change, partnership_id, people.leads, telling)
