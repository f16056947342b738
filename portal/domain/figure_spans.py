"""A period as whole months, and the few days by which they fall short of it or reach beyond it."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

_YEAR, _MONTH = 10_000, 100
_FIRST_DAY = 1_000_000
"""No month's number reaches this, and every day's does."""


def month_number(day: date) -> int:
    """Return a day's month as kept figures have it: 202605."""
    return day.year * _MONTH + day.month


def day_number(day: date) -> int:
    """Return a day as kept figures have it: 20260512."""
    return day.year * _YEAR + day.month * _MONTH + day.day


def month_written(number: int) -> str:
    """Return a month's number as exports write it: "2026-05"."""
    return f"{number // _MONTH:04}-{number % _MONTH:02}"


def period_written(number: int) -> str:
    """Return a month's or a day's number as files write it: "2026-05", "2026-05-12"."""
    if number < _FIRST_DAY:
        return month_written(number)
    return f"{month_written(number // _MONTH)}-{number % _MONTH:02}"


class Edge(NamedTuple):
    """Days of one month, the first and the last included, to be added (1) or taken away again (-1)."""

    first: date
    last: date
    sign: int


@dataclass(frozen=True, slots=True)
class Spans:
    """Whole months, and at most two edges: together a period."""

    months: tuple[date, date] | None
    """The first day of the first month, and the last day of the last; None where there is no whole month."""
    edges: tuple[Edge, ...] = ()


def split(first: date, last: date) -> Spans:
    """Return a period as whole months with edges of at most half a month each.

    Most of a month is the whole of it without the rest, so that no edge is longer than 15 days. Raises ValueError for a
    period that ends before it begins.
    """
    if last < first:
        raise ValueError("The last day is before the first.")
    begins, ends = first.replace(day=1), _last_of(last)
    before, after = _days(begins, first) - 1, _days(last, ends) - 1
    if (begins, _last_of(first)) == (begins, ends):
        if 2 * (before + after) <= _days(begins, ends):
            return Spans((begins, ends), (*_without(begins, before), *_after(last, ends, after)))
        return Spans(None, (Edge(first, last, 1),))
    edges: list[Edge] = []
    if 2 * before <= _days(begins, _last_of(first)):
        edges.extend(_without(begins, before))
    else:
        edges.append(Edge(first, _last_of(first), 1))
        begins = _last_of(first) + timedelta(days=1)
    if 2 * after <= _days(last.replace(day=1), ends):
        edges.extend(_after(last, ends, after))
    else:
        edges.append(Edge(last.replace(day=1), last, 1))
        ends = last.replace(day=1) - timedelta(days=1)
    return Spans((begins, ends) if begins < ends else None, tuple(edges))


def _without(begins: date, days: int) -> tuple[Edge, ...]:
    return (Edge(begins, begins + timedelta(days=days - 1), -1),) if days else ()


def _after(last: date, ends: date, days: int) -> tuple[Edge, ...]:
    return (Edge(last + timedelta(days=1), ends, -1),) if days else ()


def _last_of(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _days(first: date, last: date) -> int:
    return (last - first).days + 1
