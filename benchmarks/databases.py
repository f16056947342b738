"""The databases of one run: an empty one of each kind, gone when the run is, and the environment of a portal on it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

import psycopg
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url

from portal.config import DEMO, new_field_keys
from tests.postgres import APPLICATION, RunFolder, server_address

SQLITE = "SQLite"
POSTGRESQL = "PostgreSQL"
KINDS = (SQLITE, POSTGRESQL)
SUPERUSER = "postgres"


@dataclass(frozen=True)
class Database:
    """One database, with what it was said to be and how a portal is told to use it."""

    kind: str
    version: str
    environment: dict[str, str]

    @property
    def url(self) -> str:
        """Its address for whoever owns its tables, fills and compares; the portal's own has a lesser role."""
        return self.environment["DATABASE_OWNER_URL"]


def for_the_portal(url: str) -> str:
    """The address of the same database for the role that a portal runs as, so that what is measured has its wall."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        return url
    return address.set(username=APPLICATION, password=None).render_as_string(hide_password=False)


def settle(engine: Engine, table: str = "") -> None:
    """Do after a load what PostgreSQL's server does by itself within a minute of it, for a table or for all."""
    if engine.dialect.name == "postgresql":
        superuser = create_engine(engine.url.set(username=SUPERUSER), isolation_level="AUTOCOMMIT")
        with superuser.connect() as connection:
            connection.execute(text(f"VACUUM ANALYZE {table}"))
        superuser.dispose()


@contextmanager
def run_folder() -> Iterator[RunFolder]:
    """The run's folder and the watcher that stops PostgreSQL and removes the folder, even if the run is killed."""
    run = RunFolder.create()
    try:
        yield run
    finally:
        run.close()


def make_database(kind: str, run: RunFolder) -> Database:
    """An empty database, and the environment with which `app:app` serves it."""
    home = run.path / kind.lower()
    home.mkdir()
    if kind == SQLITE:
        url, version = f"sqlite:///{(home / 'portal.sqlite3').as_posix()}", sqlite3.sqlite_version
    else:
        url = server_address(run.path)
        with psycopg.connect(url) as connection:
            version = connection.info.parameter_status("server_version") or ""
    return Database(kind, version, _environment(url, home))


def further_address(database: Database, folder: Path, name: str) -> str:
    """The address of one more database of the same kind, which on PostgreSQL is made here."""
    if database.kind == SQLITE:
        return f"sqlite:///{(folder / f'{name}.sqlite3').as_posix()}"
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return make_url(database.url).set(database=name).render_as_string(hide_password=False)


def _environment(url: str, home: Path) -> dict[str, str]:
    return {
        # Production refuses to run as root, as containers run benchmarks; it differs by a banner on the page.
        "PORTAL_MODE": DEMO,
        "DATABASE_URL": for_the_portal(url),
        "DATABASE_OWNER_URL": url,
        "INSTANCE_PATH": str(home / "instance"),
        "SECRET_KEY": token_hex(32),
        "FIELD_KEYS": new_field_keys(),
        "BASE_URL": "http://127.0.0.1",
    }
