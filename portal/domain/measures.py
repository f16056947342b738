"""What the board reads: each measure defined once, for page, picture, pack, export and API alike.

A measure is a share (a part of a whole), a number, or a length in days. Its counts come from services/measures; what
may be shown of them is decided there, once, before anything draws, writes or sends them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from portal.domain.figure_words import percentage
from portal.domain.indicators import rate
from portal.domain.months import Month
from portal.domain.vocabulary import AgencyType


class Direction(StrEnum):
    """Which way is better."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


class Unit(StrEnum):
    """What a measure's value is in."""

    PER_CENT = "per_cent"
    """A part of a whole, as a percentage."""
    NUMBER = "number"
    """A count at the end of the period; the whole is empty."""
    DAYS = "days"
    """A mean of working days: the part is their sum, the whole how many matters."""
    PER_10000 = "per_10000"
    """A count for every 10,000 children of the area."""


class Source(StrEnum):
    """Which records a measure is counted from."""

    INVITATIONS = "invitations"
    MEETINGS = "meetings"
    PAPERS = "papers"
    ACTIONS = "actions"
    ESCALATIONS = "escalations"
    AUDITS = "audits"
    PLANS = "plans"
    FEEDBACK = "feedback"
    SAMPLES = "samples"


class Breakdown(StrEnum):
    """What a measure can be broken down by, beside months."""

    AGENCY_TYPE = "agency_type"
    MEETING_TYPE = "meeting_type"
    AGENCY = "agency"
    CHAIR = "chair"


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure as people are told what it means."""

    id: str
    title: str
    numerator: str
    """What is counted, in words; of a number, all of it."""
    denominator: str
    """Of what, in words; empty for a number."""
    direction: Direction
    source: Source
    rule: str
    """By which rule, and where that stands: guidance with its edition, or the partnership's own rule set."""
    since: str
    """Since when it is counted so: a date, or an edition."""
    unit: Unit = Unit.PER_CENT
    breakdowns: frozenset[Breakdown] = frozenset()
    meeting_types: frozenset[str] = frozenset()
    """The meeting types that it is about; empty for any."""
    part: str = ""
    """The count that it is, or the part of a share, by the name that its source gives it."""
    whole: str = ""
    """The count that it is a share of; empty for a number."""
    is_at_end: bool = False
    """Whether it says how things stood when a month ended: of a period, when its last month did."""


@dataclass(frozen=True, slots=True)
class Of:
    """What of a measure is asked for: all of it, or one kind of agency or meeting, one agency, one chair."""

    agency_type: AgencyType | None = None
    meeting_type: str | None = None
    agency_id: int | None = None
    chair_membership_id: int | None = None


@dataclass(frozen=True, slots=True)
class Value:
    """A measure's two counts; None stands for one that is withheld. A number has no whole (0)."""

    part: int | None
    whole: int | None

    @property
    def is_withheld(self) -> bool:
        """Whether it may not be shown because it is small, or would give a small one away."""
        return self.part is None or self.whole is None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to have a share of."""
        return self.whole == 0

    @property
    def mean(self) -> Decimal | None:
        """The part for each of the whole, with one decimal: working days for a matter; None as for a share."""
        if self.part is None or not self.whole:
            return None
        return (Decimal(self.part) / self.whole).quantize(Decimal("0.1"), ROUND_HALF_UP)

    @property
    def percentage(self) -> Decimal | None:
        """The share in per cent with one decimal, halves up; None where it is withheld or empty."""
        return None if self.part is None or not self.whole else rate(self.part, self.whole)


WITHHELD = Value(None, None)


@dataclass(frozen=True, slots=True)
class Row:
    """The values of several measures for one kind of agency or meeting, one agency, or all of it."""

    of: Of
    title: str
    values: Mapping[str, Value]
    """By the measure's id; one that does not apply to the row is missing."""


@dataclass(frozen=True, slots=True)
class Point:
    """One month of a series."""

    month: Month
    value: Value
    is_frozen: bool = False
    revision: int | None = None
    """The revision that the value was taken from, where the month is frozen."""
    since: Month | None = None
    """The first month of what it counts, where several were put together so that nothing small is shown; they end with
    `month`, and those before it are withheld by themselves."""


@dataclass(frozen=True, slots=True)
class Series:
    """A measure over months, as whoever reads it may see it."""

    measure: Measure
    of: Of
    about: str
    """What it is about, in words: "Police, review conferences"."""
    points: tuple[Point, ...]
    as_at: date

    @property
    def known(self) -> tuple[Point, ...]:
        """The points that may be shown and have something to have a share of."""
        return tuple(point for point in self.points if not point.value.is_withheld and is_known(self.measure, point))


def is_known(measure: Measure, point: Point) -> bool:
    """Whether a point says something: a number always does, a share only of something."""
    return not point.value.is_withheld and (not measure.whole or not point.value.is_empty)


def amount(measure: Measure, value: Value) -> Decimal | None:
    """Return what a chart draws of a value: per cent, the number, or the mean; None where there is nothing to draw."""
    if value.is_withheld:
        return None
    if measure.unit is Unit.PER_CENT:
        return value.percentage
    if measure.unit is Unit.NUMBER:
        return None if value.part is None else Decimal(value.part)
    if measure.unit is Unit.DAYS:
        return value.mean
    return None if value.part is None or not value.whole else _per_10000(value.part, value.whole)


def is_better(measure: Measure, value: Value, before: Value) -> bool | None:
    """Say whether a value is better than another; None where they are level, unknown, or neither way is better."""
    now, then = amount(measure, value), amount(measure, before)
    if now is None or then is None or now == then or measure.direction is Direction.NEITHER:
        return None
    return (now > then) == (measure.direction is Direction.HIGHER)


def _per_10000(part: int, whole: int) -> Decimal:
    return (Decimal(part) * 10_000 / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)


def in_words(measure: Measure, value: Value) -> str:
    """Return a value as a table says it: "91 % (10 of 11)", "too few", "3.5 working days (7 matters)", "12"."""
    if value.is_withheld:
        return "too few"
    shown = amount(measure, value)
    if shown is None:
        return "–"
    if measure.unit is Unit.PER_CENT:
        return f"{percentage(value.part or 0, value.whole or 0)} ({value.part:,} of {value.whole:,})"
    if measure.unit is Unit.DAYS:
        return f"{shown} working days ({value.whole:,})"
    if measure.unit is Unit.PER_10000:
        return f"{shown} for every 10,000 ({value.part:,})"
    return f"{shown:,}"


Measures = Mapping[str, Measure]
