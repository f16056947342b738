"""Audit frameworks as they read: standards, their questions, and whom each question is asked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Self

from portal.domain.audit_vocabulary import SchoolPhase, SignOffStep
from portal.domain.ratings import Scale, scales_to_plain
from portal.domain.rule_json import members, text, whole_number
from portal.domain.vocabulary import AgencyType

CHECKED_RATES = ("attendance_rate", "report_rate", "on_time_rate")
"""Shares (domain/indicators.py) that speak against a good rating where they are below a percentage."""

OVERDUE = "overdue_escalations"
CHECKED_COUNTS = ("open_escalations", OVERDUE)
"""Counts of what was raised with the agency that speak against a good rating where they are above a number."""

CHECKED_FIGURES = CHECKED_RATES + CHECKED_COUNTS
"""The portal's own figures that can speak against a good rating."""

MOST_ALLOWED = 100
"""The highest number that a count can be held against: no agency has more open that a good answer would forgive."""

_AGES_OF_ALL_THROUGH = frozenset({SchoolPhase.ALL_THROUGH, SchoolPhase.PRIMARY, SchoolPhase.SECONDARY})


@dataclass(frozen=True, slots=True)
class Check:
    """A good rating is contradicted where the agency's own share is below a limit, or its own count above it."""

    figure: str
    limit: int

    def __post_init__(self) -> None:
        """Refuse a figure that the portal does not hold against answers, and a limit that its kind cannot have."""
        if self.figure not in CHECKED_FIGURES:
            raise ValueError(f"{self.figure!r} is none of the figures {', '.join(CHECKED_FIGURES)}.")
        if self.is_count:
            if not 0 <= self.limit <= MOST_ALLOWED:
                raise ValueError(f"A count is checked against a number from 0 to {MOST_ALLOWED}, not {self.limit}.")
        elif not 0 < self.limit <= 100:
            raise ValueError(f"A figure is checked against a percentage from 1 to 100, not {self.limit}.")

    @property
    def is_count(self) -> bool:
        """Whether it is about a number of things, and not about a share of them."""
        return self.figure in CHECKED_COUNTS

    @property
    def bound(self) -> str:
        """On which side of its limit the figure contradicts: "below" or "above"."""
        return bound_of(self.figure)

    def to_plain(self) -> dict[str, Any]:
        """Return what a question's row stores."""
        return {"figure": self.figure, self.bound: self.limit}

    @classmethod
    def from_plain(cls, stored: object) -> Self:
        """Read back what `to_plain` wrote; raises ValueError for anything else."""
        bound = bound_of(stored.get("figure") if isinstance(stored, Mapping) else None)
        found = members(stored, "a check", {"figure", bound})
        return cls(text(found, "figure"), whole_number(found, bound))


def bound_of(figure: object) -> str:
    """Return what a figure's limit is called wherever it is written down: "below" a share, "above" a count."""
    return "above" if figure in CHECKED_COUNTS else "below"


@dataclass(frozen=True, slots=True)
class QuestionText:
    """One question. Without `agency_types` or `phases` it is asked of everybody whom the framework is for."""

    code: str
    text: str
    help: str
    good: str
    scale: str
    hints: tuple[str, ...] = ()
    paragraph: str = ""
    weight: int = 1
    agency_types: frozenset[AgencyType] = frozenset()
    phases: frozenset[SchoolPhase] = frozenset()
    needs_narrative: bool = True
    needs_evidence: bool = False
    is_local: bool = False
    checks: tuple[Check, ...] = ()

    def applies_to(self, agency_type: AgencyType, phase: SchoolPhase | None = None) -> bool:
        """Whether the question is asked of an agency of this type and, for a school, these ages.

        An all-through school answers what primary and what secondary schools answer. A school whose ages are not
        known is asked: it can say that the question does not apply, but nobody would notice one that was left out.
        """
        if self.agency_types and agency_type not in self.agency_types:
            return False
        if not self.phases or phase is None:
            return True
        ages = _AGES_OF_ALL_THROUGH if phase is SchoolPhase.ALL_THROUGH else {phase}
        return not self.phases.isdisjoint(ages)

    def digest(self, scale: Scale) -> str:
        """Return a digest of what is being asked: its words and kind of scale, whatever their spacing.

        It stays the same where only the paragraph, the hints, the weight or those who are asked change, because
        last time's answer is then still an answer to it.
        """
        return _digest([_words(self.text), _words(self.help), _words(self.good), scale.kind.value])

    def to_plain(self) -> dict[str, Any]:
        """Return the question as plain data, in one order however it was written."""
        return {
            "code": self.code,
            "text": self.text,
            "help": self.help,
            "good": self.good,
            "hints": list(self.hints),
            "paragraph": self.paragraph,
            "scale": self.scale,
            "weight": self.weight,
            "agency_types": sorted(agency_type.value for agency_type in self.agency_types),
            "phases": sorted(phase.value for phase in self.phases),
            "needs_narrative": self.needs_narrative,
            "needs_evidence": self.needs_evidence,
            "is_local": self.is_local,
            "checks": [check.to_plain() for check in self.checks],
        }


@dataclass(frozen=True, slots=True)
class StandardText:
    """A standard or theme: the section in which its questions stand."""

    code: str
    title: str
    summary: str
    questions: tuple[QuestionText, ...]

    def to_plain(self) -> dict[str, Any]:
        """Return the standard as plain data."""
        questions = [question.to_plain() for question in self.questions]
        return {"code": self.code, "title": self.title, "summary": self.summary, "questions": questions}


@dataclass(frozen=True, slots=True)
class Framework:
    """All that one edition of an audit framework says."""

    code: str
    title: str
    law: str
    guidance_edition: str
    effective_from: date
    scales: Mapping[str, Scale] = field(hash=False)
    agency_types: frozenset[AgencyType]
    sign_off: tuple[SignOffStep, ...]
    standards: tuple[StandardText, ...]

    def __post_init__(self) -> None:
        """Refuse codes that stand twice, questions on an unknown scale or of somebody the framework is not for."""
        codes = [standard.code for standard in self.standards]
        if len(set(codes)) != len(codes):
            raise ValueError("Two standards have the same code.")
        codes = [question.code for question in self.questions]
        if len(set(codes)) != len(codes):
            raise ValueError("Two questions have the same code.")
        for question in self.questions:
            if question.scale not in self.scales:
                raise ValueError(f"Question {question.code} names the scale {question.scale!r}, which is not there.")
            if not question.agency_types <= self.agency_types:
                raise ValueError(f"Question {question.code} asks an agency type that the framework is not for.")

    @property
    def questions(self) -> tuple[QuestionText, ...]:
        """Every question in the order of the standards."""
        return tuple(question for standard in self.standards for question in standard.questions)

    def questions_for(self, agency_type: AgencyType, phase: SchoolPhase | None = None) -> Iterator[QuestionText]:
        """Yield the questions that an agency of this type and, for a school, these ages is asked."""
        if agency_type in self.agency_types:
            yield from (question for question in self.questions if question.applies_to(agency_type, phase))

    def scale_of(self, question: QuestionText) -> Scale:
        """Return the scale that a question is answered on."""
        return self.scales[question.scale]

    def digest_of(self, question: QuestionText) -> str:
        """Return the digest of what a question asks; see `QuestionText.digest`."""
        return question.digest(self.scale_of(question))

    @property
    def digest(self) -> str:
        """The digest of all that the framework says: the same file loaded again has the same."""
        return _digest(self.to_plain())

    def to_plain(self) -> dict[str, Any]:
        """Return the framework as plain data, in one order however it was written."""
        return {
            "code": self.code,
            "title": self.title,
            "law": self.law,
            "guidance_edition": self.guidance_edition,
            "effective_from": self.effective_from.isoformat(),
            "scales": scales_to_plain(self.scales),
            "agency_types": sorted(agency_type.value for agency_type in self.agency_types),
            "sign_off": [step.value for step in self.sign_off],
            "standards": [standard.to_plain() for standard in self.standards],
        }


def _words(said: str) -> str:
    return " ".join(said.split())


def _digest(plain: object) -> str:
    canonical = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
