"""Steps of the tests of backups: an empty machine to restore on, and all that is kept, to be held against itself."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from click.testing import Result
from flask import Flask
from sqlalchemy import select

from portal.config import Settings
from portal.database.declarative import Base
from portal.database.session import db
from portal.domain.audit_vocabulary import FileStatus
from portal.models.files import StoredFile
from portal.services.filing import filing
from tests.databases import Database
from tests.harness import apart, make_app
from tests.lying_in_clear import opened_with_keys


@contextmanager
def empty_machine(databases: Database, folder: Path, **changes: Any) -> Iterator[Flask]:
    """A portal with nothing: no table, no file, and the tests' own key."""
    databases.copy(None, "restored")
    app = make_app(databases.settings(folder, "restored", **changes))
    try:
        yield app
    finally:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def commanding(app: Flask) -> Callable[..., Result]:
    """Run `flask` commands of this portal."""
    runner = app.test_cli_runner()
    return lambda *words: apart(runner.invoke, args=[str(word) for word in words])


def settings_of(app: Flask) -> Settings:
    """Its settings."""
    return app.extensions["settings"]


def all_rows() -> dict[str, list[str]]:
    """Every row of every table as it is stored, but who is signed in and what is noted of the backup itself."""
    db.session.remove()
    found = {}
    for table in Base.metadata.sorted_tables:
        if table.name in ("sign_in_sessions", "activity", "activity_chains", "field_keys"):
            continue
        found[table.name] = sorted(str(tuple(row)) for row in db.session.execute(select(table)))
    db.session.remove()
    return found


def all_files() -> dict[str, str]:
    """Every file in the store, by name, as it lies; but those with a virus, which the next sweep deletes."""
    store = filing().store
    infected = set(db.session.scalars(select(StoredFile.store_name).where(StoredFile.status == FileStatus.INFECTED)))
    db.session.remove()
    return {name: _digest(store.as_stored(name)) for name, _written in store.names() if name not in infected}


def all_of_it() -> tuple[dict[str, list[str]], dict[str, str], list[str]]:
    """Rows, files, and what the keys open of both."""
    return all_rows(), all_files(), sorted(opened_with_keys().split("\n"))


def _digest(pieces: Iterator[bytes]) -> str:
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()
