"""What a file store is: bytes under random names, each file encrypted with a key of its own, which it does not keep.

The stores themselves are a folder (folder_store.py) and S3 (s3_store.py). Here is what they share: names, faults, and
how a file is sealed, so that a file that was stored in one opens from the other.

A stored file is `MAGIC`, then chunks: each CHUNK bytes sealed with AES-256-GCM, the last one shorter or empty. The
nonce is the chunk's number, which never comes twice under a file's own key; the associated data holds the number,
whether it is the last, and whose file it is. So a file that was cut off, put together anew, altered or laid in the
place of another does not open.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

CHUNK = 64 * 1024
TAG = 16
MAGIC = b"SPPFILE1"
PART = ".part"
"""What follows the name of a file that was never finished, in a store's list of names."""

_NAME = re.compile(r"[0-9a-f]{64}")


class Damaged(Exception):
    """The store does not hold what was put into it."""


class StoreUnusable(Exception):
    """An address that is no file store, in words for whoever set it."""


class StoreSilent(OSError):
    """The store does not answer, or does not let the portal in; in words for whoever runs it."""


class FileStore(Protocol):
    """Where files lie. Whatever goes wrong outside the portal is an OSError, of which StoreSilent is one."""

    def write(self, key: bytes, context: bytes, chunks: Iterable[bytes]) -> str:
        """Store bytes under a new name, which is returned; only whoever has the key and the context reads them again.

        Under its name stands either the whole file, safe from a power cut, or nothing. Raises OSError.
        """
        ...

    def read(self, name: str, key: bytes, context: bytes, size: int) -> Iterator[bytes]:
        """The bytes in pieces, of which the first has been opened already, so that a damaged file fails before it is
        sent. Raises Damaged: at once where the file is missing, of another size or another's, later for its middle.
        """
        ...

    def delete(self, name: str) -> None:
        """Delete a file; one that is not there is no fault. Raises OSError."""
        ...

    def as_stored(self, name: str) -> Iterator[bytes]:
        """What lies under a name, sealed as it is, in pieces: for a backup. Raises Damaged where nothing does."""
        ...

    def lay(self, name: str, pieces: Iterable[bytes]) -> None:
        """Put what `as_stored` gave under its name again, whole or not at all. Raises OSError."""
        ...

    def names(self) -> Iterator[tuple[str, datetime]]:
        """Every file's name and when it was written (UTC), those that were never finished too. Raises OSError."""
        ...

    def fault(self) -> str | None:
        """Why nothing could be stored now; None where it could."""
        ...

    def misfit(self) -> str | None:
        """Why nothing could ever be stored with these settings, so that starting makes no sense; None else."""
        ...


def new_key() -> bytes:
    """A key for one file."""
    return AESGCM.generate_key(256)


def new_name() -> str:
    """A name for one file, which tells nothing."""
    return secrets.token_hex(32)


def checked_name(name: str) -> str:
    """The name as it is, if it is one. Raises ValueError, so that no other name leads anywhere."""
    if not _NAME.fullmatch(name.removesuffix(PART)):
        raise ValueError("not a name of the file store")
    return name


def stored_size(size: int) -> int:
    """How many bytes a file of `size` takes in the store."""
    return len(MAGIC) + size + TAG * max(1, -(-size // CHUNK))


def sealed(key: bytes, context: bytes, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """What a store keeps of these bytes, in pieces."""
    cipher, number = AESGCM(key), 0
    yield MAGIC
    pieces = _even(chunks)
    piece = next(pieces, b"")
    while True:
        following = next(pieces, None)
        nonce, associated = _place(number, context, is_last=following is None)
        yield cipher.encrypt(nonce, piece, associated)
        if following is None:
            return
        piece, number = following, number + 1


def opened(read: Callable[[int], bytes], key: bytes, context: bytes) -> Iterator[bytes]:
    """The bytes that were sealed, in pieces; `read(n)` gives the next n bytes of the stored file, fewer at its end."""
    cipher, number = AESGCM(key), 0
    if read(len(MAGIC)) != MAGIC:
        raise Damaged("not a file of this store")
    found = read(CHUNK + TAG)
    while True:
        following = read(CHUNK + TAG)
        nonce, associated = _place(number, context, is_last=not following)
        try:
            yield cipher.decrypt(nonce, found, associated)
        except InvalidTag:
            raise Damaged(f"chunk {number} is not what was stored") from None
        if not following:
            return
        found, number = following, number + 1


def closing_after(pieces: Iterator[bytes], close: Callable[[], object]) -> Iterator[bytes]:
    """The same pieces, the first of them at hand already; `close` is called after the last, or once they are let go."""
    try:
        first = next(pieces)
    except BaseException:
        close()
        raise
    return _from_first(first, pieces, close)


def _from_first(first: bytes, rest: Iterator[bytes], close: Callable[[], object]) -> Iterator[bytes]:
    try:
        yield first
        yield from rest
    finally:
        close()


def _place(number: int, context: bytes, *, is_last: bool) -> tuple[bytes, bytes]:
    place = number.to_bytes(8, "big")
    return b"\0\0\0\0" + place, MAGIC + place + bytes([is_last]) + context


def _even(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of CHUNK, the last one shorter."""
    held = bytearray()
    for chunk in chunks:
        held += chunk
        while len(held) >= CHUNK:
            yield bytes(held[:CHUNK])
            del held[:CHUNK]
    if held:
        yield bytes(held)
