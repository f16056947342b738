"""Changing a template: each function gives the template as it reads afterwards, or says why that cannot be."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from portal.domain.codes import code_from
from portal.domain.errors import Invalid, NotVisible
from portal.domain.report_template_faults import CHOOSING, WRITTEN, WRITTEN_QUESTIONS, values_of
from portal.domain.report_templates import Choice, Condition, ReportTemplate, TemplateQuestion, TemplateSection
from portal.domain.report_vocabulary import IN_EVERY_TEMPLATE, RESERVED_CODES, AnswerKind, CommonQuestion

LONGEST_CODE = 60
MOST_CHOICES = 12

Thing = TypeVar("Thing")

OF_ITS_OWN_VALUES = frozenset({CommonQuestion.THRESHOLD_VIEW, CommonQuestion.CATEGORY_VIEWS})
"""Questions whose choices the portal knows by their codes: they can be called something else, never be others."""


@dataclass(frozen=True, slots=True)
class QuestionSaid:
    """What is said of a question in a form. `choices` are (code, or nothing for a new one, and label)."""

    title: str
    help: str
    kind: AnswerKind
    is_needed: bool
    for_family: bool
    choices: tuple[tuple[str, str], ...] = ()
    read_title: str = ""
    source: str = ""


def section_of(template: ReportTemplate, code: str) -> TemplateSection:
    """One section; raises NotVisible where there is none of that code."""
    for section in template.sections:
        if section.code == code:
            return section
    raise NotVisible("There is no such section.")


def question_of(template: ReportTemplate, code: str) -> TemplateQuestion:
    """One question; raises NotVisible where there is none of that code."""
    question = template.question(code)
    if question is None:
        raise NotVisible("There is no such question.")
    return question


def kinds_for(question: TemplateQuestion | None, *, is_published: bool) -> tuple[AnswerKind, ...]:
    """How a question can be answered: a new one in any way, one that was published only so that old answers stay.

    A code keeps its meaning from version to version: what was a day must not become a number.
    """
    if question is None:
        return tuple(AnswerKind)
    if question.code in WRITTEN_QUESTIONS:
        return tuple(kind for kind in AnswerKind if kind in WRITTEN)
    if question.code in OF_ITS_OWN_VALUES:
        return (question.kind,)
    if not is_published:
        return tuple(AnswerKind)
    if question.kind in WRITTEN:
        return tuple(kind for kind in AnswerKind if kind in WRITTEN)
    return (AnswerKind.ONE_OF, AnswerKind.SEVERAL_OF) if question.kind is AnswerKind.ONE_OF else (question.kind,)


def conditions_for(template: ReportTemplate, code: str) -> list[TemplateQuestion]:
    """The questions on whose answers another can depend: those before it that are answered by choosing."""
    found: list[TemplateQuestion] = []
    for question in template.questions:
        if question.code == code:
            break
        if values_of(question):
            found.append(question)
    return found


def with_section(template: ReportTemplate, title: str) -> tuple[ReportTemplate, str]:
    """Add a section behind the others; also gives its code."""
    code = code_from(title, {section.code for section in template.sections}, otherwise="section")
    return replace(template, sections=(*template.sections, TemplateSection(code, title, ()))), code


def with_section_called(template: ReportTemplate, code: str, title: str) -> ReportTemplate:
    """Call a section something else."""
    return _with(template, replace(section_of(template, code), title=title))


def without_section(template: ReportTemplate, code: str) -> ReportTemplate:
    """Take a section out; raises Invalid while questions stand in it."""
    if section_of(template, code).questions:
        raise Invalid("Take the questions out of this section first, or move them to another.")
    return replace(template, sections=tuple(section for section in template.sections if section.code != code))


def with_section_moved(template: ReportTemplate, code: str, *, up: bool) -> ReportTemplate:
    """Let a section change places with its neighbour; at the end nothing changes."""
    section_of(template, code)
    codes = [section.code for section in template.sections]
    return replace(template, sections=_moved(template.sections, codes.index(code), up=up))


def with_question(template: ReportTemplate, section_code: str, said: QuestionSaid) -> tuple[ReportTemplate, str]:
    """Add a question behind the others of its section; also gives its code, which is made of its title."""
    section = section_of(template, section_code)
    taken = (
        {question.code for question in template.questions} | {code.value for code in CommonQuestion} | RESERVED_CODES
    )
    code = code_from(said.title, taken, otherwise="question", longest=LONGEST_CODE)
    question = _asking(TemplateQuestion(code, "", "", said.kind, said.is_needed, said.for_family), said)
    return _with(template, replace(section, questions=(*section.questions, question))), code


def with_question_changed(
    template: ReportTemplate, code: str, said: QuestionSaid, *, is_published: bool
) -> ReportTemplate:
    """Change what a question says; its code stays. Raises Invalid for a way of answering that old answers forbid."""
    before = question_of(template, code)
    if said.kind not in kinds_for(before, is_published=is_published):
        reason = "Answers that were given before could not be read: add a new question instead"
        raise Invalid("The way of answering cannot change.", errors={"kind": [reason]})
    return _with_question(template, _asking(before, said))


def without_question(template: ReportTemplate, code: str) -> ReportTemplate:
    """Take a question out, of the short form too. Raises Invalid for one that every report has, or that decides."""
    question = question_of(template, code)
    if code in IN_EVERY_TEMPLATE:
        raise Invalid("Every report has this question: it cannot be taken out.")
    after = [one.title for one in template.questions if one.asked_if and one.asked_if.question == code]
    if after:
        raise Invalid(f"“{after[0]}” is asked only after an answer to “{question.title}”. Change that first.")
    section = _section_with(template, code)
    kept = tuple(one for one in section.questions if one.code != code)
    short = tuple(one for one in template.limited_involvement if one != code)
    return replace(_with(template, replace(section, questions=kept)), limited_involvement=short)


def with_question_moved(template: ReportTemplate, code: str, *, up: bool) -> ReportTemplate:
    """Let a question change places with its neighbour; at the edge of its section it goes into the next one."""
    question = question_of(template, code)
    section = _section_with(template, code)
    place = section.questions.index(question)
    at_the_edge = place == (0 if up else len(section.questions) - 1)
    if not at_the_edge:
        return _with(template, replace(section, questions=_moved(section.questions, place, up=up)))
    neighbour = template.sections.index(section) + (-1 if up else 1)
    if not 0 <= neighbour < len(template.sections):
        return template
    other = template.sections[neighbour]
    joined = (*other.questions, question) if up else (question, *other.questions)
    left = tuple(one for one in section.questions if one.code != code)
    return _with(_with(template, replace(section, questions=left)), replace(other, questions=joined))


def with_condition(template: ReportTemplate, code: str, condition: Condition | None) -> ReportTemplate:
    """Ask a question only where another has some answers, or always. Raises Invalid for what cannot be."""
    question = question_of(template, code)
    if condition is not None:
        if code in IN_EVERY_TEMPLATE:
            raise Invalid("Every report asks this question.")
        known = {one.code: values_of(one) for one in conditions_for(template, code)}
        values = tuple(value for value in known.get(condition.question, ()) if value in condition.values)
        if not values or len(values) != len(set(condition.values)):
            reason = "Choose from the answers of a question before this one"
            raise Invalid("Choose answers.", errors={"values": [reason]})
        condition = Condition(condition.question, values)
    return _with_question(template, replace(question, asked_if=condition))


def with_short_form(template: ReportTemplate, codes: Collection[str]) -> ReportTemplate:
    """Say which questions remain where the agency hardly knows the family; none: there is no short form."""
    known = [question.code for question in template.questions]
    return replace(template, limited_involvement=tuple(code for code in known if code in codes))


def _asking(before: TemplateQuestion, said: QuestionSaid) -> TemplateQuestion:
    is_written = said.kind in WRITTEN
    return replace(
        before,
        title=said.title,
        help=said.help,
        kind=said.kind,
        is_needed=said.is_needed,
        for_family=said.for_family,
        choices=_choices(before, said.choices) if said.kind in CHOOSING else (),
        read_title="" if said.read_title == said.title else said.read_title,
        source=said.source if is_written else "",
    )


def _choices(before: TemplateQuestion, said: Sequence[tuple[str, str]]) -> tuple[Choice, ...]:
    """Choices with their codes: one that keeps its words or its row keeps its code, because answers stand for it."""
    codes = {choice.label: choice.code for choice in before.choices}
    known = set(codes.values())
    by_words = {codes[label] for _, label in said if label in codes}
    found: list[Choice] = []
    for given, label in said:
        taken = {choice.code for choice in found} | by_words
        if label in codes:
            code = codes[label]
        elif given in known and given not in taken:
            code = given
        elif before.code in OF_ITS_OWN_VALUES:
            raise Invalid("The choices are fixed.", errors={"kind": ["These choices can be renamed, not replaced"]})
        else:
            code = code_from(label, taken | known, otherwise="choice")
        found.append(Choice(code, label))
    if len({choice.label.casefold() for choice in found}) < len(found):
        raise Invalid("A choice stands twice.", errors={"choice_1": ["Two choices say the same: change one"]})
    if len(found) < 2 or (before.code in OF_ITS_OWN_VALUES and len(found) < len(known)):
        reason = "Give two choices or more" if len(found) < 2 else "Give each choice its words"
        raise Invalid("Choices are missing.", errors={"choice_1": [reason]})
    return tuple(found)


def _with(template: ReportTemplate, section: TemplateSection) -> ReportTemplate:
    kept = tuple(section if one.code == section.code else one for one in template.sections)
    return replace(template, sections=kept)


def _with_question(template: ReportTemplate, question: TemplateQuestion) -> ReportTemplate:
    section = _section_with(template, question.code)
    kept = tuple(question if one.code == question.code else one for one in section.questions)
    return _with(template, replace(section, questions=kept))


def _section_with(template: ReportTemplate, code: str) -> TemplateSection:
    return next(section for section in template.sections if any(one.code == code for one in section.questions))


def _moved(things: tuple[Thing, ...], place: int, *, up: bool) -> tuple[Thing, ...]:
    other = place + (-1 if up else 1)
    if not 0 <= other < len(things):
        return things
    moved = list(things)
    moved[place], moved[other] = moved[other], moved[place]
    return tuple(moved)
