"""The file store in a bucket that speaks S3: a cloud's, or a server of one's own.

A file that fits into one part is put in one request. A larger one is a multipart upload, of which nobody sees anything
until its last request: so here too the whole file stands under its name, or nothing. What an upload that was broken
off leaves behind costs room, so it is listed (with `PART` after the name) and deleted like a file.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from itertools import chain
from typing import Any
from urllib.parse import urlsplit

from portal.gateways.file_store import (
    CHUNK,
    PART,
    Damaged,
    StoreSilent,
    StoreUnusable,
    checked_name,
    closing_after,
    new_name,
    opened,
    sealed,
    stored_size,
)

PART_BYTES = 5 * 1024 * 1024
"""The smallest that a part may be, so that as little as possible lies in memory; 100 MB make 20 of at most 10,000."""

CONNECT_SECONDS = 5
ANSWER_SECONDS = 30
ATTEMPTS = 3
DEFAULT_REGION = "eu-west-2"

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIX = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*")
_REFUSALS = {
    "InvalidAccessKeyId": "the server does not know this FILE_STORE_KEY_ID",
    "SignatureDoesNotMatch": "FILE_STORE_SECRET is not the one that belongs to FILE_STORE_KEY_ID",
    "NoSuchBucket": "there is no bucket of this name",
    "AccessDenied": "this key may not use the bucket",
    "PermanentRedirect": "the bucket is in another region: see FILE_STORE_REGION",
    "AuthorizationHeaderMalformed": "the bucket is in another region: see FILE_STORE_REGION",
    "IllegalLocationConstraintException": "the bucket is in another region: see FILE_STORE_REGION",
}
"""What a server says that no waiting will mend."""

_MISSING = ("NoSuchKey", "NoSuchUpload", "404")


class Refused(StoreSilent):
    """The server answers, and will not have what it is asked under these settings."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where a bucket is and who the portal is there. The secret stands in no text that is made of this."""

    name: str
    prefix: str
    key_id: str = field(repr=False)
    secret: str = field(repr=False)
    region: str = DEFAULT_REGION
    endpoint: str = ""
    """The server's address; empty is the region's at Amazon."""

    @classmethod
    def at(cls, url: str, *, key_id: str, secret: str, region: str = "", endpoint: str = "") -> Bucket:
        """The bucket at `s3://bucket` or `s3://bucket/folder`; raises StoreUnusable for any other address."""
        parts = urlsplit(url)
        prefix = parts.path.strip("/")
        if parts.scheme != "s3" or parts.query or parts.fragment or not _BUCKET.fullmatch(parts.netloc):
            raise StoreUnusable("must be s3:// and the name of a bucket")
        if prefix and not _PREFIX.fullmatch(prefix):
            raise StoreUnusable("may have plain letters, digits, - and _ alone behind the bucket's name")
        return cls(parts.netloc, f"{prefix}/" if prefix else "", key_id, secret, region or DEFAULT_REGION, endpoint)


class S3Store:
    """Files in one bucket."""

    part_bytes = PART_BYTES
    """How much of a file lies in memory at a time."""

    def __init__(self, bucket: Bucket) -> None:
        self.bucket = bucket
        self._lock = threading.Lock()
        self._made: tuple[int, Any] | None = None

    def write(self, key: bytes, context: bytes, chunks: Iterable[bytes]) -> str:
        """Store bytes, a part at a time."""
        name = new_name()
        self.lay(name, sealed(key, context, chunks))
        return name

    def lay(self, name: str, pieces: Iterable[bytes]) -> None:
        """Put pieces under a name."""
        parts = _parts(pieces, self.part_bytes)
        first = next(parts, b"")
        try:
            if len(first) < self.part_bytes:
                self._call("put_object", Key=self._key(name), Body=BytesIO(first))
            else:
                self._write_parts(name, chain((first,), parts))
        except BaseException:
            # The last answer may have been lost on its way, and the file be there: nobody will ever ask for it. Where
            # it cannot be deleted now, `flask files scan` finds it without a row.
            with suppress(OSError):
                self.delete(name)
            raise

    def as_stored(self, name: str) -> Iterator[bytes]:
        """Read what lies under a name."""
        try:
            body = self._call("get_object", Key=self._key(name))["Body"]
        except FileNotFoundError:
            raise Damaged(f"{name[:8]}…: not in the store") from None
        try:
            while True:
                with self._plainly():
                    piece: bytes = body.read(CHUNK)
                if not piece:
                    return
                yield piece
        finally:
            body.close()

    def read(self, name: str, key: bytes, context: bytes, size: int) -> Iterator[bytes]:
        """Open a stored file; its bytes are fetched as they are read."""
        try:
            answer = self._call("get_object", Key=self._key(name))
        except FileNotFoundError:
            raise Damaged(f"{name[:8]}…: not in the store") from None
        body = answer["Body"]
        if answer["ContentLength"] != stored_size(size):
            body.close()
            raise Damaged(f"{name[:8]}…: not as long as it was")

        def following(count: int) -> bytes:
            with self._plainly():
                found: bytes = body.read(count)
                return found

        return closing_after(opened(following, key, context), body.close)

    def delete(self, name: str) -> None:
        """Delete a file or, named with `PART`, what was begun of one."""
        whole = checked_name(name).removesuffix(PART)
        if whole == name:
            self._call("delete_object", Key=self._key(name))
            return
        for upload in self._pages("list_multipart_uploads", "Uploads", Prefix=self._key(whole)):
            with suppress(FileNotFoundError):  # finished or given up meanwhile
                self._call("abort_multipart_upload", Key=upload["Key"], UploadId=upload["UploadId"])

    def names(self) -> Iterator[tuple[str, datetime]]:
        """List what lies there."""
        for kind, entries, written, more in (
            ("list_objects_v2", "Contents", "LastModified", ""),
            ("list_multipart_uploads", "Uploads", "Initiated", PART),
        ):
            for one in self._pages(kind, entries, Prefix=self.bucket.prefix):
                name = one["Key"].removeprefix(self.bucket.prefix) + more
                with suppress(ValueError):  # something else lies in the bucket: not ours to touch
                    yield checked_name(name), one[written].astimezone(UTC)

    def fault(self) -> str | None:
        """Say why nothing could be stored now: a small object is put, looked for and deleted."""
        probe = self._key(new_name())
        try:
            self._call("put_object", Key=probe, Body=b"")
            self._call("delete_object", Key=probe)
            self._call("list_objects_v2", Prefix=self.bucket.prefix, MaxKeys=1)
        except OSError as fault:
            return str(fault)
        return None

    def misfit(self) -> str | None:
        """Say what the server refuses; one that does not answer may come back."""
        try:
            self._call("list_objects_v2", Prefix=self.bucket.prefix, MaxKeys=1)
        except Refused as fault:
            return str(fault)
        except OSError:
            return None
        return None

    def _write_parts(self, name: str, parts: Iterable[bytes]) -> None:
        place = {"Key": self._key(name)}
        place["UploadId"] = self._call("create_multipart_upload", **place)["UploadId"]
        try:
            done = []
            for number, part in enumerate(parts, start=1):
                answer = self._call("upload_part", **place, PartNumber=number, Body=BytesIO(part))
                done.append({"PartNumber": number, "ETag": answer["ETag"]})
            self._call("complete_multipart_upload", **place, MultipartUpload={"Parts": done})
        except BaseException:
            with suppress(OSError):
                self._call("abort_multipart_upload", **place)
            raise

    def _key(self, name: str) -> str:
        return self.bucket.prefix + checked_name(name)

    def _pages(self, kind: str, entries: str, **asked: Any) -> Iterator[dict[str, Any]]:
        with self._plainly():
            for page in self._client().get_paginator(kind).paginate(Bucket=self.bucket.name, **asked):
                yield from page.get(entries, ())

    def _call(self, kind: str, **asked: Any) -> dict[str, Any]:
        with self._plainly():
            answer: dict[str, Any] = getattr(self._client(), kind)(Bucket=self.bucket.name, **asked)
        return answer

    @contextmanager
    def _plainly(self) -> Iterator[None]:
        """Turn the library's faults into ours: what it says itself may hold addresses and key ids."""
        from botocore.exceptions import BotoCoreError, ClientError  # slow to import, see _client

        try:
            yield
        except ClientError as fault:
            code = str(fault.response.get("Error", {}).get("Code", ""))
            if code in _MISSING:
                raise FileNotFoundError("not in the store") from None
            if code in _REFUSALS:
                raise Refused(_REFUSALS[code]) from None
            raise StoreSilent(f"the server answers {code or 'a fault without a name'}") from None
        except BotoCoreError as fault:
            raise StoreSilent(f"the server does not answer ({type(fault).__name__})") from None

    def _client(self) -> Any:
        """This process's client: made when first needed, since it takes a third of a second, and never shared across a
        fork, since two processes must not speak over one connection.
        """
        with self._lock:
            if self._made is None or self._made[0] != os.getpid():
                self._made = os.getpid(), _client_of(self.bucket)
            return self._made[1]


def _client_of(bucket: Bucket) -> Any:
    from botocore.config import Config  # slow to import, and a portal with a folder never does
    from botocore.session import Session  # the same

    # Nothing but the portal's settings: no profile, no file of another program's, no identity of the machine. Each line
    # says: no name in a file, no name in the environment, this value.
    session = Session(
        session_vars={
            "profile": (None, None, None, None),
            "config_file": (None, None, os.devnull, None),
            "credentials_file": (None, None, os.devnull, None),
        }
    )
    return session.create_client(
        "s3",
        region_name=bucket.region,
        endpoint_url=bucket.endpoint or None,
        aws_access_key_id=bucket.key_id,
        aws_secret_access_key=bucket.secret,
        config=Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=ANSWER_SECONDS,
            retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
            ignore_configured_endpoint_urls=True,
            # The body's own digest is part of what is signed, so no server has to know newer checksums.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            s3={
                "payload_signing_enabled": True,
                # A server of one's own rarely has a name in the DNS for each bucket.
                "addressing_style": "path" if bucket.endpoint else "virtual",
            },
        ),
    )


def _parts(pieces: Iterable[bytes], size: int) -> Iterator[bytes]:
    """The same bytes in parts of one size, the last one shorter."""
    held = bytearray()
    for piece in pieces:
        held += piece
        while len(held) >= size:
            yield bytes(memoryview(held)[:size])
            del held[:size]
    if held:
        yield bytes(held)
