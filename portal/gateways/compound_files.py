"""Compound files (OLE), as Outlook keeps an email in: which streams there are, and what the attachments hold.

Read by hand and within limits, since a file can be made whose chains of sectors run in circles. Everything else that
such a file may be (Word, Excel and PowerPoint before 2007, protected documents) is refused: it can hold macros.
"""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import SEEK_END
from typing import BinaryIO

from portal.gateways.file_refusals import MAIL_TOO_DEEP, NOT_WHOLE, OLD_FORMAT, NotTaken

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MOST_ENTRIES = 20_000
MOST_ATTACHMENTS = 100

_HEAD = struct.Struct("<24xHHHHH14xI4xII4xI")
_ENTRY = struct.Struct("<64sHBxIII36xIQ")
_ENTRY_SIZE, _HEAD_SIZE, _FAT_IN_HEAD = 128, 512, 109
_FREE, _STREAM = 0, 2
_ENDS = 0xFFFFFFFA
"""From this number on it is no sector."""

_MESSAGE = ("__properties_version1.0", "__nameid_version1.0")
_ATTACHED = "__substg1.0_37010102"
_PROGRAMS = ("_vba_project", "macros", "vba", "\x01ole10native", "worddocument", "workbook", "powerpoint document")


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    kind: int
    start: int
    size: int


class CompoundFile:
    """The directory of one file. Raises NotTaken where it is not whole."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._length = stream.seek(0, SEEK_END)
        stream.seek(0)
        head = stream.read(_HEAD_SIZE)
        if len(head) < _HEAD_SIZE or not head.startswith(MAGIC):
            raise NotTaken(NOT_WHOLE)
        _minor, major, _order, shift, mini_shift, *firsts = _HEAD.unpack_from(head)
        first_entry, self._cutoff, mini_fat, more_fat = firsts
        if (major, shift) not in ((3, 9), (4, 12)) or mini_shift != 6:
            raise NotTaken(NOT_WHOLE)
        self._sector: int = 1 << shift
        self._mini: int = 1 << mini_shift
        self._fat = self._read_fat(head, more_fat)
        self.entries = tuple(self._read_entries(first_entry))
        self._mini_fat = self._numbers(mini_fat)
        self._mini_sectors = list(self._chain(self._fat, self.entries[0].start)) if self.entries else []

    def stream_of(self, entry: _Entry) -> Iterator[bytes]:
        """A stream's bytes in pieces."""
        left = entry.size
        if entry.size < self._cutoff:
            each, chain = self._mini, self._mini_places(entry.start)
        else:
            each, chain = self._sector, (self._place(one) for one in self._chain(self._fat, entry.start))
        for place in chain:
            if left <= 0:
                return
            self._stream.seek(place)
            piece = self._stream.read(min(each, left))
            left -= each
            yield piece
        if left > 0:
            raise NotTaken(NOT_WHOLE)

    def _mini_places(self, start: int) -> Iterator[int]:
        per_sector = self._sector // self._mini
        for number in self._chain(self._mini_fat, start):
            index, rest = divmod(number, per_sector)
            if index >= len(self._mini_sectors):
                raise NotTaken(NOT_WHOLE)
            yield self._place(self._mini_sectors[index]) + rest * self._mini

    def _read_fat(self, head: bytes, more: int) -> array[int]:
        sectors = list(struct.unpack_from(f"<{_FAT_IN_HEAD}I", head, _HEAD_SIZE - 4 * _FAT_IN_HEAD))
        seen = set[int]()
        while more < _ENDS:
            if more in seen:
                raise NotTaken(NOT_WHOLE)
            seen.add(more)
            *some, more = self._sector_numbers(more)
            sectors += some
            self._refuse_more_than_sectors(len(sectors) - _FAT_IN_HEAD)
        return self._together(one for one in sectors if one < _ENDS)

    def _numbers(self, start: int) -> array[int]:
        return self._together(self._chain(self._fat, start))

    def _together(self, sectors: Iterable[int]) -> array[int]:
        found = array("I")
        for sector in sectors:
            found.extend(self._sector_numbers(sector))
            self._refuse_more_than_sectors(len(found) // (self._sector // self._mini) // 2)
        return found

    def _refuse_more_than_sectors(self, number: int) -> None:
        """A table that says more than the file has room for says the same again and again."""
        if number > self._length // self._sector + self._sector:
            raise NotTaken(NOT_WHOLE)

    def _read_entries(self, start: int) -> Iterator[_Entry]:
        count = 0
        for sector in self._chain(self._fat, start):
            block = self._read(sector)
            for place in range(0, self._sector, _ENTRY_SIZE):
                name, length, kind, _left, _right, _child, first, size = _ENTRY.unpack_from(block, place)
                if kind == _FREE:
                    continue
                count += 1
                if count > MOST_ENTRIES:
                    raise NotTaken(MAIL_TOO_DEEP)
                words = name[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
                yield _Entry(words, kind, first, size & 0xFFFFFFFF if self._sector == _HEAD_SIZE else size)

    def _chain(self, table: array[int], start: int) -> Iterator[int]:
        """The numbers of a chain; one that leads back to itself, or out of the file, is refused."""
        steps = 0
        while start < _ENDS:
            if start >= len(table) or steps > len(table):
                raise NotTaken(NOT_WHOLE)
            yield start
            start, steps = table[start], steps + 1

    def _place(self, sector: int) -> int:
        return (sector + 1) * self._sector

    def _read(self, sector: int) -> bytes:
        if self._place(sector) >= self._length:
            raise NotTaken(NOT_WHOLE)
        self._stream.seek(self._place(sector))
        return self._stream.read(self._sector).ljust(self._sector, b"\0")

    def _sector_numbers(self, sector: int) -> array[int]:
        found = array("I", self._read(sector))
        if sys.byteorder == "big":
            found.byteswap()
        return found


def attachments_of_mail(stream: BinaryIO) -> Iterator[Iterator[bytes]]:
    """The attachments of an email as Outlook keeps it, each in pieces. Raises NotTaken for whatever else it is."""
    try:
        found = CompoundFile(stream)
    except NotTaken:
        raise NotTaken(OLD_FORMAT) from None  # whatever it is or was, it opens as nothing that is taken
    names = {entry.name.lower() for entry in found.entries}
    if not names.issuperset(_MESSAGE) or names.intersection(_PROGRAMS):
        raise NotTaken(OLD_FORMAT)
    attached = [entry for entry in found.entries if entry.kind == _STREAM and entry.name == _ATTACHED]
    if len(attached) > MOST_ATTACHMENTS:
        raise NotTaken(MAIL_TOO_DEEP)
    for entry in attached:
        yield found.stream_of(entry)
