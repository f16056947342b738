"""The portal and the bare route as they are served: real servers on the loopback address, ended by their own ids."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

from benchmarks.doors import Loopback
from benchmarks.in_process import HOST
from portal.config import ROOT

WORKERS = 2
GUNICORN = f"gunicorn, {WORKERS} workers"
WAITRESS = "waitress, 8 threads (flask serve)"
SERVERS = (GUNICORN, WAITRESS)
PORTAL = "app:app"
BARE = "benchmarks.bare:app"
_PATIENCE = 120.0
POLL = 0.01
"""Seconds between two questions whether a server is ready."""


@contextmanager
def served(server: str, application: str, environment: Mapping[str, str], log: Path) -> Iterator[int]:
    """Serve until the end of the block; gives the port. It is not ready yet: ask wait_until_ready."""
    port = free_port()
    with log.open("ab") as output:
        process = subprocess.Popen(
            _command(server, application, port),
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        yield port
    finally:
        _end(process)


def wait_until_ready(port: int, path: str = "/health/ready") -> None:
    """Ask until the answer is 200, as whoever sends people to a server does."""
    until = monotonic() + _PATIENCE
    while monotonic() < until:
        door = Loopback(port)
        try:
            if door.get(path).status == 200:
                return
        except OSError:
            pass
        finally:
            door.close()
        sleep(POLL)
    raise RuntimeError(f"{path} was not ready within {_PATIENCE:g} seconds")


def _command(server: str, application: str, port: int) -> list[str]:
    python = [sys.executable, "-m"]
    if server == GUNICORN:
        options = ["--workers", str(WORKERS), "--no-control-socket", "--log-level", "warning"]
        return [*python, "gunicorn", "--bind", f"{HOST}:{port}", *options, application]
    return [*python, "flask", "serve", "--port", str(port)]


def free_port() -> int:
    """A port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
