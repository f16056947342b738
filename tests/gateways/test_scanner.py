"""The scanner: a real clamd with a signature of the tests' own, and everything else that may answer at its socket."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.gateways.scanner import Scan, Scanner, Verdict
from tests.clamd import VIRUS, VIRUS_NAME
from tests.sample_files import office


@pytest.fixture
def scanner(clamd_socket: Path) -> Scanner:
    return Scanner(clamd_socket)


def test_what_holds_no_virus_is_clean(scanner):
    assert scanner.scan([b"nothing here"]) == Scan(Verdict.CLEAN)
    assert scanner.scan([]) == Scan(Verdict.CLEAN)
    assert scanner.scan([b"x" * 300_000] * 20) == Scan(Verdict.CLEAN)


@pytest.mark.parametrize(
    "chunks",
    [
        [VIRUS],
        [b"before " + VIRUS + b" after"],
        [VIRUS[:7], VIRUS[7:]],
        [b"x" * 70_000, VIRUS],
        [office("docx", **{"word/document.xml": b"<w>" + VIRUS + b"</w>"})],
    ],
)
def test_a_virus_is_found_wherever_it_lies(scanner, chunks):
    found = scanner.scan(chunks)
    assert found.verdict is Verdict.INFECTED
    assert found.detail.startswith(VIRUS_NAME)


def test_what_is_larger_than_it_scans_is_not_called_clean(scanner):
    found = scanner.scan(b"x" * 1_000_000 for _ in range(40))
    assert found.verdict is Verdict.UNREACHABLE
    assert "size limit" in found.detail


def test_it_says_whether_it_answers(scanner, tmp_path):
    assert scanner.fault() is None
    assert "does not answer" in str(Scanner(tmp_path / "nobody").fault())


def test_where_nobody_listens_nothing_is_clean(tmp_path):
    assert Scanner(tmp_path / "nobody").scan([b"x"]).verdict is Verdict.UNREACHABLE
    (tmp_path / "file").touch()
    assert Scanner(tmp_path / "file").scan([b"x"]).verdict is Verdict.UNREACHABLE


@pytest.fixture
def answering(tmp_path: Path) -> Iterator:
    """Somebody at the socket who reads a little, gives an answer, and hangs up."""
    threads: list[threading.Thread] = []
    doors: list[socket.socket] = []

    def listen(answer: bytes) -> Scanner:
        path = tmp_path / f"door{len(doors)}"
        door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        door.bind(str(path))
        door.listen()
        doors.append(door)

        def serve() -> None:
            guest, _ = door.accept()
            with guest:
                guest.recv(1024)
                guest.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        threads.append(thread)
        return Scanner(path)

    yield listen
    for thread in threads:
        thread.join(timeout=10)
    for door in doors:
        door.close()


@pytest.mark.parametrize(
    "answer",
    [b"", b"\0", b"OK\0", b"stream: OK and more\0", b"stream: ERROR\0", b"FOUND\0", b"\xff\xfe", b"stream: O" * 1000],
)
def test_only_a_plain_ok_makes_a_file_clean(answering, answer):
    assert answering(answer).scan([b"x" * 10]).verdict is Verdict.UNREACHABLE


def test_what_is_not_clamd_is_said_so(answering):
    assert answering(b"HTTP/1.1 400 Bad Request\0").fault() == "what answers there is not clamd"
