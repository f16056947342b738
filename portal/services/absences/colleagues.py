"""Colleagues who can take something over: they are there, have joined, and their account is awake."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from portal.domain.absences import may_stand_in
from portal.domain.vocabulary import AGENCY_ROLES, Role
from portal.models.people import Membership, User


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody in the same partnership, under one of their memberships."""

    membership_id: int
    name: str
    role: Role
    agency_id: int | None


def deputies_of(session: Session, membership: Membership) -> list[Colleague]:
    """Who may stand in for a membership, by name."""
    roles = [role for role in Role if may_stand_in(membership.role, membership.agency_id, role, membership.agency_id)]
    conditions: list[ColumnElement[bool]] = [Membership.role.in_(roles)]
    if membership.role in AGENCY_ROLES:
        conditions.append(Membership.agency_id == membership.agency_id)
    return colleagues_where(session, membership, *conditions)


def colleagues_where(session: Session, membership: Membership, *conditions: ColumnElement[bool]) -> list[Colleague]:
    """Other people of a membership's partnership who can act now, by name, as far as the conditions hold."""
    rows = session.execute(
        select(Membership.id, User.name, Membership.role, Membership.agency_id)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.partnership_id == membership.partnership_id,
            Membership.user_id != membership.user_id,
            Membership.ended_at.is_(None),
            User.deactivated_at.is_(None),
            User.asleep_at.is_(None),
            User.password_hash.is_not(None),
            *conditions,
        )
        .order_by(User.name, Membership.id)
    )
    return [Colleague(*row) for row in rows]
