"""Several queries in one trip to PostgreSQL and back.

The page waits for the server and the server for the page, and for a page's short queries the way there and back takes
longer than to answer them. Queries of which none needs another's answer can go together (`ask_together`).

The driver has the answers of a pipeline only at its end, and SQLAlchemy wants to know at once which columns will come,
though it looks at them only the first time that a statement runs. Hence a cursor that tells of them when asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Any

import psycopg
from psycopg import Column, Cursor, Pipeline
from sqlalchemy import Connection, CursorResult, Executable

Asked = tuple[Executable, Mapping[str, Any]]
"""A query, and the values of its parameters."""

_TRIP = "_portal_trip"
"""On a driver's connection: the trip that its statements join."""


class Trip:
    """Statements of one connection that go to the server together; the last of them waits for the answers of all."""

    def __init__(self, connection: psycopg.Connection[Any], statements: int) -> None:
        self._connection = connection
        self._left = statements
        self._open = ExitStack()
        self._pipeline: Pipeline | None = None
        self.told: object = None
        """What the server has been told in this trip's transaction (`row_security`)."""

    def __enter__(self) -> Trip:
        setattr(self._connection, _TRIP, self)
        return self

    def __exit__(self, *fault: Any) -> None:
        setattr(self._connection, _TRIP, None)
        # Open still only where a statement could not be sent. The driver is told of it, so that it raises nothing else.
        self._open.__exit__(*fault)

    def begin(self) -> None:
        """Make ready to send; with the first statement, so that SQLAlchemy hears of a connection that has gone."""
        if self._pipeline is None:
            self._pipeline = self._open.enter_context(self._connection.pipeline())

    def sent(self) -> None:
        """Note that a statement has been sent; after the last, wait. Raises what the server says of any of them."""
        self._left -= 1
        if not self._left:
            self._open.close()

    def wait_here(self) -> None:
        """Wait for what was sent until now. Outside a transaction the server forgets what it was told."""
        if self._pipeline is not None:
            self._pipeline.sync()
        self.told = None


def under_way(connection: psycopg.Connection[Any]) -> Trip | None:
    """The trip that a statement on a driver's connection joins."""
    found: Trip | None = getattr(connection, _TRIP, None)
    return found


def ask_together(connection: Connection, *asked: Asked) -> list[CursorResult[*tuple[Any, ...]]]:
    """The results of several queries, asked for in one trip where the database is a server.

    What is wrong with any of them is raised as if it were wrong with the last. They are planned alike (`planned_once`).
    """
    if connection.dialect.name == "sqlite":
        return [connection.execute(query, values) for query, values in asked]
    driver: Any = connection.connection.driver_connection
    with Trip(driver, len(asked)):
        return [connection.execute(query, values) for query, values in asked]


class LateCursor(Cursor[Any]):
    """A cursor that describes its columns when somebody looks at them, which need not be there yet.

    For a register the driver would describe seventy columns of which SQLAlchemy knows all.
    """

    @property
    def description(self) -> Any:
        """The columns of the result, as the driver's own cursor gives them; None where there are none."""
        if self.pgresult is None:
            return None if under_way(self.connection) is None else _Columns(self)
        return _Columns(self) if self.pgresult.nfields else super().description

    def described(self) -> list[Column]:
        """The columns, waited for."""
        trip = under_way(self.connection)
        if self.pgresult is None and trip is not None:
            trip.wait_here()
        return super().description or []


class _Columns(Sequence[Any]):
    """A result's columns, not looked at yet."""

    __slots__ = ("_cursor",)

    def __init__(self, cursor: LateCursor) -> None:
        self._cursor = cursor

    def __len__(self) -> int:
        return len(self._cursor.described())

    def __getitem__(self, place: Any) -> Any:
        return self._cursor.described()[place]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._cursor.described())
