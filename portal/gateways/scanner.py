"""ClamAV's clamd over its Unix socket: what is sent to it (INSTREAM) is clean, infected, or could not be scanned."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

CONNECT_SECONDS = 5
ANSWER_SECONDS = 120
LONGEST_ANSWER = 4096
PIECE = 64 * 1024
_CLEAN = "stream: OK"
_FOUND = " FOUND"


class Verdict(StrEnum):
    """What came of a scan."""

    CLEAN = "clean"
    INFECTED = "infected"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class Scan:
    """A verdict; `detail` names what was found, or why nothing could be said."""

    verdict: Verdict
    detail: str = ""


class Scanner:
    """A clamd that listens at a socket."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def scan(self, chunks: Iterable[bytes]) -> Scan:
        """Have bytes scanned. Whatever is not a plain answer counts as unreachable: only "OK" makes a file clean."""
        try:
            with self._connected() as connection:
                with _answers_early():
                    connection.sendall(b"zINSTREAM\0")
                    for chunk in chunks:
                        for start in range(0, len(chunk), PIECE):
                            piece = chunk[start : start + PIECE]
                            connection.sendall(len(piece).to_bytes(4, "big") + piece)
                    connection.sendall(bytes(4))
                answer = _answer(connection)
        except OSError as fault:
            return Scan(Verdict.UNREACHABLE, fault.strerror or type(fault).__name__)
        if answer == _CLEAN:
            return Scan(Verdict.CLEAN)
        if answer.startswith("stream: ") and answer.endswith(_FOUND):
            return Scan(Verdict.INFECTED, answer.removeprefix("stream: ").removesuffix(_FOUND))
        return Scan(Verdict.UNREACHABLE, answer or "no answer")

    def fault(self) -> str | None:
        """Why nothing can be scanned now; None where the scanner answers."""
        try:
            with self._connected() as connection:
                connection.sendall(b"zPING\0")
                answer = _answer(connection)
        except OSError as fault:
            return f"clamd does not answer ({fault.strerror or type(fault).__name__})"
        return None if answer == "PONG" else "what answers there is not clamd"

    @contextmanager
    def _connected(self) -> Iterator[socket.socket]:
        family = getattr(socket, "AF_UNIX", None)
        if family is None:
            raise OSError("this system has no Unix sockets")
        with socket.socket(family, socket.SOCK_STREAM) as connection:
            connection.settimeout(CONNECT_SECONDS)
            connection.connect(str(self.path))
            connection.settimeout(ANSWER_SECONDS)
            yield connection


@contextmanager
def _answers_early() -> Iterator[None]:
    """Past its own limit of size clamd says so and hangs up: the rest cannot be sent, but its answer can be read."""
    try:
        yield
    except (BrokenPipeError, ConnectionResetError):
        return


def _answer(connection: socket.socket) -> str:
    received = bytearray()
    while b"\0" not in received and len(received) < LONGEST_ANSWER:
        more = connection.recv(1024)
        if not more:
            break
        received += more
    return received.split(b"\0", 1)[0].decode("utf-8", errors="replace").strip()
