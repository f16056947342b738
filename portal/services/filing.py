"""Where files go and who scans them: set up once by the factory, for each app its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from weakref import WeakKeyDictionary

from sqlalchemy import Engine

from portal.config import Settings, SettingsError
from portal.database.session import db
from portal.domain.audit_vocabulary import FileStatus
from portal.gateways.file_store import FileStore, StoreUnusable
from portal.gateways.folder_store import FolderStore
from portal.gateways.s3_store import Bucket, S3Store
from portal.gateways.scanner import Scanner, Verdict


@dataclass(frozen=True, slots=True)
class Filing:
    """The file store, the scanner if there is one, and the limits.

    `passes_unscanned` is for demonstrations alone: everywhere else a file without a scan is held back.
    """

    store: FileStore
    scanner: Scanner | None
    most_bytes: int
    passes_unscanned: bool

    @property
    def open_statuses(self) -> frozenset[FileStatus]:
        """The states in which a file may be opened here."""
        unscanned = {FileStatus.NOT_SCANNED} if self.passes_unscanned else set()
        return frozenset({FileStatus.CLEAN} | unscanned)

    def status_after(self, verdict: Verdict | None) -> FileStatus:
        """What a scan (None: there was no scanner to ask) makes of a file."""
        if verdict is Verdict.CLEAN:
            return FileStatus.CLEAN
        if verdict is Verdict.INFECTED:
            return FileStatus.INFECTED
        if verdict is None and self.passes_unscanned:
            return FileStatus.NOT_SCANNED
        return FileStatus.QUARANTINED


# By engine, because that is what an app and nothing else has: two apps in one process keep their files apart.
_filings: WeakKeyDictionary[Engine, Filing] = WeakKeyDictionary()


def filing_of(settings: Settings) -> Filing:
    """What the settings ask for. Raises SettingsError where they name no file store."""
    try:
        store = store_of(settings)
    except StoreUnusable as fault:
        raise SettingsError([f"FILE_STORE_URL {fault}"]) from None
    return Filing(
        store=store,
        scanner=Scanner(Path(settings.clamd_socket)) if settings.clamd_socket else None,
        most_bytes=settings.most_file_bytes,
        passes_unscanned=settings.is_demo,
    )


def store_of(settings: Settings) -> FileStore:
    """The file store that the settings name. Raises StoreUnusable."""
    if not settings.is_in_bucket:
        return FolderStore.at(settings.file_store_url)
    bucket = Bucket.at(
        settings.file_store_url,
        key_id=settings.file_store_key_id,
        secret=settings.file_store_secret,
        region=settings.file_store_region,
        endpoint=settings.file_store_endpoint,
    )
    return S3Store(bucket)


def install_filing(filing: Filing) -> None:
    """Use this for the running app from now on."""
    _filings[db.engine] = filing


def filing() -> Filing:
    """The running app's own."""
    return _filings[db.engine]
