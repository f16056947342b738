"""The session that services read through, and the two doors for changes: `writing()` and `writing_apart()`."""

from __future__ import annotations

import os
import sqlite3
import weakref
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from portal.database.declarative import Base
from portal.database.write_queue import WriteQueue

db = SQLAlchemy(metadata=Base.metadata, disable_autonaming=True, session_options={"expire_on_commit": False})

UNCOUNTED = "portal_uncounted"
"""Execution option of what is not a page's own work, for whoever counts queries: loading the session, the trail."""

_WRITE = "portal_write"
_queues: dict[str, WriteQueue] = {}


def engine_options(url: str) -> dict[str, Any]:
    """How to connect to `url`: on SQLite the portal itself says when a transaction begins.

    Parameters never stand in an error or a log: they name children.
    """
    if url.startswith("sqlite"):
        return {"connect_args": {"isolation_level": None, "timeout": 30}, "hide_parameters": True}
    return {"pool_pre_ping": True, "hide_parameters": True}


def prepare_engine(engine: Engine) -> None:
    """Give an SQLite engine its pragmas and its explicit transactions; no engine's connections outlive a fork."""
    _forget_after_fork(engine)
    if engine.dialect.name != "sqlite":
        return
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)


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


@contextmanager
def writing() -> Iterator[Session]:
    """One transaction that changes data: all of it is kept, or none.

    What was read before is read again, so that a decision never rests on an old row. A service called
    inside another's `writing()` joins it. Raises StaleDataError where an edited row's version moved on.
    """
    session: Session = db.session()
    if session.info.get(_WRITE):
        yield session
        return
    session.rollback()
    hooks: list[Callable[[Session], None]] = []
    session.info[_WRITE] = {"before_commit": hooks}
    try:
        with _turn(db.engine):
            try:
                session.connection(execution_options={_WRITE: True})
                yield session
                session.flush()
                for hook in hooks:
                    hook(session)
                session.commit()
            except BaseException:
                session.rollback()
                raise
    finally:
        session.info.pop(_WRITE, None)


def before_commit(session: Session, hook: Callable[[Session], None]) -> None:
    """Run `hook` once, after everything else of this `writing()`: what locks briefly belongs there."""
    notes(session)["before_commit"].append(hook)


def notes(session: Session) -> dict[str, Any]:
    """What belongs to the running `writing()` and is forgotten with it, whether kept or rolled back."""
    found: dict[str, Any] = session.info[_WRITE]
    return found


@contextmanager
def writing_apart() -> Iterator[Connection]:
    """A short transaction of its own on another connection, for rows that must outlive the page's own work.

    Inside `writing()` it joins that instead: on SQLite it would wait for ever for a turn that this thread holds.
    What the page has read stays as it was read.
    """
    if is_writing():
        yield db.session.connection()
        return
    # Whoever held one connection while waiting for a second could wait for somebody who does the same.
    db.session.commit()
    engine = db.engine
    with _turn(engine), engine.connect() as plain:
        connection = plain.execution_options(**{_WRITE: True, UNCOUNTED: True})
        with connection.begin():
            yield connection


def is_writing() -> bool:
    """Whether this thread is inside `writing()`, so that a log entry can join it."""
    return bool(db.session().info.get(_WRITE))


def _turn(engine: Engine) -> AbstractContextManager[None]:
    if engine.dialect.name != "sqlite" or not engine.url.database or engine.url.database == ":memory:":
        return nullcontext()
    path = engine.url.database
    return _queues.setdefault(path, WriteQueue(Path(path))).turn()


def _set_pragmas(connection: sqlite3.Connection, _record: ConnectionPoolEntry) -> None:
    for pragma in ("journal_mode = WAL", "foreign_keys = ON", "busy_timeout = 30000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    # A transaction that reads first and writes later can lose its snapshot; a writing one asks at once.
    writes = connection.get_execution_options().get(_WRITE)
    if writes:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        return
    # Every page begins with this, and it cannot fail: straight to the driver it takes a tenth of the time.
    driver: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]
    driver.execute("BEGIN")
