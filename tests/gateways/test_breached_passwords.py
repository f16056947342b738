"""Passwords from breaches are found in the portal's own list, and in a larger one wherever in it they stand."""

from __future__ import annotations

from hashlib import sha1
from pathlib import Path

import pytest

from portal.gateways.breached_passwords import LIST, is_breached, packed

FOUND_OFTEN = ("whosyourdaddy", "leavemealone", "needforspeed", "jamesbond007", "4815162342lost", "1qa2ws3ed4rf")
OWN = "heron-lantern-saltmarsh"


@pytest.mark.parametrize("password", FOUND_OFTEN)
def test_one_found_often_is_in_the_list_however_it_is_written(password):
    assert is_breached(password)
    assert is_breached(password.upper())


def test_one_of_ones_own_is_not():
    assert not is_breached(OWN)
    assert not is_breached("")


def test_the_list_has_well_over_the_3000_that_are_asked_for_and_no_word():
    content = LIST.read_bytes()
    assert len(content) // 6 > 40_000
    assert not any(password.encode() in content for password in FOUND_OFTEN)


def test_a_list_is_packed_in_order_without_doubles_and_short_ones():
    made = packed(["Whosyourdaddy", "whosyourdaddy", "short", OWN])
    assert len(made) == 12
    assert made[:6] < made[6:]


def pwned(path: Path, passwords: list[str], end: str = "\r\n") -> Path:
    """A list as the downloader writes it."""
    digests = sorted(sha1(password.encode(), usedforsecurity=False).hexdigest().upper() for password in passwords)
    path.write_bytes(end.join(f"{digest}:{number}" for number, digest in enumerate(digests, 1)).encode())
    return path


@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize("length", [1, 2, 3, 500])
def test_each_line_of_a_larger_list_is_found_and_nothing_between_them(tmp_path, length, end):
    passwords = [f"{number} geese over the weir" for number in range(length)]
    larger = pwned(tmp_path / "pwned.txt", passwords, end)
    assert all(is_breached(password, larger) for password in passwords)
    assert not any(is_breached(f"{password}s", larger) for password in passwords)
    assert not is_breached(OWN, larger)


def test_the_portals_own_list_holds_beside_a_larger_one(tmp_path):
    assert is_breached("whosyourdaddy", pwned(tmp_path / "pwned.txt", [OWN]))
    assert is_breached(OWN, tmp_path / "pwned.txt")
    assert not is_breached(OWN.upper(), tmp_path / "pwned.txt")


def test_an_empty_larger_list_holds_nothing_and_one_that_is_away_is_said(tmp_path):
    (tmp_path / "empty.txt").touch()
    assert not is_breached(OWN, tmp_path / "empty.txt")
    with pytest.raises(FileNotFoundError):
        is_breached(OWN, tmp_path / "away.txt")
