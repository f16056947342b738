"""Looking through all that is kept as whoever had taken the disks would, and through what the portal’s keys open."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import psycopg
from sqlalchemy import select

from portal.database.declarative import Base
from portal.database.session import db
from portal.database.types import EncryptedText
from portal.domain.audit_vocabulary import FileStatus
from portal.models.files import StoredFile
from portal.services.files import stored_bytes
from portal.services.filing import filing
from tests.postgres import SUPERUSER

_PIECE = 4 * 1024 * 1024
_OVERLAP = 200


def files_of_database() -> Iterator[Path]:
    """All that the database keeps on disk, its journal too, once it has written what it holds in memory."""
    db.session.rollback()
    if db.engine.dialect.name == "sqlite":
        path = Path(db.engine.url.database or "")
        yield from (found for found in path.parent.glob(f"{path.name}*") if found.is_file())
        return
    # The portal's own role may not say when the server writes, nor where.
    url = db.engine.url.set(username=SUPERUSER, drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        (said,) = connection.execute("SHOW data_directory").fetchall()
        folder = Path(said[0])
        ((number,),) = connection.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchall()
    for place in (folder / "base" / str(number), folder / "pg_wal"):
        yield from (found for found in place.rglob("*") if found.is_file())


def is_journal(path: Path) -> bool:
    """Whether this is where a database writes first what it changes."""
    return path.name.endswith("-wal") or path.parent.name == "pg_wal"


def files_of_store() -> list[Path]:
    """All that lies in the folder of the file store."""
    return [path for path in filing().store.folder.rglob("*") if path.is_file()]


def found_in(paths: Iterable[Path], wanted: set[bytes]) -> set[bytes]:
    """Which of these stand in any of the files."""
    found: set[bytes] = set()
    for path in paths:
        with path.open("rb") as stream:
            tail = b""
            while piece := stream.read(_PIECE):
                found |= {one for one in wanted if one in tail + piece}
                tail = piece[-_OVERLAP:]
    return found


def opened_with_keys() -> str:
    """Every encrypted text of every table, and every file that is not a virus, as the portal itself reads them."""
    db.session.rollback()
    said: list[str] = []
    for table in Base.metadata.sorted_tables:
        for column in (one for one in table.columns if isinstance(one.type, EncryptedText)):
            said += [value for value in db.session.scalars(select(column)) if value is not None]
    for stored in db.session.scalars(select(StoredFile).where(StoredFile.status != FileStatus.INFECTED)):
        said.append(b"".join(stored_bytes(stored)).decode("latin-1"))
    return "\n".join(said)


def rows_that_say(number: str) -> list[str]:
    """Where, in any column of any table, this number stands by itself as it would be read."""
    db.session.rollback()
    stands = re.compile(rf"(?<!\d){number}(?!\d)")
    return [
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        for value in db.session.scalars(select(column))
        if isinstance(value, str | int) and stands.search(str(value))
    ]
