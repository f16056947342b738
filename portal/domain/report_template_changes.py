"""What changed between two versions of a report template, question by question and word by word."""

from __future__ import annotations

from dataclasses import dataclass

from portal.domain.report_templates import Choice, ReportTemplate, TemplateQuestion
from portal.domain.text_changes import ChangeKind, Piece, word_differences


@dataclass(frozen=True, slots=True)
class QuestionChange:
    """One question in two versions; `old` is None for an added one, `new` for a removed one."""

    kind: ChangeKind
    old: TemplateQuestion | None
    new: TemplateQuestion | None
    title: tuple[Piece, ...] = ()
    help: tuple[Piece, ...] = ()
    details: tuple[str, ...] = ()
    """Names of what else was changed: how it is answered, whether it is needed, whom it is shown, when it is asked."""
    choices_added: tuple[Choice, ...] = ()
    choices_removed: tuple[Choice, ...] = ()

    @property
    def question(self) -> TemplateQuestion:
        """The question as it reads now, or as it last read."""
        found = self.new or self.old
        if found is None:
            raise ValueError("A change is of a question.")
        return found


_DETAILS = ("kind", "is_needed", "for_family", "choices", "asked_if", "read_title", "source")


def compare(old: ReportTemplate, new: ReportTemplate) -> list[QuestionChange]:
    """Return every question of either version: the new one's in order, then what was removed in the old order."""
    before = {question.code: question for question in old.questions}
    sections = _sections(old), _sections(new)
    changes = [
        _changed(before.pop(question.code, None), question, _moved(question.code, old, new, sections))
        for question in new.questions
    ]
    return changes + [QuestionChange(ChangeKind.REMOVED, question, None) for question in before.values()]


def _changed(before: TemplateQuestion | None, after: TemplateQuestion, moved: list[str]) -> QuestionChange:
    if before is None:
        return QuestionChange(ChangeKind.ADDED, None, after)
    details = [name for name in _DETAILS if getattr(before, name) != getattr(after, name)] + moved
    is_same = not details and (before.title, before.help) == (after.title, after.help)
    return QuestionChange(
        ChangeKind.SAME if is_same else ChangeKind.ALTERED,
        before,
        after,
        word_differences(before.title, after.title),
        word_differences(before.help, after.help),
        tuple(details),
        tuple(choice for choice in after.choices if choice.code not in {one.code for one in before.choices}),
        tuple(choice for choice in before.choices if choice.code not in {one.code for one in after.choices}),
    )


def _moved(
    code: str, old: ReportTemplate, new: ReportTemplate, sections: tuple[dict[str, str], dict[str, str]]
) -> list[str]:
    found = []
    if sections[0].get(code) != sections[1][code]:
        found.append("section")
    if (code in old.limited_involvement) != (code in new.limited_involvement):
        found.append("limited_involvement")
    return found


def _sections(template: ReportTemplate) -> dict[str, str]:
    return {question.code: section.code for section in template.sections for question in section.questions}
