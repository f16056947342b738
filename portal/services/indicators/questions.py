"""What is asked of the figures, and what an answer is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portal.domain.vocabulary import AgencyType

Figure = str | int | Decimal | None
Key = tuple[str, ...]
Counts = dict[str, int | None]


@dataclass(frozen=True, slots=True)
class Question:
    """What is counted: a period with both its days, and which kinds of meetings and agencies."""

    start: date
    end: date
    by: tuple[str, ...] = ()
    meeting_types: frozenset[str] | None = None
    agency_types: frozenset[AgencyType] | None = None
