"""Which module has the rows of which kind of database."""

from __future__ import annotations

from portal.config import Settings
from portal.services.backup import postgres_rows, sqlite_rows
from portal.services.backup.contents import Database, dialect_of

_KINDS: dict[str, Database] = {"sqlite": sqlite_rows, "postgresql": postgres_rows}


def database_of(settings: Settings) -> Database:
    """How the rows of the settings' database are had and given back."""
    return _KINDS[dialect_of(settings)]
