"""The session that services read through, and the two doors for changes: `writing()` and `writing_apart()`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from portal.database.declarative import Base
from portal.database.engines import WRITE, writing_options
from portal.database.stand_in import refuse_on_replica
from portal.database.write_queue import WriteQueue

db = SQLAlchemy(
    metadata=Base.metadata,
    disable_autonaming=True,
    session_options={"expire_on_commit": False},
)

UNCOUNTED = "portal_uncounted"
"""Execution option of what is not a page's own work, for whoever counts queries: loading the session, the trail."""

_queues: dict[str, WriteQueue] = {}


@contextmanager
def writing() -> Iterator[Session]:
    """One transaction that changes data: all of it is kept, or none.

    What was read before is read again, so that a decision never rests on an old row. A service called
    inside another's `writing()` joins it. Raises StaleDataError where an edited row's version moved on, and
    PrimaryAway where only a replica answers.
    """
    session: Session = db.session()
    if session.info.get(WRITE):
        yield session
        return
    session.rollback()
    hooks: list[Callable[[Session], None]] = []
    session.info[WRITE] = {"before_commit": hooks}
    try:
        with turn(db.engine):
            try:
                refuse_on_replica(session.connection(execution_options=writing_options(db.engine)))
                yield session
                session.flush()
                for hook in hooks:
                    hook(session)
                session.commit()
            except BaseException:
                session.rollback()
                raise
    finally:
        session.info.pop(WRITE, None)


def before_commit(session: Session, hook: Callable[[Session], None]) -> None:
    """Run `hook` once, after everything else of this `writing()`: what locks briefly belongs there."""
    notes(session)["before_commit"].append(hook)


def notes(session: Session) -> dict[str, Any]:
    """What belongs to the running `writing()` and is forgotten with it, whether kept or rolled back."""
    found: dict[str, Any] = session.info[WRITE]
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
    with turn(engine), engine.connect() as plain:
        connection = plain.execution_options(**writing_options(engine), **{UNCOUNTED: True})
        refuse_on_replica(connection)
        with connection.begin():
            yield connection


def is_writing() -> bool:
    """Whether this thread is inside `writing()`, so that a log entry can join it."""
    return bool(db.session().info.get(WRITE))


def turn(engine: Engine) -> AbstractContextManager[None]:
    """The writers' queue of a SQLite file; PostgreSQL needs none."""
    if engine.dialect.name != "sqlite" or not engine.url.database or engine.url.database == ":memory:":
        return nullcontext()
    path = engine.url.database
    return _queues.setdefault(path, WriteQueue(Path(path))).turn()
