"""Cards that have ended go: with them, what had tied an address to a conference."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, delete, or_, select
from sqlalchemy.orm import Session

from portal.database.session import db, writing
from portal.models.feedback import FeedbackCard, FeedbackForm


def forget_ended(now: datetime) -> int:
    """Delete cards that are too old or used up, and forms that need not be told apart any more; says how many."""
    ended = or_(FeedbackCard.expires_at <= now, FeedbackCard.uses >= FeedbackCard.most_uses)
    old = FeedbackForm.kept_until <= now
    db.session.rollback()
    if not any(db.session.scalar(select(1).where(rows).limit(1)) for rows in (ended, old)):
        return 0
    with writing() as session:
        return _deleted(session, delete(FeedbackForm).where(old)) + _deleted(session, delete(FeedbackCard).where(ended))


def _deleted(session: Session, statement: Any) -> int:
    result = session.execute(statement.execution_options(synchronize_session=False))
    return result.rowcount if isinstance(result, CursorResult) else 0
