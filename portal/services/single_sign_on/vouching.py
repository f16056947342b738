"""What a browser brings back from a provider, taken once, and proven: who it is there, as far as it concerns us."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from sqlalchemy import Table, update

from portal.access.viewer import Viewer
from portal.database.session import writing
from portal.domain.errors import PortalError
from portal.domain.single_sign_on import (
    Claimed,
    ClaimsUnreadable,
    ProofRefused,
    ProviderDown,
    ProviderKind,
    Refusal,
    has_second_step,
    read_claims,
)
from portal.models.identities import SignOnAttempt
from portal.services.single_sign_on.beginning import digest
from portal.services.single_sign_on.providers import find

_ATTEMPTS = cast(Table, SignOnAttempt.__table__)
_DOWN = frozenset({"server_error", "temporarily_unavailable"})


class SignOnRefused(PortalError):
    """Whoever came back is not let in; the page says why, and what to do."""

    def __init__(self, refusal: Refusal, *, agency: str = "", wanted: str | None = None) -> None:
        super().__init__(f"Single sign-on was refused: {refusal}.")
        self.refusal = refusal
        self.agency = agency
        """The agency with which what the provider says does not agree."""
        self.wanted = wanted
        """The page of the portal to go on to, for whoever is signed in still."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in that was begun, and has now been taken."""

    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    wanted: str | None
    joining_link_id: int | None
    session_id: int | None
    began_at: datetime


@dataclass(frozen=True, slots=True)
class Vouched:
    """Who it is at the provider, as far as it concerns an account."""

    provider: str
    issuer: str
    claimed: Claimed
    id_token: str = field(repr=False)
    has_second_step: bool


def take(viewer: Viewer, name: str, state: str, browser: str | None) -> Attempt:
    """The sign-in that this browser began, taken once: of two answers to it, the second finds none.

    One that was to show anew who it is belongs to the sign-in that asked for it. Raises ProofRefused.
    """
    with writing() as session:
        attempt = session.execute(
            update(_ATTEMPTS)
            .where(
                _ATTEMPTS.c.state_digest == digest(state),
                _ATTEMPTS.c.browser_digest == digest(browser or ""),
                _ATTEMPTS.c.provider == name,
                _ATTEMPTS.c.taken_at.is_(None),
                _ATTEMPTS.c.ends_at > viewer.now,
            )
            .values(taken_at=viewer.now)
            .returning(
                _ATTEMPTS.c.nonce,
                _ATTEMPTS.c.verifier,
                _ATTEMPTS.c.wanted,
                _ATTEMPTS.c.joining_link_id,
                _ATTEMPTS.c.session_id,
                _ATTEMPTS.c.began_at,
            )
        ).one_or_none()
    if attempt is None or browser is None or attempt.session_id not in (None, viewer.session_id):
        raise ProofRefused(Refusal.STATE)
    return Attempt(*attempt)


def prove(viewer: Viewer, name: str, attempt: Attempt, brought: Mapping[str, str]) -> Vouched:
    """Who it is, by the provider's word, checked. Raises ProofRefused and ProviderDown."""
    installed, provider = find(name)
    settings = provider.settings
    if brought.get("iss") not in (None, settings.issuer):
        # RFC 9207: the answer of one provider, brought to the door of another.
        raise ProofRefused(Refusal.ISSUER)
    if fault := brought.get("error"):
        if fault in _DOWN:
            raise ProviderDown(f"it answers {fault}")
        raise ProofRefused(Refusal.DECLINED)
    code = brought.get("code", "")
    if not code:
        raise ProofRefused(Refusal.CODE)
    proof = provider.prove(
        viewer.now,
        back=installed.back(name),
        code=code,
        nonce=attempt.nonce,
        verifier=attempt.verifier,
        since=attempt.began_at if attempt.session_id is not None else None,
    )
    try:
        claimed = read_claims(ProviderKind(settings.kind), proof.claims, claim=settings.claim, code=settings.claim_code)
    except ClaimsUnreadable:
        raise ProofRefused(Refusal.CLAIMS) from None
    trusted = has_second_step(proof.claims, settings.trusted_amr, settings.trusted_acr)
    return Vouched(name, settings.issuer, claimed, proof.id_token, trusted)
