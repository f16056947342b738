"""Making a PostgreSQL database again what it was, by putting back only the tables that a test has written into.

Most tests write into five tables of 150. A fresh copy of the database would cost 40 ms, and the portal's new
connections as long again until they know its tables; this costs 10 ms.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import psycopg
from psycopg import sql

MOST = 100
"""Mended so often, a database is copied afresh: what is put back leaves its old rows behind in the files."""

_CATALOGUES = (
    *("pg_class", "pg_attribute", "pg_attrdef", "pg_constraint", "pg_index", "pg_trigger", "pg_policy", "pg_proc"),
    *("pg_namespace", "pg_db_role_setting"),
)
"""What every change of a schema, a right or a rule writes into."""

_COLUMNS = """
    SELECT c.relname, array_agg(a.attname ORDER BY a.attnum) FILTER (WHERE a.attgenerated = '')
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace GROUP BY c.relname ORDER BY c.relname
"""
_SEQUENCES = """
    SELECT c.relname, pg_sequence_last_value(c.oid) FROM pg_class c
    WHERE c.relkind = 'S' AND c.relnamespace = 'public'::regnamespace ORDER BY c.relname
"""

State = dict[str, tuple[int, int | None]]
"""Of each table how many rows it has, and the transaction that wrote the latest, counted from the server's first: any
change moves one of the two.
"""


@dataclass
class Mender:
    """Puts `copy` back to what `pattern` holds, whose copy it is; both are addresses for the server's superuser."""

    pattern: str
    copy: str
    _columns: dict[str, list[str]] = field(default_factory=dict)
    _rows: dict[str, bytes] = field(default_factory=dict)
    """The pattern's rows of each table that was ever put back, as COPY writes them."""
    _connection: psycopg.Connection[Any] | None = None
    _tables: State = field(default_factory=dict)
    _schema: State = field(default_factory=dict)
    _sequences: dict[str, int | None] = field(default_factory=dict)
    _times: int = 0

    def begin(self) -> None:
        """Remember what the copy is now: it was just made."""
        self.forget()
        self._connection = psycopg.connect(self.copy, autocommit=True, prepare_threshold=1)
        if not self._columns:
            self._columns = dict(self._connection.execute(_COLUMNS).fetchall())
        self._tables, self._schema = self._state(self._columns), self._state(_CATALOGUES)
        self._sequences = dict(self._connection.execute(_SEQUENCES).fetchall())

    def forget(self) -> None:
        """Leave the copy: somebody will drop it, rename it or copy from it, and nobody may be connected."""
        if self._connection is not None:
            self._connection.close()
        self._connection, self._times = None, 0

    def mend(self) -> bool:
        """Put everything back; False where a fresh copy is wanted instead."""
        if self._connection is None or self._times >= MOST:
            return False
        self._times += 1
        try:
            return self._state(_CATALOGUES) == self._schema and self._put_back()
        except psycopg.Error:
            # Somebody holds on to a row, or has taken the database away: a copy ends their connections.
            return False

    def _put_back(self) -> bool:
        assert self._connection is not None
        now = self._state(self._columns)
        written = [name for name, state in now.items() if state != self._tables[name]]
        reached = dict(self._connection.execute(_SEQUENCES).fetchall())
        with self._connection.transaction(), self._connection.cursor() as cursor:
            # As the server's superuser past its wall, and with no trigger and no key: the rows are as they were.
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("SET LOCAL lock_timeout = '500ms'")
            for name in written:
                cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))
                with cursor.copy(self._order(name, "FROM STDIN")) as copy:
                    copy.write(self._rows_of(name))
            for name, last in self._sequences.items():
                if reached[name] != last:
                    cursor.execute("SELECT setval(%s, %s, %s)", [f'"{name}"', last or 1, last is not None])
        self._tables = self._state(self._columns)
        return True

    def _rows_of(self, table: str) -> bytes:
        if table not in self._rows:
            order = self._order(table, "TO STDOUT")
            with psycopg.connect(self.pattern) as there, there.cursor() as cursor, cursor.copy(order) as copy:
                self._rows[table] = b"".join(bytes(piece) for piece in copy)
        return self._rows[table]

    def _order(self, table: str, direction: str) -> sql.Composed:
        columns = sql.SQL(", ").join(sql.Identifier(column) for column in self._columns[table])
        return sql.SQL("COPY {} ({}) {} (FORMAT binary)").format(sql.Identifier(table), columns, sql.SQL(direction))

    def _state(self, tables: Iterable[str]) -> State:
        assert self._connection is not None
        found = self._connection.execute(_state_of(tuple(tables))).fetchall()
        return {name: (rows, latest) for name, rows, latest in found}


@cache
def _state_of(tables: tuple[str, ...]) -> str:
    # By age, which is a number already: to turn the transaction's own id into one goes by text, at 20 microseconds.
    each = sql.SQL("SELECT {}, count(*), age('3'::xid) - min(age(xmin)) FROM {}")
    made = (each.format(sql.Literal(name), sql.Identifier(name)) for name in tables)
    return sql.SQL(" UNION ALL ").join(made).as_string()
