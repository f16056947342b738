"""Files that people give: received, scanned and stored apart from any transaction, then kept by one.

A service that takes files does both halves:

    with (
        files.receiving(viewer, agency_id=…, purpose=FilePurpose.AUDIT_EVIDENCE, uploads=uploads) as received,
        changing(viewer) as change,
    ):
        …  # ask may_…, as for any change
        stored = [files.keep_file(change, one) for one in received]

Scanning takes seconds, so it must never happen while a transaction holds up everybody else's. Whatever goes wrong
within the block leaves no bytes behind; what a crash leaves is swept by `flask files scan`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import SEEK_END, BytesIO
from typing import BinaryIO

import structlog
from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from portal.access.viewer import Viewer
from portal.database.encryption import keyring
from portal.domain.audit_vocabulary import FilePurpose, FileStatus
from portal.domain.errors import Invalid, NotPermitted
from portal.domain.files import MOST_FILES, Upload, clean_name, shown_name, size_in_words
from portal.gateways.file_store import CHUNK, new_key, new_name
from portal.gateways.file_types import NotTaken, file_type
from portal.models.evidence import Evidence
from portal.models.files import ReportFile, StoredFile
from portal.models.minutes import MinutesDraft, SentPaper
from portal.models.packs import PackFile
from portal.models.report_bundles import ReportBundle
from portal.services.changes import Change
from portal.services.filing import filing

log = structlog.get_logger("portal.files")

SCANNED = frozenset({FileStatus.CLEAN, FileStatus.INFECTED})
MADE_HERE = frozenset({FilePurpose.REPORT_BUNDLE, FilePurpose.PACK})
"""What the portal makes itself, of texts alone: nobody gave it, and there is nothing to scan."""


@dataclass(frozen=True, slots=True)
class Received:
    """A file whose bytes are stored and scanned, and which has no row yet."""

    partnership_id: int
    agency_id: int | None
    purpose: FilePurpose
    status: FileStatus
    name: str
    media_type: str
    size: int
    store_name: str
    wrapped_key: bytes
    key_id: str
    scanned_at: datetime | None


class TooLarge(Invalid):
    """A file is larger than what is taken; pages answer 413."""


class NotKept(Invalid):
    """The file store could not take a file: no fault of whoever gave it."""


@contextmanager
def receiving(
    viewer: Viewer, *, agency_id: int | None, purpose: FilePurpose, uploads: Sequence[Upload], field: str = "files"
) -> Iterator[list[Received]]:
    """Check, scan, encrypt and store files, all or none; where the block fails they are gone again.

    Raises Invalid (or TooLarge) with a sentence for each file at fault, under `field`.
    """
    if viewer.partnership_id is None:
        raise NotPermitted("Files are given in a partnership.")
    place = filing()
    checked = _checked(uploads, place.most_bytes, field)
    kept: list[Received] = []
    try:
        for upload, name, media_type in checked:
            with _said_under(field):
                received = _receive(viewer, viewer.partnership_id, agency_id, purpose, upload.stream, name, media_type)
            kept.append(received)
        yield kept
    except BaseException:
        drop_bytes(*(one.store_name for one in kept))
        raise


@contextmanager
def making(viewer: Viewer, *, purpose: FilePurpose, name: str, media_type: str, content: bytes) -> Iterator[Received]:
    """Encrypt and store a file that the portal has made, the partnership's own; gone again where the block fails.

    Raises NotKept where the file store does not take it.
    """
    if viewer.partnership_id is None or purpose not in MADE_HERE:
        raise NotPermitted("This is not made here.")
    key = new_key()
    wrapped, key_id = keyring.wrap(key), keyring.writing_id
    with _said_under("files"):
        stored = filing().store.write(key, _context(viewer.partnership_id, None, purpose), _pieces(BytesIO(content)))
    try:
        yield Received(
            partnership_id=viewer.partnership_id,
            agency_id=None,
            purpose=purpose,
            status=FileStatus.CLEAN,
            name=name,
            media_type=media_type,
            size=len(content),
            store_name=stored,
            wrapped_key=wrapped,
            key_id=key_id,
            scanned_at=None,
        )
    except BaseException:
        drop_bytes(stored)
        raise


def keep_file(change: Change, received: Received) -> StoredFile:
    """Give a received file its row. The caller ties it to what it belongs to."""
    if change.viewer.user_id is None and received.purpose not in MADE_HERE:
        raise NotPermitted("A file is given by a person.")
    stored = StoredFile(
        partnership_id=received.partnership_id,
        agency_id=received.agency_id,
        purpose=received.purpose,
        status=received.status,
        name=received.name,
        media_type=received.media_type,
        size=received.size,
        store_name=received.store_name,
        wrapped_key=received.wrapped_key,
        key_id=received.key_id,
        given_at=change.viewer.now,
        given_by_id=change.viewer.user_id,
        scanned_at=received.scanned_at,
    )
    change.session.add(stored)
    change.session.flush()
    change.log("file.kept", "file", stored.id)
    if stored.status is FileStatus.INFECTED:
        change.log("file.refused", "file", stored.id)
    return stored


def check_number(already: int, further: Sequence[Upload | Received], field: str = "files") -> None:
    """Refuse more files than one thing may have. Raises Invalid."""
    if further and already + len(further) > MOST_FILES:
        words = f"You can attach up to {MOST_FILES} files. Remove some, or put several into one file"
        raise Invalid(words, errors={field: [words]})


def drop_if_unused(change: Change, file_id: int) -> str | None:
    """Delete a file's row, and with it the key, unless something else still has the file.

    The caller has taken its own row away, and after the commit hands the answer to `drop_bytes`.
    """
    change.session.flush()
    stored = change.session.scalar(
        select(StoredFile)
        .where(StoredFile.id == file_id, StoredFile.partnership_id == change.viewer.partnership_id)
        .with_for_update()
    )
    if stored is None or change.session.scalar(select(is_used(stored.id))):
        return None
    change.session.delete(stored)
    change.log("file.removed", "file", stored.id)
    return stored.store_name


def drop_bytes(*store_names: str | None) -> None:
    """Delete what the store holds under these names.

    The rows are gone by now, and with them the keys: bytes that the store will not delete at the moment tell nothing,
    and are swept by `flask files scan`.
    """
    for name in store_names:
        if name is not None:
            try:
                filing().store.delete(name)
            except OSError as fault:
                log.warning("bytes without a row were left in the file store", fault=_words_of(fault))


def stored_bytes(stored: StoredFile | Received) -> Iterator[bytes]:
    """A file's bytes in pieces. Raises Damaged, and Undecryptable where its key is lost."""
    key = keyring.unwrap(stored.wrapped_key, stored.key_id)
    context = _context(stored.partnership_id, stored.agency_id, stored.purpose)
    return filing().store.read(stored.store_name, key, context, stored.size)


@contextmanager
def _said_under(field: str) -> Iterator[None]:
    """Tell people what they can do about a store that does not answer or has no room; the log tells whoever runs it."""
    try:
        yield
    except OSError as fault:
        log.error("a file could not be stored", fault=_words_of(fault))
        words = "Files cannot be kept at the moment, so none was. Try again in a few minutes"
        raise NotKept(f"{words}.", errors={field: [words]}) from None


def _words_of(fault: OSError) -> str:
    """Without the path that an OSError of a folder names."""
    return fault.strerror or str(fault)


def _checked(uploads: Sequence[Upload], most_bytes: int, field: str) -> list[tuple[Upload, str, str]]:
    """Each upload with its name and media type. Raises Invalid, naming every file at fault."""
    found, faults, is_too_large = [], [], False
    for upload in uploads:
        shown = shown_name(upload.name)
        if upload.is_cut_off or _size_of(upload.stream) > most_bytes:
            faults.append(f"{shown} is larger than {size_in_words(most_bytes)}, which is the most that can be attached")
            is_too_large = True
            continue
        try:
            kind = file_type(upload.stream, upload.name)
        except NotTaken as refused:
            faults.append(f"{shown} {refused}")
        else:
            found.append((upload, clean_name(upload.name, kind.extensions), kind.media_type))
    if faults:
        raise (TooLarge if is_too_large else Invalid)("Some files were not taken.", errors={field: faults})
    return found


def _receive(
    viewer: Viewer,
    partnership_id: int,
    agency_id: int | None,
    purpose: FilePurpose,
    stream: BinaryIO,
    name: str,
    media_type: str,
) -> Received:
    place = filing()
    status = place.status_after(place.scanner.scan(_pieces(stream)).verdict if place.scanner else None)
    key = new_key()
    wrapped, key_id = keyring.wrap(key), keyring.writing_id
    if status is FileStatus.INFECTED:
        store_name = new_name()  # the row says what happened; of the bytes nothing is kept
    else:
        store_name = place.store.write(key, _context(partnership_id, agency_id, purpose), _pieces(stream))
    return Received(
        partnership_id=partnership_id,
        agency_id=agency_id,
        purpose=purpose,
        status=status,
        name=name,
        media_type=media_type,
        size=_size_of(stream),
        store_name=store_name,
        wrapped_key=wrapped,
        key_id=key_id,
        scanned_at=viewer.now if status in SCANNED else None,
    )


def _context(partnership_id: int, agency_id: int | None, purpose: FilePurpose) -> bytes:
    """What the store binds the bytes to: they do not open as another agency's, or as something else."""
    return f"{partnership_id}/{agency_id or 0}/{purpose.value}".encode()


def is_used(file_id: int | InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Whether anything has this file: a report, an answer, minutes, a bundle, a pack."""
    return or_(
        exists().where(ReportFile.file_id == file_id),
        exists().where(Evidence.file_id == file_id),
        exists().where(MinutesDraft.file_id == file_id),
        exists().where(SentPaper.file_id == file_id),
        exists().where(ReportBundle.file_id == file_id),
        exists().where(PackFile.file_id == file_id),
    )


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    stream.seek(0)
    while piece := stream.read(CHUNK):
        yield piece


def _size_of(stream: BinaryIO) -> int:
    return stream.seek(0, SEEK_END)
