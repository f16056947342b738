"""Restoring a backup: looked through from end to end, made ready beside what is there, and only then put in place.

Whatever is wrong with the backup, its keys, the disk or the database, what people work with stays as it was. Files are
laid down under their own names, which come by chance and never twice, so they harm nothing before their rows are there;
rows take the place of rows in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from portal.access.viewer import Viewer
from portal.config import Settings
from portal.database.encryption import Undecryptable, keyring
from portal.database.session import db
from portal.gateways.backup_files import (
    MANIFEST,
    Counting,
    Manifest,
    NoBackup,
    Noted,
    Place,
    read_entries,
    read_header,
    read_manifest,
)
from portal.gateways.file_store import Damaged, checked_name
from portal.services.backup.contents import FILES, ROWS, Header, Refused, Tell, dialect_of, refuse_people
from portal.services.backup.databases import database_of
from portal.services.changes import changing
from portal.services.filing import filing
from portal.services.readiness import known_revisions, newest_revision


@dataclass(frozen=True, slots=True)
class Restored:
    """What stands there now."""

    made_at: datetime
    revision: str
    is_newest: bool
    """Whether the code runs on it as it is; else `flask db upgrade` comes next."""
    rows: int
    files: int
    missing: int
    """Files that the store did not have when the backup was made."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A backup that was looked through and found whole."""

    header: Header
    manifest: Manifest
    key: bytes
    context: bytes
    begins_at: int

    @property
    def number_of_files(self) -> int:
        """How many files it holds."""
        return sum(name.startswith(FILES) for name in self.manifest.entries)


def restore(viewer: Viewer, settings: Settings, place: Place, tell: Tell = lambda _: None) -> Restored:
    """Put a backup in place of what is there. Raises NotPermitted, Refused, and OSError of place, store or disk."""
    refuse_people(viewer)
    tell("looking through the backup")
    with _reading(place) as file:
        backup = look_through(settings, file)
        manifest = backup.manifest
        tell("putting rows and files beside what is there")
        with database_of(settings).staging(settings, backup.header, manifest) as staging:
            for name, pieces in _entries(file, backup):
                if name.startswith(ROWS):
                    staging.take(name, pieces)
                elif name.startswith(FILES):
                    _lay(name.removeprefix(FILES), pieces, manifest.entries[name])
            staging.check(manifest)
            tell("putting them in place")
            # A connection that stays open holds on to what is about to go.
            db.session.remove()
            db.engine.dispose()
            staging.switch()
    is_newest = backup.header.revision == newest_revision()
    if is_newest:
        with changing(viewer) as change:
            change.log("backup.restored", "system", None)
    return Restored(
        made_at=backup.header.made_at,
        revision=backup.header.revision,
        is_newest=is_newest,
        rows=sum(manifest.facts["counts"].values()),
        files=backup.number_of_files,
        missing=len(manifest.facts["missing"]),
    )


def look_through(settings: Settings, file: BinaryIO) -> Opened:
    """Read a backup from end to end, and change nothing. Raises Refused where it does not fit or is not whole."""
    try:
        stated, context = read_header(file)
    except NoBackup as fault:
        raise Refused(str(fault)) from None
    header = Header.from_json(stated)
    _check_keys(header)
    _check_fits(settings, header)
    try:
        key = keyring.unwrap(header.wrapped_key, header.key_id)
    except Undecryptable:
        raise Refused("this backup is damaged, or was made with another key than FIELD_KEYS has") from None
    begins_at, seen, manifest = file.tell(), dict[str, Noted](), None
    try:
        for name, pieces in read_entries(file, key, context):
            if manifest is not None:
                raise Damaged("something stands behind its list of contents")
            if name == MANIFEST:
                manifest = read_manifest(pieces)
                continue
            counting = Counting(pieces)
            for _ in counting:
                pass
            seen[name] = counting.noted
    except Damaged as fault:
        raise Refused(f"this backup is damaged: {fault}") from None
    if manifest is None or seen != manifest.entries or not {"counts", "missing"} <= manifest.facts.keys():
        raise Refused("this backup is damaged: it does not hold what its list of contents says")
    return Opened(header, manifest, key, context, begins_at)


@contextmanager
def _reading(place: Place) -> Iterator[BinaryIO]:
    try:
        with place.opened() as file:
            yield file
    except NoBackup as fault:
        raise Refused(str(fault)) from None


def _entries(file: BinaryIO, backup: Opened) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Once more from the beginning of what was looked through."""
    file.seek(backup.begins_at)
    try:
        yield from read_entries(file, backup.key, backup.context)
    except Damaged as fault:
        raise Refused(f"this backup was changed while it was being read: {fault}") from None


def _check_keys(header: Header) -> None:
    """Every key that anything in the backup may lie under has to be there, and be that key."""
    held = keyring.check_values
    lost = [name for name in header.check_values if name not in held]
    if lost or header.key_id not in held:
        names = ", ".join(lost or [header.key_id])
        raise Refused(f"this backup needs the key {names}, which is not among FIELD_KEYS: add it behind the first")
    for name, value in header.check_values.items():
        if held[name] != value:
            raise Refused(f"this backup was made with another key under the id {name} than FIELD_KEYS has")


def _check_fits(settings: Settings, header: Header) -> None:
    there = dialect_of(settings)
    if header.dialect != there:
        raise Refused(f"this backup is of a portal on {header.dialect}; DATABASE_URL names {there}")
    if header.revision not in known_revisions():
        raise Refused(f"this backup stands at migration {header.revision}, which this version does not know")


def _lay(name: str, pieces: Iterator[bytes], noted: Noted) -> None:
    """Put a file under its name, unless it lies there already as it was."""
    store = filing().store
    try:
        checked_name(name)
    except ValueError:
        raise Refused("this backup holds a file under a name that no file has") from None
    there = Counting(store.as_stored(name))
    try:
        for _ in there:
            pass
    except Damaged:
        pass
    else:
        if there.noted == noted:
            return
    store.lay(name, pieces)
