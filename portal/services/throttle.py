"""Wrong guesses at passwords and codes: counted in the database, so that every worker counts the same ones.

Each guess is counted before it is looked at and taken off again when it was right. Counting afterwards would let
through as many guesses as can be under way at once.
"""

from __future__ import annotations

import ipaddress
from datetime import datetime
from hashlib import sha256
from typing import Any, cast

from sqlalchemy import Connection, Table, delete, func, insert, select, update
from sqlalchemy.orm import Session

from portal.database.session import db, writing_apart
from portal.domain.errors import PortalError
from portal.domain.signing_in import GUESS_WINDOW, GUESSES_PER_ACCOUNT, GUESSES_PER_ADDRESS
from portal.domain.vocabulary import ActivityOutcome
from portal.models.sessions import SignInAttempt
from portal.services import activity
from portal.services.changes import Change
from portal.services.known_people import tidy_email

_ATTEMPTS = cast(Table, SignInAttempt.__table__)
_LONGEST_ADDRESS = 64
_IPV6_NETWORK = 64
_ACCOUNT_LOCK = 1
_ADDRESS_LOCK = 2


class Throttled(PortalError):
    """Too many wrong guesses lie within the last minutes; `until` is when the next one is taken (UTC)."""

    def __init__(self, until: datetime) -> None:
        super().__init__("Too many wrong guesses.")
        self.until = until


def begin(now: datetime, email: str, address: str) -> int:
    """Count a guess at an account from an address before it is looked at; gives its number.

    Raises Throttled, and then counts nothing, while 10 guesses at the account or 100 from the address lie within
    the last 5 minutes.
    """
    account, source = _account(email), network_of(address)
    # Refused without a turn at writing: a flood of guesses must not hold up other people's work.
    _refuse(db.session(), account, source, now)
    with writing_apart() as connection:
        _take_turn(connection, account, source)
        _refuse(connection, account, source, now)
        guess: int = connection.execute(
            insert(_ATTEMPTS).values(account_digest=account, address=source, at=now).returning(_ATTEMPTS.c.id)
        ).scalar_one()
        _prune(connection, now)
    return guess


def forget(session: Session, guess: int) -> None:
    """Take a guess off again: it was right."""
    session.execute(delete(_ATTEMPTS).where(_ATTEMPTS.c.id == guess))


def stand(session: Session, guess: int, now: datetime) -> None:
    """Let a guess stand: it was wrong.

    It would stand anyway. The write makes a guess at an account that does not exist take as long as one at an
    account that does, for which the trail is written.
    """
    session.execute(update(_ATTEMPTS).where(_ATTEMPTS.c.id == guess).values(at=now))


def log_wrong(change: Change, verb: str) -> None:
    """Write a wrong guess at an account into the trail of the change's person."""
    row = activity.entry(change.viewer, verb, "person", change.viewer.user_id, outcome=ActivityOutcome.REFUSED)
    activity.append_later(change.session, row)


def network_of(address: str) -> str:
    """An address as it is counted: an IPv6 one by its network, of which one household or attacker has all."""
    try:
        known = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:_LONGEST_ADDRESS]
    if isinstance(known, ipaddress.IPv4Address):
        return str(known)
    if known.ipv4_mapped is not None:
        return str(known.ipv4_mapped)
    return str(ipaddress.ip_network((known, _IPV6_NETWORK), strict=False))


def _account(email: str) -> bytes:
    return sha256(tidy_email(email).encode(errors="replace")).digest()


def _refuse(door: Session | Connection, account: bytes, source: str, now: datetime) -> None:
    """Raise Throttled with the later of the two moments at which a guess is free again."""

    def limiting(condition: Any, limit: int) -> Any:
        # The newest guess but so many: as long as it lies within the window, the window is full.
        return (
            select(_ATTEMPTS.c.at)
            .where(condition, _ATTEMPTS.c.at > now - GUESS_WINDOW)
            .order_by(_ATTEMPTS.c.at.desc())
            .offset(limit - 1)
            .limit(1)
            .scalar_subquery()
        )

    row = door.execute(
        select(
            limiting(_ATTEMPTS.c.account_digest == account, GUESSES_PER_ACCOUNT),
            limiting(_ATTEMPTS.c.address == source, GUESSES_PER_ADDRESS),
        )
    ).one()
    full = [at for at in row if at is not None]
    if full:
        raise Throttled(max(full) + GUESS_WINDOW)


def _take_turn(connection: Connection, account: bytes, source: str) -> None:
    """On PostgreSQL, let guesses at one account, and from one address, be counted one after the other.

    SQLite has one writer at a time. Everybody asks for the two locks in the same order, so none waits for ever.
    """
    if connection.dialect.name != "postgresql":
        return
    for kind, key in ((_ACCOUNT_LOCK, account), (_ADDRESS_LOCK, sha256(source.encode()).digest())):
        number = int.from_bytes(key[:4], signed=True)
        connection.execute(select(func.pg_advisory_xact_lock(kind, number)))


def _prune(connection: Connection, now: datetime) -> None:
    """Drop what no longer counts, whoever's it was; rows that another guess is just dropping are left to it."""
    old = select(_ATTEMPTS.c.id).where(_ATTEMPTS.c.at <= now - GUESS_WINDOW).with_for_update(skip_locked=True)
    connection.execute(delete(_ATTEMPTS).where(_ATTEMPTS.c.id.in_(old)))
