"""What tests of the trail do again and again: falsify it by hand, and look at what is found."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, text

from portal.access.viewer import Viewer
from portal.database.engines import writing_options
from portal.database.session import db
from portal.models.activity import Activity, ActivityChain
from portal.services import activity_checks
from portal.services.activity_anchors import Link
from portal.services.activity_checks import Fault
from tests.world import NOW

OPERATOR = Viewer.of_system("activity verify", NOW)
ROWS = 12
"""How many entries `chain` has."""


def chain_of(partnership_id: int | None) -> int:
    """The chain of a partnership's trail."""
    return db.session.scalars(select(ActivityChain.id).where(ActivityChain.partnership_id == partnership_id)).one()


def raw(statement: str, **values: object) -> None:
    """Change the database as somebody with its password could, past everything the portal does."""
    db.session.rollback()
    with db.engine.connect().execution_options(**writing_options(db.engine)) as connection, connection.begin():
        if connection.dialect.name == "sqlite":
            connection.execute(text("PRAGMA ignore_check_constraints = ON"))
        else:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text(statement), values)
        if connection.dialect.name == "sqlite":
            connection.execute(text("PRAGMA ignore_check_constraints = OFF"))


def faults(anchor: Sequence[Link] | None = None) -> list[Fault]:
    """What verifying finds."""
    db.session.rollback()
    return activity_checks.verify(OPERATOR, anchor or ()).faults


def only_fault(anchor: Sequence[Link] | None = None) -> Fault:
    """The one thing that verifying finds."""
    found = faults(anchor)
    assert len(found) == 1, [str(fault) for fault in found]
    return found[0]


def seals(chain_id: int) -> dict[int, bytes]:
    """The seals of a chain by sequence."""
    db.session.rollback()
    rows = db.session.execute(select(Activity.sequence, Activity.seal).where(Activity.chain_id == chain_id))
    return {row.sequence: row.seal for row in rows}


def mend_head(chain_id: int, sequence: int, seal: bytes) -> None:
    """What a careful forger does after cutting: the head is a row like any other."""
    raw(
        "UPDATE activity_chains SET last_sequence = :sequence, last_seal = :seal WHERE id = :chain",
        sequence=sequence,
        seal=seal,
        chain=chain_id,
    )
