"""What tests of people do again and again: look at somebody's rows, links and sessions."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update

from portal.database.session import db, writing
from portal.domain.vocabulary import Role
from portal.models.activity import Activity
from portal.models.people import Membership, User
from portal.models.sessions import SignInSession
from portal.services import joining
from portal.services.positions import Position
from tests.world import NOW

NEW = {"email": "sam.patel@example.org", "name": "Sam Patel"}
PRACTITIONER = Position(Role.PRACTITIONER)


def user_of(email: str) -> User:
    """Who has an address, as the database has them now."""
    db.session.rollback()
    return db.session.scalars(select(User).where(User.email == email)).one()


def current_memberships(user_id: int) -> list[Membership]:
    """What somebody is now, everywhere."""
    rows = select(Membership).where(Membership.user_id == user_id, Membership.ended_at.is_(None))
    return list(db.session.scalars(rows))


def verbs(**where: int) -> list[str]:
    """What the trail says, in order, of the rows with these values."""
    rows = select(Activity.verb).order_by(Activity.chain_id, Activity.sequence)
    for name, value in where.items():
        rows = rows.where(getattr(Activity, name) == value)
    return list(db.session.scalars(rows))


def works(token: str | None) -> bool:
    """Whether a link opens anything now."""
    db.session.rollback()
    try:
        joining.open_link(token or "", NOW + timedelta(minutes=1))
    except joining.LinkOver:
        return False
    return True


def forget_password(email: str) -> None:
    """Have somebody no password yet."""
    with writing() as session:
        session.execute(update(User).where(User.email == email).values(password_hash=None))


def start_session(user_id: int) -> int:
    """Sign somebody in, without a page."""
    with writing() as session:
        row = SignInSession(
            token_digest=bytes([user_id % 256]) * 32,
            user_id=user_id,
            code_checked=True,
            started_at=NOW,
            last_seen_at=NOW,
        )
        session.add(row)
    return row.id


def is_over(session_id: int) -> bool:
    """Whether a session has ended."""
    db.session.rollback()
    return db.session.get_one(SignInSession, session_id).ended_at is not None
