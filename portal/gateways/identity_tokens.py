"""What a provider of single sign-on signs: checked to be its own, for this sign-in, for this service, and of now."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import datetime
from hashlib import new as new_hash
from hmac import compare_digest
from typing import Any

from joserfc import jwt
from joserfc.errors import BadSignatureError, ExpiredTokenError, InvalidClaimError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from portal.domain.single_sign_on import CLOCK_SKEW, ProofRefused, Refusal

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signatures with a key that the provider alone has; never none, and never one made with the client's secret."""

_REFUSALS = {
    "nonce": Refusal.NONCE,
    "aud": Refusal.AUDIENCE,
    "iss": Refusal.ISSUER,
    "iat": Refusal.CLOCK,
    "nbf": Refusal.CLOCK,
}


class KeyUnknown(Exception):
    """The token is signed with a key that is not among these: the provider may have changed its keys since."""


def decode(id_token: str, keys: KeySet) -> jwt.Token:
    """The token, its signature checked. Raises KeyUnknown, and ProofRefused where it is no such token at all."""
    try:
        return jwt.decode(id_token, keys, algorithms=list(ALGORITHMS))
    except (InvalidKeyIdError, BadSignatureError):
        raise KeyUnknown from None
    except (JoseError, ValueError):
        raise ProofRefused(Refusal.SIGNATURE) from None


def check_claims(claims: dict[str, Any], now: datetime, *, issuer: str, client_id: str, nonce: str) -> None:
    """Raises ProofRefused with what is wrong."""
    registry = jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=int(CLOCK_SKEW.total_seconds()),
        iss={"essential": True, "value": issuer},
        sub={"essential": True},
        aud={"essential": True, "value": client_id},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": nonce},
    )
    try:
        registry.validate(claims)
    except ExpiredTokenError:
        raise ProofRefused(Refusal.EXPIRED) from None
    except InvalidClaimError as fault:
        raise ProofRefused(_REFUSALS.get(fault.claim, Refusal.CLAIMS)) from None
    except JoseError:
        raise ProofRefused(Refusal.CLAIMS) from None
    # The library is content with a list that holds the right one among others.
    if not isinstance(claims["nonce"], str):
        raise ProofRefused(Refusal.NONCE)
    audience, party = claims["aud"], claims.get("azp")
    if (isinstance(audience, list) and len(audience) > 1 and party is None) or party not in (None, client_id):
        raise ProofRefused(Refusal.AUDIENCE)


def check_access_token(token: jwt.Token, access_token: object) -> None:
    """Where the provider says which access token goes with this token (at_hash), it must be that one.

    With another's the portal would be told another's organisation. Raises ProofRefused.
    """
    said = token.claims.get("at_hash")
    if said is None or access_token is None:
        return
    hashed = new_hash(f"sha{token.header['alg'][2:]}", str(access_token).encode()).digest()
    right = urlsafe_b64encode(hashed[: len(hashed) // 2]).rstrip(b"=")
    if not isinstance(said, str) or not compare_digest(said.encode(), right):
        raise ProofRefused(Refusal.CLAIMS)


def check_is_anew(claims: dict[str, Any], asked_at: datetime) -> None:
    """The provider must say that it asked its person to sign in since `asked_at` (auth_time). Raises ProofRefused.

    One that only remembers them proves nothing about who sits there now.
    """
    at = claims.get("auth_time")
    earliest = (asked_at - CLOCK_SKEW).timestamp()
    if isinstance(at, bool) or not isinstance(at, int | float) or at < earliest:
        raise ProofRefused(Refusal.STALE)
