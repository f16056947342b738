"""Between which lines a measure moves by chance alone: XmR charts, and p charts where the counts are small.

Limits are worked out from the values that may be shown, and from no other: a month that is withheld is no number here,
neither counted nor guessed, and no range is taken across it. So limits say nothing of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from math import sqrt
from statistics import median

from portal.domain.measures import Point, Series, Unit, Value
from portal.domain.months import Month

D2 = 1.128
"""The mean range of two values in standard deviations: NIST/SEMATECH e-Handbook, 6.3.2.1 and 6.3.2.2."""
TO_LIMIT = 3 / D2
"""From the mean moving range to a limit's distance from the mean: 2.660."""
TO_RANGE_LIMIT = 3.268
"""From the mean moving range to the largest range that chance makes (D4 of two values): Wheeler."""
FEWEST = 8
"""Values below which no limits are drawn: with fewer, a line would be taken for knowledge."""
FEW = 12
"""Values below which limits are called provisional: each new month still moves them visibly."""
SMALL_WHOLE = 50
"""A share is drawn as a p chart where its typical whole is smaller: one case then moves it by more than 2 points, and
months differ mostly by how few there are."""

_CERTAIN = 100.0


class Method(StrEnum):
    """How limits were worked out."""

    XMR = "xmr"
    """From the moving range: one pair of lines for all months."""
    P = "p"
    """From the binomial distribution: wider where a month has few."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The mean and its limits for one month, in the unit of the measure."""

    mean: float
    lower: float
    upper: float

    @property
    def sigma(self) -> float:
        """A third of the way from the mean to a limit that nothing cuts off."""
        return max(self.upper - self.mean, self.mean - self.lower) / 3


@dataclass(frozen=True, slots=True)
class Behaviour:
    """The points of a series with the limits that chance stays within."""

    method: Method
    points: tuple[Point, ...]
    """Those that count for themselves: months that were put together stand once, with the last of them."""
    values: tuple[float | None, ...]
    """What each point shows; None is withheld or has nothing to count."""
    limits: tuple[Limits | None, ...]
    """None for a point without a value, or in a phase with too few of them."""
    begins: frozenset[int]
    """The places at which a new phase begins."""
    shown: int
    """How many values there are in the newest phase."""

    @property
    def has_limits(self) -> bool:
        """Whether the newest phase has enough values for limits."""
        return self.shown >= FEWEST and any(self.limits[max(self.begins, default=0) :])

    @property
    def is_provisional(self) -> bool:
        """Whether its limits may still move visibly with each new month."""
        return self.has_limits and self.shown < FEW


def mean_range(values: Sequence[float | None]) -> float | None:
    """Return the mean moving range; None where no two neighbours are known.

    Ranges that chance does not make (over 3.268 times their mean) are left out once, so that one leap does not hide
    itself: Nelson, Journal of Quality Technology 14(3), 1982.
    """
    ranges = [abs(later - earlier) for earlier, later in pairwise(values) if earlier is not None and later is not None]
    if not ranges:
        return None
    first = sum(ranges) / len(ranges)
    kept = [one for one in ranges if one <= TO_RANGE_LIMIT * first]
    return sum(kept) / len(kept)


def xmr_limits(values: Sequence[float | None]) -> Limits | None:
    """Return the mean and natural process limits of single values; None where there are no two neighbours."""
    known = [value for value in values if value is not None]
    moved = mean_range(values)
    if moved is None:
        return None
    mean = sum(known) / len(known)
    return Limits(mean, mean - TO_LIMIT * moved, mean + TO_LIMIT * moved)


def p_limits(counts: Sequence[tuple[int, int] | None]) -> list[Limits | None]:
    """Return the mean share and its limits for each month's part and whole, in per cent, cut to 0 and 100."""
    known = [count for count in counts if count is not None and count[1] > 0]
    whole = sum(of for _part, of in known)
    if not whole:
        return [None for _ in counts]
    share = sum(part for part, _of in known) / whole
    made: list[Limits | None] = []
    for count in counts:
        if count is None or count[1] <= 0:
            made.append(None)
            continue
        distance = 3 * sqrt(share * (1 - share) / count[1])
        made.append(Limits(100 * share, 100 * max(0.0, share - distance), 100 * min(1.0, share + distance)))
    return made


def exact_amount(unit: Unit, value: Value) -> float | None:
    """Return what a value shows in the unit of its measure, unrounded; None where it is withheld or counts nothing."""
    if value.part is None or value.whole is None:
        return None
    if unit is Unit.NUMBER:
        return float(value.part)
    times = {Unit.PER_CENT: 100, Unit.DAYS: 1, Unit.PER_10000: 10_000}[unit]
    return None if value.is_empty else times * value.part / value.whole


def steps_of(series: Series) -> tuple[Point, ...]:
    """Return the points that count for themselves: months that were put together, and withheld each, are one."""
    covered: set[Month] = set()
    for point in series.points:
        month = point.since
        while month is not None and month < point.month:
            covered.add(month)
            month = month.plus(1)
    return tuple(point for point in series.points if point.month not in covered)


def method_for(series: Series) -> Method:
    """Return how a series is judged: a share of few by what chance makes of few, all else by how it moves."""
    wholes = [point.value.whole for point in steps_of(series) if _count(point) is not None]
    is_small = bool(wholes) and median(whole or 0 for whole in wholes) < SMALL_WHOLE
    return Method.P if series.measure.unit is Unit.PER_CENT and is_small else Method.XMR


def behaviour(series: Series, phases: Sequence[Month] = ()) -> Behaviour:
    """Return a series with its limits.

    `phases` are the months from which on somebody said that a new way of working began: each has limits of its own.
    """
    method, points = method_for(series), steps_of(series)
    values = tuple(exact_amount(series.measure.unit, point.value) for point in points)
    begins = {
        next((place for place, point in enumerate(points) if (point.since or point.month) >= month), 0)
        for month in phases
    } - {0}
    limits: list[Limits | None] = []
    shown = 0
    starts = sorted({0, *begins})
    for start, end in zip(starts, [*starts[1:], len(values)], strict=True):
        some = values[start:end]
        shown = sum(value is not None for value in some)
        if shown < FEWEST:
            limits += [None] * len(some)
        elif method is Method.P:
            limits += p_limits([_count(point) for point in points[start:end]])
        else:
            found = xmr_limits(some)
            cut = None if found is None else _cut(found, series.measure.unit)
            limits += [None if value is None else cut for value in some]
    return Behaviour(method, points, values, tuple(limits), frozenset(begins), shown)


def _count(point: Point) -> tuple[int, int] | None:
    part, whole = point.value.part, point.value.whole
    return None if part is None or not whole else (part, whole)


def _cut(limits: Limits, unit: Unit) -> Limits:
    """No count is below nothing, and no share above all."""
    upper = min(limits.upper, _CERTAIN) if unit is Unit.PER_CENT else limits.upper
    return Limits(limits.mean, max(0.0, limits.lower), upper)
