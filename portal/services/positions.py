"""What a membership says beyond whose it is and for which agency: role, post, team, sector."""

from __future__ import annotations

from dataclasses import dataclass

from portal.access import agencies as agency_access
from portal.access import teams as team_access
from portal.domain.errors import Invalid, NotVisible
from portal.domain.labels import label
from portal.domain.sign_off import CHOOSE_POST, SIGNING_POSTS
from portal.domain.vocabulary import AGENCY_ROLES, ANSWERING_ROLES, AgencyType, Post, Role
from portal.models.partnerships import PartnershipAgency, Team
from portal.models.people import Membership
from portal.services.changes import Change


@dataclass(frozen=True, slots=True)
class Position:
    """What a membership says beyond whose it is and for which agency."""

    role: Role
    post: Post | None = None
    team_id: int | None = None
    sector: AgencyType | None = None

    def tidied(self) -> Position:
        """The same without what this role does not have: teams are for answering roles, sectors for sector leads."""
        return Position(
            self.role,
            self.post,
            self.team_id if self.role in ANSWERING_ROLES else None,
            self.sector if self.role is Role.SECTOR_LEAD else None,
        )


def position_of(membership: Membership) -> Position:
    """What a membership says now."""
    return Position(membership.role, membership.post, membership.team_id, membership.sector)


def check_agency(change: Change, agency_id: int | None, role: Role) -> None:
    """Refuse an agency that is not the viewer's to choose (NotVisible), and an agency role without one (Invalid)."""
    if agency_id is None:
        if role in AGENCY_ROLES:
            raise Invalid("An agency is missing.", errors={"agency_id": ["Choose the agency that this role is for"]})
        return
    rows = agency_access.visible_to(change.viewer).with_only_columns(PartnershipAgency.agency_id)
    if change.session.scalar(rows.where(PartnershipAgency.agency_id == agency_id)) is None:
        raise NotVisible("There is no such agency.")


def check_post(position: Position) -> None:
    """Refuse, as Invalid, a signatory without a post in which returns are signed."""
    if position.role is Role.SIGNATORY and position.post not in SIGNING_POSTS:
        raise Invalid("A post is missing.", errors={"post": [CHOOSE_POST]})


def check_team(change: Change, agency_id: int | None, team_id: int | None) -> None:
    """Refuse, as Invalid, a team that is not the agency's."""
    if team_id is None:
        return
    rows = team_access.visible_to(change.viewer).with_only_columns(Team.id)
    if change.session.scalar(rows.where(Team.id == team_id, Team.agency_id == agency_id)) is None:
        raise Invalid("The team is another agency’s.", errors={"team_id": ["Choose a team of this agency"]})


def in_words(change: Change, position: Position) -> dict[str, str]:
    """A position as people read it, by the names of its fields on a page."""
    team = None
    if position.team_id is not None:
        team = change.session.scalar(
            team_access.visible_to(change.viewer).with_only_columns(Team.name).where(Team.id == position.team_id)
        )
    return {
        "Role": label(position.role),
        "Post": label(position.post) if position.post else "",
        "Team": team or "",
        "Sector": label(position.sector) if position.sector else "",
    }
