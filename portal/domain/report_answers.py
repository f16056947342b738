"""A report's answers, by the codes of its template's questions: which are asked, what is wrong, how they are read.

Answers are kept as text, in the form that each kind of question says (AnswerKind); empty text is no answer.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from zlib import crc32

from portal.domain.report_templates import ReportTemplate, TemplateQuestion, TemplateSection
from portal.domain.report_vocabulary import AnswerKind
from portal.domain.working_days import check_day

LONG_LIMIT = 10_000
SHORT_LIMIT = 200
LIMITS = {AnswerKind.LONG: LONG_LIMIT, AnswerKind.SHORT: SHORT_LIMIT}
"""How many characters a text may have."""

YES, NO = "yes", "no"
_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,4})?")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

UNCONFIRMED = "Confirm this answer, change it or delete it: it was brought from elsewhere"

Answers = Mapping[str, str]


def seen(value: str) -> int:
    """An answer as a number, for a page to say on which text a change is based; the same for no answer and none kept.

    Not the row's version: a form that posts every question says by this which of them its reader left alone.
    """
    return crc32(value.encode()) & 0x7FFFFFFF


def codes_of(value: str) -> list[str]:
    """What was chosen of several."""
    return [code for code in value.split(",") if code]


def asked(template: ReportTemplate, answers: Answers, is_limited: bool = False) -> tuple[TemplateQuestion, ...]:
    """The questions that apply, in their order: those of the short form where it was chosen, and of these each whose
    condition is met by the answer to a question that applies itself.
    """
    found: list[TemplateQuestion] = []
    for question in offered(template, is_limited):
        condition = question.asked_if
        if condition is not None:
            if all(one.code != condition.question for one in found):
                continue
            if not set(codes_of(answers.get(condition.question, ""))) & set(condition.values):
                continue
        found.append(question)
    return tuple(found)


def offered(template: ReportTemplate, is_limited: bool = False) -> tuple[TemplateQuestion, ...]:
    """The questions that a page shows to be answered, whatever is answered so far."""
    if not is_limited or not template.limited_involvement:
        return tuple(template.questions)
    return tuple(question for question in template.questions if question.code in template.limited_involvement)


def sections_of(
    template: ReportTemplate, questions: Collection[TemplateQuestion]
) -> Iterator[tuple[TemplateSection, tuple[TemplateQuestion, ...]]]:
    """Questions under the headings of their template; headings without one are left out."""
    for section in template.sections:
        found = tuple(question for question in section.questions if question in questions)
        if found:
            yield section, found


def tidied(question: TemplateQuestion, value: str) -> str:
    """An answer in the form in which it is kept, where it can be read as one; otherwise as it was given."""
    value = value.strip()
    if question.kind is AnswerKind.NUMBER:
        return value.removesuffix("%").rstrip()
    if question.kind is AnswerKind.SEVERAL_OF:
        given = set(codes_of(value))
        known = [choice.code for choice in question.choices if choice.code in given]
        return ",".join(known) if given == set(known) else value
    return value


def faults(template: ReportTemplate, answers: Answers) -> dict[str, str]:
    """What is wrong with answers, by code: none of these can be kept. No answer is never wrong."""
    found = {}
    for code, value in answers.items():
        question = template.question(code)
        if question is None:
            found[code] = "This question is not part of the report"
        elif fault := fault_of(question, value):
            found[code] = fault
    return found


def fault_of(question: TemplateQuestion, value: str) -> str:
    """What is wrong with one answer, as a sentence for whoever gave it; empty where nothing is."""
    if not value:
        return ""
    match question.kind:
        case AnswerKind.LONG | AnswerKind.SHORT:
            limit = LIMITS[question.kind]
            if len(value) > limit:
                return f"Shorten this to {limit:,} characters or fewer. It has {len(value):,} now"
        case AnswerKind.YES_NO:
            return "" if value in (YES, NO) else "Choose yes or no"
        case AnswerKind.DAY:
            return "" if _day(value) else "Enter a day, like 3 11 2015"
        case AnswerKind.NUMBER:
            return "" if _NUMBER.fullmatch(value) else "Enter a number, like 84 or 84.5"
        case AnswerKind.ONE_OF:
            return "" if value in _choices(question) else "Choose one of the answers shown"
        case AnswerKind.SEVERAL_OF:
            return "" if set(codes_of(value)) <= _choices(question) else "Choose only from the answers shown"
    return ""


def unanswered(template: ReportTemplate, answers: Answers, is_limited: bool = False) -> dict[str, str]:
    """What must still be answered before the report can be sent, by code."""
    return {
        question.code: f"{_ASKING[question.kind]}: {question.title}"
        for question in asked(template, answers, is_limited)
        if question.is_needed and not answers.get(question.code, "").strip()
    }


def lacking(
    template: ReportTemplate, answers: Answers, carried: Collection[str], is_limited: bool = False
) -> dict[str, str]:
    """What keeps the report from being sent, by code in the order of the template: answers that are missing, and
    `carried` ones, which nobody has confirmed.
    """
    missing = unanswered(template, answers, is_limited)
    unconfirmed = {code: UNCONFIRMED for code in carried if answers.get(code)}
    return {
        question.code: words
        for question in asked(template, answers, is_limited)
        if (words := missing.get(question.code) or unconfirmed.get(question.code))
    }


def words_of(question: TemplateQuestion, value: str) -> str:
    """An answer as it is read; empty for none."""
    match question.kind:
        case AnswerKind.YES_NO:
            return {YES: "Yes", NO: "No"}.get(value, value)
        case AnswerKind.DAY:
            day = _day(value)
            return f"{day.day} {_MONTHS[day.month - 1]} {day.year}" if day else value
        case AnswerKind.ONE_OF | AnswerKind.SEVERAL_OF:
            labels = {choice.code: choice.label for choice in question.choices}
            return ", ".join(labels.get(code, code) for code in codes_of(value))
    return value


def condition_words(template: ReportTemplate, question: TemplateQuestion) -> str:
    """When a question is asked, for a page that shows it whatever is answered; empty where it is asked of everybody."""
    condition = question.asked_if
    other = template.question(condition.question) if condition else None
    if condition is None or other is None:
        return ""
    answers = " or ".join(f"“{words_of(other, value)}”" for value in condition.values)
    return f"Only if you answered {answers} to “{other.title}”"


def put_together(question: TemplateQuestion, mine: str, theirs: str) -> str:
    """One answer of two people's: of a text theirs, then mine; both's ticks; anything else where they agree."""
    if mine == theirs:
        return mine
    if question.kind is AnswerKind.SEVERAL_OF:
        return tidied(question, f"{theirs},{mine}")
    if question.kind in LIMITS:
        between = "\n\n" if question.kind is AnswerKind.LONG else "; "
        return between.join(part for part in (theirs, mine) if part)
    return "" if mine and theirs else mine or theirs


@dataclass(frozen=True, slots=True)
class Revision:
    """What one addendum says of one question, and what was said there before."""

    number: int
    before: str
    after: str


def with_addenda(base: Answers, addenda: Mapping[int, Answers]) -> dict[str, str]:
    """What a report says with its addenda, which are given by number: of each question whatever was said last."""
    found = dict(base)
    for number in sorted(addenda):
        found.update(addenda[number])
    return {code: value for code, value in found.items() if value}


def revisions(base: Answers, addenda: Mapping[int, Answers]) -> dict[str, tuple[Revision, ...]]:
    """By code, each change that an addendum made, in their order; what says the same as before is none."""
    found: dict[str, tuple[Revision, ...]] = {}
    now = dict(base)
    for number in sorted(addenda):
        for code, after in addenda[number].items():
            before = now.get(code, "")
            if before != after:
                found[code] = (*found.get(code, ()), Revision(number, before, after))
                now[code] = after
    return found


def _choices(question: TemplateQuestion) -> set[str]:
    return {choice.code for choice in question.choices}


def _day(value: str) -> date | None:
    try:
        return check_day(date.fromisoformat(value)) if len(value) == len("2015-11-03") else None
    except ValueError:
        return None


_ASKING = {
    AnswerKind.SHORT: "Answer this",
    AnswerKind.LONG: "Write something",
    AnswerKind.YES_NO: "Choose yes or no",
    AnswerKind.DAY: "Enter a day",
    AnswerKind.NUMBER: "Enter a number",
    AnswerKind.ONE_OF: "Choose an answer",
    AnswerKind.SEVERAL_OF: "Choose at least one",
}
