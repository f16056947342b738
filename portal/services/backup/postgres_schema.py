"""Tables on PostgreSQL beside the live ones: made by the migrations, filled past their guards, put in their place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg
from alembic import command
from alembic.config import Config
from psycopg import sql

from portal.config import ROOT

_KEYS = (
    "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
    "WHERE contype = 'f' AND connamespace = current_schema()::regnamespace ORDER BY 1, 2"
)
_FORCED = (
    "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace "
    "AND relkind = 'r' AND relforcerowsecurity ORDER BY relname"
)
_RELATIONS = (
    "SELECT relname FROM pg_class WHERE relnamespace = %(schema)s::regnamespace AND relkind = 'r' "
    "AND relname = ANY (%(own)s) ORDER BY relname"
)
_OWN_FUNCTION = "(p.proname LIKE 'portal\\_%%' OR p.proname LIKE 'figures\\_of\\_%%')"
"""How the migrations call theirs."""
_FUNCTIONS = (
    "SELECT p.proname, pg_get_function_identity_arguments(p.oid) FROM pg_proc p "  # noqa: S608 - words of this file
    f"WHERE p.pronamespace = %(schema)s::regnamespace AND {_OWN_FUNCTION} ORDER BY 1, 2"
)
_GRANTS = (
    "SELECT c.relname, c.relkind, a.privilege_type, a.grantee::regrole::text "
    "FROM pg_class c, aclexplode(c.relacl) a "
    "WHERE c.relnamespace = %s::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S') "
    "AND a.grantee <> c.relowner AND a.grantee <> 0 ORDER BY 1, 3"
)
_SHUT_OUT = (
    "SELECT DISTINCT a.grantee::regrole::text FROM pg_class c, aclexplode(c.relacl) a "
    "WHERE c.relnamespace = %(live)s::regnamespace AND a.grantee <> 0 AND a.grantee <> c.relowner "
    "AND NOT has_schema_privilege(a.grantee, %(live)s, 'USAGE')"
)
_IN_SCHEMA = "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace"
RELYING = f"""
WITH own AS (
    SELECT oid FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND relname = ANY (%(own)s)
)
SELECT r.ev_class::regclass::text FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid
WHERE d.classid = 'pg_rewrite'::regclass AND d.refobjid IN (SELECT oid FROM own)
AND r.ev_class NOT IN (SELECT oid FROM own)
UNION
SELECT conrelid::regclass::text FROM pg_constraint
WHERE contype = 'f' AND confrelid IN (SELECT oid FROM own) AND conrelid NOT IN (SELECT oid FROM own)
UNION
SELECT t.tgname::text FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
WHERE t.tgrelid IN (SELECT oid FROM own) AND NOT t.tgisinternal AND NOT {_OWN_FUNCTION}
ORDER BY 1
"""  # noqa: S608 - words of this file
"""Views on the portal's tables, others' tables that refer to them, and others' triggers on them."""


def make_tables(url: str, application_url: str, revision: str) -> None:
    """Run the migrations up to a revision, in the schema that the address names; the application's role is let in."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["url"] = url
    config.attributes["application_url"] = application_url
    command.upgrade(config, revision)


@dataclass(frozen=True, slots=True)
class Guards:
    """What was taken off the tables while rows are copied into them."""

    tables: list[str]
    keys: list[tuple[str, str, str]]
    """Table, name and definition of each foreign key."""
    forced: list[str]
    """Tables whose owner too is bound by their policies, through which COPY does not go."""


def take_guards_off(connection: psycopg.Connection[Any], tables: list[str]) -> Guards:
    """Empty the tables, and let rows be copied into them in any order and noted by no trigger.

    It is one transaction with the copying and `put_guards_back`; its end is the caller's.
    """
    keys = [(table.strip('"'), name, definition) for table, name, definition in connection.execute(_KEYS)]
    guards = Guards(tables, keys, [name for (name,) in connection.execute(_FORCED)])
    for table, name, _definition in guards.keys:
        _run(connection, "ALTER TABLE {} DROP CONSTRAINT {}", table, name)
    for table in guards.forced:
        _run(connection, "ALTER TABLE {} NO FORCE ROW LEVEL SECURITY", table)
    for table in tables:
        # Not those of constraints, which belong to the system.
        _run(connection, "ALTER TABLE {} DISABLE TRIGGER USER", table)
        _run(connection, "DELETE FROM {}", table)
    return guards


def put_guards_back(connection: psycopg.Connection[Any], guards: Guards) -> None:
    """Make all as it was: a foreign key is made again over all rows, which checks each of them."""
    for table in guards.tables:
        _run(connection, "ALTER TABLE {} ENABLE TRIGGER USER", table)
    for table, name, definition in guards.keys:
        statement = sql.SQL(f"ALTER TABLE {{}} ADD CONSTRAINT {{}} {definition}")  # its own
        connection.execute(statement.format(sql.Identifier(table), sql.Identifier(name)))
    for table in guards.forced:
        _run(connection, "ALTER TABLE {} FORCE ROW LEVEL SECURITY", table)


def take_the_place(connection: psycopg.Connection[Any], schema: str, own: list[str]) -> None:
    """Move the live tables of these names out, with their functions, and those of `schema` in; delete what went out.

    Who may use a table of the same name may use the new one. Whatever else lies beside them stays.
    """
    row = connection.execute("SELECT current_schema()").fetchone()
    live, gone = str(row[0]) if row else "public", f"{schema}_gone"
    grants = connection.execute(_GRANTS, (live,)).fetchall()
    _run(connection, "CREATE SCHEMA {}", gone)
    _move(connection, live, gone, own)
    _move(connection, schema, live, own)
    for (grantee,) in connection.execute(_SHUT_OUT, {"live": live}).fetchall():
        connection.execute(sql.SQL(f"GRANT USAGE ON SCHEMA {{}} TO {grantee}").format(sql.Identifier(live)))
    there = {name for (name,) in connection.execute(_IN_SCHEMA, (live,))}
    for name, kind, privilege, grantee in grants:
        if name in there:
            what = "SEQUENCE" if kind in ("S", b"S") else "TABLE"
            statement = f"GRANT {privilege} ON {what} {{}} TO {grantee}"  # the catalogue's own words, quoted by it
            connection.execute(sql.SQL(statement).format(sql.Identifier(live, name)))
    _run(connection, "DROP SCHEMA {} CASCADE", gone)
    _run(connection, "DROP SCHEMA {} CASCADE", schema)


def _move(connection: psycopg.Connection[Any], source: str, target: str, own: list[str]) -> None:
    """Indexes, constraints, triggers, policies and a column's own sequence go with their table."""
    named = {"schema": source, "own": own}
    for (name,) in connection.execute(_RELATIONS, named).fetchall():
        statement = sql.SQL("ALTER TABLE {} SET SCHEMA {}")
        connection.execute(statement.format(sql.Identifier(source, name), sql.Identifier(target)))
    for name, arguments in connection.execute(_FUNCTIONS, named).fetchall():
        statement = sql.SQL(f"ALTER ROUTINE {{}}({arguments}) SET SCHEMA {{}}")
        connection.execute(statement.format(sql.Identifier(source, name), sql.Identifier(target)))


def _run(connection: psycopg.Connection[Any], statement: str, *names: str) -> None:
    connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
