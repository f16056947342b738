"""Making a backup while people work: the rows of one moment, and every file that a row of that moment names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from portal.access.viewer import Viewer
from portal.config import Settings
from portal.database.encryption import keyring
from portal.gateways.backup_files import Entry, NoBackup, Place, archive
from portal.gateways.file_store import Damaged, new_key
from portal.services.backup.contents import FILES, Header, Progress, Refused, Snapshot, dialect_of, refuse_people
from portal.services.backup.databases import database_of
from portal.services.changes import changing
from portal.services.field_keys import check_values_needed
from portal.services.filing import filing
from portal.services.readiness import known_revisions, newest_revision


@dataclass(slots=True)
class Made:
    """What a backup holds."""

    revision: str
    rows: int = 0
    files: int = 0
    missing: list[str] = field(default_factory=list)
    """Names of files that a row names and the store does not have: `flask files orphans` says whose they are."""


def create(viewer: Viewer, settings: Settings, place: Place, progress: Progress = lambda _: None) -> Made:
    """Write a backup to `place`, whole or not at all. Raises NotPermitted, Refused, and OSError of the place.

    Files come first, then the rows, then the files that came meanwhile: so that of what is deleted while a long backup
    runs, the row and the bytes are gone alike or there alike.
    """
    refuse_people(viewer)
    key = new_key()
    database = database_of(settings)
    revision, early = database.names_now(settings)
    if revision not in known_revisions():
        # It may have tables that would be left out.
        raise Refused(f"the database stands at migration {revision}, which this version does not know")
    header = Header(
        made_at=viewer.now,
        dialect=dialect_of(settings),
        revision=revision,
        key_id=keyring.writing_id,
        wrapped_key=keyring.wrap(key),
        check_values=check_values_needed(),
    )
    made = Made(revision)
    noted: dict[str, Any] = {}

    def entries() -> Iterator[Entry]:
        taken: set[str] = set()
        yield from _files(early, taken, progress)
        with database.snapshot(settings) as rows:
            if rows.revision != revision:
                raise Refused("the database was migrated meanwhile: make the backup again")
            noted.update(_note(rows, made))
            yield from rows.entries()
            progress(1)
            wanted = rows.store_names()
            yield from _files([name for name in wanted if name not in taken], taken, progress)
        made.files = len(taken)
        made.missing = noted["missing"] = [name for name in wanted if name not in taken]

    try:
        place.put(archive(header.to_json(), key, entries(), lambda: noted))
    except NoBackup as fault:
        raise Refused(str(fault)) from None
    if revision == newest_revision():
        with changing(viewer) as change:
            change.log("backup.created", "system", None)
    return made


def count_entries(viewer: Viewer, settings: Settings) -> int:
    """How many steps `create` will tell of. Raises NotPermitted and Refused."""
    refuse_people(viewer)
    return len(database_of(settings).names_now(settings)[1]) + 1


def _note(rows: Snapshot, made: Made) -> dict[str, Any]:
    counts = rows.counts()
    made.rows = sum(counts.values())
    return {"counts": counts, **rows.facts()}


def _files(names: list[str], taken: set[str], progress: Progress) -> Iterator[Entry]:
    """The files as they lie; one that is gone is left out, since nothing of it has been told yet."""
    for name in names:
        try:
            pieces = _begun(name)
        except Damaged:
            progress(1)
            continue
        taken.add(name)
        yield f"{FILES}{name}", pieces
        progress(1)


def _begun(name: str) -> Iterator[bytes]:
    """The pieces, of which the first has been read already. Raises Damaged."""
    pieces = filing().store.as_stored(name)
    first = next(pieces, b"")

    def all_of_them() -> Iterator[bytes]:
        yield first
        yield from pieces

    return all_of_them()
