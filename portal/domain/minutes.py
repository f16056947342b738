"""Minutes: how long they may be, when a paper came in time, and one text of two people's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

MINUTES_LIMIT = 100_000
CORRECTION_LIMIT = 4_000
ANSWER_LIMIT = 4_000


@dataclass(frozen=True, slots=True)
class Timeliness:
    """Of the papers that were sent or should have been by now, how many were sent by their day."""

    on_time: int = 0
    of: int = 0

    def __add__(self, other: Timeliness) -> Timeliness:
        """Return both counted together."""
        return Timeliness(self.on_time + other.on_time, self.of + other.of)


def sent_papers(number: int, *, in_time: bool) -> Timeliness:
    """Count papers that were sent, all of them by their day or none."""
    return Timeliness(number if in_time else 0, number)


def unsent_papers(number: int, due_on: date | None, today: date) -> Timeliness:
    """Count papers that nobody has sent: one that is overdue was not in time, any other says nothing yet."""
    return Timeliness(0, number if due_on is not None and due_on < today else 0)


def put_together(mine: str, theirs: str) -> str:
    """Return one text of two people's: theirs, then mine; only one of them where they are the same."""
    return mine if mine == theirs else "\n\n".join(part for part in (theirs, mine) if part)
