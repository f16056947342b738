"""What is wrong with a report template that a form or a schema cannot see: what its questions mean to one another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from portal.domain.clinical_records import ClinicalPart
from portal.domain.report_templates import ReportTemplate, TemplateQuestion, answers_of
from portal.domain.report_vocabulary import IN_EVERY_TEMPLATE, RESERVED_CODES, AnswerKind, CommonQuestion
from portal.domain.vocabulary import AbuseCategory, ThresholdView

CHOOSING = frozenset({AnswerKind.ONE_OF, AnswerKind.SEVERAL_OF})
"""Kinds that are answered by a template's own choices."""
WRITTEN = frozenset({AnswerKind.SHORT, AnswerKind.LONG})

WRITTEN_QUESTIONS = frozenset({*IN_EVERY_TEMPLATE, CommonQuestion.INVOLVEMENT, CommonQuestion.THRESHOLD_REASON})
"""Questions of these codes are read as words, whatever template they stand in."""
ABOUT_A_PLAN = (CommonQuestion.THRESHOLD_VIEW, CommonQuestion.THRESHOLD_REASON, CommonQuestion.CATEGORY_VIEWS)
_VALUES: dict[str, tuple[AnswerKind, tuple[str, ...]]] = {
    CommonQuestion.THRESHOLD_VIEW: (AnswerKind.ONE_OF, tuple(ThresholdView)),
    CommonQuestion.CATEGORY_VIEWS: (AnswerKind.SEVERAL_OF, tuple(AbuseCategory)),
}
_KNOWN_PARTS = tuple(part.value for part in ClinicalPart)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: of a question, of a section, or of the template as a whole.

    `section` and `question` are places counted from 0, `field` is what a file calls the thing, and `about` the title
    of the question or section, for people who do not read files.
    """

    field: str
    reason: str
    section: int | None = None
    question: int | None = None
    about: str = ""

    @property
    def path(self) -> str:
        """Where it is in a file."""
        section = f"sections[{self.section}]." if self.section is not None else ""
        question = f"questions[{self.question}]." if self.question is not None else ""
        return f"{section}{question}{self.field}"

    @property
    def in_words(self) -> str:
        """What is wrong, as a sentence of a page."""
        said = f"{self.about}: {self.reason}" if self.about else self.reason
        return f"{said[:1].upper()}{said[1:]}."


def faults_of(template: ReportTemplate) -> Iterator[Fault]:
    """Every fault, in the order of the template."""
    sections = Counter(section.code for section in template.sections)
    codes = Counter(question.code for question in template.questions)
    asked: dict[str, TemplateQuestion] = {}
    for i, section in enumerate(template.sections):
        if sections[section.code] > 1:
            yield Fault("code", f"{section.code} stands twice", i, about=section.title)
        if not section.questions:
            yield Fault("questions", "no question stands in it", i, about=section.title)
        for j, question in enumerate(section.questions):
            if codes[question.code] > 1:
                yield Fault("code", f"{question.code} stands twice", i, j, question.title)
            for field, reason in (*_own_faults(question), *condition_faults(question, asked)):
                yield Fault(field, reason, i, j, question.title)
            asked[question.code] = question
    yield from _faults_of_the_whole(template, codes)


def condition_faults(question: TemplateQuestion, before: dict[str, TemplateQuestion]) -> Iterator[tuple[str, str]]:
    """What is wrong with when a question is asked; `before` are those that stand before it, by code."""
    condition = question.asked_if
    if condition is None:
        return
    if question.code in IN_EVERY_TEMPLATE:
        yield "asked_if", "it is asked in every report, so nothing can decide whether it is"
    other = before.get(condition.question)
    if other is None:
        yield "asked_if.question", f"no question before this one has the code {condition.question}"
        return
    known = values_of(other)
    if not known:
        yield "asked_if.question", f"{other.code} is not answered by choosing"
    elif unknown := [value for value in condition.values if value not in known]:
        yield "asked_if.values", f"{', '.join(unknown)} is none of the answers of {other.code}: {', '.join(known)}"


def values_of(question: TemplateQuestion) -> tuple[str, ...]:
    """The answers that a condition can name: none where a question is not answered by choosing."""
    is_chosen = question.kind in CHOOSING or question.kind is AnswerKind.YES_NO
    return tuple(choice.code for choice in answers_of(question)) if is_chosen else ()


def _own_faults(question: TemplateQuestion) -> Iterator[tuple[str, str]]:
    """What is wrong with a question by itself."""
    if question.code in RESERVED_CODES:
        yield "code", f"{question.code} is what the form calls something of its own: choose another code"
    yield from _choice_faults(question)
    if question.code in WRITTEN_QUESTIONS and question.kind not in WRITTEN:
        yield "kind", f"{question.code} is answered in words: short_text or long_text"
    if question.source and question.source not in _KNOWN_PARTS:
        yield "source", f"{question.source} is none of {', '.join(_KNOWN_PARTS)}"
    if question.source and question.kind not in WRITTEN:
        yield "source", "a clinical record fills questions that are answered in words: short_text or long_text"
    if question.code in _VALUES:
        kind, values = _VALUES[question.code]
        if question.kind is not kind:
            yield "kind", f"{question.code} is answered by {kind.value}"
        elif {choice.code for choice in question.choices} != set(values):
            yield "choices", f"{question.code} is answered by {', '.join(values)}"


def _choice_faults(question: TemplateQuestion) -> Iterator[tuple[str, str]]:
    if question.kind not in CHOOSING:
        if question.choices:
            yield "choices", f"a question that is answered by {question.kind.value} has no choices"
        return
    if len(question.choices) < 2:
        yield "choices", "give two choices or more"
    for code in _twice(choice.code for choice in question.choices):
        yield "choices", f"{code} stands twice"
    for said in _twice(choice.label.casefold() for choice in question.choices):
        yield "choices", f"“{said}” stands twice"


def _faults_of_the_whole(template: ReportTemplate, codes: Collection[str]) -> Iterator[Fault]:
    missing = [code.value for code in IN_EVERY_TEMPLATE if code not in codes]
    if missing:
        yield Fault("sections", f"every template asks {', '.join(missing)}")
    about_a_plan = [code.value for code in ABOUT_A_PLAN if code in codes]
    if about_a_plan and len(about_a_plan) < len(ABOUT_A_PLAN):
        yield Fault("sections", f"{', '.join(ABOUT_A_PLAN)} go together: one of them is missing")
    if about_a_plan and not template.meeting_types:
        yield Fault("meeting_types", "whether a plan is needed is asked for conferences: name the kinds of meetings")
    short = template.limited_involvement
    for code in _twice(short):
        yield Fault("limited_involvement", f"{code} stands twice")
    for code in short:
        question = template.question(code)
        if question is None:
            yield Fault("limited_involvement", f"no question has the code {code}")
        elif question.asked_if and question.asked_if.question not in short:
            yield Fault(
                "limited_involvement",
                f"{code} is asked after {question.asked_if.question}, which the short form leaves out",
            )


def _twice(said: Iterator[str] | tuple[str, ...]) -> list[str]:
    return [one for one, times in Counter(said).items() if times > 1]
