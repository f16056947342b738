"""What changed between two texts, word by word, and what became of a question from one version to the next."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

_WORDS = re.compile(r"\S+")


class ChangeKind(StrEnum):
    """What became of a question: altered means that it asks something else, so that its answer must be looked at."""

    ADDED = "added"
    REMOVED = "removed"
    ALTERED = "altered"
    SAME = "same"


class PieceKind(StrEnum):
    """Whether words stand in both texts, or only in the old or in the new one."""

    BOTH = "both"
    OLD = "old"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words on end that stand in both texts or in one."""

    kind: PieceKind
    words: str


def word_differences(old: str, new: str) -> tuple[Piece, ...]:
    """Return two texts as one, word by word: what stands in both, what is gone and what is new; spacing is left out."""
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    pieces: list[Piece] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece(PieceKind.BOTH, " ".join(before[i1:i2])))
            continue
        if i2 > i1:
            pieces.append(Piece(PieceKind.OLD, " ".join(before[i1:i2])))
        if j2 > j1:
            pieces.append(Piece(PieceKind.NEW, " ".join(after[j1:j2])))
    return tuple(pieces)
