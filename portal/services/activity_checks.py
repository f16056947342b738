"""Whether the trail still is what the portal wrote, alone and as anchors know it.

Each row's seal covers the seal before it, under a key that the database does not hold. So a row that was edited,
removed from the middle, moved or put in by hand does not fit. Whoever cuts off a chain's end and mends its head, or
goes back to an old copy, leaves a chain that fits: only an anchor, kept elsewhere, still knows what stood there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection, RowMapping, func, select

from portal.access.viewer import Viewer
from portal.database.encryption import Undecryptable, keyring
from portal.database.session import db
from portal.models.activity import Activity, ActivityChain
from portal.models.partnerships import Partnership
from portal.services.activity import content
from portal.services.activity_anchors import Link
from portal.services.activity_chains import COLUMNS, Head, heads, instant, is_number, refuse_people, snapshot
from portal.services.activity_checkpoints import beginning

ROWS_AT_ONCE = 1000

Progress = Callable[[int], None]


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


@dataclass(slots=True)
class _Known:
    """What anchors know of one chain: the seals that they saw, by row."""

    partnership: str | None = None
    seals: dict[int, set[bytes]] = field(default_factory=dict)

    def differs(self, sequence: int, seal: bytes) -> bool:
        return any(seal != one for one in self.seals.get(sequence, ()))


def count_rows(viewer: Viewer) -> int:
    """How many rows a verification will read."""
    refuse_people(viewer)
    return db.session.scalar(select(func.count()).select_from(Activity)) or 0


def verify(viewer: Viewer, anchored: Iterable[Link] = (), progress: Progress = lambda _rows: None) -> Report:
    """Read every chain from its beginning; each row, its place, its seal, and what anchors know of it.

    All is read as it stood at one moment, while the portal goes on writing. `progress` is told how many more rows
    have been read.
    """
    refuse_people(viewer)
    faults: list[Fault] = []
    rows = 0
    known = _by_chain(anchored)
    with snapshot() as connection:
        found = heads(connection)
        for head in found:
            read, fault = verify_chain(connection, head, known.get(head.id), progress)
            rows += read
            if fault is not None:
                faults.append(fault)
        faults += _missing_chains(connection, found, known)
    return Report(len(found), rows, faults)


def _by_chain(links: Iterable[Link]) -> dict[int, _Known]:
    known: dict[int, _Known] = {}
    for link in links:
        one = known.setdefault(link.chain, _Known(link.partnership))
        one.seals.setdefault(link.sequence, set()).add(link.seal)
    return known


def verify_chain(
    connection: Connection,
    head: Head,
    known: _Known | None = None,
    progress: Progress = lambda _rows: None,
    *,
    up_to: int | None = None,
) -> tuple[int, Fault | None]:
    """How many rows of a chain were read, and its first fault; of its beginning alone where `up_to` is given."""
    begins = beginning(connection, head.id)
    if begins.unfit is not None:
        reason = "the checkpoint there was changed, or the portal did not make it"
        return 0, Fault(head.id, head.partnership, begins.unfit, reason)
    known = known or _Known()
    sequence, seal, read = begins.sequence, begins.seal, 0
    if known.differs(sequence, seal) and sequence:
        return 0, Fault(head.id, head.partnership, sequence, "was let go, and is not the row that the anchor knows")
    statement = select(*COLUMNS).where(Activity.chain_id == head.id).order_by(Activity.sequence)
    if up_to is not None:
        statement = statement.where(Activity.sequence <= up_to)
    rows = connection.execute(statement.execution_options(yield_per=ROWS_AT_ONCE))
    try:
        for part in rows.mappings().partitions():
            for row in part:
                wrong = _reason(row, sequence + 1, seal, head)
                if wrong is None and known.differs(row["sequence"], row["seal"]):
                    wrong = "is not the row that the anchor knows: the chain was written anew"
                if wrong is not None:
                    # A gap is named by the row that is gone; a row that was put in before the first, by its own number.
                    place = min(row["sequence"], sequence + 1) if is_number(row["sequence"]) else sequence + 1
                    return read, Fault(head.id, head.partnership, place, wrong)
                sequence, seal, read = row["sequence"], row["seal"], read + 1
            progress(len(part))
    finally:
        rows.close()
    if up_to is not None:
        gone = Fault(head.id, head.partnership, sequence + 1, "is missing")
        return read, gone if sequence < up_to else None
    return read, _fault_at_end(head, max(known.seals, default=0), sequence, seal)


def _reason(row: RowMapping, expected: int, before: bytes, head: Head) -> str | None:
    """What is wrong with a row in its place."""
    if not is_number(row["sequence"]) or row["sequence"] > expected:
        return "is missing"
    if row["sequence"] < expected:
        return "stands before the chain's first row"
    if row["partnership_id"] != head.partnership_id:
        return "belongs to another partnership than its chain"
    try:
        own = keyring.seal(content({**row, "at": instant(row["at"])}, before), row["key_id"])
    except Undecryptable:
        return f"is sealed with the key {row['key_id']!r}, which is not among FIELD_KEYS"
    except (TypeError, ValueError):
        own = None
    return None if own == row["seal"] else "was changed or moved, or the portal did not write it"


def _fault_at_end(head: Head, anchored: int, sequence: int, seal: bytes) -> Fault | None:
    if not is_number(head.last_sequence):
        return Fault(head.id, head.partnership, None, "the chain's head says no number")
    if sequence < head.last_sequence:
        return Fault(head.id, head.partnership, sequence + 1, "is missing: the chain's end was cut off")
    if sequence < anchored:
        reason = f"is missing: the anchor knows rows up to {anchored}"
        return Fault(head.id, head.partnership, sequence + 1, reason)
    if (sequence, seal) != (head.last_sequence, head.last_seal):
        reason = f"the chain's head says that it ends at row {head.last_sequence}, under another seal"
        return Fault(head.id, head.partnership, sequence or None, reason)
    return None


def _missing_chains(connection: Connection, found: list[Head], known: dict[int, _Known]) -> list[Fault]:
    """Chains that should be there and are not, and rows and chains that should not."""
    faults = [
        Fault(chain, one.partnership, None, "the anchor knows this chain, and it is gone")
        for chain, one in known.items()
        if chain not in {head.id for head in found}
    ]
    followed = [head.partnership_id for head in found if head.partnership_id is not None]
    without = select(Partnership.id, Partnership.name).where(Partnership.id.not_in(followed)).order_by(Partnership.id)
    faults += [Fault(0, name, None, "this partnership has no chain") for _id, name in connection.execute(without)]
    if sum(head.partnership_id is None for head in found) != 1:
        faults.append(Fault(0, None, None, "there must be one chain for the system itself"))
    stray = select(Activity.chain_id, func.min(Activity.sequence)).where(
        Activity.chain_id.not_in(select(ActivityChain.id))
    )
    faults += [
        Fault(chain, None, sequence, "belongs to a chain that does not exist")
        for chain, sequence in connection.execute(stray.group_by(Activity.chain_id).order_by(Activity.chain_id))
    ]
    return faults
