"""Both kinds of file store, each with a way past the portal's own code to what lies in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from portal.gateways.file_store import FileStore
from portal.gateways.folder_store import FolderStore
from tests.s3_server import Server

CONTEXT = b"1/2/report_attachment"


class Shelf(Protocol):
    """A store, and hands that reach into it."""

    store: FileStore

    def raw(self, name: str) -> bytes:
        """What lies under a name."""
        ...

    def lay(self, name: str, content: bytes) -> None:
        """Put something else in its place."""
        ...

    def everything(self) -> list[str]:
        """All that lies there, begun uploads too."""
        ...


@dataclass(frozen=True)
class InFolder:
    """A folder's."""

    store: FolderStore

    def _path(self, name: str) -> Path:
        return self.store.folder / name[:2] / name

    def raw(self, name: str) -> bytes:
        return self._path(name).read_bytes()

    def lay(self, name: str, content: bytes) -> None:
        self._path(name).write_bytes(content)

    def everything(self) -> list[str]:
        return [path.name for path in self.store.folder.rglob("*") if path.is_file()]


@dataclass(frozen=True)
class InBucket:
    """A bucket's."""

    store: FileStore
    server: Server

    def _place(self, name: str) -> dict[str, str]:
        return {"Bucket": self.server.bucket.name, "Key": self.server.bucket.prefix + name}

    def raw(self, name: str) -> bytes:
        content: bytes = self.server.client.get_object(**self._place(name))["Body"].read()
        return content

    def lay(self, name: str, content: bytes) -> None:
        self.server.client.put_object(**self._place(name), Body=content)

    def everything(self) -> list[str]:
        return self.server.kept() + self.server.begun()


def read(store: FileStore, name: str, key: bytes, size: int, context: bytes = CONTEXT) -> bytes:
    """A stored file's bytes."""
    return b"".join(store.read(name, key, context, size))


def made(kind: str, folder: Path, server: Server) -> Shelf:
    """A store of this kind with nothing in it."""
    if kind == "folder":
        return InFolder(FolderStore.at((folder / "files").as_uri()))
    server.empty()
    return InBucket(server.store(), server)
