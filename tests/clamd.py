"""A real clamd for tests, with a signature of their own: nothing is downloaded, and nothing harmful is needed."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from portal.gateways.scanner import Scanner

REQUIRED = os.environ.get("REQUIRE_SERVICES") == "1"
MISSING = "no clamd was found: apt install clamav-daemon"
VIRUS = b"ZQ-THE-TESTS-OWN-VIRUS-QZ"
VIRUS_NAME = "Portal.Tests.Virus"
# Harmless, and known to every scanner; put together here, so that none takes this file for one.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!" + b"$H+H*"
EICAR_NAME = "Portal.Tests.Eicar"
START_SECONDS = 60


def clamd() -> str:
    """Its path. Where there is none the test is skipped, or fails where REQUIRE_SERVICES=1 says that it must run."""
    found = shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin:/usr/local/sbin")
    if found is None:
        if REQUIRED:
            pytest.fail(MISSING, pytrace=False)
        pytest.skip(MISSING)
    return found


@contextmanager
def running_clamd(folder: Path) -> Iterator[Path]:
    """Run one under `folder`, and give its socket."""
    program = clamd()
    signatures, socket = folder / "signatures", folder / "clamd.sock"
    signatures.mkdir(parents=True)
    names = {VIRUS_NAME: VIRUS, EICAR_NAME: EICAR}
    lines = [f"{name}:0:*:{content.hex()}\n" for name, content in names.items()]
    (signatures / "tests.ndb").write_text("".join(lines), encoding="ascii")
    settings = folder / "clamd.conf"
    settings.write_text(
        f"LocalSocket {socket}\nDatabaseDirectory {signatures}\nForeground yes\nStreamMaxLength 30M\nMaxThreads 2\n",
        encoding="ascii",
    )
    with (folder / "clamd.log").open("wb") as log:
        process = subprocess.Popen([program, "--config-file", str(settings)], stdout=log, stderr=log)
    try:
        _wait_for(socket, process, folder)
        yield socket
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(socket: Path, process: subprocess.Popen[bytes], folder: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while Scanner(socket).fault() is not None:
        if process.poll() is not None or time.monotonic() > until:
            pytest.fail(f"clamd does not come up: {(folder / 'clamd.log').read_text(encoding='utf-8')}", pytrace=False)
        time.sleep(0.05)
