"""The answers that chosen lines of a clinical record make, to the questions of a template that ask for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from portal.domain.clinical_records import ClinicalPart, Line
from portal.domain.clinical_words import day_words
from portal.domain.report_answers import fault_of, offered
from portal.domain.report_templates import ReportTemplate, TemplateQuestion
from portal.domain.report_vocabulary import AnswerKind

WRITTEN_KINDS = frozenset({AnswerKind.SHORT, AnswerKind.LONG})
_HEAD = "From our record"
_BELOW, _BESIDE = "\n\n", " / "
"""Between what an answer says of one child and of the next, where it is long and where it is one line."""


def filled_by_parts(template: ReportTemplate, is_limited: bool = False) -> dict[ClinicalPart, TemplateQuestion]:
    """The question that each part of a record fills: the first that names it, of the form that is answered."""
    found: dict[ClinicalPart, TemplateQuestion] = {}
    for question in offered(template, is_limited):
        if question.source in list(ClinicalPart) and question.kind in WRITTEN_KINDS:
            found.setdefault(ClinicalPart(question.source), question)
    return found


def typed_in_word(template: ReportTemplate, is_limited: bool = False) -> dict[str, TemplateQuestion]:
    """The questions, by code, that somebody can answer in the Word document itself: in words, and not by a record.

    Not those that another answer decides whether to ask: the document asks everything of everybody.
    """
    return {
        question.code: question
        for question in offered(template, is_limited)
        if question.kind in WRITTEN_KINDS and not question.source and question.asked_if is None
    }


def answer_of(
    question: TemplateQuestion, lines: Sequence[Line], taken_on: date, *, about: str = "", standing: str = ""
) -> str:
    """What the chosen lines of one part say as the answer to its question.

    A report can be on several children: `about` then names the one whose record this is, and what `standing`, an
    answer that was filled before, says of the others stays.
    """
    if question.kind is AnswerKind.SHORT:
        said = "; ".join(line.text for line in lines)
        mine = f"{about}: {said}" if about else said
        others = _of_others(standing, about, _BESIDE, f"{about}: ", is_filled=lambda piece: ": " in piece)
        return _BESIDE.join([*others, mine])
    of = f" of {about}" if about else ""
    mine = "\n".join([f"{_HEAD}{of} on {day_words(taken_on)}:", *(f"- {line.text}" for line in lines)])
    others = _of_others(standing, about, _BELOW, f"{_HEAD}{of} on ", is_filled=lambda piece: piece.startswith(_HEAD))
    return _BELOW.join([*others, mine])


def typed_answer(question: TemplateQuestion, words: str) -> str:
    """What somebody typed into the Word document, as its question takes it."""
    return words.replace("\n", " ") if question.kind is AnswerKind.SHORT else words


def too_much(question: TemplateQuestion, answer: str) -> str:
    """Why the lines that were chosen do not fit into the answer to their question; empty where they do."""
    return fault_of(question, answer) and (
        f"Take fewer lines for “{question.title}”: they come to {len(answer):,} characters, which is too many"
    )


def codes_to_fill(chosen: Iterable[Line], questions: Mapping[ClinicalPart, TemplateQuestion]) -> dict[str, list[Line]]:
    """The chosen lines by the code of the question that takes them."""
    found: dict[str, list[Line]] = {}
    for line in chosen:
        if line.part in questions:
            found.setdefault(questions[line.part].code, []).append(line)
    return found


def _of_others(standing: str, about: str, between: str, mine: str, *, is_filled: Callable[[str], bool]) -> list[str]:
    """What an answer that was filled before says of other children than this one, each in a piece of its own."""
    pieces = standing.split(between) if about and standing else []
    return [piece for piece in pieces if not piece.startswith(mine)] if all(map(is_filled, pieces)) else []
