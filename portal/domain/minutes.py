"""Minutes: how long they may be, when a paper came in time, and one text of two people's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

MINUTES_LIMIT = 100_000
CORRECTION_LIMIT = 4_000
ANSWER_LIMIT = 4_000


@dataclass(frozen=True, slots=True)
class PaperDay:
    """By when a paper of one meeting was due, and when it was first sent; empty where there is no such day."""

    due_on: date | None
    sent_on: date | None


@dataclass(frozen=True, slots=True)
class Timeliness:
    """Of the papers that are due by a day or were sent, how many were sent in time."""

    on_time: int
    of: int


def timeliness(papers: Iterable[PaperDay], today: date) -> Timeliness:
    """Count papers: one that is not due yet and not sent says nothing, one that is overdue was not in time."""
    counted = [
        paper.sent_on is not None and paper.sent_on <= paper.due_on
        for paper in papers
        if paper.due_on is not None and (paper.sent_on is not None or paper.due_on < today)
    ]
    return Timeliness(sum(counted), len(counted))


def put_together(mine: str, theirs: str) -> str:
    """Return one text of two people's: theirs, then mine; only one of them where they are the same."""
    return mine if mine == theirs else "\n\n".join(part for part in (theirs, mine) if part)
