"""What changed between two editions of a framework, question by question and word by word."""

from __future__ import annotations

from dataclasses import dataclass

from portal.domain.frameworks import Framework, QuestionText
from portal.domain.text_changes import ChangeKind, Piece, word_differences


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
