"""Telling PostgreSQL with each statement whose rows may be seen and written: its policies ask for nothing else.

What is told holds for one transaction (`set_config(…, true)`), and a page's query is one of its own (docs/adr/0014).
Both go to the server together, as libpq's pipeline mode allows, so that no answer is waited for twice; and when the
query is done the connection knows nothing any more, however it ended. A statement that is told nothing finds no row.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from psycopg import Connection, Cursor, ServerCursor
from psycopg.pq import TransactionStatus
from sqlalchemy import Engine, event

from portal.database import planned_once
from portal.database.scopes import SCOPE, Scope, current
from portal.database.trips import Trip, under_way

TELL = "SELECT set_config('portal.reads', %s, true), set_config('portal.writes', %s, true)"

_TELL_AND_PLAN_ONCE = f"{TELL}, set_config('plan_cache_mode', 'force_generic_plan', true)"

_TOLD = "_portal_told"
"""On a connection: what the transaction that is under way has been told."""

_TELLERS = "_portal_tellers"
"""On a connection: the cursors that it is told by. To have a new one learn its types each time takes as long again as
to tell."""

_UNDOES = ("ROLLBACK TO",)
"""What takes back a setting with everything else that came after a savepoint."""


def tell_scopes(engine: Engine) -> None:
    """Have each statement of an engine for PostgreSQL say first what holds for it."""
    event.listen(engine, "do_execute", _executing)
    event.listen(engine, "do_executemany", _executing_many)
    event.listen(engine, "do_execute_no_params", _executing_bare)


def _executing(cursor: Any, statement: str, parameters: Any, context: Any) -> bool:
    return _run(cursor, statement, context, lambda: context.dialect.do_execute(cursor, statement, parameters, context))


def _executing_bare(cursor: Any, statement: str, context: Any) -> bool:
    return _run(cursor, statement, context, lambda: context.dialect.do_execute_no_params(cursor, statement, context))


def _executing_many(cursor: Any, statement: str, parameters: Any, context: Any) -> bool:
    # The driver sends these in a pipeline of its own; they are always part of a change.
    connection, scope = cursor.connection, _scope_of(context)
    if _has_to_hear(connection, scope):
        _tell(connection, scope)
    context.dialect.do_executemany(cursor, statement, parameters, context)
    return True


def _scope_of(context: Any) -> Scope:
    asked: Scope | None = context.execution_options.get(SCOPE) if context is not None else None
    return current() if asked is None else asked


def _has_to_hear(connection: Connection[Any], scope: Scope) -> bool:
    """Whether a statement begins a transaction (in autocommit each does), or this one was told something else."""
    status = connection.pgconn.transaction_status
    if status == TransactionStatus.INTRANS:
        return getattr(connection, _TOLD, None) != scope
    # In a transaction that has failed nothing can be said but that it ends.
    return status == TransactionStatus.IDLE


def _run(cursor: Cursor[Any], statement: str, context: Any, execute: Callable[[], None]) -> bool:
    connection, scope = cursor.connection, _scope_of(context)
    if statement.startswith(_UNDOES):
        # It looks at no row. In a pipeline the driver would lose count of what the server still knows as prepared.
        execute()
        _note(connection, None)
    elif trip := under_way(connection):
        _join(trip, connection, (scope, _telling(context)))
        execute()
        trip.sent()
    elif not _has_to_hear(connection, scope):
        execute()
    elif isinstance(cursor, ServerCursor):
        # What is fetched bit by bit cannot be asked for in a pipeline.
        _tell(connection, scope)
        execute()
    else:
        # Noted first as unknown: what fails on the way has told nobody knows what.
        _note(connection, None)
        with connection.pipeline():
            _say(connection, scope, _telling(context))
            execute()
        _note(connection, scope)
    return True


def _telling(context: Any) -> str:
    is_planned_once = context is not None and context.execution_options.get(planned_once.OPTION)
    return _TELL_AND_PLAN_ONCE if is_planned_once else TELL


def _join(trip: Trip, connection: Connection[Any], asked: tuple[Scope, str]) -> None:
    """Tell what a statement asks for, once for all those of a trip that ask for the same."""
    trip.begin()
    if trip.told != asked:
        _tell(connection, *asked)
        trip.told = asked


def _tell(connection: Connection[Any], scope: Scope, words: str = TELL) -> None:
    _note(connection, None)
    _say(connection, scope, words)
    _note(connection, scope)


def _say(connection: Connection[Any], scope: Scope, words: str) -> None:
    tellers: dict[str, Cursor[Any]] | None = getattr(connection, _TELLERS, None)
    if tellers is None:
        tellers = {}
        setattr(connection, _TELLERS, tellers)
    teller = tellers.get(words)
    if teller is None:
        teller = tellers[words] = connection.cursor()
    teller.execute(words, (scope.reads, scope.writes), prepare=True)


def _note(connection: Connection[Any], scope: Scope | None) -> None:
    setattr(connection, _TOLD, scope)
