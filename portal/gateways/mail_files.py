"""Emails as files (.eml): known by their headers, walked line by line, each attachment looked at like any other file.

Line by line, because an email read whole takes many times its size in memory. What cannot be told apart within the
limits below is refused.
"""

from __future__ import annotations

import binascii
import quopri
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import compat32
from tempfile import SpooledTemporaryFile
from typing import IO, BinaryIO, cast

from portal.gateways.compound_files import attachments_of_mail
from portal.gateways.file_refusals import IN_MAIL, MAIL_TOO_DEEP, NOT_WHOLE, NotTaken

LONGEST_HEADERS = 256 * 1024
LONGEST_LINE = 1024 * 1024
MOST_PARTS = 200
DEEPEST = 8
_IN_MEMORY = 256 * 1024
_FIELD = re.compile(rb"[!-9;-~]+:")
_NEEDED = re.compile(rb"^(?:from|date|subject|message-id|received|mime-version|to):", re.IGNORECASE | re.MULTILINE)
_FEWEST = 3
"""So many of these fields make a text an email, rather than notes with colons."""

_BODIES = ("text/plain", "text/html", "text/calendar", "message/delivery-status")
Look = Callable[[BinaryIO, str], None]
"""Looks at an attachment and raises NotTaken; given its bytes and an ending that its type suggests."""


def is_mail(head: bytes) -> bool:
    """Whether a file begins as an email does: with fields, several of which every email has."""
    first = head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    before_body = re.split(rb"\r?\n\r?\n", first, maxsplit=1)[0]
    named = {found.lower() for found in _NEEDED.findall(before_body)}
    return _FIELD.match(first) is not None and len(named) >= _FEWEST


def look_through(stream: BinaryIO, look: Look) -> None:
    """Look at every attachment of an email. Raises NotTaken."""
    stream.seek(0)
    _Walk(stream, look).part(depth=0, boundaries=())


def look_through_outlook(stream: BinaryIO, look: Look) -> None:
    """The same for an email as Outlook keeps it (.msg). Raises NotTaken."""
    for pieces in attachments_of_mail(stream):
        with SpooledTemporaryFile(max_size=_IN_MEMORY) as kept:
            for piece in pieces:
                kept.write(piece)
            _looked(kept, look)


@dataclass(slots=True)
class _Walk:
    """One email, read once from its beginning to its end."""

    stream: BinaryIO
    look: Look
    parts: int = 0

    def part(self, depth: int, boundaries: tuple[bytes, ...]) -> bytes:
        """Read one part, up to one of the boundaries around it; gives the line that ended it, empty at the end."""
        self.parts += 1
        if depth > DEEPEST or self.parts > MOST_PARTS:
            raise NotTaken(MAIL_TOO_DEEP)
        head, ended_by = self._headers(boundaries)
        if ended_by:
            return ended_by
        kind = head.get_content_type()
        if kind.startswith("multipart/"):
            return self._several(head, depth, boundaries)
        if kind == "message/rfc822":
            return self.part(depth + 1, boundaries)
        ending = _Ending()
        body = self._body(boundaries, ending)
        if kind in _BODIES and not head.get_filename():
            for _line in body:
                pass
            return ending.line
        with SpooledTemporaryFile(max_size=_IN_MEMORY) as kept:
            for piece in _decoded(body, str(head.get("Content-Transfer-Encoding", "")).strip().lower()):
                kept.write(piece)
            _looked(kept, self.look, "csv" if kind == "text/csv" else "txt")
        return ending.line

    def _several(self, head: Message, depth: int, boundaries: tuple[bytes, ...]) -> bytes:
        mark = head.get_boundary()
        if not mark:
            raise NotTaken(NOT_WHOLE)
        own = b"--" + mark.encode("utf-8", "surrogateescape")
        inner = (*boundaries, own)
        ending = _Ending()
        for _line in self._body(inner, ending):
            pass  # what stands before the first part is for readers of another age
        while ending.line and _is(ending.line, own):
            if ending.line.startswith(own + b"--"):
                after = _Ending()
                for _line in self._body(boundaries, after):
                    pass
                return after.line
            ending.line = self.part(depth + 1, inner)
        return ending.line

    def _headers(self, boundaries: tuple[bytes, ...]) -> tuple[Message, bytes]:
        lines: list[bytes] = []
        size = 0
        for line in self._lines():
            if _ends(line, boundaries):
                return Message(), line
            if not line.strip():
                break
            lines.append(line)
            size += len(line)
            if size > LONGEST_HEADERS:
                raise NotTaken(MAIL_TOO_DEEP)
        return BytesHeaderParser(policy=compat32).parsebytes(b"".join(lines)), b""

    def _body(self, boundaries: tuple[bytes, ...], ending: _Ending) -> Iterator[bytes]:
        for line in self._lines():
            if _ends(line, boundaries):
                ending.line = line
                return
            yield line

    def _lines(self) -> Iterator[bytes]:
        while line := self.stream.readline(LONGEST_LINE):
            if len(line) == LONGEST_LINE and not line.endswith(b"\n"):
                raise NotTaken(NOT_WHOLE)
            yield line


@dataclass(slots=True)
class _Ending:
    """The boundary at which a part ended; empty at the end of the file."""

    line: bytes = b""


def _is(line: bytes, boundary: bytes) -> bool:
    return line.rstrip() in (boundary, boundary + b"--")


def _ends(line: bytes, boundaries: tuple[bytes, ...]) -> bool:
    return line.startswith(b"--") and any(_is(line, one) for one in boundaries)


def _decoded(lines: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    if encoding == "base64":
        return _from_base64(lines)
    if encoding == "quoted-printable":
        return (quopri.decodestring(line) for line in lines)
    return iter(lines)


def _from_base64(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Line by line, whatever their length is: what is left over of four letters goes on with the next."""
    left = b""
    for line in lines:
        left += b"".join(line.split())
        whole = len(left) - len(left) % 4
        try:
            yield binascii.a2b_base64(left[:whole])
        except binascii.Error:
            raise NotTaken(NOT_WHOLE) from None
        left = left[whole:]


def _looked(kept: IO[bytes], look: Look, ending: str = "txt") -> None:
    try:
        kept.seek(0)
        look(cast(BinaryIO, kept), f"attachment.{ending}")
    except NotTaken as refused:
        raise NotTaken(f"{IN_MAIL} {refused}") from None
