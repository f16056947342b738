"""Packs that wait are claimed one by one; each step that is done is noted, so that pages can say how far one is.

A worker that dies leaves its claim behind, which ends by itself, and another one begins that pack anew. Whoever has
lost its claim finds so at its next step and keeps nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, and_, or_, select, update
from sqlalchemy.orm import Session

from portal.access.viewer import Viewer
from portal.database.session import db, writing
from portal.domain.packs import PackKind, PackState
from portal.domain.periods import Days
from portal.models.packs import LONGEST_REASON, Pack
from portal.services.changes import changing

LEASE = timedelta(minutes=2)
"""How long a worker has a pack to itself after each step: longer than any step takes."""

TRIES = 3
NEVER_FINISHED = "It was begun three times, and each time the portal was stopped before it was made."
WORKER = "worker"

_PACKS = cast(Table, Pack.__table__)
Clock = Callable[[], datetime]


class Lost(Exception):
    """Another worker has this pack now, or somebody has taken it out of the queue."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A pack that this worker makes, and which attempt at it this is."""

    pack_id: int
    partnership_id: int
    kind: PackKind
    days: Days
    is_whole: bool
    asked_by_id: int
    asked_by_membership_id: int
    attempts: int


def ticking(now: datetime) -> Clock:
    """A clock that began at `now` (UTC) and goes on: claims are by the clock."""
    begun = monotonic()
    return lambda: now + timedelta(seconds=monotonic() - begun)


def claim(now: datetime) -> Claimed | None:
    """Take the pack that has waited longest, for LEASE; None where none waits that nobody has."""
    to_make = _PACKS.c.state.in_([PackState.WAITING, PackState.MAKING])
    free = and_(to_make, or_(_PACKS.c.claimed_until.is_(None), _PACKS.c.claimed_until <= now))
    db.session.rollback()
    # Without a turn at writing where there is nothing to do, which is most of the time.
    if db.session.scalar(select(_PACKS.c.id).where(free).limit(1)) is None:
        return None
    with writing() as session:
        row = session.execute(
            select(_PACKS)
            .where(free)
            .order_by(_PACKS.c.asked_at, _PACKS.c.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).first()
        if row is None:
            return None
        taken = {"state": PackState.MAKING, "claimed_until": now + LEASE, "attempts": row.attempts + 1, "step": 0}
        session.execute(update(_PACKS).where(_PACKS.c.id == row.id).values(taken))
    return Claimed(
        pack_id=row.id,
        partnership_id=row.partnership_id,
        kind=row.kind,
        days=Days(row.first_on, row.last_on),
        is_whole=row.is_whole,
        asked_by_id=row.asked_by_id,
        asked_by_membership_id=row.asked_by_membership_id,
        attempts=row.attempts + 1,
    )


def note_step(mine: Claimed, step: int, steps: int, now: datetime) -> None:
    """Say how far it is, and keep it for LEASE more. Raises Lost."""
    with writing() as session:
        _mark(session, mine, step=step, steps=steps, claimed_until=now + LEASE)


def fail(mine: Claimed, why: str, now: datetime) -> None:
    """Take a pack out of the queue that cannot be made, with the reason that people read."""
    with suppress(Lost), changing(Viewer.of_system(WORKER, now, mine.partnership_id)) as change:
        _mark(change.session, mine, state=PackState.FAILED, why_failed=why[:LONGEST_REASON], claimed_until=None)
        change.log("pack.failed", "pack", mine.pack_id)


def finish(session: Session, mine: Claimed, **values: Any) -> None:
    """Mark a pack as made, within the transaction that keeps its files. Raises Lost."""
    _mark(session, mine, state=PackState.READY, claimed_until=None, **values)


def _mark(session: Session, mine: Claimed, **values: Any) -> None:
    found = session.execute(update(_PACKS).where(_still_mine(mine)).values(values).returning(_PACKS.c.id))
    if found.first() is None:
        raise Lost


def _still_mine(mine: Claimed) -> ColumnElement[bool]:
    """Whether no other worker has taken it since: each claim counts one attempt more."""
    return and_(_PACKS.c.id == mine.pack_id, _PACKS.c.state == PackState.MAKING, _PACKS.c.attempts == mine.attempts)
