"""How long a sign-in lasts, why it ends, and how many wrong guesses are taken before waiting."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

IDLE_FOR = timedelta(minutes=20)
LASTS_FOR = timedelta(hours=10)
WARNED_BEFORE = timedelta(minutes=2)
"""How long before a sign-in ends by itself a page that lies open says so."""
GUESS_WINDOW = timedelta(minutes=5)
GUESSES_PER_ACCOUNT = 10
GUESSES_PER_ADDRESS = 100
LINK_LASTS_FOR = timedelta(days=3)
PROOF_LASTS_FOR = timedelta(minutes=10)
"""For how long after every step of a sign-in its person is taken to be the one who sits there, for what asks that."""
ACCOUNT_SLEEPS_AFTER_DAYS = 90
"""What a new partnership starts with; a row of its own says what holds."""


class SessionEnd(StrEnum):
    """Why a sign-in ended; the first two are read off the clock and never stored."""

    IDLE = "idle"
    TOO_LONG = "too_long"
    SIGNED_OUT = "signed_out"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  # nosec B105 - a reason, not a password
    ACCESS_CHANGED = "access_changed"
    ENDED_ELSEWHERE = "ended_elsewhere"
    """By the person, from another browser."""


class Step(StrEnum):
    """What a sign-in still asks for."""

    NONE = "none"
    CODE = "code"
    SET_UP_CODE = "set_up_code"


class SignInWay(StrEnum):
    """By what somebody signed in: shown to them beside their other sign-ins."""

    PASSWORD = "password"  # noqa: S105  # nosec B105 - a way, not a password
    PASSWORD_AND_CODE = "password_and_code"  # noqa: S105  # nosec B105
    PASSWORD_AND_PASSKEY = "password_and_passkey"  # noqa: S105  # nosec B105
    PASSKEY = "passkey"
    PROVIDER = "provider"
    """By the sign-in service of their employer."""


WAY_WORDS = {
    SignInWay.PASSWORD: "Password",
    SignInWay.PASSWORD_AND_CODE: "Password and code",
    SignInWay.PASSWORD_AND_PASSKEY: "Password and passkey",
    SignInWay.PASSKEY: "Passkey",
    SignInWay.PROVIDER: "Your employer’s sign-in",
}


def is_fresh(proved_at: datetime | None, now: datetime) -> bool:
    """Whether somebody has proved within the last 10 minutes who they are; both are UTC."""
    return proved_at is not None and now - proved_at < PROOF_LASTS_FOR


def ends_at(started_at: datetime, last_seen_at: datetime) -> datetime:
    """When a sign-in ends by itself, in UTC, if nothing more is asked of the portal in it."""
    return min(started_at + LASTS_FOR, last_seen_at + IDLE_FOR)


def ended_by_time(started_at: datetime, last_seen_at: datetime, now: datetime) -> SessionEnd | None:
    """Whether a sign-in is over by now: after 20 minutes without a request, and after 10 hours in any case."""
    if now - started_at >= LASTS_FOR:
        return SessionEnd.TOO_LONG
    if now - last_seen_at >= IDLE_FOR:
        return SessionEnd.IDLE
    return None
