"""Letting the oldest of the trail go: from a chain's beginning alone, up to a checkpoint that the rest still rests on.

What is let go was verified first, so that nothing falsified is made to vanish. How long it is kept is decided elsewhere
(docs/records.md); here stands only that nothing younger than a year goes, and nothing while a legal hold stands: who
read a record is part of what an inquiry asks for, and a chain goes from its beginning or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection, delete, func, select

from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Unusable
from portal.domain.working_days import london_instant
from portal.models.activity import Activity, ActivityChain
from portal.models.records import LegalHold
from portal.services.activity_chains import Falsified, Head, heads, refuse_people, snapshot
from portal.services.activity_checkpoints import beginning, new_checkpoint
from portal.services.activity_checks import verify_chain
from portal.services.changes import changing
from portal.services.records.turns import take_turn

LEAST_KEPT = timedelta(days=366)
ROWS_AT_ONCE = 20_000
"""Rows that go in one transaction: nobody else writes meanwhile."""


@dataclass(frozen=True, slots=True)
class LetGo:
    """How many rows of one chain go, or would: those up to row `up_to`."""

    chain: int
    partnership: str | None
    rows: int
    up_to: int
    is_held: bool = False
    """Whether a legal hold keeps them."""


def let_go(viewer: Viewer, before: date, *, only_look: bool = False) -> list[LetGo]:
    """Let go what every chain holds from before a day (London's), or `only_look` how much that is.

    A chain's beginning goes up to the first row that is younger, whatever follows it; a chain that a legal hold keeps
    is named and stays. Raises Unusable for a day that is not long past, and Falsified where what would go is not as the
    portal wrote it: nothing of that chain goes then.
    """
    refuse_people(viewer)
    if before > (viewer.now - LEAST_KEPT).date():
        raise Unusable([f"{before}: the activity of the last year is kept, whatever the day"])
    cutoff = london_instant(before, time.min)
    found = []
    with snapshot() as connection:
        for head in heads(connection):
            begins = beginning(connection, head.id).sequence
            last = _last_to_go(connection, head, cutoff)
            if last <= begins:
                continue
            _read, fault = verify_chain(connection, head, up_to=last)
            if fault is not None:
                raise Falsified(str(fault))
            found.append((head, begins, last, _is_held(connection, head)))
    if not only_look:
        for head, begins, last, is_held in found:
            for first in range(begins, begins if is_held else last, ROWS_AT_ONCE):
                _let_go(viewer, head, min(first + ROWS_AT_ONCE, last))
    return [LetGo(head.id, head.partnership, last - begins, last, is_held) for head, begins, last, is_held in found]


def _is_held(connection: Connection, head: Head) -> bool:
    """Whether a hold stands in a chain's partnership; for the system's own chain, in any."""
    standing = select(func.count()).select_from(LegalHold).where(LegalHold.lifted_at.is_(None))
    if head.partnership_id is not None:
        standing = standing.where(LegalHold.partnership_id == head.partnership_id)
    return bool(connection.scalar(standing))


def _last_to_go(connection: Connection, head: Head, cutoff: datetime) -> int:
    """The last row before the first one that is kept; a clock that was wrong for a while lets fewer go, never more."""
    first_kept = connection.scalar(
        select(func.min(Activity.sequence)).where(Activity.chain_id == head.id, Activity.at >= cutoff)
    )
    return head.last_sequence if first_kept is None else first_kept - 1


def _let_go(viewer: Viewer, head: Head, up_to: int) -> None:
    with changing(viewer) as change:
        take_turn(change.session, head.partnership_id)
        if _is_held(change.session.connection(), head):
            raise Conflict("Somebody has placed a legal hold a moment ago. It keeps the activity too.")
        # Its head is what every writer of a chain waits for: of two that let the same go, the second finds it gone.
        change.session.execute(select(ActivityChain.id).where(ActivityChain.id == head.id).with_for_update())
        last = change.session.get(Activity, (head.id, up_to))
        if last is None:
            raise Conflict("Somebody else is letting the activity go.")
        change.session.add(new_checkpoint(head.id, up_to, last.seal, last.at, viewer.now))
        change.session.execute(
            delete(Activity)
            .where(Activity.chain_id == head.id, Activity.sequence <= up_to)
            .execution_options(synchronize_session=False)
        )
        change.log("activity.let_go", "activity", up_to, partnership_id=head.partnership_id)
