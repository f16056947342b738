"""Who chairs in a partnership: the choice of them, by name."""

from __future__ import annotations

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.vocabulary import Role
from portal.models.people import Membership, User

NOBODY_YET = "Nobody is named yet"


def chairs_to_choose(viewer: Viewer) -> list[tuple[int, str]]:
    """Who chairs in the viewer's partnership now: membership and name, by name."""
    return [(row.id, row.name) for row in db.session.execute(_chairs(viewer).order_by(User.name, Membership.id))]


def is_chair(session: Session, viewer: Viewer, membership_id: int) -> bool:
    """Whether this is one of them."""
    return session.execute(_chairs(viewer).where(Membership.id == membership_id)).first() is not None


def chair_name(session: Session, viewer: Viewer, membership_id: int | None) -> str:
    """What somebody of the viewer's partnership is called; of nobody, that none is named."""
    found = (
        select(User.name)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.id == (membership_id or 0), Membership.partnership_id == viewer.partnership_id)
    )
    return session.scalars(found).one_or_none() or NOBODY_YET


def _chairs(viewer: Viewer) -> Select[int, str]:
    return (
        select(Membership.id, User.name)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.partnership_id == viewer.partnership_id,
            Membership.role == Role.CHAIR,
            Membership.ended_at.is_(None),
            User.deactivated_at.is_(None),
        )
    )
