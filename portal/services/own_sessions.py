"""Where somebody is signed in: their open sign-ins, and how they end those of other browsers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update

from portal.access import passkeys as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.browsers import UNKNOWN
from portal.domain.errors import Invalid, NotPermitted, NotVisible
from portal.domain.signing_in import IDLE_FOR, LASTS_FOR, WAY_WORDS, SessionEnd
from portal.models.sessions import SignInSession
from portal.services.changes import changing
from portal.services.sessions import end_sessions


@dataclass(frozen=True, slots=True)
class OpenSession:
    """One sign-in that still holds."""

    id: int
    browser: str
    way: str
    started_at: datetime
    last_seen_at: datetime
    is_this: bool
    """Whether it is the one that asks."""
    is_complete: bool
    """Whether it has passed the second step: one that has not opens nothing."""


def list_open(viewer: Viewer) -> list[OpenSession]:
    """The viewer's sign-ins that hold now: this one first, then those that were used last."""
    rows = db.session.scalars(
        access.sessions_visible_to(viewer)
        .where(
            SignInSession.ended_at.is_(None),
            SignInSession.started_at > viewer.now - LASTS_FOR,
            SignInSession.last_seen_at > viewer.now - IDLE_FOR,
        )
        .order_by(SignInSession.last_seen_at.desc(), SignInSession.id.desc())
    )
    shown = [
        OpenSession(
            id=row.id,
            browser=row.browser or UNKNOWN,
            way=WAY_WORDS[row.way] if row.way else "",
            started_at=row.started_at,
            last_seen_at=row.last_seen_at,
            is_this=row.id == viewer.session_id,
            is_complete=row.code_checked,
        )
        for row in rows
    ]
    return sorted(shown, key=lambda one: not one.is_this)


def end_one(viewer: Viewer, session_id: int) -> None:
    """End one of the viewer's sign-ins at its next request; not the one that asks, which signs out instead.

    Raises NotVisible, and NotPermitted for one that has ended already.
    """
    with changing(viewer) as change:
        row = change.session.scalar(access.sessions_visible_to(viewer).where(SignInSession.id == session_id))
        if row is None:
            raise NotVisible("There is no such sign-in.")
        if row.id == viewer.session_id:
            raise Invalid("This is the browser that you are using. Use “Sign out” at the top of the page.")
        if not access.may_end_session(viewer, row):
            raise NotPermitted("This sign-in has ended already.")
        change.session.execute(
            update(SignInSession)
            .where(SignInSession.id == session_id, SignInSession.ended_at.is_(None))
            .values(ended_at=viewer.now, ended_by=SessionEnd.ENDED_ELSEWHERE)
            .execution_options(synchronize_session=False)
        )
        change.log("session.ended_elsewhere", "person", viewer.user_id)


def end_others(viewer: Viewer) -> None:
    """End every sign-in of the viewer's but the one that asks."""
    with changing(viewer) as change:
        end_sessions(
            change.session, viewer.user_id or 0, except_id=viewer.session_id, reason=SessionEnd.ENDED_ELSEWHERE
        )
        change.log("session.ended_elsewhere", "person", viewer.user_id)
