"""Quotations without a name: whether a text holds one of a family's names.

Names are compared as people read them: without capitals and accents, each part of a double name for itself, so that
"Anne-Marie O’Neil’s" holds "Anne", "Marie" and "O’Neil". A name that is an ordinary word too ("Grace", "Will") is found
as well: the sentence can be put otherwise, and a family cannot be un-named.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

LONGEST = 1_000
SHORTEST_PART = 2
"""An initial alone names nobody."""

_PARTICLES = frozenset(
    {"al", "bin", "da", "das", "de", "del", "den", "der", "di", "do", "dos", "du", "el", "la", "le", "of", "the"}
    | {"ten", "van", "von", "and", "mr", "mrs", "ms", "miss", "dr", "st"}
)
"""Parts of names that are words of many others: they name nobody by themselves."""

_APOSTROPHES = re.compile(r"['’‘ʼ`´]")
_WORDS = re.compile(r"[^\W\d_]+")


def names_in(text: str, names: Iterable[str]) -> list[str]:
    """Return the parts of these names that stand in the text as words, each once and in alphabetical order."""
    said = set(_words(text))
    return sorted({part for name in names for part in _parts(name) if part in said})


def _parts(name: str) -> Iterator[str]:
    """The words of a name that name somebody, as they are compared."""
    yield from (part for part in _words(name) if len(part) >= SHORTEST_PART and part not in _PARTICLES)


def _words(text: str) -> Iterator[str]:
    """The words of a text as they are compared, a possessive with and without its end."""
    plain = "".join(
        letter for letter in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(letter)
    )
    yield from _WORDS.findall(_APOSTROPHES.sub("", plain))
    # "Lena's" is Lena, and "O'Neil" is found by its second half, too.
    yield from _WORDS.findall(_APOSTROPHES.sub(" ", plain))
