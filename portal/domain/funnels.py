"""Agencies against the mean of them all, with the room that chance gives to each by how few matters it had.

After Spiegelhalter, Funnel plots for comparing institutional performance, Statistics in Medicine 24, 2005: exact
binomial limits, drawn between whole numbers by interpolation; 95 % to look at, 99.8 % to act on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from math import exp, lgamma, log, sqrt

from portal.domain.measures import Direction

LOOK, ACT = 0.95, 0.998
"""Shares of agencies like the mean that stay within the inner and the outer limits."""
FEWEST = 5
"""Agencies below which no funnel is drawn."""
_WINSORISED = 0.1
"""The share at each end that is pulled in before the spread is judged: the extreme ones are what is looked for."""


class Standing(StrEnum):
    """Where an agency stands in the funnel."""

    WITHIN = "within"
    LOOK = "look"
    """Outside of the inner limits: 1 of 20 would be by chance."""
    ACT = "act"
    """Outside of the outer limits: 1 of 500 would be by chance."""


@dataclass(frozen=True, slots=True)
class Placed:
    """One agency in the funnel."""

    title: str
    part: int
    whole: int
    standing: Standing
    is_above: bool
    is_better: bool | None

    @property
    def share(self) -> float:
        """Its share in per cent."""
        return 100 * self.part / self.whole


@dataclass(frozen=True, slots=True)
class Funnel:
    """Agencies whose figures may be shown, against their mean."""

    mean: float
    """Per cent, of these agencies together."""
    placed: tuple[Placed, ...]
    withheld: tuple[str, ...]
    """Agencies of which too little may be shown."""
    spread: float
    """How much more they differ than chance makes them (1 is chance): the winsorised estimate of over-dispersion."""

    @property
    def is_spread_out(self) -> bool:
        """Whether they differ among themselves by more than chance: then a single one outside says less."""
        return self.spread > 1 + 2 * sqrt(2 / len(self.placed)) if self.placed else False


def limits_at(mean: float, whole: int, level: float) -> tuple[float, float]:
    """Return between which shares a `level` of agencies with so many matters stay, if all were like the mean.

    Shares and mean are in per cent.
    """
    tail = (1 - level) / 2
    return 100 * _quantile(mean / 100, whole, tail) / whole, 100 * _quantile(mean / 100, whole, 1 - tail) / whole


def funnel(
    rows: Sequence[tuple[str, int | None, int | None]], direction: Direction = Direction.HIGHER
) -> Funnel | None:
    """Return agencies (title, part, whole) in their funnel; None where fewer than 5 can be shown.

    The mean is that of the shown ones: a total that holds withheld ones would give them back.
    """
    known = [(title, part, whole) for title, part, whole in rows if part is not None and whole]
    if len(known) < FEWEST:
        return None
    mean = 100 * sum(part for _, part, _ in known) / sum(whole for *_, whole in known)
    placed = tuple(_placed(title, part, whole, mean, direction) for title, part, whole in known)
    withheld = tuple(title for title, part, whole in rows if part is None or whole is None)
    return Funnel(mean, placed, withheld, _spread(mean, known))


def words_of(found: Funnel) -> list[str]:
    """Return what a funnel says, as sentences."""
    outside = [one for one in found.placed if one.standing is not Standing.WITHIN]
    words = [_one(one) for one in sorted(outside, key=lambda one: (one.standing is not Standing.ACT, one.title))]
    if not words:
        words.append(
            "No agency stands outside of the funnel: they differ by no more than chance would make them differ."
        )
    if found.is_spread_out:
        words.append(
            f"The agencies differ among themselves more than chance alone makes them (by {found.spread:.1f} times): "
            "something else than chance parts them, so standing outside says less about a single one."
        )
    if found.withheld:
        words.append(f"Too few to show: {', '.join(found.withheld)}. They are in neither the mean nor the picture.")
    return words


def _one(one: Placed) -> str:
    side = "above" if one.is_above else "below"
    meant = "" if one.is_better is None else ": better" if one.is_better else ": worse"
    chance = "1 in 500" if one.standing is Standing.ACT else "1 in 20"
    counted = f"{one.part:,} of {one.whole:,}"
    return f"{one.title} stands {side} the funnel{meant} ({counted}). Fewer than {chance} would by chance."


def _placed(title: str, part: int, whole: int, mean: float, direction: Direction) -> Placed:
    share = 100 * part / whole
    standing = Standing.WITHIN
    for level, found in ((LOOK, Standing.LOOK), (ACT, Standing.ACT)):
        lower, upper = limits_at(mean, whole, level)
        if share < lower - 1e-9 or share > upper + 1e-9:
            standing = found
    is_above = share > mean
    better = None if direction is Direction.NEITHER else is_above == (direction is Direction.HIGHER)
    return Placed(title, part, whole, standing, is_above, better)


def _spread(mean: float, known: Sequence[tuple[str, int, int]]) -> float:
    p = mean / 100
    if p in (0.0, 1.0):
        return 0.0
    scores = sorted((part / whole - p) / sqrt(p * (1 - p) / whole) for _, part, whole in known)
    cut = int(_WINSORISED * len(scores))
    low, high = scores[cut], scores[len(scores) - 1 - cut]
    return sum(min(max(score, low), high) ** 2 for score in scores) / len(scores)


@lru_cache(maxsize=4096)
def _quantile(p: float, n: int, level: float) -> float:
    """The count below which `level` of the binomial distribution lies, between whole numbers; never below 0."""
    if p <= 0 or p >= 1:
        return p * n
    reached = 0.0
    for count in range(n + 1):
        chance = exp(
            lgamma(n + 1) - lgamma(count + 1) - lgamma(n - count + 1) + count * log(p) + (n - count) * log(1 - p)
        )
        if reached + chance >= level:
            # As the paper's appendix A.1.1: as far below the count as the distribution overshoots the level.
            return max(0.0, count - (reached + chance - level) / chance)
        reached += chance
    return float(n)
