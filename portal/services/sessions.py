"""Sign-ins on the server's side: what a cookie's token stands for now, how one starts, goes on and ends.

Nothing about a sign-in is kept in the cookie but a random token, and nothing of what it stands for in memory, so
that whatever ends a session ends it at the next request, in every worker.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, cast

from sqlalchemy import Table, and_, case, delete, func, insert, literal, update
from sqlalchemy.orm import Session

from portal.access.viewer import Hat, Viewer
from portal.database.session import db, writing_apart
from portal.database.stand_in import is_reading_replica
from portal.domain.errors import NotVisible, PortalError
from portal.domain.signing_in import SessionEnd, SignInWay, Step, ended_by_time, ends_at
from portal.models.identities import ProvidedSession
from portal.models.sessions import SignInSession
from portal.services.changes import Change, changing
from portal.services.closed_records import unread_of, worn_at
from portal.services.known_people import hat_to_wear, hats_of, step_after_password
from portal.services.session_rows import BY_TOKEN, MOST_UNREAD

SEEN_EVERY = timedelta(seconds=30)
KEPT_FOR = timedelta(days=30)
"""How long a sign-in's row stays, so that the next one knows what the person worked as and why it ended."""

_SESSIONS = cast(Table, SignInSession.__table__)
_PROVIDED = cast(Table, ProvidedSession.__table__)


class SignInOver(PortalError):
    """The sign-in ended while this was under way."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A sign-in that holds: who it is, and what it still asks for."""

    viewer: Viewer
    step: Step
    has_kept_forms: bool
    ends_at: datetime
    """When it ends by itself (UTC), if nothing more is asked in it."""
    is_unwritten: bool = False
    """Whether nobody can write down that it goes on, since only the replica answers."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A sign-in that holds no longer. `membership_id` is what the person worked as, `hats` what they still are."""

    user_id: int
    membership_id: int | None
    reason: SessionEnd
    was_complete: bool
    hats: tuple[Hat, ...]


def load(token: str, now: datetime, *, counts: bool = True, seen_at: datetime | None = None) -> Standing | Ended | None:
    """What the token stands for at `now` (UTC); None for one that was never given out, or long ago.

    With `counts` the sign-in goes on from now; without, its end comes no later for having been looked at. `seen_at` is
    when the browser was there last, by its signed cookie, where that could not be written here.
    """
    # By the connection: the session's own execute() prepares for objects, of which there are none here.
    rows = db.session.connection().execute(BY_TOKEN, {"digest": _digest(token)}).all()
    return standing_of(rows, now, counts=counts, seen_at=seen_at) if rows else None


def standing_of(rows: Sequence[Any], now: datetime, *, counts: bool, seen_at: datetime | None) -> Standing | Ended:
    """What a sign-in stands for, from what `BY_TOKEN` reads of it: a row for each of its person's hats."""
    row, hats = rows[0], hats_of(rows)
    step = step_after_password(hats, has_authenticator=row.totp_confirmed_at is not None, has_passkey=row.has_passkey)
    seen = max(row.last_seen_at, min(seen_at, now)) if seen_at else row.last_seen_at
    reason = row.ended_by if row.ended_at else ended_by_time(row.started_at, seen, now)
    if reason is None and (row.deactivated_at or row.asleep_at or not hats or not _fits(row, step)):
        reason = SessionEnd.ACCESS_CHANGED
    if reason is not None:
        return Ended(row.user_id, row.membership_id, reason, row.code_checked, hats)
    is_unwritten = is_reading_replica()
    if counts and now - row.last_seen_at >= SEEN_EVERY and not is_unwritten:
        _write_seen(row.session_id, now)
        seen = now
    pending, unread = not row.code_checked, row.unread_notices
    if pending:
        hats = ()
    elif any(each.may_be_shut_out for each in rows):
        connection = db.session.connection()
        hats = worn_at(connection, hats, row.user_id, now)
        unread = unread_of(connection, hats, row.user_id, unread, MOST_UNREAD)
    viewer = Viewer(
        now=now,
        user_id=row.user_id,
        name=row.name,
        email=row.email,
        session_id=row.session_id,
        # Before the second step the person wears nothing, so that no mistake elsewhere can open a page to them.
        hat=None if pending else hat_to_wear(hats, row.membership_id),
        hats=hats,
        proved_at=None if pending else row.proved_at,
        code_pending=pending,
        unread_notices=unread,
    )
    left = step if pending else Step.NONE
    return Standing(viewer, left, row.has_kept_forms, ends_at(row.started_at, seen), is_unwritten)


def _fits(row: Any, step: Step) -> bool:
    """Whether the session is still one that this person's roles and authenticator would give.

    It is not where a role asks for an authenticator that was taken away since (and no provider's second step stands
    for it), or where a pending session waits for a step that has gone.
    """
    if row.code_checked:
        return step is not Step.SET_UP_CODE or bool(row.is_proven_elsewhere)
    return step is Step.CODE or (step is Step.SET_UP_CODE and row.can_set_up)


def _write_seen(session_id: int, now: datetime) -> None:
    with writing_apart() as connection:
        connection.execute(
            update(_SESSIONS)
            .where(_SESSIONS.c.id == session_id, _SESSIONS.c.last_seen_at < now)
            .values(last_seen_at=now)
        )


def start(
    change: Change,
    membership_id: int | None,
    step: Step,
    setup_secret: str | None = None,
    *,
    way: SignInWay = SignInWay.PASSWORD,
) -> tuple[int, str]:
    """Start a sign-in of the change's person: its id and its token. Their oldest sign-ins' rows go."""
    user_id, now, token = change.viewer.user_id, change.viewer.now, _new_token()
    change.session.execute(
        delete(_SESSIONS).where(_SESSIONS.c.user_id == user_id, _SESSIONS.c.started_at < now - KEPT_FOR)
    )
    made = change.session.execute(
        insert(_SESSIONS)
        .values(
            token_digest=_digest(token),
            user_id=user_id,
            membership_id=membership_id,
            code_checked=step is Step.NONE,
            setup_secret=setup_secret,
            started_at=now,
            last_seen_at=now,
            proved_at=now if step is Step.NONE else None,
            way=way,
        )
        .returning(_SESSIONS.c.id)
    ).scalar_one()
    return made, token


def renew(change: Change, session_id: int | None, *, way: SignInWay | None = None, proved: bool = True) -> str:
    """Give a sign-in that has come a step further a new token, so that one seen before is worth nothing.

    `proved` says that its person has just taken every step that signing in asks of them. Raises SignInOver where it
    ended meanwhile.
    """
    token, now = _new_token(), change.viewer.now
    new: dict[str, Any] = {"token_digest": _digest(token), "code_checked": True, "setup_secret": None}
    if way is not None:
        # Whoever came from a provider did, whatever the portal asks of them besides.
        came = (_SESSIONS.c.way == SignInWay.PROVIDER, _SESSIONS.c.way)
        new["way"] = case(came, else_=literal(way, _SESSIONS.c.way.type))
    if proved:
        new["proved_at"] = now
    done = change.session.execute(
        update(_SESSIONS)
        .where(_SESSIONS.c.id == session_id, _SESSIONS.c.ended_at.is_(None))
        .values(**new, last_seen_at=now)
        .returning(_SESSIONS.c.id)
    ).first()
    if done is None:
        raise SignInOver("You were signed out while you were signing in. Start again.")
    return token


def note_browser(token: str, browser: str) -> None:
    """Write down, in plain words, in which browser a sign-in goes on, so that its person can tell it from others."""
    with writing_apart() as connection:
        connection.execute(update(_SESSIONS).where(_SESSIONS.c.token_digest == _digest(token)).values(browser=browser))


def end(viewer: Viewer) -> None:
    """Sign the viewer out of this browser."""
    with changing(viewer) as change:
        change.session.execute(
            update(_SESSIONS)
            .where(_SESSIONS.c.id == viewer.session_id, _SESSIONS.c.ended_at.is_(None))
            .values(ended_at=viewer.now, ended_by=SessionEnd.SIGNED_OUT)
        )
        change.session.execute(
            update(_PROVIDED).where(_PROVIDED.c.session_id == viewer.session_id).values(id_token=None)
        )
        change.log("session.ended", "person", viewer.user_id)


def end_sessions(
    session: Session,
    user_id: int,
    except_id: int | None = None,
    *,
    reason: SessionEnd = SessionEnd.ACCESS_CHANGED,
) -> None:
    """End every sign-in of a person from their next request on, in the transaction of whatever gives cause to.

    Call it with a changed or ended membership, a deactivation, a new password or authenticator. `except_id` is
    the one session that may go on, where the person did it themselves.
    """
    which = and_(_SESSIONS.c.user_id == user_id, _SESSIONS.c.ended_at.is_(None))
    if except_id is not None:
        which = and_(which, _SESSIONS.c.id != except_id)
    session.execute(update(_SESSIONS).where(which).values(ended_at=func.current_timestamp(), ended_by=reason))


def wear(viewer: Viewer, membership_id: int) -> Viewer:
    """Go on as another of one's memberships; NotVisible where it is not the viewer's."""
    changed = viewer.wearing(membership_id)
    if changed is None:
        raise NotVisible("This is not one of your memberships.")
    with changing(changed) as change:
        change.session.execute(
            update(_SESSIONS).where(_SESSIONS.c.id == viewer.session_id).values(membership_id=membership_id)
        )
        change.log("session.hat_chosen", "membership", membership_id)
    return changed


def _new_token() -> str:
    return secrets.token_urlsafe(32)


def _digest(token: str) -> bytes:
    return sha256(token.encode()).digest()
