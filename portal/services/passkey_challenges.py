"""Challenges for passkeys: given out for one purpose to one sign-in or browser, and taken once, within five minutes."""

from __future__ import annotations

import secrets
from datetime import datetime
from hashlib import sha256
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, and_, delete, insert, select

from portal.database.session import writing_apart
from portal.domain.passkeys import CHALLENGE_LASTS_FOR, MOST_WAITING, ChallengePurpose
from portal.models.passkeys import PasskeyChallenge
from portal.services.throttle import Throttled, network_of

_CHALLENGES = cast(Table, PasskeyChallenge.__table__)


def give(
    now: datetime, purpose: ChallengePurpose, address: str, *, session_id: int | None = None, browser: str = ""
) -> bytes:
    """A new challenge for a sign-in, or before there is one for the browser whose cookie holds the secret `browser`.

    Raises Throttled while very many that were given to the same network wait: each is a row that anybody may cause.
    """
    challenge, network = secrets.token_bytes(32), network_of(address)
    with writing_apart() as connection:
        connection.execute(delete(_CHALLENGES).where(_CHALLENGES.c.made_at <= now - CHALLENGE_LASTS_FOR))
        oldest = connection.scalar(
            select(_CHALLENGES.c.made_at)
            .where(_CHALLENGES.c.network == network)
            .order_by(_CHALLENGES.c.made_at.desc())
            .offset(MOST_WAITING - 1)
            .limit(1)
        )
        if oldest is not None:
            raise Throttled(oldest + CHALLENGE_LASTS_FOR)
        connection.execute(
            insert(_CHALLENGES).values(
                challenge=challenge,
                purpose=purpose,
                session_id=session_id,
                browser_digest=None if session_id is not None else _digest(browser),
                network=network,
                made_at=now,
            )
        )
    return challenge


def take(
    challenge: bytes, now: datetime, purpose: ChallengePurpose, *, session_id: int | None = None, browser: str = ""
) -> bool:
    """Use a challenge up: whether it was given to this sign-in or browser, for this, and never taken before.

    It is gone whatever comes of the answer, also where that is wrong.
    """
    with writing_apart() as connection:
        taken = connection.execute(
            delete(_CHALLENGES)
            .where(
                _CHALLENGES.c.challenge == challenge,
                _CHALLENGES.c.purpose == purpose,
                _CHALLENGES.c.made_at > now - CHALLENGE_LASTS_FOR,
                _whose(session_id, browser),
            )
            .returning(_CHALLENGES.c.id)
        ).first()
    return taken is not None


def _whose(session_id: int | None, browser: str) -> ColumnElement[bool]:
    if session_id is not None:
        return _CHALLENGES.c.session_id == session_id
    owner: ColumnElement[Any] = _CHALLENGES.c.browser_digest
    return and_(_CHALLENGES.c.session_id.is_(None), owner == _digest(browser))


def _digest(browser: str) -> bytes:
    return sha256(browser.encode(errors="replace")).digest()
