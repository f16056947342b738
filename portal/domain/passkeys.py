"""Passkeys (WebAuthn): at which address they hold, what a challenge is for, and what a counter tells."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from urllib.parse import urlsplit

CHALLENGE_LASTS_FOR = timedelta(minutes=5)
MOST_WAITING = 300
"""Challenges that may wait for one network's browsers: a large agency has one address for all of its people."""
MOST_PER_PERSON = 10
LONGEST_NAME = 60
LONGEST_ANSWER = 20_000
"""Characters of what a browser sends: one with a long certificate has some thousand."""

_PORTS = {"https": 443, "http": 80}


class ChallengePurpose(StrEnum):
    """What a challenge was given out for; it is good for nothing else."""

    ADD = "add"
    SIGN_IN = "sign_in"
    SECOND_STEP = "second_step"
    PROVE = "prove"


@dataclass(frozen=True, slots=True)
class Site:
    """The portal as browsers and authenticators name it."""

    name: str
    """The domain for which a passkey is made (the relying party's id)."""
    origin: str


def site_at(base_url: str) -> Site | None:
    """The site of the setting BASE_URL; None where browsers make no passkeys.

    They ask for a name, not an IP address, and for https, except on the machine itself (Web Authentication, sections
    5.1.3 and 13.4.9).
    """
    parts = urlsplit(base_url)
    host = (parts.hostname or "").lower()
    if not host or _is_number(host) or (parts.scheme != "https" and not _is_own_machine(host)):
        return None
    port = "" if parts.port in (None, _PORTS.get(parts.scheme)) else f":{parts.port}"
    return Site(host, f"{parts.scheme}://{host}{port}")


def counter_went_back(kept: int, shown: int) -> bool:
    """Whether a passkey shows a count that it has shown before: perhaps there are two of it.

    Those that are kept in several devices do not count, and always show 0.
    """
    return (kept > 0 or shown > 0) and shown <= kept


def leaves_a_second_step(*, needed: bool, has_authenticator: bool, passkeys_left: int) -> bool:
    """Whether somebody whose role asks for a second step still has one."""
    return not needed or has_authenticator or passkeys_left > 0


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_own_machine(host: str) -> bool:
    return host == "localhost" or host.endswith(".localhost")
