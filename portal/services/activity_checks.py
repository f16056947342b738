"""Whether the trail still is what the portal wrote, and the anchor that shows what a chain alone cannot.

Each row's seal covers the seal before it, under a key that the database does not hold. So a row that was edited,
removed from the middle, moved or put in by hand does not fit. Whoever cuts off a chain's end and mends its head, or
goes back to an old copy, leaves a chain that fits: only an anchor, kept elsewhere, still knows what stood there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select, type_coerce
from sqlalchemy.types import NullType, TypeEngine

from portal.access.viewer import Viewer
from portal.database.encryption import Undecryptable, keyring
from portal.database.session import db
from portal.domain.errors import NotPermitted, PortalError, Unusable
from portal.models.activity import Activity, ActivityChain
from portal.models.partnerships import Partnership
from portal.services.activity import NO_SEAL, content

ROWS_AT_ONCE = 1000

# As they lie in the database: a value that was falsified into nonsense must be found, not fail to load.
_AS_STORED: TypeEngine[Any] = NullType()
_COLUMNS = [type_coerce(column, _AS_STORED).label(column.key) for column in Activity.__table__.columns]

Progress = Callable[[int], None]


class Falsified(PortalError):
    """A chain is not as the portal wrote it, so that nothing should be anchored to it."""


@dataclass(frozen=True, slots=True)
class Link:
    """How far one chain went when the anchor was made."""

    chain: int
    partnership: str | None
    sequence: int
    seal: bytes


@dataclass(frozen=True, slots=True)
class Fault:
    """The first thing in a chain that is not as the portal wrote it."""

    chain: int
    partnership: str | None
    sequence: int | None
    reason: str

    def __str__(self) -> str:
        """One line that names the row."""
        whose = f" ({self.partnership})" if self.partnership else " (the system's)"
        place = "" if self.sequence is None else f", row {self.sequence}"
        return f"activity chain {self.chain}{whose}{place}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Report:
    """What a verification found: how much it read, and each chain's first fault."""

    chains: int
    rows: int
    faults: list[Fault]


@dataclass(frozen=True, slots=True)
class _Head:
    id: int
    partnership_id: int | None
    partnership: str | None
    last_sequence: int
    last_seal: bytes


def count_rows(viewer: Viewer) -> int:
    """How many rows a verification will read."""
    _refuse_people(viewer)
    return db.session.scalar(select(func.count()).select_from(Activity)) or 0


def verify(viewer: Viewer, anchor: list[Link] | None = None, progress: Progress = lambda _rows: None) -> Report:
    """Read every chain from its beginning; each row, its place, its seal, and what the anchor knows.

    All is read as it stood at one moment, while the portal goes on writing. `progress` is told how many more rows
    have been read.
    """
    _refuse_people(viewer)
    faults: list[Fault] = []
    rows = 0
    with _snapshot() as connection:
        heads = _heads(connection)
        anchored = {link.chain: link for link in anchor or ()}
        for head in heads:
            read, fault = _verify_chain(connection, head, anchored.get(head.id), progress)
            rows += read
            if fault is not None:
                faults.append(fault)
        faults += _missing_chains(connection, heads, anchored)
    return Report(len(heads), rows, faults)


def anchor_now(viewer: Viewer) -> list[Link]:
    """How far each chain goes now; raises Falsified where a head does not fit its last row."""
    _refuse_people(viewer)
    with _snapshot() as connection:
        links = []
        for head in _heads(connection):
            last = connection.execute(
                select(*_COLUMNS).where(Activity.chain_id == head.id).order_by(Activity.sequence.desc()).limit(1)
            ).first()
            stands = (0, NO_SEAL) if last is None else (last.sequence, last.seal)
            if stands != (head.last_sequence, head.last_seal):
                raise Falsified(f"activity chain {head.id} does not end as its head says: run flask activity verify")
            links.append(Link(head.id, head.partnership, head.last_sequence, head.last_seal))
    return links


def to_json(links: list[Link], made_at: datetime) -> dict[str, Any]:
    """An anchor as its file holds it."""
    return {
        "made_at": made_at.isoformat(),
        "chains": [
            {"chain": link.chain, "partnership": link.partnership, "sequence": link.sequence, "seal": link.seal.hex()}
            for link in links
        ],
    }


def from_json(stored: Any) -> list[Link]:
    """Read back what `to_json` wrote; raises Unusable for anything else."""
    try:
        datetime.fromisoformat(stored["made_at"])
        return [
            Link(int(row["chain"]), row["partnership"], int(row["sequence"]), bytes.fromhex(row["seal"]))
            for row in stored["chains"]
        ]
    except (KeyError, TypeError, ValueError):
        raise Unusable(["this is not an anchor that flask activity anchor wrote"]) from None


def _refuse_people(viewer: Viewer) -> None:
    if not viewer.is_system:
        raise NotPermitted("The chains of all partnerships are for whoever runs the portal.")


@contextmanager
def _snapshot() -> Iterator[Connection]:
    """A connection whose statements all see the database as it stood at the first of them."""
    with db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection


def _heads(connection: Connection) -> list[_Head]:
    rows = connection.execute(
        select(
            ActivityChain.id,
            ActivityChain.partnership_id,
            Partnership.name,
            ActivityChain.last_sequence,
            type_coerce(ActivityChain.last_seal, _AS_STORED),
        )
        .outerjoin(Partnership, Partnership.id == ActivityChain.partnership_id)
        .order_by(ActivityChain.id)
    )
    return [_Head(*row) for row in rows]


def _verify_chain(
    connection: Connection, head: _Head, link: Link | None, progress: Progress
) -> tuple[int, Fault | None]:
    """How many rows were read, and the chain's first fault."""
    sequence, seal = 0, NO_SEAL
    statement = select(*_COLUMNS).where(Activity.chain_id == head.id).order_by(Activity.sequence)
    rows = connection.execute(statement.execution_options(yield_per=ROWS_AT_ONCE))
    try:
        for part in rows.mappings().partitions():
            for row in part:
                reason = _reason(row, sequence + 1, seal, head)
                if (
                    reason is None
                    and link is not None
                    and row["sequence"] == link.sequence
                    and row["seal"] != link.seal
                ):
                    reason = "is not the row that the anchor knows: the chain was written anew"
                if reason is not None:
                    # A gap is named by the row that is gone; a row that was put in before the first, by its own number.
                    place = min(row["sequence"], sequence + 1) if _is_number(row["sequence"]) else sequence + 1
                    return sequence, Fault(head.id, head.partnership, place, reason)
                sequence, seal = row["sequence"], row["seal"]
            progress(len(part))
    finally:
        rows.close()
    return sequence, _fault_at_end(head, link, sequence, seal)


def _reason(row: RowMapping, expected: int, before: bytes, head: _Head) -> str | None:
    """What is wrong with a row in its place."""
    if not _is_number(row["sequence"]) or row["sequence"] > expected:
        return "is missing"
    if row["sequence"] < expected:
        return "stands before the chain's first row"
    if row["partnership_id"] != head.partnership_id:
        return "belongs to another partnership than its chain"
    try:
        own = keyring.seal(content({**row, "at": _instant(row["at"])}, before), row["key_id"])
    except Undecryptable:
        return f"is sealed with the key {row['key_id']!r}, which is not among FIELD_KEYS"
    except (TypeError, ValueError):
        own = None
    return None if own == row["seal"] else "was changed or moved, or the portal did not write it"


def _fault_at_end(head: _Head, link: Link | None, sequence: int, seal: bytes) -> Fault | None:
    if not _is_number(head.last_sequence):
        return Fault(head.id, head.partnership, None, "the chain's head says no number")
    if sequence < head.last_sequence:
        return Fault(head.id, head.partnership, sequence + 1, "is missing: the chain's end was cut off")
    if link is not None and sequence < link.sequence:
        reason = f"is missing: the anchor knows rows up to {link.sequence}"
        return Fault(head.id, head.partnership, sequence + 1, reason)
    if (sequence, seal) != (head.last_sequence, head.last_seal):
        reason = f"the chain's head says that it ends at row {head.last_sequence}, under another seal"
        return Fault(head.id, head.partnership, sequence or None, reason)
    return None


def _missing_chains(connection: Connection, heads: list[_Head], anchored: dict[int, Link]) -> list[Fault]:
    """Chains that should be there and are not, and rows and chains that should not."""
    faults = [
        Fault(link.chain, link.partnership, None, "the anchor knows this chain, and it is gone")
        for link in anchored.values()
        if link.chain not in {head.id for head in heads}
    ]
    followed = [head.partnership_id for head in heads if head.partnership_id is not None]
    without = select(Partnership.id, Partnership.name).where(Partnership.id.not_in(followed)).order_by(Partnership.id)
    faults += [Fault(0, name, None, "this partnership has no chain") for _id, name in connection.execute(without)]
    if sum(head.partnership_id is None for head in heads) != 1:
        faults.append(Fault(0, None, None, "there must be one chain for the system itself"))
    stray = select(Activity.chain_id, func.min(Activity.sequence)).where(
        Activity.chain_id.not_in(select(ActivityChain.id))
    )
    faults += [
        Fault(chain, None, sequence, "belongs to a chain that does not exist")
        for chain, sequence in connection.execute(stray.group_by(Activity.chain_id).order_by(Activity.chain_id))
    ]
    return faults


def _is_number(stored: Any) -> bool:
    """SQLite lets anything stand in any column."""
    return isinstance(stored, int)


def _instant(stored: Any) -> datetime:
    """The instant as it was sealed, from what either database keeps; raises ValueError or TypeError for nonsense."""
    at = stored if isinstance(stored, datetime) else datetime.fromisoformat(stored)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at
