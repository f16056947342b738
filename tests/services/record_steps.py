"""Steps of tests of records law: families that nobody works with any more, and everything that is stored, in clear."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

from sqlalchemy import select, update

from portal.access.viewer import Viewer
from portal.database.session import db, writing
from portal.domain.audit_vocabulary import FileStatus
from portal.domain.escalation_vocabulary import EscalationStatus, Turn
from portal.domain.plans import PlanEnd
from portal.models.escalations import Escalation
from portal.models.files import StoredFile
from portal.models.plans import Plan
from portal.models.records import LegalHold
from portal.services import files
from portal.services.records.closure import stored_columns, tables
from portal.services.records.takeout import rows_of
from tests.services.rows import change
from tests.world import NOW, World

LONG_AFTER = date(2150, 1, 1)
"""When everything of the world is due that nothing keeps."""


def operator(world: World, letter: str = "a", now: datetime = NOW) -> Viewer:
    """The command, in one partnership."""
    return Viewer.of_system("retention", now, world.partnerships[letter])


def nobody_works_on(world: World, letter: str = "a") -> None:
    """End every plan and close every escalation of a partnership."""
    partnership_id = world.partnerships[letter]
    with writing() as session:
        session.execute(
            update(Plan)
            .where(Plan.partnership_id == partnership_id, Plan.ended_on.is_(None))
            .values(ended_on=date(2026, 6, 1), end_reason=PlanEnd.NO_LONGER_AT_RISK)
        )
        session.execute(
            update(Escalation)
            .where(Escalation.partnership_id == partnership_id, Escalation.closed_at.is_(None))
            .values(
                status=EscalationStatus.RESOLVED,
                closed_at=NOW,
                closed_by_id=world.person(f"{letter}.chair").user_id,
                due_at=None,
                turn=Turn.NOBODY,
            )
        )


def lift_all(world: World) -> None:
    """Lift the holds of both partnerships, past everything that the portal does."""
    for letter in ("a", "b"):
        manager = world.person(f"{letter}.manager").user_id
        lifted = {"lifted_at": NOW, "lifted_by_id": manager, "lifted_because": "Settled."}
        change(LegalHold, world.legal_holds[f"{letter}.agency"], **lifted)


def everything_stored(*, of: set[str] | None = None) -> Iterator[tuple[str, str]]:
    """Every value of every row, decrypted, and every file's content: where it stands, and what it says."""
    db.session.rollback()
    for name, table in tables().items():
        if of is not None and name not in of:
            continue
        for row in db.session.execute(select(table)).mappings():
            for column, value in row.items():
                if value is not None:
                    yield f"{name}.{column}", value.decode("latin-1") if isinstance(value, bytes) else str(value)
    if of is None:
        for stored in db.session.scalars(select(StoredFile).where(StoredFile.status != FileStatus.INFECTED)):
            yield f"file {stored.id}", b"".join(files.stored_bytes(stored)).decode("latin-1")


def stored_values() -> Iterator[bytes]:
    """Every value of every row as it is stored, of texts and of bytes."""
    db.session.rollback()
    for table in tables().values():
        for row in db.session.execute(select(*stored_columns(table))).mappings():
            for value in row.values():
                if isinstance(value, bytes | memoryview):
                    yield bytes(value)
                elif isinstance(value, str):
                    yield value.encode()


def rows_of_partnership(partnership_id: int) -> dict[str, list[str]]:
    """Every row of a partnership as it is stored, by table, people and agencies included."""
    db.session.rollback()
    found = {}
    for name, table in tables().items():
        where = rows_of(table, partnership_id)
        if where is not None:
            rows = db.session.execute(select(*stored_columns(table)).where(where))
            found[name] = sorted(repr(tuple(row)) for row in rows)
    return {name: rows for name, rows in found.items() if rows}


def at(year: int) -> datetime:
    """Noon of the tenth of June of a year."""
    return datetime(year, 6, 10, 11, tzinfo=UTC)
