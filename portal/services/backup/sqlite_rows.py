"""The rows of a portal on SQLite: an image of the database, taken and put back by SQLite's own backup."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import mkstemp
from typing import Any

from sqlalchemy.engine import make_url

from portal.config import Settings
from portal.database.write_queue import WriteQueue
from portal.gateways.backup_files import Entry, Manifest
from portal.services.backup.contents import END_SESSIONS, ROWS, Header, Refused

IMAGE = f"{ROWS}sqlite"
_PIECE = 1024 * 1024
_BUSY_SECONDS = 60


class SqliteSnapshot:
    """An image that is this process's alone."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with _open(path) as connection:
            self.revision = _revision(connection)

    def counts(self) -> dict[str, int]:
        """Count the rows of each table."""
        with _open(self.path) as connection:
            return _counts(connection)

    def store_names(self) -> list[str]:
        """List the files of the image."""
        with _open(self.path) as connection:
            return _store_names(connection)

    def entries(self) -> Iterator[Entry]:
        """The image as it lies."""
        yield IMAGE, _pieces(self.path)

    def facts(self) -> dict[str, Any]:
        """Nothing: all is in the image."""
        return {}


def names_now(settings: Settings) -> tuple[str, list[str]]:
    """The migration, and the files' names, without an image. Raises Refused."""
    with _reading(settings) as source:
        return _revision(source), _store_names(source)


@contextmanager
def snapshot(settings: Settings) -> Iterator[SqliteSnapshot]:
    """An image of the database at this moment; nobody who writes waits for it. Raises Refused."""
    with _beside(_path_of(settings)) as image:
        with _reading(settings) as source, _open(image) as target:
            source.backup(target)
            # One file, without a journal beside it.
            target.execute("PRAGMA journal_mode = DELETE")
        yield SqliteSnapshot(image)


class SqliteStaging:
    """An image on its way back, beside the live database."""

    def __init__(self, live: Path, image: Path, header: Header) -> None:
        self._live, self._image, self._header = live, image, header

    def take(self, name: str, pieces: Iterator[bytes]) -> None:
        """Write the image out."""
        if name != IMAGE:
            raise Refused(f"this backup holds {name!r}, which is not of SQLite")
        with self._image.open("wb") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())

    def check(self, manifest: Manifest) -> None:
        """Look through the image, and sign out whoever was signed in when it was made."""
        try:
            with _open(self._image) as connection:
                if connection.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                    raise Refused("the database in this backup is damaged")
                if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
                    raise Refused("the database in this backup has rows that point at nothing")
                if (_counts(connection), _revision(connection)) != (manifest.facts["counts"], self._header.revision):
                    raise Refused("the database in this backup is not the one that was backed up")
                connection.execute(END_SESSIONS)
                connection.commit()
        except sqlite3.Error as fault:
            raise Refused(f"the database in this backup cannot be read: {fault}") from None

    def switch(self) -> None:
        """Copy the image over the live database in one transaction, in which those who read see what was there."""
        self._live.parent.mkdir(parents=True, exist_ok=True)
        try:
            with WriteQueue(self._live).turn(), _open(self._image) as source, _open(self._live) as target:
                source.backup(target)
        except sqlite3.Error as fault:
            raise Refused(f"the database could not be replaced, and is as it was: {fault}") from None


@contextmanager
def staging(settings: Settings, header: Header, _manifest: Manifest) -> Iterator[SqliteStaging]:
    """Room for an image beside the live database."""
    live = _path_of(settings)
    live.parent.mkdir(parents=True, exist_ok=True)
    with _beside(live) as image:
        yield SqliteStaging(live, image, header)


@contextmanager
def _reading(settings: Settings) -> Iterator[sqlite3.Connection]:
    """The live database, read only. Raises Refused."""
    live = _path_of(settings)
    if not live.exists():
        raise Refused("there is no database to back up: see DATABASE_URL")
    try:
        with closing(sqlite3.connect(f"{live.absolute().as_uri()}?mode=ro", uri=True, timeout=_BUSY_SECONDS)) as source:
            yield source
    except sqlite3.Error as fault:
        raise Refused(f"the database cannot be read: {fault}") from None


def _path_of(settings: Settings) -> Path:
    database = make_url(settings.database_url).database
    if not database or database == ":memory:":
        raise Refused("a database in memory can be neither backed up nor restored")
    return Path(database)


@contextmanager
def _beside(live: Path) -> Iterator[Path]:
    """A file of our own in the folder of the database, where there should be room for a second one."""
    descriptor, name = mkstemp(prefix=f".{live.name}-", suffix=".image", dir=live.parent)
    os.close(descriptor)
    image = Path(name)
    try:
        yield image
    finally:
        for suffix in ("", "-journal", "-wal", "-shm"):
            image.with_name(image.name + suffix).unlink(missing_ok=True)


@contextmanager
def _open(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, timeout=_BUSY_SECONDS)) as connection:
        yield connection


def _revision(connection: sqlite3.Connection) -> str:
    try:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError:
        row = None
    if row is None:
        raise Refused("this database has no tables of the portal")
    return str(row[0])


def _counts(connection: sqlite3.Connection) -> dict[str, int]:
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return {
        name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608 - the schema's own
        for (name,) in sorted(tables.fetchall())
    }


def _store_names(connection: sqlite3.Connection) -> list[str]:
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'stored_files'").fetchone() is None:
        return []
    rows = connection.execute("SELECT store_name FROM stored_files WHERE status <> 'infected' ORDER BY store_name")
    return [name for (name,) in rows]


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece
