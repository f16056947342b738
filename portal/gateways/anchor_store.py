"""Where anchors of the activity are kept, out of the database's reach: a folder, or a bucket that speaks S3.

An anchor is put once and never written again or deleted: the bucket's key needs no right to delete, and is best one
that has none.
"""

from __future__ import annotations

import os
import re
import secrets
from io import BytesIO
from pathlib import Path
from typing import Protocol

from portal.gateways.folder_store import FolderStore
from portal.gateways.s3_store import Bucket, S3Store

_NAME = re.compile(r"activity-\d{6,12}-[0-9a-f]{16}\.json")
MOST_BYTES = 4 * 1024 * 1024
"""What an anchor may be: a hundred bytes for each chain, of which there is one to a partnership."""


class AnchorStore(Protocol):
    """Whatever goes wrong outside the portal is an OSError; what is not there is a FileNotFoundError."""

    def put(self, name: str, content: bytes) -> None:
        """Keep an anchor under its name, whole or not at all."""
        ...

    def get(self, name: str) -> bytes:
        """An anchor as it lies there. Raises ValueError for what is no anchor's name."""
        ...

    def listed(self) -> list[str]:
        """The names of all anchors, the oldest first; what else lies there is left out."""
        ...

    def fault(self) -> str | None:
        """Why no anchor can be kept now; None where one can."""
        ...


def anchor_name(number: int, digest: str) -> str:
    """What the `number`th anchor is called: names sort as they were made, and the digest keeps two apart."""
    return checked_anchor_name(f"activity-{number:06d}-{digest[:16]}.json")


def number_of(name: str) -> int:
    """Which anchor a name is of."""
    return int(checked_anchor_name(name).split("-")[1])


def checked_anchor_name(name: str) -> str:
    """The name as it is, if it is one. Raises ValueError, so that no other name leads anywhere."""
    if not _NAME.fullmatch(name):
        raise ValueError("not a name of an anchor")
    return name


class FolderAnchors:
    """Anchors in a folder of this machine, or one of another machine that is mounted there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def at(cls, url: str) -> FolderAnchors:
        """The store at `file:///…`; raises StoreUnusable for any other address."""
        return cls(FolderStore.at(url).folder)

    def put(self, name: str, content: bytes) -> None:
        """Write aside and link, so that neither half an anchor nor another one stands under the name."""
        path = self.folder / checked_anchor_name(name)
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = path.with_name(f"{name}.{secrets.token_hex(8)}.part")
        try:
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o400)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.link(part, path)
        finally:
            part.unlink(missing_ok=True)

    def get(self, name: str) -> bytes:
        """Read it."""
        with (self.folder / checked_anchor_name(name)).open("rb") as file:
            return file.read(MOST_BYTES)

    def listed(self) -> list[str]:
        """List them."""
        try:
            names = [path.name for path in self.folder.iterdir() if _NAME.fullmatch(path.name)]
        except FileNotFoundError:
            return []
        return sorted(names, key=lambda name: (number_of(name), name))

    def fault(self) -> str | None:
        """Say why nothing could be written now."""
        return FolderStore(self.folder).fault()


class BucketAnchors(S3Store):
    """Anchors in a bucket, under names of their own."""

    @classmethod
    def at(cls, url: str, *, key_id: str, secret: str, region: str = "", endpoint: str = "") -> BucketAnchors:
        """The store at `s3://…`; raises StoreUnusable for any other address."""
        return cls(Bucket.at(url, key_id=key_id, secret=secret, region=region, endpoint=endpoint))

    def put(self, name: str, content: bytes) -> None:
        """Put it; a name holds its content's digest, so that putting it twice changes nothing."""
        self._call("put_object", Key=self._place(name), Body=BytesIO(content))

    def get(self, name: str) -> bytes:
        """Fetch it."""
        body = self._call("get_object", Key=self._place(name))["Body"]
        try:
            with self._plainly():
                content: bytes = body.read(MOST_BYTES)
                return content
        finally:
            body.close()

    def listed(self) -> list[str]:
        """List them."""
        keys = (one["Key"] for one in self._pages("list_objects_v2", "Contents", Prefix=self.bucket.prefix))
        names = [name for key in keys if _NAME.fullmatch(name := key.removeprefix(self.bucket.prefix))]
        return sorted(names, key=lambda name: (number_of(name), name))

    def fault(self) -> str | None:
        """Say why it cannot be reached: nothing is put to try it, since nothing could be taken away again."""
        try:
            self._call("list_objects_v2", Prefix=self.bucket.prefix, MaxKeys=1)
        except OSError as fault:
            return str(fault)
        return None

    def _place(self, name: str) -> str:
        return self.bucket.prefix + checked_anchor_name(name)
