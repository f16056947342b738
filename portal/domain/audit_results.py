"""What a board reads out of the answers to an audit: scores, levels, shares, change, and the panel's verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import lcm
from typing import Self, TypeVar

from portal.domain.audit_levels import AuditLevels
from portal.domain.audit_vocabulary import ScaleKind
from portal.domain.ratings import Colour, Scale

Member = TypeVar("Member")

SMALLEST_GROUP = 5
"""The fewest agencies whose scores are shown together where their own may not be read."""

_SCALES = tuple(Scale.of(kind) for kind in ScaleKind)

WHOLE = lcm(*(scale.best.rank for scale in _SCALES))
"""Points of a best answer: small enough whole numbers that every scale's shares are exact, in databases too."""

POINTS: Mapping[str, int] = {
    point.code: WHOLE * point.rank // scale.best.rank for scale in _SCALES for point in scale.points
}
"""Points of every rating there is; one that is not named (not answered, does not apply) counts neither way."""

RED_RATINGS = frozenset(point.code for scale in _SCALES for point in scale.points if point.colour is Colour.RED)
WEAK_RATINGS = RED_RATINGS | {point.code for scale in _SCALES for point in scale.points if point.colour is Colour.AMBER}

if len(POINTS) != sum(len(scale.points) for scale in _SCALES):
    raise AssertionError("two scales have a rating of the same code, so that its points are not known from it")

_LEVEL_WORDS = {Colour.GREEN: "Green", Colour.AMBER: "Amber", Colour.RED: "Red", Colour.GREY: "Not rated"}


@dataclass(frozen=True, slots=True)
class Tally:
    """Answers added up: points reached of the points there were, both by weight, and how many were rated and red."""

    points: int = 0
    possible: int = 0
    rated: int = 0
    red: int = 0

    @classmethod
    def of(cls, answers: Iterable[tuple[str | None, int]]) -> Self:
        """Add up (rating, weight of its question); what does not apply is left out. Raises KeyError for no rating."""
        total = cls()
        for rating, weight in answers:
            if rating is not None and rating in POINTS:
                total += cls(POINTS[rating] * weight, WHOLE * weight, 1, int(rating in RED_RATINGS))
        return total

    def __add__(self, other: Tally) -> Self:
        """Both together."""
        return type(self)(
            self.points + other.points,
            self.possible + other.possible,
            self.rated + other.rated,
            self.red + other.red,
        )

    @property
    def share(self) -> Fraction | None:
        """How much is in place, from 0 to 1: the weighted mean of the answers; None where nothing is rated."""
        return Fraction(self.points, self.possible) if self.possible else None

    @property
    def score(self) -> Decimal | None:
        """The share as a percentage with one decimal."""
        return None if self.share is None else as_percentage(self.share)

    def level(self, levels: AuditLevels) -> Colour:
        """Return the share's colour, but for a red answer: it keeps a standard from being green beside any others."""
        level = levels.level_of(self.share)
        return Colour.AMBER if level is Colour.GREEN and self.red else level

    def is_weak(self, levels: AuditLevels) -> bool:
        """Whether the level is amber or red."""
        return self.level(levels) in (Colour.AMBER, Colour.RED)


def level_words(level: Colour) -> str:
    """Return the word that stands beside a colour."""
    return _LEVEL_WORDS[level]


def as_percentage(share: Fraction) -> Decimal:
    """Return a share as a percentage with one decimal, halves away from nothing."""
    # In whole numbers throughout, so that no tail of a division decides a half.
    tenths = (2000 * abs(share.numerator) + share.denominator) // (2 * share.denominator)
    return Decimal(tenths if share >= 0 else -tenths).scaleb(-1)


def percentage(part: int, whole: int) -> Decimal:
    """Return a part of a whole that is not 0 as a percentage with one decimal, half up."""
    return as_percentage(Fraction(part, whole))


def mean(shares: Iterable[Fraction | None]) -> tuple[Fraction | None, int]:
    """Return the mean of several agencies' shares, each counting the same, and how many had one."""
    known = [share for share in shares if share is not None]
    return (sum(known, Fraction(0)) / len(known) if known else None), len(known)


def effective(own: str | None, moderated: str | None, agreed: str | None) -> str | None:
    """Return the rating that counts: what agency and panel agreed on, else the panel's, else the agency's own."""
    return agreed or moderated or own


class Verdict(StrEnum):
    """What a panel's rating says to the agency's own."""

    LOWER = "lower"
    SAME = "same"
    HIGHER = "higher"
    OTHER = "other"
    """One of the two says that the question does not apply."""


VERDICT_WORDS: Mapping[Verdict, str] = {
    Verdict.LOWER: "Panel lower",
    Verdict.SAME: "Panel agrees",
    Verdict.HIGHER: "Panel higher",
    Verdict.OTHER: "One says it does not apply",
}


def verdict(own: str | None, panel: str | None) -> Verdict:
    """Return how the rating that counts stands to the agency's own."""
    if own == panel:
        return Verdict.SAME
    before, after = POINTS.get(own or ""), POINTS.get(panel or "")
    if before is None or after is None:
        return Verdict.OTHER
    return Verdict.SAME if before == after else Verdict.LOWER if after < before else Verdict.HIGHER


class Comparable(StrEnum):
    """Whether a question can be held against the last round; whatever is not the same is a break."""

    SAME = "same"
    ALTERED = "altered"
    ADDED = "added"


BREAK_WORDS: Mapping[Comparable, str] = {
    Comparable.SAME: "",
    Comparable.ALTERED: "Break: the question was altered",
    Comparable.ADDED: "Break: not asked last time",
}


def compared(now: Mapping[str, str], before: Mapping[str, str]) -> dict[str, Comparable]:
    """Return for each question asked now, by its code, whether it asks what it asked before; values are digests."""
    return {
        code: Comparable.ADDED
        if code not in before
        else Comparable.SAME
        if before[code] == digest
        else Comparable.ALTERED
        for code, digest in now.items()
    }


def change(now: Fraction | None, before: Fraction | None) -> Decimal | None:
    """Return by how many percentage points a share moved, with one decimal, up being better; None without both."""
    return None if now is None or before is None else as_percentage(now - before)


def may_be_shown(sizes: Mapping[str, int], named: Iterable[str]) -> tuple[frozenset[str], bool]:
    """Return which groups' means may be shown beside agencies whose own scores are, and whether that of all may.

    `sizes` are how many agencies of each group have a score, `named` the groups whose agencies are shown one by one.
    The mean of all, taken with what is shown, must leave nobody or `SMALLEST_GROUP` agencies, never a few.
    """
    open_ones = frozenset(named)
    shown = frozenset(group for group, size in sizes.items() if size >= SMALLEST_GROUP)
    rest = sum(size for group, size in sizes.items() if group not in shown | open_ones)
    together = sum(sizes.values())
    return shown, together > 0 and (rest == 0 or rest >= SMALLEST_GROUP)


def similar(groups: Iterable[tuple[str, Sequence[Member]]]) -> tuple[str, Sequence[Member]] | None:
    """Return the first of several groups of other agencies, the most alike first, that is large enough to show.

    None where even the widest is too small.
    """
    return next(((name, members) for name, members in groups if len(members) >= SMALLEST_GROUP), None)


def mean_of_others(shares: Iterable[Fraction | None]) -> Fraction | None:
    """Return the mean of other agencies' shares, where enough of them have one."""
    together, size = mean(shares)
    return together if size >= SMALLEST_GROUP else None
