"""How the portal shows a provider of single sign-on by a key who it is: `private_key_jwt`, RFC 7523."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey

KIND = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LASTS_FOR = timedelta(minutes=5)
"""CIS2 takes none that holds for longer."""

_STRONGEST, _USUAL = "RS512", "RS256"


@lru_cache(maxsize=8)
def _key(pem: str) -> RSAKey:
    # Reading a long one takes a while, and anybody may ask for its public half.
    return RSAKey.import_key(pem)


def assertion(pem: str, client_id: str, audience: str, now: datetime, offered: Collection[str]) -> str:
    """What the portal says of itself to the token endpoint `audience`, signed; good once and for five minutes.

    `offered` are the algorithms that the provider says it takes; RS256 where it says nothing.
    """
    key = _key(pem)
    said = {
        "iss": client_id,
        "sub": client_id,
        "aud": audience,
        "iat": int(now.timestamp()),
        "exp": int((now + LASTS_FOR).timestamp()),
        "jti": secrets.token_urlsafe(24),
    }
    algorithm = _STRONGEST if _STRONGEST in offered else _USUAL
    return jwt.encode({"alg": algorithm, "kid": key.thumbprint()}, said, key, algorithms=[algorithm])


def published(pem: str) -> dict[str, Any]:
    """The public half, as the provider fetches it: nothing of the private one."""
    key = _key(pem)
    return {**key.as_dict(private=False), "kid": key.thumbprint(), "use": "sig"}
