"""The tools that sampled meetings are graded with: questions with what to look for, and which agencies answer them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from portal.domain.rule_json import members, objects, text

FOR_REVIEWERS, FOR_AGENCIES, FOR_BOTH = "reviewers", "agencies", "both"
ASKED = (FOR_REVIEWERS, FOR_AGENCIES, FOR_BOTH)


@dataclass(frozen=True, slots=True)
class ToolQuestion:
    """One question of a tool; `good` says what good looks like, `asked` who answers it."""

    code: str
    text: str
    help: str
    good: str
    asked: str = FOR_BOTH

    def is_for(self, *, agency: bool) -> bool:
        """Whether an agency, or else a reviewer, answers it."""
        return self.asked in (FOR_BOTH, FOR_AGENCIES if agency else FOR_REVIEWERS)

    def to_plain(self) -> dict[str, Any]:
        """Return what a sample keeps of it."""
        return {"code": self.code, "text": self.text, "help": self.help, "good": self.good, "asked": self.asked}


@dataclass(frozen=True, slots=True)
class PracticeTool:
    """All that one edition of a tool says."""

    code: str
    title: str
    edition: str
    """What it rests on, such as "Working together to safeguard children 2023"."""
    questions: tuple[ToolQuestion, ...]

    def __post_init__(self) -> None:
        """Refuse codes that stand twice, and a tool that asks reviewers nothing."""
        codes = [question.code for question in self.questions]
        if len(set(codes)) != len(codes):
            raise ValueError("Two questions have the same code.")
        if not any(question.is_for(agency=False) for question in self.questions):
            raise ValueError("The tool asks reviewers nothing.")

    def questions_for(self, *, agency: bool) -> tuple[ToolQuestion, ...]:
        """The questions that an agency, or else a reviewer, answers."""
        return tuple(question for question in self.questions if question.is_for(agency=agency))

    @property
    def digest(self) -> str:
        """The digest of all that it says: the same file loaded again has the same."""
        canonical = json.dumps(self.to_plain(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    def to_plain(self) -> dict[str, Any]:
        """Return the tool as plain data, which a sample keeps as it was when it was drawn."""
        return {
            "code": self.code,
            "title": self.title,
            "edition": self.edition,
            "questions": [question.to_plain() for question in self.questions],
        }

    @classmethod
    def from_plain(cls, stored: object) -> Self:
        """Read back what `to_plain` wrote; raises ValueError for anything else."""
        found: Mapping[str, Any] = members(stored, "a tool", {"code", "title", "edition", "questions"})
        keys = ("code", "text", "help", "good", "asked")
        questions = (members(one, "a question", set(keys)) for one in objects(found, "questions"))
        return cls(
            text(found, "code"),
            text(found, "title"),
            text(found, "edition"),
            tuple(ToolQuestion(*(text(one, key) for key in keys)) for one in questions),
        )
