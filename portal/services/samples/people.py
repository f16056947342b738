"""Who may be asked to review, and who was: memberships by name, and agencies that were invited."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.access import samples as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.vocabulary import AgencyType, Answer, Expectation, Role
from portal.models.meetings import Invitation
from portal.models.partnerships import Agency
from portal.models.people import Membership, User


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Somebody who may be asked for a review."""

    membership_id: int
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class InvitedAgency:
    """An agency that had its part in a meeting."""

    meeting_id: int
    agency_id: int
    name: str
    agency_type: AgencyType
    team_id: int | None


def reviewers_to_choose(viewer: Viewer) -> list[Reviewer]:
    """Managers and chairs of the partnership who still work there, by name; nobody for whoever draws nothing."""
    if not access.may_draw(viewer):
        return []
    rows = db.session.execute(
        select(Membership.id, User.name, Membership.role)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.partnership_id == viewer.partnership_id,
            Membership.role.in_(access.REVIEWING_ROLES),
            Membership.ended_at.is_(None),
            User.deactivated_at.is_(None),
        )
        .order_by(User.name, Membership.id)
    )
    return [Reviewer(*row) for row in rows]


def invited_to(
    session: Session, partnership_id: int, meeting_ids: Collection[int], agency_types: Sequence[AgencyType]
) -> Mapping[int, list[InvitedAgency]]:
    """The agencies of some types that had a part in each of some meetings, by name."""
    if not meeting_ids or not agency_types:
        return {}
    rows = session.execute(
        select(Invitation.meeting_id, Agency.id, Agency.name, Agency.agency_type, Invitation.team_id)
        .join(Agency, Agency.id == Invitation.agency_id)
        .where(
            Invitation.partnership_id == partnership_id,
            Invitation.meeting_id.in_(meeting_ids),
            Invitation.expectation != Expectation.NOT_RELEVANT,
            or_(Invitation.answer.is_(None), Invitation.answer != Answer.NOT_OURS),
            Agency.agency_type.in_(agency_types),
        )
        .order_by(Agency.name, Agency.id)
    )
    found: dict[int, list[InvitedAgency]] = {}
    for row in rows:
        found.setdefault(row.meeting_id, []).append(InvitedAgency(*row))
    return found
