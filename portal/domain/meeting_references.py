"""The references that meetings opened in the portal get: a partnership's letters, the year, and a number."""

from __future__ import annotations

from datetime import date

_LETTERS = 2


def reference_letters(partnership_name: str) -> str:
    """Return a partnership's two letters: the first ones of its words, or of its only word."""
    words = [
        "".join(letter for letter in word if letter.isascii() and letter.isalpha()) for word in _parts(partnership_name)
    ]
    words = [word for word in words if word]
    letters = "".join(word[0] for word in words) if len(words) > 1 else "".join(words)
    return letters[:_LETTERS].upper() or "M"


def meeting_reference(letters: str, opened_on: date, number: int) -> str:
    """Return a meeting's reference, such as EA-2026-00123; numbers begin anew each year."""
    return f"{letters}-{opened_on.year}-{number:05d}"


def _parts(name: str) -> list[str]:
    return name.replace("-", " ").split()
