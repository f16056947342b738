"""What stands beside every picture: what it says in words, and the table of its numbers."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from portal.domain.figure_words import percentage
from portal.domain.measures import Measure, Unit, Value, amount

_UNITS = {Unit.PER_CENT: " %", Unit.DAYS: " days", Unit.PER_10000: "", Unit.NUMBER: ""}


@dataclass(frozen=True, slots=True)
class Table:
    """Numbers as people read them; the first column names the row."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture's words and tables. Without a picture, there is too little to draw."""

    alt: str
    """What the picture is, in a sentence: its words and numbers stand beside it."""
    words: tuple[str, ...]
    tables: tuple[Table, ...]
    has_picture: bool


def unit_of(measure: Measure) -> str:
    """Return what stands behind a measure's numbers: " %"."""
    return _UNITS[measure.unit]


def number_words(measure: Measure, number: float | Decimal) -> str:
    """Return a number in the unit of a measure, as pages round it: shares to whole per cent, all else to a tenth."""
    exact = Decimal(str(number))
    if measure.unit is Unit.PER_CENT:
        return f"{exact.quantize(Decimal(1), ROUND_HALF_UP)} %"
    return f"{exact.quantize(Decimal('0.1'), ROUND_HALF_UP):,}".removesuffix(".0") + unit_of(measure)


def given_words(measure: Measure, number: Decimal) -> str:
    """Return a number that somebody has published, with the decimal that they gave it."""
    return f"{number:,.1f}".removesuffix(".0") + unit_of(measure)


def short_words(measure: Measure, value: Value) -> str:
    """Return a value without its counts: "91 %", "too few", "–"."""
    if value.is_withheld:
        return "too few"
    shown = amount(measure, value)
    if shown is None:
        return "–"
    if measure.unit is Unit.PER_CENT:
        return percentage(value.part or 0, value.whole or 0)
    return f"{shown:,}" + unit_of(measure)
