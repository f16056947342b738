"""Files that are opened again: whoever may, for as long as nothing holds the file back, and each time in the trail."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Select

from portal.access import files as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import NotVisible, PortalError
from portal.models.files import StoredFile
from portal.services import activity
from portal.services.files import stored_bytes
from portal.services.filing import filing


class HeldBack(PortalError):
    """The file may be seen in lists but not opened: it waits for the scanner, or a virus was found in it."""

    def __init__(self, stored: StoredFile) -> None:
        super().__init__("This file cannot be opened.")
        self.stored = stored


def open_file(viewer: Viewer, file_id: int) -> tuple[StoredFile, Iterator[bytes]]:
    """A file and its bytes in pieces, decrypted as they are read; the reading is logged.

    Raises NotVisible, HeldBack, and Damaged where the store does not hold what was put into it.
    """
    return open_found(viewer, access.visible_to(viewer).where(StoredFile.id == file_id))


def open_found(
    viewer: Viewer, found: Select[StoredFile], *, verb: str = "file.opened", subject: str = "file"
) -> tuple[StoredFile, Iterator[bytes]]:
    """The same for a file that an access rule has found by another way; `verb` is what the trail says was done."""
    stored = db.session.scalar(found)
    if stored is None:
        raise NotVisible("No such file.")
    if stored.status not in filing().open_statuses:
        raise HeldBack(stored)
    chunks = stored_bytes(stored)
    activity.record_reading(viewer, verb, subject, [stored.id])
    return stored, chunks
