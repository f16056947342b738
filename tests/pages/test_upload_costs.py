"""Requests made to cost much: whatever comes in a form, it takes 100 MB and two seconds at most, and leaves nothing."""

from __future__ import annotations

import tempfile
import tracemalloc
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from io import BytesIO

import pytest
from sqlalchemy import func, select

from portal.database.session import db
from portal.gateways.scanner import Scan, Verdict
from portal.models.files import StoredFile
from tests.file_costs import MOST_MEMORY, MOST_SECONDS
from tests.harness import apart
from tests.quiet_seconds import quiet_seconds
from tests.services.file_steps import in_store
from tests.torture import LARGEST, MEGABYTE

FILE = b'--x\r\nContent-Disposition: form-data; name="files"; filename="%b"\r\n\r\n%b\r\n'
FIELD = b'--x\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n'


class Passing:
    """A scanner that finds nothing, and remembers nothing of what it was given."""

    def scan(self, chunks: Iterable[bytes]) -> Scan:
        """Read it all, as a scanner does."""
        deque(chunks, maxlen=0)
        return Scan(Verdict.CLEAN, "")

    def fault(self) -> str | None:
        """It is always there."""
        return None


@dataclass(frozen=True)
class Request:
    """What stands in the body beside the fields of the page; `kept` says whether its file is."""

    statuses: tuple[int, ...]
    make: Callable[[], bytes]
    kept: bool = False
    length: int = 0
    """What it says of its own length, where that is not so."""


def _file(size: int) -> bytes:
    return FILE % (b"Long.txt", (b"word " * (size // 5 + 1))[:size])


REQUESTS = {
    "the largest file": Request((303,), lambda: _file(LARGEST), kept=True),
    "one byte more": Request((400, 413), lambda: _file(LARGEST + 1)),
    "three times as much": Request((400, 413), lambda: _file(3 * LARGEST)),
    "more than is read": Request((413,), lambda: _file(10), length=10 * 1024 * MEGABYTE),
    "countless files": Request((400, 413), lambda: FILE % (b"x.txt", b"word") * 20_000),
    "countless fields": Request((400, 413), lambda: FIELD % (b"worries", b"x") * 100_000),
    "a field without end": Request((400, 413), lambda: FIELD % (b"worries", b"x" * (30 * MEGABYTE))),
    "a name without end": Request((303, 400, 413), lambda: FILE % (b"x" * MEGABYTE + b".txt", b"word"), kept=True),
    "a head without end": Request((400, 413), lambda: b"--x\r\nContent-Disposition: form-data; a=" + b"b" * 30_000_000),
    "boundaries without end": Request((303, 400, 413), lambda: b"--x\r\n" * 1_000_000, kept=True),
    "a file that never ends": Request((400, 413), lambda: _file(30 * MEGABYTE)[:-2], length=31 * MEGABYTE),
}


@pytest.fixture
def uploads_folder(tmp_path, monkeypatch):
    """Where uploads would lie that are too large for memory."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def number_of_files() -> int:
    """Rows, whatever they belong to."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(StoredFile)) or 0


@pytest.mark.parametrize("name", REQUESTS)
def test_it_costs_little_and_leaves_nothing(head, app, place, use_filing, uploads_folder, name):
    use_filing(scanner=Passing())
    asked, url = REQUESTS[name], f"/meetings/{place.id}/report"
    before, rows = in_store(), number_of_files()
    form = head.get(url).page.select_one("form[data-autosave]")
    fields = {one["name"]: one.get("value", "") for one in form.select("input[type=hidden]")} | {"attach": "yes"}
    start = b"".join(FIELD % (key.encode(), value.encode()) for key, value in fields.items())
    body = start + asked.make() + (b"--x--\r\n" if not asked.length else b"")
    cookie = "; ".join(f"{one.key}={one.value}" for one in head._cookies.values())

    def send() -> str:
        environ = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": url,
            "SCRIPT_NAME": "",
            "QUERY_STRING": "",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "localhost",
            "HTTP_COOKIE": cookie,
            "CONTENT_TYPE": "multipart/form-data; boundary=x",
            "CONTENT_LENGTH": str(asked.length or len(body)),
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(body),
            "wsgi.errors": BytesIO(),
        }
        said: list[str] = []
        apart(lambda: deque(app.wsgi_app(environ, lambda status, _headers, _info=None: said.append(status)), maxlen=0))
        return said[0]

    said: list[str] = []
    assert quiet_seconds(lambda: said.append(send())) <= MOST_SECONDS
    status = int(said[0].partition(" ")[0])
    assert status in asked.statuses
    tracemalloc.start()
    try:
        send()
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most <= MOST_MEMORY
    assert list(uploads_folder.iterdir()) == []
    added = number_of_files() - rows
    assert len(in_store() - before) == added
    assert added == 0 or asked.kept
    # The second time it is found to be the same, which costs the most: both are read again.
    assert added == 1 or status != 303 or name.startswith("boundaries")
