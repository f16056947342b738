"""The rows of a portal on PostgreSQL: copied out of one snapshot, copied back into a schema beside the live one.

No program of PostgreSQL's is needed, and nothing but what the owner of the tables may do (DATABASE_OWNER_URL); to
restore, the owner may also make a schema in its database.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from alembic.util.exc import CommandError
from psycopg import sql
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError

from portal.config import Settings
from portal.database.declarative import Base
from portal.gateways.backup_files import Entry, Manifest
from portal.services.backup.contents import END_SESSIONS, ROWS, Header, Refused
from portal.services.backup.postgres_schema import (
    RELYING,
    make_tables,
    put_guards_back,
    take_guards_off,
    take_the_place,
)

VERSIONS = "alembic_version"
_SEE_ALL = "SELECT set_config('portal.reads', 'all', false), set_config('portal.writes', 'all', false)"
"""What the second wall asks of whoever works for all partnerships (docs/adr/0048)."""
_TABLES = (
    "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename = ANY (%s) ORDER BY tablename"
)
_COLUMNS = (
    "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped "
    "AND attgenerated = '' ORDER BY attnum"
)
_SEQUENCES = """
SELECT s.sequencename, s.last_value FROM pg_sequences s
JOIN pg_depend d ON d.objid = format('%%I.%%I', s.schemaname, s.sequencename)::regclass AND d.deptype IN ('a', 'i')
JOIN pg_class t ON t.oid = d.refobjid
WHERE s.schemaname = current_schema() AND d.classid = 'pg_class'::regclass AND t.relname = ANY (%s)
"""
LOCKS = "60s"
"""How long it waits for whoever holds a table."""


class PostgresSnapshot:
    """One transaction, whose statements all see the database as it stood at the first of them."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self.revision = _revision(connection)
        self._tables = [name for (name,) in connection.execute(_TABLES, (own_tables(),))]

    def counts(self) -> dict[str, int]:
        """Count the rows of each table."""
        return count_rows(self._connection, self._tables)

    def store_names(self) -> list[str]:
        """List the files that the rows name."""
        if "stored_files" not in self._tables:
            return []
        rows = self._connection.execute(
            "SELECT store_name FROM stored_files WHERE status <> 'infected' ORDER BY store_name"
        )
        return [name for (name,) in rows]

    def entries(self) -> Iterator[Entry]:
        """Each table, as COPY writes it."""
        for name in self._tables:
            yield f"{ROWS}{name}", self._copied(name)

    def facts(self) -> dict[str, Any]:
        """The tables' columns, and how far numbers have been given out."""
        return {
            "columns": {name: self._columns(name) for name in self._tables},
            "sequences": dict(self._connection.execute(_SEQUENCES, (self._tables,)).fetchall()),
        }

    def _columns(self, table: str) -> list[str]:
        return [name for (name,) in self._connection.execute(_COLUMNS, (table,))]

    def _copied(self, table: str) -> Iterator[bytes]:
        columns = sql.SQL(", ").join(map(sql.Identifier, self._columns(table)))
        statement = sql.SQL("COPY {} ({}) TO STDOUT").format(sql.Identifier(table), columns)
        with self._connection.cursor() as cursor, cursor.copy(statement) as copied:
            for piece in copied:
                yield bytes(piece)


def names_now(settings: Settings) -> tuple[str, list[str]]:
    """The migration, and the files' names. Raises Refused."""
    with snapshot(settings) as rows:
        return rows.revision, rows.store_names()


@contextmanager
def snapshot(settings: Settings) -> Iterator[PostgresSnapshot]:
    """The rows of this moment; nobody who writes waits for it. Raises Refused."""
    try:
        with _connected(_address(settings)) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            yield PostgresSnapshot(connection)
    except psycopg.Error as fault:
        raise Refused(f"the database cannot be read: {_words_of(fault)}") from None


class PostgresStaging:
    """Tables in a schema of their own, at the migration of the backup, that nobody sees yet."""

    def __init__(self, address: URL, schema: str, manifest: Manifest) -> None:
        self._address, self._schema, self._manifest = address, schema, manifest
        self._connection = _connected(within(address, schema))
        self._tables = dict(manifest.facts["columns"])
        self._guards = take_guards_off(self._connection, list(self._tables))

    def take(self, name: str, pieces: Iterator[bytes]) -> None:
        """Copy a table's rows in."""
        table = name.removeprefix(ROWS)
        if table not in self._tables:
            raise Refused(f"this backup holds {name!r}, which is not of PostgreSQL")
        columns = sql.SQL(", ").join(map(sql.Identifier, self._tables[table]))
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), columns)
        with (
            plainly("the rows in this backup cannot be read"),
            self._connection.cursor() as cursor,
            cursor.copy(statement) as copied,
        ):
            for piece in pieces:
                copied.write(piece)

    def check(self, manifest: Manifest) -> None:
        """Tie the rows to each other again, which finds what points at nothing, and count them."""
        with plainly("the rows in this backup do not fit each other"):
            put_guards_back(self._connection, self._guards)
            if count_rows(self._connection, list(self._tables)) != manifest.facts["counts"]:
                raise Refused("the rows in this backup are not those that were backed up")
            for name, last in manifest.facts["sequences"].items():
                if last is not None:
                    self._connection.execute("SELECT setval(%s::regclass, %s)", (name, last))
            self._connection.execute(END_SESSIONS)
            self._connection.commit()

    def switch(self) -> None:
        """In one transaction the live tables go and these come; whoever asks meanwhile waits a moment."""
        with plainly("the database could not be replaced, and is as it was"), _connected(self._address) as connection:
            take_the_place(connection, self._schema, [*own_tables(), VERSIONS])
            connection.commit()

    def close(self) -> None:
        """Leave nothing of it behind."""
        self._connection.close()
        with suppress(psycopg.Error), _connected(self._address) as connection:
            connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(self._schema)))
            connection.commit()


@contextmanager
def staging(settings: Settings, header: Header, manifest: Manifest) -> Iterator[PostgresStaging]:
    """A schema of our own in the live database, with the tables as that migration has them."""
    address, schema = _address(settings), f"restore_{secrets.token_hex(6)}"
    made: PostgresStaging | None = None
    try:
        with plainly("nothing can be restored into this database"):
            with _connected(address) as connection:
                _refuse_where_others_rely_on_it(connection)
                connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
                connection.commit()
            inside = within(address, schema).render_as_string(hide_password=False)
            make_tables(inside, settings.database_url, header.revision)
            made = PostgresStaging(address, schema, manifest)
        yield made
    finally:
        if made is not None:
            made.close()
        else:
            with suppress(psycopg.Error), _connected(address) as connection:
                connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema)))
                connection.commit()


@contextmanager
def plainly(words: str) -> Iterator[None]:
    """Turn what PostgreSQL says into a refusal: in its own words' first line, which names no row's content."""
    try:
        yield
    except psycopg.Error as fault:
        raise Refused(f"{words}: {_words_of(fault)}") from None
    except (SQLAlchemyError, CommandError) as fault:
        # What the migrations met; its text may hold statements.
        raise Refused(f"{words}: the migrations stopped ({type(fault).__name__})") from None


def own_tables() -> list[str]:
    """The portal's: whatever else an operator keeps beside them is none of a backup's business.

    No migration lets a table go, so these are those of older versions too.
    """
    return sorted(Base.metadata.tables)


def _refuse_where_others_rely_on_it(connection: psycopg.Connection[Any]) -> None:
    """A view, a table or a trigger of somebody's own that rests on these tables would go with them."""
    relying = connection.execute(RELYING, {"own": own_tables()}).fetchall()
    if relying:
        names = ", ".join(name for (name,) in relying)
        raise Refused(f"{names} would go with the tables of the portal that they rest on: delete or move them first")


def count_rows(connection: psycopg.Connection[Any], tables: list[str]) -> dict[str, int]:
    """How many rows each table has."""
    found = {}
    for name in sorted(tables):
        row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))).fetchone()
        found[name] = int(row[0]) if row else 0
    return found


def within(address: URL, schema: str) -> URL:
    """The same database, where names without a schema are meant in this one."""
    before = address.query.get("options", "")
    said = before if isinstance(before, str) else " ".join(before)
    return address.update_query_dict({"options": f"{said} -csearch_path={schema}".strip()})


def _address(settings: Settings) -> URL:
    return make_url(settings.database_owner_url).set(drivername="postgresql+psycopg")


def _connected(address: URL) -> psycopg.Connection[Any]:
    """A connection that sees every partnership, and waits for nobody's lock for ever."""
    # Not by the address as text: SQLAlchemy writes spaces in it as plus signs, which the driver takes as they stand.
    _positions, said = address.get_dialect()().create_connect_args(address)
    connection: psycopg.Connection[Any] = psycopg.connect(**{"connect_timeout": 10, **said})
    connection.execute(_SEE_ALL)
    connection.execute(sql.SQL("SET lock_timeout = {}").format(LOCKS))
    connection.commit()
    return connection


def _revision(connection: psycopg.Connection[Any]) -> str:
    try:
        row = connection.execute(sql.SQL("SELECT version_num FROM {}").format(sql.Identifier(VERSIONS))).fetchone()
    except psycopg.errors.UndefinedTable:
        row = None
    if row is None:
        raise Refused("this database has no tables of the portal")
    return str(row[0])


def _words_of(fault: psycopg.Error) -> str:
    """The message without its details, which quote rows."""
    return fault.diag.message_primary or str(fault).splitlines()[0]
