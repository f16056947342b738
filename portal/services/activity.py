"""The system's own trail: appended in each change's own transaction, sealed, chained, verified, anchored."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.orm import Session

from portal.access.viewer import Viewer
from portal.database.encryption import keyring
from portal.database.session import before_commit, db, is_writing, notes, writing_apart
from portal.domain.vocabulary import ActivityOutcome
from portal.models.activity import Activity, ActivityChain

NO_SEAL = bytes(32)
_PENDING = "activity"
_SEALED = ("partnership_id", "user_id", "membership_id", "agency_id", "verb", "subject", "subject_id", "outcome")

# Built once: every change ends with them, while it holds its chain, and to build them takes longer than to run them.
_HEADS = select(ActivityChain.id, ActivityChain.last_sequence, ActivityChain.last_seal).with_for_update()
_HEAD = _HEADS.where(ActivityChain.partnership_id == bindparam("of_partnership"))
_SYSTEMS_HEAD = _HEADS.where(ActivityChain.partnership_id.is_(None))
_ENTRIES = insert(Activity)
_MOVE_HEAD = (
    update(ActivityChain)
    .where(ActivityChain.id == bindparam("chain"))
    .values(last_sequence=bindparam("sequence"), last_seal=bindparam("seal"))
)


def entry(
    viewer: Viewer,
    verb: str,
    subject: str,
    subject_id: int | None,
    *,
    partnership_id: int | None = None,
    outcome: ActivityOutcome = ActivityOutcome.DONE,
) -> dict[str, Any]:
    """One row of the trail, before it has its place in a chain."""
    return {
        "partnership_id": partnership_id if partnership_id is not None else viewer.partnership_id,
        "at": viewer.now,
        "user_id": viewer.user_id,
        "membership_id": viewer.membership_id,
        "agency_id": viewer.agency_id,
        "verb": verb,
        "subject": subject,
        "subject_id": subject_id,
        "outcome": outcome,
    }


def append_later(session: Session, row: dict[str, Any]) -> None:
    """Chain `row` as the last act of the running transaction, so that the chain is locked only briefly."""
    waiting = notes(session)
    if _PENDING not in waiting:
        waiting[_PENDING] = []
        before_commit(session, _append_pending)
    waiting[_PENDING].append(row)


def chain_now(session: Session) -> None:
    """Chain what waits for the end of the running transaction: for a long one that reads the trail of its own doing."""
    waiting = notes(session).get(_PENDING, [])
    _append(session.connection(), waiting)
    # Emptied and not replaced: what comes later is chained at the commit as ever.
    waiting.clear()


def pending(session: Session) -> int:
    """How many rows the running transaction will chain."""
    return len(notes(session).get(_PENDING, ()))


def record_reading(viewer: Viewer, verb: str, subject: str, subject_ids: Iterable[int | None]) -> None:
    """Log that somebody reads a child's record, in a short transaction of its own before the page is shown."""
    _append_now([entry(viewer, verb, subject, subject_id) for subject_id in subject_ids])


def record_refusal(viewer: Viewer, subject: str, subject_id: int | None) -> None:
    """Log that somebody asked for what is not theirs."""
    _append_now([entry(viewer, "refused", subject, subject_id, outcome=ActivityOutcome.REFUSED)])


def _append_now(rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    if is_writing():
        session = db.session()
        for row in rows:
            append_later(session, row)
        return
    with writing_apart() as connection:
        _append(connection, rows)


def _append_pending(session: Session) -> None:
    _append(session.connection(), notes(session)[_PENDING])


def _append(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Give each row its place and seal. Chains are locked in one order, so that two writers never deadlock."""

    def chain_order(row: Mapping[str, Any]) -> int:
        return row["partnership_id"] or 0

    for number, group in groupby(sorted(rows, key=chain_order), key=chain_order):
        found = connection.execute(_HEAD, {"of_partnership": number}) if number else connection.execute(_SYSTEMS_HEAD)
        head = found.one()
        sequence, seal = head.last_sequence, bytes(head.last_seal)
        sealed = []
        for row in group:
            sequence += 1
            placed = {**row, "chain_id": head.id, "sequence": sequence, "key_id": keyring.writing_id}
            seal = keyring.seal(content(placed, seal))
            sealed.append({**placed, "seal": seal})
        connection.execute(_ENTRIES, sealed)
        connection.execute(_MOVE_HEAD, {"chain": head.id, "sequence": sequence, "seal": seal})


def content(row: Mapping[str, Any], before: bytes) -> bytes:
    """What a row's seal covers: the seal before it, its place, and every fact in it."""
    at: datetime = row["at"]
    facts = [row["chain_id"], row["sequence"], at.astimezone(UTC).isoformat(), row["key_id"]]
    facts += [row[name] for name in _SEALED]
    return before + json.dumps(facts, separators=(",", ":")).encode()


def open_chain(session: Session, partnership_id: int) -> None:
    """Give a new partnership its chain."""
    session.add(ActivityChain(partnership_id=partnership_id, last_sequence=0, last_seal=NO_SEAL))
    session.flush()
