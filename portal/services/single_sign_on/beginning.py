"""Leaving for a provider: what must come back is written down first, for this browser, once, for ten minutes."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import cast

from sqlalchemy import Table, delete, func, insert, select

from portal.access.viewer import Viewer
from portal.database.session import db, writing_apart
from portal.domain.single_sign_on import ATTEMPT_LASTS_FOR, ATTEMPTS_PER_ADDRESS, ProviderDown
from portal.domain.vocabulary import JoiningPurpose
from portal.models.identities import SignOnAttempt
from portal.services import joining
from portal.services.single_sign_on.providers import find
from portal.services.single_sign_on.refusals import log_down
from portal.services.throttle import Throttled, network_of

LINKING = frozenset({JoiningPurpose.JOIN, JoiningPurpose.SIGN_ON})
"""Links by which an identity is linked: an invitation, and what an administrator opens for that; no other."""

_ATTEMPTS = cast(Table, SignOnAttempt.__table__)


@dataclass(frozen=True, slots=True)
class Begun:
    """Where the browser goes, and what it keeps until it comes back."""

    address: str = field(repr=False)
    browser: str = field(repr=False)


def begin(
    viewer: Viewer,
    name: str,
    *,
    address: str,
    browser: str | None,
    wanted: str | None,
    token: str | None = None,
    anew: bool = False,
) -> Begun:
    """Begin to sign in at a provider; with the `token` of a joining link, to link the account that it is for.

    `address` is the browser's, `browser` what it kept of a sign-in that it began before, `wanted` a page of the portal.
    `anew` is for whoever is signed in, and is to show once more that it is they.
    Raises NotVisible, LinkOver, Throttled where one network has begun too many, and ProviderDown.
    """
    installed, provider = find(name)
    link = joining.open_link(token, viewer.now) if token is not None else None
    if link is not None and link.purpose not in LINKING:
        raise joining.LinkOver("This link does not link an account.")
    source = network_of(address)
    _refuse_too_many(viewer.now, source)
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    try:
        there = provider.address(
            viewer.now, back=installed.back(name), state=state, nonce=nonce, verifier=verifier, anew=anew
        )
    except ProviderDown as fault:
        log_down(viewer, name, fault, address)
        raise
    kept = browser or secrets.token_urlsafe(32)
    with writing_apart() as connection:
        old = select(_ATTEMPTS.c.id).where(_ATTEMPTS.c.ends_at <= viewer.now).with_for_update(skip_locked=True)
        connection.execute(delete(_ATTEMPTS).where(_ATTEMPTS.c.id.in_(old)))
        connection.execute(
            insert(_ATTEMPTS).values(
                state_digest=digest(state),
                browser_digest=digest(kept),
                provider=name,
                nonce=nonce,
                verifier=verifier,
                wanted=wanted,
                joining_link_id=link.id if link else None,
                session_id=viewer.session_id if anew else None,
                address=source,
                began_at=viewer.now,
                ends_at=viewer.now + ATTEMPT_LASTS_FOR,
            )
        )
    return Begun(there, kept)


def digest(secret: str) -> bytes:
    """What is kept of something that only the browser, or the provider, knows."""
    return sha256(secret.encode(errors="replace")).digest()


def _refuse_too_many(now: datetime, source: str) -> None:
    lasting = (_ATTEMPTS.c.address == source, _ATTEMPTS.c.began_at > now - ATTEMPT_LASTS_FOR)
    begun, first = db.session.execute(select(func.count(), func.min(_ATTEMPTS.c.began_at)).where(*lasting)).one()
    if begun >= ATTEMPTS_PER_ADDRESS:
        raise Throttled(first + ATTEMPT_LASTS_FOR)
