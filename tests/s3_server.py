"""A real server that speaks S3, on loopback: it checks keys, signatures and what a key may do. And a door before it."""

from __future__ import annotations

import json
import os
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from botocore.config import Config
from botocore.session import Session

from portal.gateways.s3_store import Bucket, S3Store

BUCKET, OTHER_BUCKET = "portal-files", "somebody-elses"
USER = "portal"
START_SECONDS = 60
# Making the user, two statements of what it may do, its key and the two buckets; from then on everybody must sign.
SET_UP_STEPS = 6


@dataclass(frozen=True, slots=True)
class Server:
    """Where it listens, and as whom the portal comes."""

    bucket: Bucket
    client: Any = field(repr=False)
    """Past the portal's own code, for what lies there."""

    def store(self, **changes: str) -> S3Store:
        """A store as the portal has it, or with settings that are not right."""
        return S3Store(replace(self.bucket, **changes))

    def empty(self) -> None:
        """Take everything away."""
        for key in self.kept():
            self.client.delete_object(Bucket=self.bucket.name, Key=key)
        for upload in self.client.list_multipart_uploads(Bucket=self.bucket.name).get("Uploads", ()):
            self.client.abort_multipart_upload(Bucket=self.bucket.name, Key=upload["Key"], UploadId=upload["UploadId"])

    def begun(self) -> list[str]:
        """The uploads that were neither finished nor given up."""
        found = self.client.list_multipart_uploads(Bucket=self.bucket.name)
        return [one["Key"] for one in found.get("Uploads", ())]

    def kept(self) -> list[str]:
        """The objects that are there."""
        return [one["Key"] for one in self.client.list_objects_v2(Bucket=self.bucket.name).get("Contents", ())]


@contextmanager
def running_s3(folder: Path) -> Iterator[Server]:
    """Run one, with a bucket for the portal's key and one that it may not use."""
    folder.mkdir(parents=True)
    port = _free_port()
    environ = {**os.environ, "INITIAL_NO_AUTH_ACTION_COUNT": str(SET_UP_STEPS)}
    with (folder / "s3.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(port)],
            stdout=log, stderr=log, env=environ,
        )  # fmt: skip
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(port, process, folder)
        bucket = _set_up(address)
        yield Server(bucket, _client("s3", address, bucket.key_id, bucket.secret))
    finally:
        process.kill()
        process.wait()


def _set_up(address: str) -> Bucket:
    iam, s3 = (_client(kind, address, "nobody", "nothing") for kind in ("iam", "s3"))
    iam.create_user(UserName=USER)
    for name, effect, bucket in (("own", "Allow", "*"), ("foreign", "Deny", OTHER_BUCKET)):
        resources = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
        statement = {"Effect": effect, "Action": "s3:*", "Resource": resources}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_user_policy(UserName=USER, PolicyName=name, PolicyDocument=document)
    key = iam.create_access_key(UserName=USER)["AccessKey"]
    for bucket in (BUCKET, OTHER_BUCKET):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-2"})
    return Bucket(BUCKET, "files/", key["AccessKeyId"], key["SecretAccessKey"], endpoint=address)


def _client(kind: str, address: str, key_id: str, secret: str) -> Any:
    return Session().create_client(
        kind,
        region_name="eu-west-2",
        endpoint_url=address,
        aws_access_key_id=key_id,
        aws_secret_access_key=secret,
        config=Config(
            s3={"addressing_style": "path"},
            request_checksum_calculation="when_required",
            retries={"total_max_attempts": 1},
        ),
    )


def _free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port: int = door.getsockname()[1]
        return port


def _wait_for(port: int, process: subprocess.Popen[bytes], folder: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        if process.poll() is not None or time.monotonic() > until:
            pytest.fail(f"no S3 server comes up: {(folder / 's3.log').read_text(encoding='utf-8')}", pytrace=False)
        time.sleep(0.05)


class Door:
    """A way to the server that shuts for good once so many bytes have gone through it, or when it is told to."""

    def __init__(self, server: Server, shut_after: int) -> None:
        self._there = int(server.bucket.endpoint.rpartition(":")[2])
        self._left = shut_after
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self._through: list[socket.socket] = []
        self.address = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._let_in, daemon=True).start()

    def shut(self) -> None:
        """Nobody comes in any more, and whoever is on the way is cut off."""
        with self._lock:
            self._left = -1
            for connection in [self._listening, *self._through]:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
                connection.close()

    def _let_in(self) -> None:
        with suppress(OSError):
            while True:
                guest, _address = self._listening.accept()
                host = socket.create_connection(("127.0.0.1", self._there))
                with self._lock:
                    self._through += [guest, host]
                threading.Thread(target=self._carry, args=(guest, host), daemon=True).start()

    def _carry(self, guest: socket.socket, host: socket.socket) -> None:
        to = {guest: host, host: guest}
        with suppress(OSError, ValueError):
            while True:
                for ready in select.select([guest, host], [], [])[0]:
                    if not (piece := ready.recv(65_536)):
                        raise OSError("hung up")
                    to[ready].sendall(piece)
                    self._left -= len(piece)
                    if self._left < 0:
                        self.shut()
        for connection in (guest, host):
            connection.close()
