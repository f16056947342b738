"""How long a sign-in lasts, why it ends, and how many wrong guesses are taken before waiting."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

IDLE_FOR = timedelta(minutes=20)
LASTS_FOR = timedelta(hours=10)
GUESS_WINDOW = timedelta(minutes=5)
GUESSES_PER_ACCOUNT = 10
GUESSES_PER_ADDRESS = 100
LINK_LASTS_FOR = timedelta(days=3)
ACCOUNT_SLEEPS_AFTER_DAYS = 90
"""What a new partnership starts with; a row of its own says what holds."""


class SessionEnd(StrEnum):
    """Why a sign-in ended; the first two are read off the clock and never stored."""

    IDLE = "idle"
    TOO_LONG = "too_long"
    SIGNED_OUT = "signed_out"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  # nosec B105 - a reason, not a password
    ACCESS_CHANGED = "access_changed"


class Step(StrEnum):
    """What a sign-in still asks for."""

    NONE = "none"
    CODE = "code"
    SET_UP_CODE = "set_up_code"


def ended_by_time(started_at: datetime, last_seen_at: datetime, now: datetime) -> SessionEnd | None:
    """Whether a sign-in is over by now: after 20 minutes without a request, and after 10 hours in any case."""
    if now - started_at >= LASTS_FOR:
        return SessionEnd.TOO_LONG
    if now - last_seen_at >= IDLE_FOR:
        return SessionEnd.IDLE
    return None
