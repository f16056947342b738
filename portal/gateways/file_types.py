"""What a file is, by its content alone: the few kinds that are taken, and everything else refused with its reason."""

from __future__ import annotations

import codecs
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import IO, BinaryIO
from xml.etree import ElementTree  # nosec B405 - declarations of entities are refused before it is asked

from portal.domain.files import TAKEN

_PIECE = 64 * 1024
_HEAD = 1024
MOST_PARTS = 10_000
MOST_UNPACKED = 300 * 1024 * 1024
MOST_RATIO = 150
RATIO_FROM = 20 * 1024 * 1024
"""From this size on, what unpacks to more than MOST_RATIO times its packed size is taken for a bomb."""

_MOST_CONTENT_TYPES = 1024 * 1024
_TYPES_PART = "[Content_Types].xml"
_OFFICE = "application/vnd.openxmlformats-officedocument."
_ACTIVE = ("macroenabled", "vbaproject", "macrosheet", "activex", "oleobject", "vbadata")
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
NOT_A_KIND = f"is not of a kind that can be attached. Attach {TAKEN}"
NOT_WHOLE = "cannot be opened: it is damaged, or protected with a password"
BOMB = "unpacks to far more than it should, so it was not taken"
MACROS = "contains macros or other programs. Save it without them, or as a PDF"
OLD_FORMAT = "is in an old Office format, or protected with a password. Save it as .docx, .xlsx or .pptx, or as a PDF"
NOT_UTF8 = "is not plain text in UTF-8. From Excel, save it as “CSV UTF-8”"


class NotTaken(Exception):
    """A file is refused; the words go on after its name: "Plan.docm contains macros"."""


@dataclass(frozen=True, slots=True)
class FileType:
    """A kind of file that is taken; `extensions` are those it may have, the first by default."""

    media_type: str
    extensions: tuple[str, ...]


PDF = FileType("application/pdf", ("pdf",))
PNG = FileType("image/png", ("png",))
JPEG = FileType("image/jpeg", ("jpg", "jpeg"))
TEXT = FileType("text/plain", ("txt",))
CSV = FileType("text/csv", ("csv",))
OFFICE = {
    f"{_OFFICE}{main}.main+xml": FileType(f"{_OFFICE}{kind}", (extension,))
    for main, kind, extension in (
        ("wordprocessingml.document", "wordprocessingml.document", "docx"),
        ("spreadsheetml.sheet", "spreadsheetml.sheet", "xlsx"),
        ("presentationml.presentation", "presentationml.presentation", "pptx"),
    )
}
TYPES = (PDF, PNG, JPEG, TEXT, CSV, *OFFICE.values())


def file_type(stream: BinaryIO, name: str) -> FileType:
    """What the bytes are; the name only tells CSV from other text, which look alike. Raises NotTaken.

    Reads the stream from its beginning and leaves it there.
    """
    try:
        stream.seek(0)
        return _of_content(stream, name)
    finally:
        stream.seek(0)


def _of_content(stream: BinaryIO, name: str) -> FileType:
    head = stream.read(_HEAD)
    if not head:
        raise NotTaken("is empty")
    if re.match(rb"%PDF-[12]\.\d", head):
        return PDF
    if head.startswith(b"\x89PNG\r\n\x1a\n") and head[12:16] == b"IHDR":
        return PNG
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"PK\x03\x04"):
        return _office(stream)
    if head.startswith(_OLD_OFFICE):
        raise NotTaken(OLD_FORMAT)
    if head.startswith(_UTF16):
        raise NotTaken(NOT_UTF8)
    if b"\0" in head:
        raise NotTaken(NOT_A_KIND)
    return _text(stream, name)


def _text(stream: BinaryIO, name: str) -> FileType:
    stream.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    try:
        for piece in _pieces(stream):
            if _CONTROLS.search(decoder.decode(piece)):
                raise NotTaken(NOT_A_KIND)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise NotTaken(NOT_UTF8 if name.lower().endswith((".csv", ".txt")) else NOT_A_KIND) from None
    return CSV if name.lower().endswith(".csv") else TEXT


def _office(stream: BinaryIO) -> FileType:
    try:
        with zipfile.ZipFile(stream) as archive:
            parts = archive.infolist()
            _refuse_bombs(parts)
            if _TYPES_PART not in archive.namelist():
                raise NotTaken(NOT_A_KIND)
            _refuse_programs(part.filename for part in parts)
            found = _main_type(archive)
            _unpack(archive, parts)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError):
        # The several ways in which zipfile says that it cannot read on; a password is a RuntimeError.
        raise NotTaken(NOT_WHOLE) from None
    return found


def _refuse_bombs(parts: list[zipfile.ZipInfo]) -> None:
    packed, unpacked = (sum(sizes) for sizes in zip(*((p.compress_size, p.file_size) for p in parts), strict=True))
    if len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED:
        raise NotTaken(BOMB)
    if unpacked > RATIO_FROM and unpacked > MOST_RATIO * max(1, packed):
        raise NotTaken(BOMB)
    placed = sorted(parts, key=lambda part: part.header_offset)
    for part, following in pairwise(placed):
        # Parts that lie on one another unpack the same bytes again and again.
        if part.header_offset + part.compress_size > following.header_offset:
            raise NotTaken(BOMB)


def _refuse_programs(names: Iterator[str]) -> None:
    for name in names:
        if any(word in name.lower() for word in _ACTIVE):
            raise NotTaken(MACROS)


def _main_type(archive: zipfile.ZipFile) -> FileType:
    """The one main part's type, from the package's own table of contents."""
    with archive.open(_TYPES_PART) as part:
        table = part.read(_MOST_CONTENT_TYPES + 1)
    if len(table) > _MOST_CONTENT_TYPES or b"<!" in table.replace(b"<!--", b""):
        # No package of an Office program declares entities, which can swell without end.
        raise NotTaken(BOMB)
    try:
        entries = ElementTree.fromstring(table)  # noqa: S314  # nosec B314 - a declaration of entities is refused above
    except ElementTree.ParseError:
        raise NotTaken(NOT_WHOLE) from None
    types = [entry.get("ContentType", "") for entry in entries]
    if any(word in kind.lower() for kind in types for word in _ACTIVE):
        raise NotTaken(MACROS)
    found = {kind for kind in types if kind in OFFICE}
    if len(found) != 1:
        raise NotTaken(NOT_A_KIND)
    return OFFICE[found.pop()]


def _unpack(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> None:
    """Read every part to its end: a size that was a lie, or a part that is damaged, does not fit its checksum."""
    for part in parts:
        with archive.open(part) as content:
            for _piece in _pieces(content):
                pass


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    while piece := stream.read(_PIECE):
        yield piece
