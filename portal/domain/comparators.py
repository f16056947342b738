"""What a measure is held against: what other areas have published, the partnership's own targets, and its phases.

All of it stands in one file that the business manager keeps, in the columns below. The word in the column `area` says
what a row is; the measure `children_of_area` is how many children live in the area, of which rates are made.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from portal.domain.months import Month

COLUMNS = ("measure_id", "area", "period", "value", "source")
CHILDREN = "children_of_area"
TARGET, PHASE = "target", "new phase"
LONGEST_AREA, LONGEST_PERIOD, LONGEST_SOURCE = 80, 20, 300
MOST_CHILDREN = 5_000_000
MOST = Decimal(1_000_000)
MOST_ROWS = 2_000

_PERIOD = re.compile(r"\d{4}(/\d{2}|-\d{2}(-\d{2})?(/\d{4}-\d{2}(-\d{2})?)?)?", re.ASCII)
_NUMBER = re.compile(r"\d{1,3}(,?\d{3})*(\.\d)?", re.ASCII)


class Kind(StrEnum):
    """What a row of the file is."""

    AREA = "area"
    """What another area has published."""
    TARGET = "target"
    """What the partnership wants to reach from a month or year on."""
    PHASE = "phase"
    """A month from which on the work is done in another way, so that limits are drawn anew; its source says why."""
    CHILDREN = "children"
    """How many children live in the area."""


@dataclass(frozen=True, slots=True)
class Comparator:
    """What another area reached."""

    area: str
    period: str
    value: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class Target:
    """What the partnership wants to reach."""

    period: str
    """Since when."""
    value: Decimal
    source: str


def kind_of(measure_id: str, area: str) -> Kind:
    """Return what a row is, by its measure and the word in its area."""
    if measure_id == CHILDREN:
        return Kind.CHILDREN
    return {TARGET: Kind.TARGET, PHASE: Kind.PHASE}.get(area.lower(), Kind.AREA)


def clean_period(text: str) -> str:
    """Return a period as it is kept: 2025, 2024/25, 2025-03, 2025-03-31 or 2025-04/2025-12. Raises ValueError."""
    if not _PERIOD.fullmatch(text):
        raise ValueError("is not a period like 2025, 2024/25, 2025-03, 2025-03-31 or 2025-04/2025-12")
    for part in text.split("/"):
        month = part[:7] if "-" in part else f"{text[:4]}-01"
        try:
            Month.parse(month)
        except ValueError:
            raise ValueError("is not a period of the calendar") from None
    return text


def clean_value(text: str, most: Decimal = MOST) -> Decimal:
    """Return a number of at most one decimal, from 0. Raises ValueError with what is wrong with it."""
    if not _NUMBER.fullmatch(text):
        raise ValueError("is not a number like 81.4, with one decimal at most and without a unit")
    try:
        value = Decimal(text.replace(",", ""))
    except InvalidOperation:
        raise ValueError("is not a number") from None
    if value > most:
        raise ValueError(f"is more than {most:,}")
    return value


def period_key(period: str) -> tuple[str, str]:
    """Return what periods are ordered by: their end, then their beginning."""
    first, _, last = period.partition("/")
    end = f"{first[:2]}{last}-03" if len(last) == 2 else last or first
    return (end if "-" in end else f"{end}-12", first)


def words_for(period: str) -> str:
    """Return a period as people read it: "March 2025", "April 2025 to December 2025", "2024/25"."""
    first, _, last = period.partition("/")
    if len(last) == 2 or "-" not in first:
        return period
    named = [_named(first), *([_named(last)] if last else [])]
    return " to ".join(named)


def _named(day: str) -> str:
    month = Month.parse(day[:7])
    return month.words if len(day) == 7 else f"{int(day[8:])} {month.words}"
