"""Text on its way into a spreadsheet: what a cell holds is read, never worked out."""

from __future__ import annotations

_WORKED_OUT = ("=", "+", "-", "@", "\t", "\r")


def neutralised(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: with an apostrophe before it where it would be one."""
    return f"'{text}" if text.startswith(_WORKED_OUT) else text
