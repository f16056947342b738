"""What a backup and its restore have in common: names of entries, the header, where it lies, what databases give."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy.engine import make_url

from portal.access.viewer import Viewer
from portal.config import Settings
from portal.domain.errors import NotPermitted, PortalError, Unusable
from portal.gateways.backup_files import IN_BUCKET, Entry, FilePlace, Manifest, Place, bucket_place
from portal.gateways.file_store import StoreUnusable

FILES = "files/"
"""What the entry of a stored file is called, before its name in the store."""
ROWS = "rows/"
"""What entries with rows are called."""
END_SESSIONS = "UPDATE sign_in_sessions SET ended_at = last_seen_at, ended_by = 'too_long' WHERE ended_at IS NULL"
"""Whoever was signed in when the backup was made, and may have been shut out since, is not signed in by its restore."""

Progress = Callable[[int], None]
"""Told how many more entries are through."""
Tell = Callable[[str], None]
"""Told in words what is done next."""


class Refused(PortalError):
    """A backup that is not restored, or not made; nothing was changed."""


class Snapshot(Protocol):
    """The rows of one moment, while people go on working."""

    revision: str
    """The migration at which the database stands."""

    def counts(self) -> dict[str, int]:
        """How many rows each table has."""
        ...

    def store_names(self) -> list[str]:
        """What the file store calls the files whose bytes should be there."""
        ...

    def entries(self) -> Iterator[Entry]:
        """The rows, as entries of a backup."""
        ...

    def facts(self) -> dict[str, Any]:
        """What else is needed to put them back."""
        ...


class Staging(Protocol):
    """Rows on their way back, beside those that people work with."""

    def take(self, name: str, pieces: Iterator[bytes]) -> None:
        """Take one entry with rows."""
        ...

    def check(self, manifest: Manifest) -> None:
        """Raise Refused where what was taken is not whole: counts, and rows that point at nothing."""
        ...

    def switch(self) -> None:
        """Let it take the place of what was there, all of it or nothing."""
        ...


class Database(Protocol):
    """One kind of database: how its rows are had, and given back."""

    def names_now(self, settings: Settings) -> tuple[str, list[str]]:
        """The migration at which it stands, and what its files are called in the store. Raises Refused."""
        ...

    def snapshot(self, settings: Settings) -> AbstractContextManager[Snapshot]:
        """Its rows at this moment. Raises Refused."""
        ...

    def staging(self, settings: Settings, header: Header, manifest: Manifest) -> AbstractContextManager[Staging]:
        """Room beside the live rows, gone when the block ends."""
        ...


@dataclass(frozen=True, slots=True)
class Header:
    """What a backup says of itself in clear: nothing of its content, and of keys their ids and check values alone."""

    made_at: datetime
    dialect: str
    revision: str
    key_id: str
    wrapped_key: bytes
    check_values: dict[str, bytes]

    def to_json(self) -> dict[str, Any]:
        """As it is written."""
        return {
            "made_at": self.made_at.isoformat(),
            "database": self.dialect,
            "revision": self.revision,
            "key_id": self.key_id,
            "wrapped_key": self.wrapped_key.hex(),
            "keys": {name: value.hex() for name, value in self.check_values.items()},
        }

    @classmethod
    def from_json(cls, stated: dict[str, Any]) -> Header:
        """As it was written. Raises Refused."""
        try:
            return cls(
                made_at=datetime.fromisoformat(stated["made_at"]),
                dialect=str(stated["database"]),
                revision=str(stated["revision"]),
                key_id=str(stated["key_id"]),
                wrapped_key=bytes.fromhex(stated["wrapped_key"]),
                check_values={str(name): bytes.fromhex(value) for name, value in stated["keys"].items()},
            )
        except (AttributeError, KeyError, TypeError, ValueError):
            raise Refused("this backup is damaged: its beginning cannot be read") from None


def refuse_people(viewer: Viewer) -> None:
    """A backup holds every partnership. Raises NotPermitted."""
    if not viewer.is_system or viewer.partnership_id is not None:
        raise NotPermitted("Backups are made and restored by whoever runs the portal.")


def place_of(settings: Settings, target: str) -> Place:
    """Where a backup lies: a path, or `s3://bucket/folder/name` with the key of the file store. Raises Unusable."""
    if not target.startswith(IN_BUCKET):
        return FilePlace(Path(target))
    if not (settings.file_store_key_id and settings.file_store_secret):
        raise Unusable([f"{target}: set FILE_STORE_KEY_ID and FILE_STORE_SECRET, by which buckets are used"])
    try:
        return bucket_place(
            target,
            key_id=settings.file_store_key_id,
            secret=settings.file_store_secret,
            region=settings.file_store_region,
            endpoint=settings.file_store_endpoint,
        )
    except StoreUnusable as fault:
        raise Unusable([f"{target} {fault}"]) from None


def dialect_of(settings: Settings) -> str:
    """Which kind of database the settings name: sqlite or postgresql."""
    return make_url(settings.database_url).get_backend_name()
