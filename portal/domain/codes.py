"""Codes that are made of names: files call a thing by its code, so it stays when the name changes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection


def code_from(name: str, taken: Collection[str], *, otherwise: str, longest: int = 40, between: str = "_") -> str:
    """A name in small letters with `between` instead of spaces, numbered where that is taken.

    `otherwise` stands for a name that has no letter or digit of the alphabet.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", between, plain).strip(between)[:longest].strip(between) or otherwise
    code, number = slug, 1
    while code in taken:
        number += 1
        ending = f"{between}{number}"
        code = slug[: longest - len(ending)].rstrip(between) + ending
    return code
