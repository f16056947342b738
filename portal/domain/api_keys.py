"""Keys of the API: how they look, how long they last, and how many requests are answered in a minute."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from hashlib import sha256

PREFIX = "spk_"
"""By which a key is known for one, wherever somebody finds it."""

LONGEST_LIFE = timedelta(days=366)
LONGEST_NAME = 80
MOST_KEYS = 20
"""So many keys of one agency, or of the partnership itself, hold at a time."""

WINDOW = timedelta(minutes=1)
REQUESTS_PER_KEY = 120
WRONG_PER_ADDRESS = 30
"""Requests within the window that are answered: of one key, and from one address without a good one."""

_ENDING = 4


def digest_of(key: str) -> bytes:
    """Return what is kept of a key. It is too long to be guessed, so that a plain hash gives nothing away."""
    return sha256(key.encode(errors="replace")).digest()


def ending_of(key: str) -> str:
    """Return the characters by which people tell a key from others."""
    return key[-_ENDING:]


def holds(ends_on: date, ended_at: datetime | None, today: date) -> bool:
    """Say whether a key opens anything on a day: up to its last one, the day included, unless it was ended."""
    return ended_at is None and today <= ends_on
