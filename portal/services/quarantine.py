"""Files that wait for the scanner, and bytes that nobody has a row for: both are seen to by `flask files scan`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from sqlalchemy import Select, select

from portal.access import files as access
from portal.access.viewer import Viewer
from portal.database.encryption import Undecryptable
from portal.database.session import db
from portal.domain.audit_vocabulary import FileStatus
from portal.domain.errors import NotPermitted
from portal.gateways.file_store import Damaged
from portal.gateways.scanner import Scan, Scanner, Verdict
from portal.models.files import StoredFile
from portal.models.partnerships import Partnership
from portal.services.changes import changing
from portal.services.files import drop_bytes, stored_bytes
from portal.services.filing import filing
from portal.services.invitations.seen import AlreadySo

WAITING = (FileStatus.QUARANTINED, FileStatus.NOT_SCANNED)
SWEPT_AFTER = timedelta(days=1)
"""Longer than any request takes between storing bytes and keeping their row."""

_AT_ONCE = 1000
Progress = Callable[[int], None]


@dataclass(slots=True)
class Scanned:
    """What came of a run; `damaged` names files whose bytes or key are not what they were."""

    passed: int = 0
    refused: int = 0
    waiting: int = 0
    swept: int = 0
    damaged: list[int] = field(default_factory=list)
    problem: str = ""
    """Why files still wait, if any do."""


def count_waiting(viewer: Viewer) -> int:
    """How many files wait for the scanner, in all partnerships."""
    return len(_waiting(viewer))


def scan_quarantined(viewer: Viewer, progress: Progress = lambda _one: None) -> Scanned:
    """Scan every file that waits, each in a short transaction of its own, and sweep bytes without a row.

    A file with a virus loses its bytes and keeps its row. Where the scanner stops answering, the rest goes on waiting.
    """
    found = Scanned()
    try:
        found.swept = _sweep(viewer)
    except OSError as fault:
        found.problem = f"the file store cannot be used ({fault.strerror or fault})"
    scanner = filing().scanner
    rows = _waiting(viewer)
    for done, (partnership_id, file_id) in enumerate(rows):
        if scanner is None or found.problem:
            found.waiting += len(rows) - done
            break
        _scan_one(replace(viewer, system_partnership_id=partnership_id), file_id, scanner, found)
        progress(1)
    if scanner is None and found.waiting:
        found.problem = "no scanner is set: see CLAMD_SOCKET"
    return found


def _scan_one(viewer: Viewer, file_id: int, scanner: Scanner, found: Scanned) -> None:
    stored = db.session.scalar(_one_waiting(viewer, file_id))
    if stored is None:
        return  # removed, or scanned by somebody else, meanwhile
    try:
        scan = scanner.scan(stored_bytes(stored))
    except (Damaged, Undecryptable):
        found.damaged.append(file_id)
        return
    except OSError as fault:
        found.waiting += 1
        found.problem = f"the file store cannot be used ({fault.strerror or fault})"
        return
    if scan.verdict is Verdict.UNREACHABLE:
        found.waiting += 1
        found.problem = f"the scanner does not answer ({scan.detail})"
        return
    _settle(viewer, file_id, scan, found)


def _settle(viewer: Viewer, file_id: int, scan: Scan, found: Scanned) -> None:
    is_clean = scan.verdict is Verdict.CLEAN
    try:
        with changing(viewer) as change:
            # Bytes never change, so what was scanned is what stands here; only its row may have gone.
            stored = change.session.scalar(_one_waiting(viewer, file_id).with_for_update())
            if stored is None:
                raise AlreadySo
            stored.status = FileStatus.CLEAN if is_clean else FileStatus.INFECTED
            stored.scanned_at = viewer.now
            change.log("file.passed" if is_clean else "file.refused", "file", file_id)
    except AlreadySo:
        return
    if is_clean:
        found.passed += 1
    else:
        found.refused += 1
        drop_bytes(stored.store_name)


def _waiting(viewer: Viewer) -> list[tuple[int, int]]:
    """(partnership, file) of all that wait, the oldest first."""
    if not viewer.is_system:
        raise NotPermitted("Files are scanned by the portal itself.")
    found: list[tuple[int, int]] = []
    for partnership_id in db.session.scalars(select(Partnership.id).order_by(Partnership.id)):
        mine = access.visible_to(replace(viewer, system_partnership_id=partnership_id))
        ids = mine.where(StoredFile.status.in_(WAITING)).order_by(StoredFile.id).with_only_columns(StoredFile.id)
        found += [(partnership_id, file_id) for file_id in db.session.scalars(ids)]
    return found


def _one_waiting(viewer: Viewer, file_id: int) -> Select[StoredFile]:
    return access.visible_to(viewer).where(StoredFile.id == file_id, StoredFile.status.in_(WAITING))


def _sweep(viewer: Viewer) -> int:
    """Delete what lies in the store without a row: left by a crash, or by a virus whose bytes could not go at once."""
    old = [name for name, written in filing().store.names() if written < viewer.now - SWEPT_AFTER]
    swept = 0
    for start in range(0, len(old), _AT_ONCE):
        names = old[start : start + _AT_ONCE]
        wanted = select(StoredFile.store_name).where(
            StoredFile.store_name.in_(names), StoredFile.status != FileStatus.INFECTED
        )
        gone = set(names) - set(db.session.scalars(wanted))
        drop_bytes(*gone)
        swept += len(gone)
    return swept
