"""The databases of one run: an empty one of each kind, gone when the run is, and the environment of a portal on it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

import psycopg
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url

from portal.config import DEMO, new_field_keys
from tests.postgres import RunFolder, server_address

SQLITE = "SQLite"
POSTGRESQL = "PostgreSQL"
KINDS = (SQLITE, POSTGRESQL)


@dataclass(frozen=True)
class Database:
    """One database, with what it was said to be and how a portal is told to use it."""

    kind: str
    version: str
    environment: dict[str, str]

    @property
    def url(self) -> str:
        """Its address."""
        return self.environment["DATABASE_URL"]


def settle(engine: Engine) -> None:
    """Do after a load what PostgreSQL's server does by itself within a minute of it."""
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


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
        "DATABASE_URL": url,
        "INSTANCE_PATH": str(home / "instance"),
        "SECRET_KEY": token_hex(32),
        "FIELD_KEYS": new_field_keys(),
        "BASE_URL": "http://127.0.0.1",
    }
