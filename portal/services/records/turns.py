"""One after the other: what is erased in a partnership, and the holds that keep it."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

LOCK = 5
"""The kind of PostgreSQL's advisory lock; the partnership is its number."""


def take_turn(session: Session, partnership_id: int | None) -> None:
    """Wait until nobody else erases or places a hold here, to the end of the transaction.

    Otherwise a hold that is placed while an erasure is running would stand beside what it came too late to keep. SQLite
    has one writer at a time.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(LOCK, partnership_id)))
