"""Whom those who keep a meeting can name on it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.named_people import OVERSEERS, can_be_named
from portal.domain.vocabulary import ANSWERING_ROLES, Role
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import Agency
from portal.models.people import Membership, User
from portal.services.meetings.outlook import HAS_PART


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could see the meeting once they are named."""

    membership_id: int
    name: str
    role: Role
    agency: str


def candidates(session: Session, meeting: Meeting) -> tuple[Candidate, ...]:
    """Coordinators, managers, the meeting's chair, and the people of the agencies that have a part in it; one query."""
    invited = select(Invitation.agency_id).where(Invitation.meeting_id == meeting.id, HAS_PART)
    rows = session.execute(
        select(
            Membership.id,
            User.name,
            Membership.role,
            Agency.name.label("agency"),
            Membership.agency_id.in_(invited).label("is_invited"),
        )
        .join(User, User.id == Membership.user_id)
        .outerjoin(Agency, Agency.id == Membership.agency_id)
        .where(
            Membership.partnership_id == meeting.partnership_id,
            Membership.role.in_({*OVERSEERS, *ANSWERING_ROLES, Role.CHAIR}),
            Membership.ended_at.is_(None),
            User.deactivated_at.is_(None),
            Membership.agency_id.in_(invited)
            | Membership.role.in_(OVERSEERS)
            | (Membership.id == (meeting.chair_membership_id or 0)),
        )
        .order_by(Agency.name, User.name, Membership.id)
    )
    return tuple(
        Candidate(row.id, row.name, row.role, row.agency or "")
        for row in rows
        if can_be_named(row.role, is_its_chair=row.id == meeting.chair_membership_id, is_invited=bool(row.is_invited))
    )
