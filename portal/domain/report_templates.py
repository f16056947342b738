"""Report templates: what an agency is asked for a meeting, who is asked it, and which template is whose.

Templates differ by agency type and kind of meeting; a report keeps the version of the template that it answers.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from portal.domain.report_vocabulary import AnswerKind
from portal.domain.vocabulary import AgencyType


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the answers of a question that is answered by choosing; its code never changes its meaning."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Condition:
    """A question is asked where another one has one of these answers."""

    question: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TemplateQuestion:
    """One question. `code` stays the same from version to version, so that last time's answer can be carried."""

    code: str
    title: str
    help: str
    kind: AnswerKind
    is_needed: bool
    """Whether the report cannot be sent without it."""
    for_family: bool
    """Whether the family's version of the report shows the answer."""
    choices: tuple[Choice, ...] = ()
    asked_if: Condition | None = None
    read_title: str = ""
    """What it is called for those who read another agency's report; empty where that is the same."""
    source: str = ""
    """What of a clinical record fills it: a value of `ClinicalPart`; empty where nothing does."""


@dataclass(frozen=True, slots=True)
class TemplateSection:
    """Questions that stand together under one heading."""

    code: str
    title: str
    questions: tuple[TemplateQuestion, ...]


@dataclass(frozen=True, slots=True)
class ReportTemplate:
    """A template as a file says it; empty `agency_types` or `meeting_types` (codes of kinds) mean any."""

    code: str
    title: str
    effective_from: date
    agency_types: frozenset[AgencyType]
    meeting_types: frozenset[str]
    sections: tuple[TemplateSection, ...]
    limited_involvement: tuple[str, ...] = field(default=())
    """Codes of the few questions that remain where the agency hardly knows the family; empty: no such short form."""

    @property
    def questions(self) -> Iterator[TemplateQuestion]:
        """Every question in its order."""
        for section in self.sections:
            yield from section.questions

    def question(self, code: str) -> TemplateQuestion | None:
        """One question by its code."""
        return next((question for question in self.questions if question.code == code), None)


@dataclass(frozen=True, slots=True)
class Edition:
    """A published version without what it asks: enough to know whose it is, and from when."""

    id: int
    code: str
    number: int
    effective_from: date
    agency_types: list[str]
    meeting_types: list[str]

    @property
    def is_for_all(self) -> bool:
        """Whether it names neither agencies nor kinds of meetings, and so is answered where nothing else fits."""
        return not self.agency_types and not self.meeting_types


def in_use(editions: Iterable[Edition], day: date) -> list[Edition]:
    """Of each template the newest version that has begun on a day; those that began last, or were made last, first."""
    newest: dict[str, Edition] = {}
    for edition in editions:
        held = newest.get(edition.code)
        if edition.effective_from <= day and (held is None or edition.number > held.number):
            newest[edition.code] = edition
    return sorted(newest.values(), key=lambda edition: (edition.effective_from, edition.id), reverse=True)


def spent(editions: Iterable[Edition], today: date) -> list[Edition]:
    """Versions that are answered no more, today or later: a newer one has begun by the day on which they would."""
    given = list(editions)
    return [
        edition
        for edition in given
        if any(
            newer.code == edition.code
            and newer.number > edition.number
            and newer.effective_from <= max(today, edition.effective_from)
            for newer in given
        )
    ]


def has_gap(editions: Iterable[Edition], today: date) -> bool:
    """Whether there is a day, today or later, on which some agency would find nothing to answer for some meeting."""
    given = list(editions)
    days = {today, *(edition.effective_from for edition in given if edition.effective_from > today)}
    return any(not any(edition.is_for_all for edition in in_use(given, day)) for day in days)


Candidate = TypeVar("Candidate")


def template_for(
    agency_type: AgencyType, meeting_type: str, candidates: Iterable[tuple[Candidate, Iterable[str], Iterable[str]]]
) -> Candidate | None:
    """Which template an agency answers for a kind of meeting: the one that names most of the two.

    `candidates` are (template, its agency types, its kinds of meetings). One that names the agency's type goes before
    one that names the kind alone; among equals the first that is given wins. None where none fits.
    """
    best: tuple[int, Candidate] | None = None
    for candidate, agency_types, meeting_types in candidates:
        types, kinds = set(agency_types), set(meeting_types)
        if (types and agency_type.value not in types) or (kinds and meeting_type not in kinds):
            continue
        weight = 2 * bool(types) + bool(kinds)
        if best is None or weight > best[0]:
            best = (weight, candidate)
    return best[1] if best else None


def answers_of(question: TemplateQuestion) -> tuple[Choice, ...]:
    """What can be chosen; nothing where a question is not answered by choosing."""
    if question.kind is AnswerKind.YES_NO:
        return (Choice("yes", "Yes"), Choice("no", "No"))
    return question.choices


def to_plain(template: ReportTemplate) -> dict[str, Any]:
    """The sections and the short form as plain data, for a JSON column; `from_plain` reads it back."""
    return {
        "sections": [
            {
                "code": section.code,
                "title": section.title,
                "questions": [_plain_question(question) for question in section.questions],
            }
            for section in template.sections
        ],
        "limited_involvement": list(template.limited_involvement),
    }


def digest(template: ReportTemplate) -> str:
    """The digest of all that a template says, whatever day it holds from: the same file loaded again has the same."""
    said = {
        "code": template.code,
        "title": template.title,
        "agency_types": sorted(template.agency_types),
        "meeting_types": sorted(template.meeting_types),
        **to_plain(template),
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def from_plain(
    document: Mapping[str, Any],
    *,
    code: str,
    title: str,
    effective_from: date,
    agency_types: Iterable[str],
    meeting_types: Iterable[str],
) -> ReportTemplate:
    """A template from its row."""
    return ReportTemplate(
        code=code,
        title=title,
        effective_from=effective_from,
        agency_types=frozenset(map(AgencyType, agency_types)),
        meeting_types=frozenset(meeting_types),
        sections=tuple(
            TemplateSection(
                code=section["code"],
                title=section["title"],
                questions=tuple(_question(question) for question in section["questions"]),
            )
            for section in document["sections"]
        ),
        limited_involvement=tuple(document.get("limited_involvement", ())),
    )


def _plain_question(question: TemplateQuestion) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "code": question.code,
        "title": question.title,
        "help": question.help,
        "kind": question.kind.value,
        "needed": question.is_needed,
        "for_family": question.for_family,
    }
    if question.choices:
        plain["choices"] = [{"code": choice.code, "label": choice.label} for choice in question.choices]
    if question.asked_if:
        plain["asked_if"] = {"question": question.asked_if.question, "values": list(question.asked_if.values)}
    if question.read_title:
        plain["read_title"] = question.read_title
    if question.source:
        plain["source"] = question.source
    return plain


def _question(plain: Mapping[str, Any]) -> TemplateQuestion:
    asked_if = plain.get("asked_if")
    return TemplateQuestion(
        code=plain["code"],
        title=plain["title"],
        help=plain["help"],
        kind=AnswerKind(plain["kind"]),
        is_needed=plain["needed"],
        for_family=plain["for_family"],
        choices=tuple(Choice(choice["code"], choice["label"]) for choice in plain.get("choices", ())),
        asked_if=Condition(asked_if["question"], tuple(asked_if["values"])) if asked_if else None,
        read_title=plain.get("read_title", ""),
        source=plain.get("source", ""),
    )
