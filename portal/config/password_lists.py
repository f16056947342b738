"""What may be wrong with the setting that names a list of breached passwords."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

_LINE = re.compile(rb"[0-9A-F]{40}:[0-9]+\r?\n?")
_MORE_THAN_A_LINE = 120


def password_list_faults(env: Mapping[str, str]) -> list[str]:
    """Whether BREACHED_PASSWORDS is Pwned Passwords in one file, ordered by SHA-1."""
    path = env.get("BREACHED_PASSWORDS", "")
    if not path:
        return []
    if not Path(path).is_absolute():
        return ["BREACHED_PASSWORDS must be the full path of a file"]
    try:
        with Path(path).open("rb") as lines:
            first = lines.readline(_MORE_THAN_A_LINE)
    except OSError as fault:
        return [f"BREACHED_PASSWORDS cannot be read: {fault.strerror}"]
    if not _LINE.fullmatch(first):
        return ["BREACHED_PASSWORDS is no list of Pwned Passwords in one file, ordered by SHA-1"]
    return []
