"""Files that lost their other half: bytes that no row names, rows whose bytes are gone, rows that belong to nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import select

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import FileStatus
from portal.domain.errors import NotPermitted
from portal.models.files import StoredFile
from portal.services.files import is_used
from portal.services.filing import filing
from portal.services.quarantine import SWEPT_AFTER

_AT_ONCE = 2_000


@dataclass(slots=True)
class Orphans:
    """What was found; `arriving` counts bytes without a row that are so new that somebody may be giving them now."""

    without_row: list[str] = field(default_factory=list)
    """Names in the store: `flask files scan` sweeps them."""
    arriving: int = 0
    without_bytes: list[int] = field(default_factory=list)
    """Numbers of files that nobody can open any more: they are in a backup, or lost."""
    belonging_to_nothing: list[int] = field(default_factory=list)

    @property
    def are_found(self) -> bool:
        """Whether anything is wrong."""
        return bool(self.without_row or self.without_bytes or self.belonging_to_nothing)


def find_orphans(viewer: Viewer) -> Orphans:
    """Compare the file store with its rows, of all partnerships; raises OSError where the store cannot be read.

    The rows are read before the store and after it, so that a file that is given or removed meanwhile is no orphan.
    """
    if not viewer.is_system:
        raise NotPermitted("Orphans are looked for by the portal itself.")
    before = dict(_rows())
    stored = dict(filing().store.names())
    after = dict(_rows())
    found = Orphans()
    for name, written in sorted(stored.items()):
        if name in after:
            continue
        if written < viewer.now - SWEPT_AFTER:
            found.without_row.append(name)
        else:
            found.arriving += 1
    found.without_bytes = sorted(number for name, number in before.items() if name not in stored and name in after)
    unused = select(StoredFile.id).where(~is_used(StoredFile.id)).order_by(StoredFile.id)
    found.belonging_to_nothing = list(db.session.scalars(unused))
    return found


def _rows() -> Iterator[tuple[str, int]]:
    """The name in the store and the number of every file whose bytes should be there."""
    last = 0
    while True:
        db.session.rollback()
        some = db.session.execute(
            select(StoredFile.id, StoredFile.store_name)
            .where(StoredFile.id > last, StoredFile.status != FileStatus.INFECTED)
            .order_by(StoredFile.id)
            .limit(_AT_ONCE)
        ).all()
        if not some:
            return
        last = some[-1].id
        for row in some:
            yield row.store_name, row.id
