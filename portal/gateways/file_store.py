"""The file store: bytes under random names, each file encrypted with a key of its own, which it does not keep.

A stored file is `MAGIC`, then chunks: each CHUNK bytes sealed with AES-256-GCM, the last one shorter or empty. The
nonce is the chunk's number, which never comes twice under a file's own key; the associated data holds the number,
whether it is the last, and whose file it is. So a file that was cut off, put together anew, altered or laid in the
place of another does not open.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

CHUNK = 64 * 1024
TAG = 16
MAGIC = b"SPPFILE1"
_NAME = re.compile(r"[0-9a-f]{64}")
_PART = ".part"


class Damaged(Exception):
    """The store does not hold what was put into it."""


class StoreUnusable(Exception):
    """An address that is no file store, in words for whoever set it."""


class FileStore:
    """Files in one folder, spread over sub-folders."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def at(cls, url: str) -> FileStore:
        """The store at `file:///…`; raises StoreUnusable for any other address."""
        parts = urlsplit(url)
        path = unquote(parts.path)
        if parts.scheme != "file" or parts.netloc not in ("", "localhost") or not path.strip("/"):
            raise StoreUnusable("must be file:/// and the full path of a folder")
        if re.match(r"/[A-Za-z]:", path):
            path = path[1:]  # file:///C:/files
        return cls(Path(path))

    def write(self, key: bytes, context: bytes, chunks: Iterable[bytes]) -> str:
        """Store bytes under a new name, which is returned; only whoever has the key and the context reads them again.

        Under its name stands either the whole file, safe from a power cut, or nothing.
        """
        name = new_name()
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = path.with_name(path.name + _PART)
        try:
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
            with os.fdopen(descriptor, "wb") as file:
                _seal(file, key, context, chunks)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        _keep_folder(path.parent)
        return name

    def read(self, name: str, key: bytes, context: bytes, size: int) -> Iterator[bytes]:
        """The bytes in pieces, of which the first has been opened already, so that a damaged file fails before it is
        sent. Raises Damaged: at once where the file is missing, of another size or another's, later for its middle.
        """
        try:
            file = self._path(name).open("rb")
        except OSError:
            raise Damaged(f"{name[:8]}…: not in the store") from None
        pieces = _opened(file, key, context)
        try:
            if os.fstat(file.fileno()).st_size != stored_size(size):
                raise Damaged(f"{name[:8]}…: not as long as it was")
            first = next(pieces)
        except BaseException:
            file.close()
            raise
        return _from_first(first, pieces)

    def delete(self, name: str) -> None:
        """Delete a file; one that is not there is no fault."""
        self._path(name).unlink(missing_ok=True)

    def names(self) -> Iterator[tuple[str, datetime]]:
        """Every file's name and when it was written (UTC), those that were never finished too."""
        for path in self.folder.glob("[0-9a-f][0-9a-f]/*"):
            with suppress(FileNotFoundError):
                yield path.name, datetime.fromtimestamp(path.stat().st_mtime, UTC)

    def fault(self) -> str | None:
        """Why nothing could be stored now; None where it could."""
        probe = self.folder / f"probe-{secrets.token_hex(8)}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            probe.touch(mode=0o600)
            probe.unlink()
        except OSError as fault:
            return f"nothing can be written there ({fault.strerror})"
        return None

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name.removesuffix(_PART)):
            raise ValueError("not a name of the file store")
        return self.folder / name[:2] / name


def new_key() -> bytes:
    """A key for one file."""
    return AESGCM.generate_key(256)


def new_name() -> str:
    """A name for one file, which tells nothing."""
    return secrets.token_hex(32)


def stored_size(size: int) -> int:
    """How many bytes a file of `size` takes in the store."""
    return len(MAGIC) + size + TAG * max(1, -(-size // CHUNK))


def _seal(file: BinaryIO, key: bytes, context: bytes, chunks: Iterable[bytes]) -> None:
    cipher, number = AESGCM(key), 0
    file.write(MAGIC)
    pieces = _even(chunks)
    piece = next(pieces, b"")
    while True:
        following = next(pieces, None)
        nonce, associated = _place(number, context, is_last=following is None)
        file.write(cipher.encrypt(nonce, piece, associated))
        if following is None:
            return
        piece, number = following, number + 1


def _opened(file: BinaryIO, key: bytes, context: bytes) -> Iterator[bytes]:
    cipher, number = AESGCM(key), 0
    with file:
        if file.read(len(MAGIC)) != MAGIC:
            raise Damaged("not a file of this store")
        sealed = file.read(CHUNK + TAG)
        while True:
            following = file.read(CHUNK + TAG)
            nonce, associated = _place(number, context, is_last=not following)
            try:
                yield cipher.decrypt(nonce, sealed, associated)
            except InvalidTag:
                raise Damaged(f"chunk {number} is not what was stored") from None
            if not following:
                return
            sealed, number = following, number + 1


def _from_first(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    """A generator, so that closing it closes the file."""
    yield first
    yield from rest


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


def _keep_folder(folder: Path) -> None:
    """Make a rename last: its folder's own entry is written too, where the system can do that."""
    flag = getattr(os, "O_DIRECTORY", None)
    if flag is None:
        return
    descriptor = os.open(folder, flag)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
