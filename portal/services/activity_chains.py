"""The chains of the trail as they lie in the database, for whoever checks, anchors or shortens them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, select, type_coerce
from sqlalchemy.types import NullType, TypeEngine

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import NotPermitted, PortalError
from portal.models.activity import Activity, ActivityChain
from portal.models.partnerships import Partnership

# As they lie in the database: a value that was falsified into nonsense must be found, not fail to load.
AS_STORED: TypeEngine[Any] = NullType()
COLUMNS = [type_coerce(column, AS_STORED).label(column.key) for column in Activity.__table__.columns]


class Falsified(PortalError):
    """The trail, or an anchor of it, is not as the portal wrote it, so that nothing should be built upon it."""


@dataclass(frozen=True, slots=True)
class Head:
    """One chain, and where it says that it ends; `partnership` is empty for the system's own."""

    id: int
    partnership_id: int | None
    partnership: str | None
    last_sequence: int
    last_seal: bytes


def refuse_people(viewer: Viewer) -> None:
    """Raise NotPermitted for everybody but a command or the worker."""
    if not viewer.is_system:
        raise NotPermitted("The chains of all partnerships are for whoever runs the portal.")


@contextmanager
def snapshot() -> Iterator[Connection]:
    """A connection whose statements all see the database as it stood at the first of them."""
    with db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection


def heads(connection: Connection) -> list[Head]:
    """Every chain, the oldest first."""
    rows = connection.execute(
        select(
            ActivityChain.id,
            ActivityChain.partnership_id,
            Partnership.name,
            ActivityChain.last_sequence,
            type_coerce(ActivityChain.last_seal, AS_STORED),
        )
        .outerjoin(Partnership, Partnership.id == ActivityChain.partnership_id)
        .order_by(ActivityChain.id)
    )
    return [Head(*row) for row in rows]


def is_number(stored: Any) -> bool:
    """SQLite lets anything stand in any column."""
    return isinstance(stored, int)


def instant(stored: Any) -> datetime:
    """The instant as it was sealed, from what either database keeps; raises ValueError or TypeError for nonsense."""
    at = stored if isinstance(stored, datetime) else datetime.fromisoformat(stored)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at
