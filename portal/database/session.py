"""The session that services read through, and the two doors for changes: `writing()` and `writing_apart()`."""

from __future__ import annotations

import sqlite3
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
    """Give an SQLite engine its pragmas and its explicit transactions; leave any other as it is."""
    if engine.dialect.name != "sqlite":
        return
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)


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
    """A short transaction of its own on another connection, for rows that must outlive the page's own work."""
    engine = db.engine
    with _turn(engine), engine.connect() as plain:
        connection = plain.execution_options(**{_WRITE: True})
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
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
