"""Checkpoints: where a chain begins since its oldest rows were let go, sealed as a row is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, select, type_coerce

from portal.database.encryption import Undecryptable, keyring
from portal.models.activity import ActivityCheckpoint
from portal.services.activity import NO_SEAL
from portal.services.activity_chains import AS_STORED, instant, is_number

_PURPOSE = b"activity checkpoint\n"
_COLUMNS = [type_coerce(column, AS_STORED).label(column.key) for column in ActivityCheckpoint.__table__.columns]


@dataclass(frozen=True, slots=True)
class Beginning:
    """After which row a chain begins, and the seal of that row; of a whole chain, row 0 and no seal.

    `unfit` is the place of the first checkpoint that the portal did not make, if there is one.
    """

    sequence: int = 0
    seal: bytes = NO_SEAL
    unfit: int | None = None


def new_checkpoint(
    chain_id: int, sequence: int, seal: bytes, last_at: datetime, made_at: datetime
) -> ActivityCheckpoint:
    """The checkpoint that stands for all rows up to `sequence`; instants are UTC."""
    facts: dict[str, Any] = {
        "chain_id": chain_id,
        "sequence": sequence,
        "seal": seal,
        "last_at": last_at,
        "made_at": made_at,
        "key_id": keyring.writing_id,
    }
    return ActivityCheckpoint(**facts, mark=keyring.seal(_content(facts)))


def beginning(connection: Connection, chain_id: int) -> Beginning:
    """Where a chain begins: at its newest checkpoint, all of which are held against their marks."""
    table = ActivityCheckpoint
    rows = connection.execute(select(*_COLUMNS).where(table.chain_id == chain_id).order_by(table.sequence))
    found = Beginning()
    for row in rows.mappings():
        if not _is_ours(row):
            place = row["sequence"] if is_number(row["sequence"]) else 0
            return Beginning(found.sequence, found.seal, unfit=place)
        found = Beginning(row["sequence"], row["seal"])
    return found


def _is_ours(row: RowMapping) -> bool:
    try:
        facts = {**row, "last_at": instant(row["last_at"]), "made_at": instant(row["made_at"])}
        own = keyring.seal(_content(facts), row["key_id"])
    except (Undecryptable, TypeError, ValueError, AttributeError):
        return False
    return bool(own == row["mark"])


def _content(facts: Mapping[str, Any]) -> bytes:
    """What a mark covers: every fact of the checkpoint, under a purpose that no row's seal has."""
    listed = [facts["chain_id"], facts["sequence"], bytes(facts["seal"]).hex(), facts["key_id"]]
    listed += [facts[name].astimezone(UTC).isoformat() for name in ("last_at", "made_at")]
    return _PURPOSE + json.dumps(listed, separators=(",", ":")).encode()
