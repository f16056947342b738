"""What a password must be: long, and not among those that are guessed first (NCSC: length over complexity)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from portal.domain.common_passwords import COMMON_PHRASES, COMMON_WORDS

SHORTEST = 12
LONGEST = 256

_OWN_CHARACTERS = 6
"""How many characters must be left once everything easily guessed is taken away."""

_FEWEST_DIFFERENT = 5
_SHORTEST_RUN = 4

SERVICE_WORDS = (
    *("agency", "casework", "child", "children", "childprotection", "conference", "council", "doctor", "health"),
    *("hospital", "meeting", "midwife", "nurse", "nursery", "partnership", "police", "portal", "practice"),
    *("probation", "protect", "protection", "safeguard", "safeguarding", "school", "social", "socialcare"),
    *("socialwork", "surgery", "teacher"),
)

# Lines that a hand or a mind runs along; each is followed both ways.
_LINES = (
    *("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop[]", "asdfghjkl;'#", "zxcvbnm,./", "qwertzuiop"),
    *("azertyuiop", '!"£$%^&*()_+', "!@#$%^&*()_+", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p"),
    *("qazwsxedcrfvtgbyhnujmikolp", "1q2w3e4r5t6y7u8i9o0p", "q1w2e3r4t5y6u7i8o9p0", "a1b2c3d4e5f6g7h8i9j0"),
    *("1a2b3c4d5e6f7g8h9i0j", "aabbccddeeffgghhiijjkk", "1122334455667788990011"),
)
_RUNS = frozenset(
    line[start : start + _SHORTEST_RUN]
    for forward in _LINES
    for line in (forward, forward[::-1])
    for start in range(len(line) - _SHORTEST_RUN + 1)
)

# Both readings of 1 and !, which stand for i as well as for l.
_SUBSTITUTIONS = tuple(str.maketrans("013456789@$!€£+", f"o{one}easgtbgas{one}elt") for one in ("i", "l"))

_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_SAME_THRICE = re.compile(r"(.)\1{2,}")


def password_faults(password: str, *, name: str = "", email: str = "") -> list[str]:
    """Return what is wrong with a new password, as plain sentences; an empty list where nothing is.

    `name` and `email` are the person's own, which whoever attacks them tries first.
    """
    if len(password) < SHORTEST:
        return [f"Use at least {SHORTEST} characters. Three or more unrelated words are easy to remember"]
    if len(password) > LONGEST:
        return [f"Use at most {LONGEST} characters"]
    plain = unicodedata.normalize("NFKC", password).casefold()
    if _readings(_phrase(plain)) & COMMON_PHRASES:
        return ["This is one of the passwords that are guessed first. Choose another"]
    if len(set(plain)) < _FEWEST_DIFFERENT or _is_repeated(plain):
        return ["Do not repeat the same few characters"]
    if plain.isdigit():
        return ["Use letters too: numbers alone are soon guessed"]
    return _faults_of_parts(plain, personal_parts(name, email))


def personal_parts(name: str, email: str) -> frozenset[str]:
    """Return the parts of a person's name and email address by which somebody could guess."""
    folded = unicodedata.normalize("NFKC", f"{name} {email}").casefold()
    return frozenset(part for part in re.findall(r"[^\W\d_]+", folded) if len(part) > 2)


def _faults_of_parts(plain: str, personal: frozenset[str]) -> list[str]:
    """Return why too little is left once every part that is easily guessed is taken away."""
    readings = _readings(plain)
    parts = {
        "your name or email address": _covered(readings, personal),
        "words of this work, such as safeguarding": _covered(readings, SERVICE_WORDS),
        "common words, such as password or welcome": _covered(readings, COMMON_WORDS),
        "runs and years, such as 1234, qwerty or 2026": _covered_by_runs(plain),
    }
    own = set(range(len(plain))).difference(*parts.values())
    if len(own) >= _OWN_CHARACTERS:
        return []
    return [f"Do not build it from {kind}" for kind, covered in parts.items() if covered] or [
        "Add more words: too little of it is hard to guess"
    ]


def _covered(readings: Iterable[str], words: Iterable[str]) -> set[int]:
    """Return the places in a password that any of the words fill, in whichever way it is read."""
    return {
        place
        for reading in readings
        for word in words
        for start in _places(reading, word)
        for place in range(start, start + len(word))
    }


def _places(text: str, word: str) -> Iterator[int]:
    """Yield every place at which a word begins."""
    start = text.find(word)
    while start >= 0:
        yield start
        start = text.find(word, start + 1)


def _covered_by_runs(plain: str) -> set[int]:
    """Return the places that runs along the keyboard or alphabet, repeated characters and years fill."""
    covered = {
        place
        for start in range(len(plain) - _SHORTEST_RUN + 1)
        if plain[start : start + _SHORTEST_RUN] in _RUNS
        for place in range(start, start + _SHORTEST_RUN)
    }
    for pattern in (_YEAR, _SAME_THRICE):
        for match in pattern.finditer(plain):
            covered.update(range(match.start(), match.end()))
    return covered


def _phrase(plain: str) -> str:
    """Return a password without spaces and signs, nor the digits that people hang on at its ends."""
    return re.sub(r"[\W_]", "", plain).strip("0123456789")


def _readings(plain: str) -> set[str]:
    """Return a password as typed and with the digits and signs read as the letters they often stand for."""
    return {plain, *(plain.translate(table) for table in _SUBSTITUTIONS)}


def _is_repeated(plain: str) -> bool:
    """Say whether a password is one shorter text, at most half as long, said again and again."""
    return plain in (plain + plain)[1:-1]
