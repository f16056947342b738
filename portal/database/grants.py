"""What the application's role may do on PostgreSQL: read and change rows, and nothing to the tables themselves."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.engine import make_url

VERSIONS = "alembic_version"

_PROTECTOR = "SELECT to_regprocedure('portal_protect()') IS NOT NULL"
_ROLE = text("SELECT current_user, EXISTS (SELECT FROM pg_roles WHERE rolname = :role)").bindparams(bindparam("role"))

_STANDING = """
SELECT
    r.rolsuper OR r.rolbypassrls AS passes,
    EXISTS (
        SELECT FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
        AND pg_has_role(r.oid, c.relowner, 'MEMBER')
    ) AS owns,
    ARRAY (
        SELECT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
        AND a.attname = 'partnership_id' AND NOT a.attisdropped
        AND NOT (c.relrowsecurity AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid))
        ORDER BY c.relname
    ) AS bare
FROM pg_roles r WHERE r.rolname = current_user
"""


def finish_upgrade(connection: Connection, application_url: str) -> None:
    """After a migration, by the tables' owner: a wall around new tables, and the application's role let in.

    Does nothing on SQLite, and grants nothing where one role does both. Raises RuntimeError where the role of
    `application_url` does not exist.
    """
    if connection.dialect.name != "postgresql":
        return
    if connection.exec_driver_sql(_PROTECTOR).scalar():
        connection.exec_driver_sql("SELECT portal_protect()")
    role = make_url(application_url).username if application_url else None
    if not role:
        return
    owner, is_known = connection.execute(_ROLE, {"role": role}).one()
    if role == owner:
        return
    if not is_known:
        raise RuntimeError(f"DATABASE_URL names the role {role!r}, which this server does not have: create it first")
    name = connection.dialect.identifier_preparer.quote_identifier(role)
    schema = connection.dialect.identifier_preparer.quote_identifier(
        connection.exec_driver_sql("SELECT current_schema()").scalar_one()
    )
    for grant in (
        f"GRANT USAGE ON SCHEMA {schema} TO {name}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {name}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {name}",
        # It reads which migration the database stands at, and never says another.
        f"REVOKE INSERT, UPDATE, DELETE ON {schema}.{VERSIONS} FROM {name}",
    ):
        connection.exec_driver_sql(grant)


def role_faults(connection: Connection) -> list[str]:
    """Why the role that `connection` is made by stands above row-level security; empty on SQLite."""
    if connection.dialect.name != "postgresql":
        return []
    row: Any = connection.exec_driver_sql(_STANDING).one()
    faults = []
    if row.passes:
        faults.append("its role is a superuser or bypasses row-level security: use one that is neither")
    elif row.owns:
        faults.append("its role owns the tables, or may act as their owner: migrate by DATABASE_OWNER_URL instead")
    if row.bare:
        faults.append(f"no row-level security on {', '.join(row.bare)}: run flask db upgrade")
    return faults
