"""The door of the API: which key holds, and how many requests a minute it opens, counted where every worker counts.

A request is counted before it is answered, as a guess at a password is (services/throttle.py). What is counted lies in
the database for a minute; the key itself remembers how often and when it was last used.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, cast

from sqlalchemy import ColumnElement, Connection, Table, delete, func, insert, select, update
from sqlalchemy.orm import Session

from portal.access.viewer import FiguresKey, Viewer
from portal.database.scopes import ACROSS
from portal.database.session import db, writing_apart
from portal.domain.api_keys import PREFIX, REQUESTS_PER_KEY, WINDOW, WRONG_PER_ADDRESS, digest_of, holds
from portal.domain.errors import PortalError
from portal.domain.working_days import london_day
from portal.models.api_keys import ApiKey, ApiRequest
from portal.models.partnerships import Agency, Partnership, PartnershipAgency
from portal.services import reach
from portal.services.throttle import network_of

_KEYS = cast(Table, ApiKey.__table__)
_REQUESTS = cast(Table, ApiRequest.__table__)
_KEY_LOCK = 3
_ADDRESS_LOCK = 4
"""Apart from those of signing in."""


class NoKey(PortalError):
    """No key was sent, or none that holds; which of the two is nobody's business."""


class TooManyRequests(PortalError):
    """The minute is full; `until` is when the next request is answered (UTC)."""

    def __init__(self, until: datetime) -> None:
        super().__init__("Too many requests.")
        self.until = until


def admit(now: datetime, sent: str | None, address: str) -> Viewer:
    """Who a request is, by the key that it sent: that key's viewer, which reads figures and nothing else.

    Raises NoKey and TooManyRequests. A key that was ended, has run out, or whose agency has left opens nothing.
    """
    if not sent:
        raise NoKey("Send a key.")
    row = None
    if sent.startswith(PREFIX):
        row = db.session.execute(
            select(
                ApiKey.id,
                ApiKey.partnership_id,
                ApiKey.agency_id,
                ApiKey.name,
                ApiKey.ends_on,
                ApiKey.ended_at,
                PartnershipAgency.left_at,
                Partnership.name.label("partnership"),
                Agency.name.label("agency"),
            )
            .join(Partnership, Partnership.id == ApiKey.partnership_id)
            .outerjoin(Agency, Agency.id == ApiKey.agency_id)
            .outerjoin(
                PartnershipAgency,
                (PartnershipAgency.partnership_id == ApiKey.partnership_id)
                & (PartnershipAgency.agency_id == ApiKey.agency_id),
            )
            .where(ApiKey.digest == digest_of(sent))
            .execution_options(**ACROSS)
        ).one_or_none()
    if row is None or row.left_at is not None or not holds(row.ends_on, row.ended_at, london_day(now)):
        _count_wrong(now, network_of(address))
        raise NoKey("This key opens nothing.")
    key = FiguresKey(row.id, row.partnership_id, row.partnership, row.agency_id, row.agency or "")
    viewer = Viewer.by_key(now, row.name, key)
    reach.admit(viewer)
    _count_use(now, row.id)
    return viewer


def _count_use(now: datetime, key_id: int) -> None:
    own = _REQUESTS.c.key_id == key_id
    # Refused without a turn at writing: a flood of requests must not hold up other people's work.
    _refuse(db.session(), own, REQUESTS_PER_KEY, now)
    with writing_apart() as connection:
        _take_turn(connection, _KEY_LOCK, key_id)
        _refuse(connection, own, REQUESTS_PER_KEY, now)
        connection.execute(insert(_REQUESTS).values(key_id=key_id, address="", at=now))
        connection.execute(update(_KEYS).where(_KEYS.c.id == key_id).values(uses=_KEYS.c.uses + 1, last_used_at=now))
        _prune(connection, now)


def _count_wrong(now: datetime, source: str) -> None:
    from_there = (_REQUESTS.c.address == source) & _REQUESTS.c.key_id.is_(None)
    _refuse(db.session(), from_there, WRONG_PER_ADDRESS, now)
    with writing_apart() as connection:
        _take_turn(connection, _ADDRESS_LOCK, int.from_bytes(sha256(source.encode()).digest()[:4], signed=True))
        _refuse(connection, from_there, WRONG_PER_ADDRESS, now)
        connection.execute(insert(_REQUESTS).values(key_id=None, address=source, at=now))
        _prune(connection, now)


def _refuse(door: Session | Connection, counted: ColumnElement[bool], limit: int, now: datetime) -> None:
    # The newest but so many: as long as it lies within the window, the window is full.
    at: Any = door.execute(
        select(_REQUESTS.c.at)
        .where(counted, _REQUESTS.c.at > now - WINDOW)
        .order_by(_REQUESTS.c.at.desc())
        .offset(limit - 1)
        .limit(1)
    ).scalar_one_or_none()
    if at is not None:
        raise TooManyRequests(at + WINDOW)


def _take_turn(connection: Connection, lock: int, number: int) -> None:
    """On PostgreSQL, let requests of one key be counted one after the other; SQLite has one writer at a time."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(lock, number)))


def _prune(connection: Connection, now: datetime) -> None:
    """Drop what no longer counts, whoever's it was; rows that another request is just dropping are left to it."""
    old = select(_REQUESTS.c.id).where(_REQUESTS.c.at <= now - WINDOW).with_for_update(skip_locked=True)
    connection.execute(delete(_REQUESTS).where(_REQUESTS.c.id.in_(old)))


def seconds_until(until: datetime, now: datetime) -> int:
    """Whole seconds to wait, at least one."""
    return max(1, -(-int((until - now) / timedelta(milliseconds=1)) // 1000))
