"""What a backup is as a file, and where it lies: a path of this machine, or an object in a bucket that speaks S3.

A backup is `MAGIC`, a header in clear (which keys, which database, which migration), and one sealed stream as the file
store seals its files: chunks of AES-256-GCM under a key of the backup's own, bound to the header, to their number and
to whether they are the last. In the stream stand entries (a name, pieces, an empty piece), the last of which is the
manifest: every entry's name, length and SHA-256, and what else the maker knew.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, Protocol

from portal.gateways.file_store import PART, Damaged, StoreUnusable, opened, sealed
from portal.gateways.folder_store import write_whole
from portal.gateways.s3_store import Bucket, S3Store

MAGIC = b"SPPBACK1"
MANIFEST = "manifest"
IN_BUCKET = "s3://"
_MOST_HEADER, _MOST_PIECE = 64 * 1024, 1024 * 1024
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")

Entry = tuple[str, Iterable[bytes]]


class NoBackup(Exception):
    """This is no backup of the portal, in words for whoever named it."""


@dataclass(frozen=True, slots=True)
class Noted:
    """How long an entry is, and its SHA-256 in hexadecimal."""

    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """Every entry, and what else the maker knew."""

    entries: dict[str, Noted]
    facts: dict[str, Any]


class Place(Protocol):
    """Where one backup lies, or is to lie."""

    def put(self, pieces: Iterable[bytes]) -> None:
        """Write it, whole or not at all. Raises OSError, and NoBackup where something else lies there."""
        ...

    def opened(self) -> Any:
        """A context that gives the file to read from. Raises OSError, and NoBackup where there is nothing."""
        ...


@dataclass(frozen=True, slots=True)
class FilePlace:
    """A path of this machine."""

    path: Path

    def put(self, pieces: Iterable[bytes]) -> None:
        """Write beside it and rename; only a backup is ever replaced."""
        if self.path.exists():
            with self.path.open("rb") as file:
                if file.read(len(MAGIC)) != MAGIC:
                    raise NoBackup("something else stands there, and is not overwritten")
        write_whole(self.path, pieces, self.path.with_name(f"{self.path.name}.{secrets.token_hex(4)}{PART}"))

    @contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        """Open it."""
        try:
            file = self.path.open("rb")
        except FileNotFoundError:
            raise NoBackup("there is no such file") from None
        with file:
            yield file


class BucketPlace(S3Store):
    """An object in a bucket, beside the files or in another bucket that the same key may use."""

    part_bytes = 128 * 1024 * 1024
    """An object has 10,000 parts at most: 1.3 TB of these, and only 50 GB of those that a file is put in."""

    def __init__(self, bucket: Bucket, name: str) -> None:
        super().__init__(bucket)
        self._name = name

    def put(self, pieces: Iterable[bytes]) -> None:
        """Write it; S3 shows all of an object or none."""
        self.lay(self._name, pieces)

    @contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        """Fetch it, since it is read more than once, and open what was fetched."""
        with TemporaryDirectory(prefix="portal-backup-") as folder:
            path = Path(folder) / "backup"
            try:
                write_whole(path, self.as_stored(self._name), path.with_name(f"backup{PART}"))
            except Damaged:
                raise NoBackup("there is no such object") from None
            with path.open("rb") as file:
                yield file

    def delete(self, name: str) -> None:
        """Never: what fails to be put may stand where an older backup stands."""

    def _key(self, name: str) -> str:
        return self.bucket.prefix + name


def bucket_place(url: str, *, key_id: str, secret: str, region: str, endpoint: str) -> BucketPlace:
    """The object at `s3://bucket/folder/name`. Raises StoreUnusable."""
    folder, _, name = url.rpartition("/")
    if not _NAME.fullmatch(name) or folder.rstrip("/") in ("s3:", "s3"):
        raise StoreUnusable("must be s3://, the name of a bucket and the name of the backup")
    return BucketPlace(Bucket.at(folder, key_id=key_id, secret=secret, region=region, endpoint=endpoint), name)


def archive(header: dict[str, Any], key: bytes, entries: Iterable[Entry], facts: Callable[[], Any]) -> Iterator[bytes]:
    """The bytes of a backup; `facts` is asked for what the manifest is to say once all entries are through."""
    stated = json.dumps(header, sort_keys=True).encode()
    yield MAGIC + len(stated).to_bytes(4, "big") + stated
    yield from sealed(key, _context(stated), _framed(entries, facts))


def read_header(file: BinaryIO) -> tuple[dict[str, Any], bytes]:
    """What a backup says of itself in clear, and what its stream is bound to. Raises NoBackup."""
    file.seek(0)
    if file.read(len(MAGIC)) != MAGIC:
        raise NoBackup("this is no backup of the portal")
    length = int.from_bytes(file.read(4), "big")
    stated = file.read(length) if length <= _MOST_HEADER else b""
    try:
        header = json.loads(stated)
    except ValueError:
        header = None
    if not isinstance(header, dict) or len(stated) != length:
        raise NoBackup("this backup is damaged: its beginning cannot be read")
    return header, _context(stated)


def read_entries(file: BinaryIO, key: bytes, context: bytes) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Each entry with its pieces, which are to be read before the next; the file stands behind its header.

    Raises Damaged where anything was changed, cut off or put together anew.
    """
    reader = _Reader(opened(file.read, key, context))
    while not reader.is_at_end():
        name = reader.exactly(int.from_bytes(reader.exactly(2), "big")).decode(errors="replace")
        pieces = _pieces(reader)
        yield name, pieces
        for _ in pieces:
            pass


def read_manifest(pieces: Iterable[bytes]) -> Manifest:
    """The manifest from its entry. Raises Damaged."""
    try:
        stated = json.loads(b"".join(pieces))
        entries = {name: Noted(int(size), str(digest)) for name, (size, digest) in stated["entries"].items()}
        return Manifest(entries, dict(stated["facts"]))
    except (KeyError, TypeError, ValueError):
        raise Damaged("its list of contents cannot be read") from None


class Counting:
    """Pieces on their way, counted and digested."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = pieces
        self._digest = hashlib.sha256()
        self._size = 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self._digest.update(piece)
            self._size += len(piece)
            yield piece

    @property
    def noted(self) -> Noted:
        """What went by so far."""
        return Noted(self._size, self._digest.hexdigest())


def _context(stated: bytes) -> bytes:
    return b"backup/" + hashlib.sha256(stated).digest()


def _framed(entries: Iterable[Entry], facts: Callable[[], Any]) -> Iterator[bytes]:
    seen: dict[str, tuple[int, str]] = {}
    for name, pieces in entries:
        counting = Counting(pieces)
        yield from _entry(name, counting)
        seen[name] = (counting.noted.size, counting.noted.digest)
    yield from _entry(MANIFEST, [json.dumps({"entries": seen, "facts": facts()}).encode()])


def _entry(name: str, pieces: Iterable[bytes]) -> Iterator[bytes]:
    encoded = name.encode()
    yield len(encoded).to_bytes(2, "big") + encoded
    for piece in pieces:
        for start in range(0, len(piece), _MOST_PIECE):
            part = piece[start : start + _MOST_PIECE]
            yield len(part).to_bytes(4, "big") + bytes(part)
    yield bytes(4)


def _pieces(reader: _Reader) -> Iterator[bytes]:
    while length := int.from_bytes(reader.exactly(4), "big"):
        if length > _MOST_PIECE:
            raise Damaged("a piece is longer than pieces are")
        yield reader.exactly(length)


class _Reader:
    """Exactly so many bytes of a stream of pieces."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._held = bytearray()

    def is_at_end(self) -> bool:
        """Whether nothing more comes."""
        if not self._held:
            self._held += next((piece for piece in self._pieces if piece), b"")
        return not self._held

    def exactly(self, count: int) -> bytes:
        """So many bytes. Raises Damaged where there are fewer."""
        while len(self._held) < count:
            piece = next(self._pieces, None)
            if piece is None:
                raise Damaged("it ends too early")
            self._held += piece
        found = bytes(memoryview(self._held)[:count])
        del self._held[:count]
        return found
