"""JSON that strangers wrote, read within limits: a small file cannot fill the memory or end the program."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from portal.domain.clinical_records import NotARecord

MOST_BRACKETS = 250_000
"""Objects and lists, of which each takes twenty times the room that its two characters take in the file."""

DEEPEST = 60
"""Levels of nesting; resources that are held in one another have about fifteen."""

NOT_JSON = "This file is not whole JSON. Export it again."
TOO_DEEP = "This file is nested more deeply than any clinical record, so it was not read."
TOO_MANY = "This file holds far more than one child’s record, so it was not read."


def read_object(content: bytes) -> dict[str, Any]:
    """The one object that a file holds. Raises NotARecord."""
    if content.count(b"{") + content.count(b"[") > MOST_BRACKETS:
        raise NotARecord(TOO_MANY)
    try:
        found = json.loads(content.decode("utf-8-sig"), parse_constant=_no_number)
    except RecursionError:
        raise NotARecord(TOO_DEEP) from None
    except ValueError:
        raise NotARecord(NOT_JSON) from None
    if not isinstance(found, dict):
        raise NotARecord(NOT_JSON)
    _check_depth(found)
    return found


def _no_number(_name: str) -> NoReturn:
    """NaN and the infinities are no JSON, whatever Python's reader thinks."""
    raise ValueError("not a number")


def _check_depth(found: Any) -> None:
    """Level by level rather than by recursion, which would be what a nested file wants."""
    level = [found]
    for _depth in range(DEEPEST):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, (dict, list))
        ]
        if not level:
            return
    raise NotARecord(TOO_DEEP)
