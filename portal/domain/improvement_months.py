"""The board's view of the plan in one month: what is red, what changed, what is due, what nobody has spoken of."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Self

from portal.domain.audit_vocabulary import ActionRag
from portal.domain.improvement_timing import is_late
from portal.domain.improvement_vocabulary import ImprovementStatus
from portal.domain.months import Month


@dataclass(frozen=True, slots=True)
class Line:
    """One action as it stood at the end of a month, and what it was before; `None` before means that it was new."""

    id: int
    reference: str
    area: str
    what: str
    leads: str
    by_when: str
    due_on: date | None
    """When it is next to be done."""
    rag: ActionRag
    status: ImprovementStatus
    rag_before: ActionRag | None
    status_before: ImprovementStatus | None
    said_on: date | None
    """When somebody last said in this month how it goes."""
    words: str
    """What they said."""
    is_reworded: bool = False
    version: int = 0
    """The action's, for whoever says something of it from the view of an open month."""

    @property
    def is_open(self) -> bool:
        """Whether it is neither complete nor stopped."""
        return self.status is ImprovementStatus.OPEN

    @property
    def is_new(self) -> bool:
        """Whether it came into the plan in this month."""
        return self.status_before is None

    @property
    def changes(self) -> tuple[str, ...]:
        """What is otherwise than at the end of the month before, in words."""
        if self.rag_before is None or self.status_before is None:
            return ("new in the plan",)
        found = []
        if self.status is not self.status_before:
            found.append({"open": "open again", "complete": "complete", "stopped": "stopped"}[self.status.value])
        elif self.rag is not self.rag_before:
            found.append(f"{self.rag_before.value} to {self.rag.value}")
        if self.is_reworded:
            found.append("wording or leads changed")
        return tuple(found)

    def to_plain(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return {field.name: _plain(getattr(self, field.name)) for field in fields(self)}

    @classmethod
    def of_plain(cls, plain: Mapping[str, Any]) -> Self:
        """Read what `to_plain` gave."""
        said = dict(plain)
        for name in ("due_on", "said_on"):
            said[name] = None if said[name] is None else date.fromisoformat(said[name])
        for name, kind in (("rag", ActionRag), ("rag_before", ActionRag)):
            said[name] = None if said[name] is None else kind(said[name])
        for name in ("status", "status_before"):
            said[name] = None if said[name] is None else ImprovementStatus(said[name])
        return cls(**said)


@dataclass(frozen=True, slots=True)
class MonthView:
    """All actions of the plan in one month, as on a day: its last, or the day on which it is looked at."""

    month: Month
    as_at: date
    lines: tuple[Line, ...]

    @property
    def red(self) -> tuple[Line, ...]:
        """What is open and goes badly."""
        return tuple(line for line in self.lines if line.is_open and line.rag is ActionRag.RED)

    @property
    def changed(self) -> tuple[Line, ...]:
        """What is otherwise than at the end of the month before."""
        return tuple(line for line in self.lines if line.changes)

    @property
    def due(self) -> tuple[Line, ...]:
        """What is open and late, or due by the end of the next month; the longest due first."""
        until = self.month.plus(1).last
        found = [line for line in self.lines if line.is_open and line.due_on is not None and line.due_on <= until]
        return tuple(sorted(found, key=lambda line: line.due_on or date.max))

    @property
    def late(self) -> tuple[Line, ...]:
        """What is open and was due before the day of the view."""
        return tuple(line for line in self.due if is_late(line.due_on, self.as_at))

    @property
    def silent(self) -> tuple[Line, ...]:
        """What is open, not new, and nobody has said a word about in this month."""
        return tuple(line for line in self.lines if line.is_open and not line.is_new and line.said_on is None)

    @property
    def silent_by_area(self) -> tuple[tuple[str, tuple[Line, ...]], ...]:
        """The same, area by area in the order of the plan."""
        areas: dict[str, list[Line]] = {}
        for line in self.silent:
            areas.setdefault(line.area, []).append(line)
        return tuple((area, tuple(lines)) for area, lines in areas.items())

    def number(self, rag: ActionRag) -> int:
        """How many open actions go so."""
        return sum(line.is_open and line.rag is rag for line in self.lines)

    @property
    def complete(self) -> int:
        """How many are complete."""
        return sum(line.status is ImprovementStatus.COMPLETE for line in self.lines)

    def to_json(self) -> str:
        """All of it, to be kept for good."""
        return json.dumps(
            {"as_at": self.as_at.isoformat(), "lines": [line.to_plain() for line in self.lines]}, ensure_ascii=False
        )

    @classmethod
    def of_json(cls, month: Month, said: str) -> Self:
        """Read what `to_json` gave."""
        plain = json.loads(said)
        return cls(month, date.fromisoformat(plain["as_at"]), lines_of(plain["lines"]))


def lines_of(plain: Iterable[Mapping[str, Any]]) -> tuple[Line, ...]:
    """Read lines that were kept."""
    return tuple(Line.of_plain(one) for one in plain)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
