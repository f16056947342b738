"""The file store in a folder of this machine, or one that is mounted there."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from portal.gateways.file_store import (
    CHUNK,
    PART,
    Damaged,
    StoreUnusable,
    checked_name,
    closing_after,
    new_name,
    opened,
    sealed,
    stored_size,
)


class FolderStore:
    """Files in one folder, spread over sub-folders."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def at(cls, url: str) -> FolderStore:
        """The store at `file:///…`; raises StoreUnusable for any other address."""
        parts = urlsplit(url)
        path = unquote(parts.path)
        if parts.scheme != "file" or parts.netloc not in ("", "localhost") or not path.strip("/"):
            raise StoreUnusable("must be file:/// and the full path of a folder")
        if re.match(r"/[A-Za-z]:", path):
            path = path[1:]  # file:///C:/files
        return cls(Path(path))

    def write(self, key: bytes, context: bytes, chunks: Iterable[bytes]) -> str:
        """Store bytes, written aside and renamed, so that half a file never stands under its name."""
        name = new_name()
        self.lay(name, sealed(key, context, chunks))
        return name

    def lay(self, name: str, pieces: Iterable[bytes]) -> None:
        """Put pieces under a name."""
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = path.with_name(path.name + PART)
        part.unlink(missing_ok=True)  # of a restore that was killed: no other name comes twice
        write_whole(path, pieces, part)

    def as_stored(self, name: str) -> Iterator[bytes]:
        """Read what lies under a name."""
        try:
            file = self._path(name).open("rb")
        except OSError:
            raise Damaged(f"{name[:8]}…: not in the store") from None
        with file:
            while piece := file.read(CHUNK):
                yield piece

    def read(self, name: str, key: bytes, context: bytes, size: int) -> Iterator[bytes]:
        """Open a stored file."""
        try:
            file = self._path(name).open("rb")
        except OSError:
            raise Damaged(f"{name[:8]}…: not in the store") from None
        if os.fstat(file.fileno()).st_size != stored_size(size):
            file.close()
            raise Damaged(f"{name[:8]}…: not as long as it was")
        return closing_after(opened(file.read, key, context), file.close)

    def delete(self, name: str) -> None:
        """Delete a file or what was begun of one."""
        self._path(name).unlink(missing_ok=True)

    def names(self) -> Iterator[tuple[str, datetime]]:
        """List what lies there."""
        for path in self.folder.glob("[0-9a-f][0-9a-f]/*"):
            with suppress(FileNotFoundError):
                yield path.name, datetime.fromtimestamp(path.stat().st_mtime, UTC)

    def fault(self) -> str | None:
        """Say why nothing could be written now."""
        probe = self.folder / f"probe-{secrets.token_hex(8)}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            probe.touch(mode=0o600)
            probe.unlink()
        except OSError as fault:
            return f"nothing can be written there ({fault.strerror})"
        return None

    def misfit(self) -> str | None:
        """A folder is made when it is first needed, and a disk comes back: nothing to refuse a start for."""
        return None

    def _path(self, name: str) -> Path:
        return self.folder / checked_name(name)[:2] / name


def write_whole(path: Path, pieces: Iterable[bytes], part: Path) -> None:
    """Write `part`, for its owner's eyes alone, and rename it: at the path stands all of it, or what stood there."""
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(descriptor, "wb") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    _keep_folder(path.parent)


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
