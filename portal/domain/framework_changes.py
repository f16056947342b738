"""What changed between two editions of a framework, question by question and word by word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from portal.domain.frameworks import Framework, QuestionText

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


@dataclass(frozen=True, slots=True)
class QuestionChange:
    """One question in two editions; `old` is None for an added one, `new` for a removed one."""

    kind: ChangeKind
    old: QuestionText | None
    new: QuestionText | None
    text: tuple[Piece, ...] = ()
    help: tuple[Piece, ...] = ()
    good: tuple[Piece, ...] = ()
    details: tuple[str, ...] = ()
    """Names of what else was changed, which leaves the answer standing: hints, paragraph, weight, who is asked."""

    @property
    def question(self) -> QuestionText:
        """The question as it reads now, or as it last read."""
        found = self.new or self.old
        if found is None:
            raise ValueError("A change is of a question.")
        return found

    @property
    def code(self) -> str:
        """The question's code, the same in both editions."""
        return self.question.code


_DETAILS = ("hints", "paragraph", "weight", "agency_types", "phases", "needs_narrative", "needs_evidence", "checks")


def compare(old: Framework, new: Framework) -> list[QuestionChange]:
    """Return every question of either edition: the new one's in order, then what was removed in the old order."""
    before = {question.code: question for question in old.questions}
    changes = [_changed(old, before.pop(question.code, None), new, question) for question in new.questions]
    return changes + [QuestionChange(ChangeKind.REMOVED, question, None) for question in before.values()]


def _changed(old: Framework, before: QuestionText | None, new: Framework, after: QuestionText) -> QuestionChange:
    if before is None:
        return QuestionChange(ChangeKind.ADDED, None, after)
    is_same = old.digest_of(before) == new.digest_of(after)
    details = [name for name in _DETAILS if getattr(before, name) != getattr(after, name)]
    if old.scale_of(before) != new.scale_of(after):
        details.append("scale")
    return QuestionChange(
        ChangeKind.SAME if is_same else ChangeKind.ALTERED,
        before,
        after,
        word_differences(before.text, after.text),
        word_differences(before.help, after.help),
        word_differences(before.good, after.good),
        tuple(details),
    )


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
