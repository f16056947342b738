"""Files that people give: what is taken, how many, and what a file's name may hold."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import BinaryIO

MOST_FILES = 20
"""Files that one thing (a report, an answer) may have."""

LONGEST_NAME = 120
_LONGEST_READ = 8 * LONGEST_NAME
"""Of a name as it was sent: whoever sends a megabyte of it gets no megabyte's work done."""

TAKEN = "PDF, Word, Excel and PowerPoint files, emails, PNG and JPEG pictures, and plain text or CSV"
"""What may be attached, in the words of pages."""

ACCEPT = ".pdf,.docx,.xlsx,.pptx,.eml,.msg,.png,.jpg,.jpeg,.txt,.csv"
"""The same for a browser's own dialogue, which only suggests: what counts is the content."""

_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|]')
# Windows takes these for devices, whatever ending they have.
_DEVICES = re.compile(r"(?:CON|PRN|AUX|NUL|COM[0-9¹²³]|LPT[0-9¹²³])(?=\s*(?:\.|$))", re.IGNORECASE)
# Controls, formats (among them those that turn the direction of writing, so that "exe.pdf" reads as "fdp.exe"),
# halves of characters, and what is not assigned or private.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent: the name its sender's machine gave it, and its bytes, which can be read again from 0.

    `is_cut_off` says that it was larger than what is taken, so that only its beginning was kept.
    """

    name: str
    stream: BinaryIO
    is_cut_off: bool = False


def shown_name(name: str) -> str:
    """A file's name as it can be shown: without folders, and without characters that hide or turn what is read."""
    last = re.split(r"[\\/]", name)[-1][:_LONGEST_READ]
    last = unicodedata.normalize("NFC", last)
    seen = "".join(letter for letter in last if unicodedata.category(letter) not in _UNSEEN)
    plain = " ".join(_NOT_IN_NAMES.sub("_", seen).split()).strip(". ")
    if _DEVICES.match(plain):
        plain = f"_{plain}"
    return plain[:LONGEST_NAME].strip(". ") or "file"


def clean_name(name: str, extensions: tuple[str, ...]) -> str:
    """A name that is safe to save under, ending as the content asks: with one of these, the first by default."""
    shown = shown_name(name)
    stem, dot, ending = shown.rpartition(".")
    if not dot or ending.lower() not in extensions:
        stem, ending = shown, extensions[0]
    return f"{stem[: LONGEST_NAME - len(ending) - 1].strip('. ') or 'file'}.{ending.lower()}"


def size_in_words(size: int) -> str:
    """ "3.4 MB", "12 KB": as people know it from their own machine."""
    if size < 1024 * 1024:
        return f"{max(1, round(size / 1024)):,} KB"
    return f"{size / (1024 * 1024):.1f}".removesuffix(".0") + " MB"
