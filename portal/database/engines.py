"""How the portal connects: pragmas and transactions on SQLite, reading without transactions on PostgreSQL, forks."""

from __future__ import annotations

import os
import sqlite3
import weakref
from collections.abc import Callable
from time import monotonic
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from portal.database.known_statements import KnownStatements
from portal.database.row_security import tell_scopes
from portal.database.trips import LateCursor

WRITE = "portal_write"
"""Execution option of a connection, and note in a session, that is about to change data."""

TRUSTED_FOR = 2.0
"""Seconds for which a connection that has just been used is taken to be alive."""

_PREPARED = 512
"""So many statements a connection to SQLite keeps prepared, at about 30 kB each.

Python's 128 are fewer than one person's pages have, and to prepare one anew takes as long as to run it.
"""


def engine_options(url: str) -> dict[str, Any]:
    """How to connect to `url`: on SQLite the portal itself says when a transaction begins.

    On PostgreSQL each of a page's queries sees what is committed when it begins, in a transaction or not. Without one,
    two round trips are saved, and the statements stay prepared: psycopg forgets them at every ROLLBACK, and to plan
    one anew takes longer than to run it. Whoever writes asks for a transaction (`writing_options`). On SQLite one
    costs next to nothing and shows one state throughout.

    Parameters never stand in an error or a log: they name children.
    """
    if url.startswith("sqlite"):
        to_connect = {"isolation_level": None, "timeout": 30, "cached_statements": _PREPARED}
        return {"connect_args": to_connect, "hide_parameters": True}
    return {
        "isolation_level": "AUTOCOMMIT",
        # Where there is no transaction, there is nothing to roll back either.
        "skip_autocommit_rollback": True,
        "hide_parameters": True,
    }


def prepare_engine(engine: Engine) -> None:
    """Make an engine ready for use; call it once, before the first connection."""
    _forget_after_fork(engine)
    engine.update_execution_options(compiled_cache=KnownStatements())
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_pragmas)
        event.listen(engine, "begin", _begin)
        return
    event.listen(engine, "connect", _prepare_connection)
    event.listen(engine, "checkin", _note_use)
    event.listen(engine, "checkout", _asking(engine.dialect))
    tell_scopes(engine)


def writing_options(engine: Engine) -> dict[str, Any]:
    """Execution options of a connection that is about to change data."""
    return {WRITE: True} if engine.dialect.name == "sqlite" else {WRITE: True, "isolation_level": "READ COMMITTED"}


def _forget_after_fork(engine: Engine) -> None:
    """Let a forked worker connect for itself: two processes that speak on one connection hear each other's answers."""
    if not hasattr(os, "register_at_fork"):
        return
    known = weakref.ref(engine)

    def forget() -> None:
        forked = known()
        if forked is not None:
            forked.dispose(close=False)

    os.register_at_fork(after_in_child=forget)


def _prepare_connection(connection: Any, _entry: ConnectionPoolEntry) -> None:
    # Here and not among the arguments, because the replica (`stand_in`) is connected to with others.
    connection.cursor_factory = LateCursor
    # The queries of a page look dear to the planner and take a millisecond; compiling one first takes a hundred.
    connection.execute("SET jit = off")
    connection.commit()


def _note_use(_connection: Any, entry: ConnectionPoolEntry) -> None:
    entry.info["used"] = monotonic()


def _asking(dialect: Dialect) -> Callable[..., None]:
    """A listener that asks whether the server still answers, as the pool's pre-ping does, but not at every turn."""

    def ask(connection: Any, entry: ConnectionPoolEntry, _proxy: PoolProxiedConnection) -> None:
        now = monotonic()
        if now - entry.info.get("used", now) < TRUSTED_FOR:
            return
        try:
            dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error as gone:
            # The pool takes this for "try another one".
            raise DisconnectionError from gone

    return ask


def _set_pragmas(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    for pragma in ("journal_mode = WAL", "foreign_keys = ON", "busy_timeout = 30000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    # A transaction that reads first and writes later can lose its snapshot; a writing one asks at once.
    if connection.get_execution_options().get(WRITE):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        return
    # Every page begins with this, and it cannot fail: straight to the driver it takes a tenth of the time.
    driver: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]  # SQLite's
    driver.execute("BEGIN")
