"""Opening a link: looking uses nothing up; with a code, the browser has a short session of its own."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import cast

from sqlalchemy import Table, delete, insert, select, update

from portal.access.viewer import Viewer
from portal.database.scopes import across
from portal.database.session import UNCOUNTED, db, writing_apart
from portal.domain.errors import PortalError
from portal.domain.return_links import SESSION_LASTS_FOR, is_session_over
from portal.models.return_links import ReturnLink, ReturnSession
from portal.services.changes import Change
from portal.services.reach import admit_to
from portal.services.return_links.ending import FoundLink, find_link
from portal.services.return_links.mailed import digest_of
from portal.services.sessions import SEEN_EVERY

_SESSIONS = cast(Table, ReturnSession.__table__)


class LinkOver(PortalError):
    """The link works no longer, or never did; `link` is what is known of one whose token is right."""

    def __init__(self, message: str, link: FoundLink | None = None) -> None:
        super().__init__(message)
        self.link = link


def find(token: str, now: datetime) -> FoundLink | None:
    """The link of a token, whether or not it works at `now` (UTC)."""
    with across():
        link = find_link(db.session(), ReturnLink.token_digest == digest_of(token), now)
    if link is not None:
        admit_to(link.scope.partnership_id)
    return link


def find_open(token: str, now: datetime) -> FoundLink:
    """The link of a token that works at `now` (UTC). Raises LinkOver."""
    link = find(token, now)
    if link is None or link.end is not None:
        raise LinkOver("This link does not work any more.", link)
    return link


def is_opened(link: FoundLink, session_token: str, now: datetime) -> bool:
    """Whether a browser's session has opened this link and still holds; that it was seen is written now and then."""
    if not session_token:
        return False
    row = db.session.execute(
        select(_SESSIONS.c.id, _SESSIONS.c.started_at, _SESSIONS.c.last_seen_at)
        .where(_SESSIONS.c.token_digest == digest_of(session_token), _SESSIONS.c.link_id == link.id)
        .execution_options(**{UNCOUNTED: True})
    ).first()
    if row is None or is_session_over(row.started_at, row.last_seen_at, now):
        return False
    if now - row.last_seen_at >= SEEN_EVERY:
        with writing_apart() as connection:
            connection.execute(
                update(_SESSIONS)
                .where(_SESSIONS.c.id == row.id, _SESSIONS.c.last_seen_at < now)
                .values(last_seen_at=now)
            )
    return True


def begin_session(change: Change, link: FoundLink) -> str:
    """Start a browser's session after the code was right: gives its token. Old ones of the link go."""
    token, now = secrets.token_urlsafe(32), change.viewer.now
    change.session.execute(
        delete(_SESSIONS).where(_SESSIONS.c.link_id == link.id, _SESSIONS.c.started_at < now - SESSION_LASTS_FOR)
    )
    change.session.execute(
        insert(_SESSIONS).values(
            partnership_id=link.scope.partnership_id,
            link_id=link.id,
            token_digest=digest_of(token),
            started_at=now,
            last_seen_at=now,
        )
    )
    return token


def viewer_of(token: str, session_token: str, now: datetime) -> Viewer | None:
    """Whoever holds a link that works and has given its code; None where the code is still to come.

    Raises LinkOver.
    """
    link = find_open(token, now)
    return link.viewer(now) if is_opened(link, session_token, now) else None
