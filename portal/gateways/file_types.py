"""What a file is, by its content alone: the few kinds that are taken, and everything else refused with its reason.

Nothing here runs, opens or draws what it looks at, and nothing takes more memory than a few pieces of it.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import BinaryIO

from portal.gateways.compound_files import MAGIC as OLD_OFFICE
from portal.gateways.file_refusals import MARKUP, NOT_A_KIND, NOT_UTF8, NotTaken
from portal.gateways.mail_files import is_mail, look_through, look_through_outlook
from portal.gateways.office_packages import MAIN_TYPES, kind_of_package, pieces, refuse_hidden_zips
from portal.gateways.office_packages import OFFICE as _OFFICE
from portal.gateways.picture_sizes import refuse_floods

__all__ = ["CSV", "EML", "JPEG", "MSG", "OFFICE", "PDF", "PNG", "TEXT", "TYPES", "FileType", "NotTaken", "file_type"]

_HEAD = 1024
_MAIL_HEAD = 64 * 1024
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# What a browser or another program would take for its own: at the beginning any mark-up, further on what makes a page.
_MARKUP = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<[!?A-Za-z]|<\s*(?:html|svg|script|iframe|!doctype)\b", re.IGNORECASE)


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
EML = FileType("message/rfc822", ("eml",))
MSG = FileType("application/vnd.ms-outlook", ("msg",))
_EXTENSIONS = dict(zip(MAIN_TYPES.values(), ("docx", "xlsx", "pptx"), strict=True))
OFFICE = {full: FileType(f"{_OFFICE}{kind}", (_EXTENSIONS[kind],)) for full, kind in MAIN_TYPES.items()}
_OF_PACKAGE = {kind: OFFICE[full] for full, kind in MAIN_TYPES.items()}
TYPES = (PDF, PNG, JPEG, TEXT, CSV, EML, MSG, *OFFICE.values())


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
        refuse_hidden_zips(stream)
        return PDF
    if head.startswith(b"\x89PNG\r\n\x1a\n") and head[12:16] == b"IHDR":
        return _picture(stream, PNG)
    if head.startswith(b"\xff\xd8\xff"):
        return _picture(stream, JPEG)
    if head.startswith(b"PK\x03\x04"):
        return _OF_PACKAGE[kind_of_package(stream)]
    if head.startswith(OLD_OFFICE):
        look_through_outlook(stream, _look)
        return MSG
    if head.startswith(_UTF16):
        raise NotTaken(NOT_UTF8)
    return _of_letters(stream, head, name)


def _picture(stream: BinaryIO, kind: FileType) -> FileType:
    refuse_floods(stream, is_png=kind is PNG)
    refuse_hidden_zips(stream)
    return kind


def _of_letters(stream: BinaryIO, head: bytes, name: str) -> FileType:
    """An email or plain text: what has no marks of its own, and so is asked last."""
    stream.seek(0)
    if is_mail(stream.read(_MAIL_HEAD)):
        look_through(stream, _look)
        return EML
    if b"\0" in head:
        raise NotTaken(NOT_A_KIND)
    if _MARKUP.search(head):
        raise NotTaken(MARKUP)
    found = _text(stream, name)
    refuse_hidden_zips(stream)
    return found


def _look(stream: BinaryIO, name: str) -> None:
    """Look at an attachment of an email as at any other file; small pictures of signatures are let through."""
    head = stream.read(6)
    if head not in (b"GIF87a", b"GIF89a"):
        file_type(stream, name)


def _text(stream: BinaryIO, name: str) -> FileType:
    stream.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    try:
        for piece in pieces(stream):
            if _CONTROLS.search(decoder.decode(piece)):
                raise NotTaken(NOT_A_KIND)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise NotTaken(NOT_UTF8 if name.lower().endswith((".csv", ".txt")) else NOT_A_KIND) from None
    return CSV if name.lower().endswith(".csv") else TEXT
