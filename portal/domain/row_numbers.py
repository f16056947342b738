"""Numbers of rows and versions as addresses and forms say them: anybody writes those, and columns keep 32 bits."""

from __future__ import annotations

LARGEST = 2**31 - 1
_MOST_DIGITS = 10


def row_number(text: str) -> int:
    """Read a whole number without a sign; raises ValueError for all else, and for one that no column keeps."""
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS and int(text) <= LARGEST):
        raise ValueError("this is no row's number")
    return int(text)


def row_number_or_none(text: object) -> int | None:
    """The same; None for what cannot be read."""
    try:
        return row_number(text) if isinstance(text, str) else None
    except ValueError:
        return None
