"""How many pixels a picture says it has, read from its head: to draw one is to have room for them all."""

from __future__ import annotations

import struct
from typing import BinaryIO

from portal.gateways.file_refusals import FLOOD, NOT_WHOLE, NotTaken

MOST_PIXELS = 120_000_000
"""More than the cameras of most telephones take; a flood says billions."""

LONGEST_SIDE = 40_000
MOST_SEGMENTS = 2_000
_PNG_HEAD = struct.Struct(">16xII")
_FRAME = struct.Struct(">xHH")
# Starts of frames: all of C0 to CF but those of tables (C4), extensions (C8) and arithmetic conditioning (CC).
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})
_START_OF_SCAN, _END = 0xDA, 0xD9


def refuse_floods(stream: BinaryIO, *, is_png: bool) -> None:
    """Raise NotTaken for a picture that no camera took, or whose size cannot be told."""
    stream.seek(0)
    width, height = _of_png(stream) if is_png else _of_jpeg(stream)
    if width < 1 or height < 1:
        raise NotTaken(NOT_WHOLE)
    if width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE:
        raise NotTaken(FLOOD)


def _of_png(stream: BinaryIO) -> tuple[int, int]:
    width, height = _PNG_HEAD.unpack(_exactly(stream, _PNG_HEAD.size))
    return width, height


def _of_jpeg(stream: BinaryIO) -> tuple[int, int]:
    """The largest of its frames: what is drawn is any of them."""
    stream.seek(2)
    found: list[tuple[int, int]] = []
    for _ in range(MOST_SEGMENTS):
        marker = _marker(stream)
        if marker in (_END, _START_OF_SCAN):
            break
        if marker in _WITHOUT_LENGTH:
            continue
        length = int.from_bytes(_exactly(stream, 2), "big") - 2
        if marker in _FRAMES:
            height, width = _FRAME.unpack(_exactly(stream, _FRAME.size))
            found.append((width, height))
            length -= _FRAME.size
        if length < 0:
            raise NotTaken(NOT_WHOLE)
        stream.seek(length, 1)
    if not found:
        raise NotTaken(NOT_WHOLE)
    return max(found, key=lambda sides: sides[0] * sides[1])


def _marker(stream: BinaryIO) -> int:
    byte = _exactly(stream, 1)
    if byte != b"\xff":
        raise NotTaken(NOT_WHOLE)
    while byte == b"\xff":
        byte = _exactly(stream, 1)
    return byte[0]


def _exactly(stream: BinaryIO, size: int) -> bytes:
    found = stream.read(size)
    if len(found) < size:
        raise NotTaken(NOT_WHOLE)
    return found
