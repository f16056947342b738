"""The one connection that stands in the pool: what it still knows, and what is sent on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from tempfile import TemporaryFile

import psycopg

from portal.database.session import db

KNOWS = "SELECT current_setting('portal.reads', true), current_setting('portal.writes', true)"


def driver() -> psycopg.Connection:
    """The one connection that stands in the pool, behind everything that the portal does."""
    db.session.remove()
    assert db.engine.pool.checkedin() == 1
    with db.engine.connect() as connection:
        found: psycopg.Connection = connection.connection.driver_connection
    return found


def knows_nothing() -> bool:
    """Whether the pooled connection has been told nothing that still holds, and shows no row to whoever asks it."""
    pooled = driver()
    told = pooled.execute(KNOWS).fetchone()
    shown = pooled.execute("SELECT count(*) FROM cases").fetchone()
    return set(told or ()) <= {None, ""} and shown == (0,)


def sent(connection: psycopg.Connection, act: Callable[[], object]) -> Counter[str]:
    """How many messages of each kind the driver sends meanwhile; for each Sync it waits once."""
    with TemporaryFile() as trace:
        connection.pgconn.trace(trace.fileno())
        act()
        connection.pgconn.untrace()
        trace.seek(0)
        lines = [line.split("\t") for line in trace.read().decode().splitlines()]
    # A statement that is sent with its words fills several lines, of which the first says what it is.
    return Counter(line[3].split()[0] for line in lines if len(line) > 3 and line[1] == "F")
