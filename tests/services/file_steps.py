"""What tests of files do again and again: give some, look at what is kept, have a scanner say what it is told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import select

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import FilePurpose
from portal.domain.files import Upload
from portal.gateways.scanner import Scan, Verdict
from portal.models.files import ReportFile, StoredFile
from portal.services import file_reading, files
from portal.services.changes import changing
from portal.services.filing import filing


@dataclass
class TellingScanner:
    """Says what it is told to say, and remembers what it was given."""

    verdict: Verdict = Verdict.CLEAN
    seen: list[bytes] = field(default_factory=list)

    def scan(self, chunks: Iterable[bytes]) -> Scan:
        """Read it all, as a scanner does."""
        self.seen.append(b"".join(chunks))
        return Scan(self.verdict, "told so")

    def fault(self) -> str | None:
        """It is always there."""
        return None


def give(viewer: Viewer, *uploads: Upload, purpose: FilePurpose = FilePurpose.REPORT_ATTACHMENT) -> list[StoredFile]:
    """Give files that belong to nothing yet."""
    agency_id = viewer.agency_id
    assert agency_id is not None
    with (
        files.receiving(viewer, agency_id=agency_id, purpose=purpose, uploads=uploads) as received,
        changing(viewer) as change,
    ):
        return [files.keep_file(change, one) for one in received]


def tie(stored: StoredFile, report_id: int) -> None:
    """Attach a file to a report, past every rule."""
    db.session.add(ReportFile(partnership_id=stored.partnership_id, report_id=report_id, file_id=stored.id))
    db.session.commit()


def row(file_id: int) -> StoredFile | None:
    """A file's row as it is kept."""
    db.session.rollback()
    asked = select(StoredFile).where(StoredFile.id == file_id).execution_options(populate_existing=True)
    return db.session.scalar(asked)


def in_store() -> set[str]:
    """What lies in the store."""
    return {name for name, _written in filing().store.names()}


def read(viewer: Viewer, file_id: int) -> bytes:
    """The whole of a file, as somebody opens it."""
    db.session.rollback()
    _stored, chunks = file_reading.open_file(viewer, file_id)
    return b"".join(chunks)
