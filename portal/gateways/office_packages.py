"""Word, Excel and PowerPoint files: zip packages whose parts are read to their end before they are taken."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from io import SEEK_END
from itertools import pairwise
from typing import IO, BinaryIO
from xml.etree import ElementTree  # nosec B405 - declarations of entities are refused before it is asked

from portal.gateways.file_refusals import BOMB, ENTITIES, MACROS, NOT_A_KIND, NOT_WHOLE, TWO_KINDS, NotTaken

_PIECE = 64 * 1024
MOST_PARTS = 10_000
MOST_UNPACKED = 300 * 1024 * 1024
MOST_RATIO = 150
RATIO_FROM = 20 * 1024 * 1024
"""From this size on, what unpacks to more than MOST_RATIO times its packed size is taken for a bomb."""

MOST_DIRECTORY = 4 * 1024 * 1024
"""Bytes that the list of parts may have: reading it takes twenty times as much memory."""

_MOST_CONTENT_TYPES = 1024 * 1024
_TYPES_PART = "[Content_Types].xml"
OFFICE = "application/vnd.openxmlformats-officedocument."
MAIN_TYPES = {
    f"{OFFICE}{main}.main+xml": main
    for main in ("wordprocessingml.document", "spreadsheetml.sheet", "presentationml.presentation")
}
_ACTIVE = ("macroenabled", "vbaproject", "macrosheet", "activex", "oleobject", "vbadata")
_XML = (".xml", ".rels", ".vml")
_DECLARES = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_LONGEST_DECLARATION = 64
_END_OF_ZIP, _END_SIZE, _LONGEST_COMMENT = b"PK\x05\x06", 22, 65_535
_LOCATOR_64, _LOCATOR_SIZE = b"PK\x06\x07", 20


def kind_of_package(stream: BinaryIO) -> str:
    """Which kind of Office file it is, as its content type says, without the ends. Raises NotTaken."""
    _refuse_long_directories(stream)
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


def end_of_zip(stream: BinaryIO) -> tuple[int, bytes] | None:
    """Where a zip's last record stands, and its bytes, as zipfile finds it: so a file can be a zip at its end alone."""
    size = stream.seek(0, SEEK_END)
    start = max(0, size - _END_SIZE - _LONGEST_COMMENT)
    stream.seek(start)
    tail = stream.read()
    place = len(tail) - _END_SIZE
    if place < 0 or tail[place : place + 4] != _END_OF_ZIP or tail[-2:] != b"\0\0":
        place = tail.rfind(_END_OF_ZIP)
    if place < 0 or len(tail) - place < _END_SIZE:
        return None
    return start + place, tail[place : place + _END_SIZE]


def refuse_hidden_zips(stream: BinaryIO) -> None:
    """Raise NotTaken where a file that begins as something else ends as a zip that opens."""
    found = end_of_zip(stream)
    if found is None:
        return
    place, record = found
    directory = int.from_bytes(record[12:16], "little")
    stream.seek(max(0, place - directory))
    if directory and place >= directory and stream.read(4) == b"PK\x01\x02":
        raise NotTaken(TWO_KINDS)


def _refuse_long_directories(stream: BinaryIO) -> None:
    """Before zipfile reads a list of parts as long as the file."""
    found = end_of_zip(stream)
    if found is None:
        raise NotTaken(NOT_WHOLE)
    place, record = found
    if int.from_bytes(record[12:16], "little") > MOST_DIRECTORY:
        raise NotTaken(BOMB)
    stream.seek(max(0, place - _LOCATOR_SIZE))
    if stream.read(4) == _LOCATOR_64:
        # Sizes of more than 32 bits: nothing that may be attached has them, and they would say the list's size anew.
        raise NotTaken(BOMB)


def _refuse_bombs(parts: list[zipfile.ZipInfo]) -> None:
    packed, unpacked = sum(part.compress_size for part in parts), sum(part.file_size for part in parts)
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


def _main_type(archive: zipfile.ZipFile) -> str:
    """The one main part's type, from the package's own table of contents."""
    with archive.open(_TYPES_PART) as part:
        table = part.read(_MOST_CONTENT_TYPES + 1)
    if len(table) > _MOST_CONTENT_TYPES:
        raise NotTaken(BOMB)
    if b"<!" in table.replace(b"<!--", b""):
        # They can swell without end.
        raise NotTaken(ENTITIES)
    try:
        entries = ElementTree.fromstring(table)  # noqa: S314  # nosec B314 - a declaration of entities is refused above
    except ElementTree.ParseError:
        raise NotTaken(NOT_WHOLE) from None
    types = [entry.get("ContentType", "") for entry in entries]
    if any(word in kind.lower() for kind in types for word in _ACTIVE):
        raise NotTaken(MACROS)
    found = {kind for kind in types if kind in MAIN_TYPES}
    if len(found) != 1:
        raise NotTaken(NOT_A_KIND)
    return MAIN_TYPES[found.pop()]


def _unpack(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> None:
    """Read every part to its end: a size that was a lie, or a part that is damaged, does not fit its checksum.

    XML that declares a type or entities is refused: whoever opens it could be made to read a file or an address.
    """
    for part in parts:
        is_xml = part.filename.lower().endswith(_XML)
        with archive.open(part) as content:
            before = b""
            for piece in pieces(content):
                if is_xml and _DECLARES.search(before + piece.replace(b"\0", b"")):
                    raise NotTaken(ENTITIES)
                before = piece[-_LONGEST_DECLARATION:].replace(b"\0", b"")


def pieces(stream: IO[bytes]) -> Iterator[bytes]:
    """What a stream still has, in pieces."""
    while piece := stream.read(_PIECE):
        yield piece
