"""Ratings: the scales that audit questions are answered on, and how answers on different scales compare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from portal.domain.audit_vocabulary import ScaleKind
from portal.domain.rule_json import members, objects, text, whole_number

NOT_APPLICABLE = "not_applicable"
"""The answer outside every scale: the question does not fit this agency, which counts neither for nor against it."""

NOT_APPLICABLE_LABEL = "Does not apply to us"


class Colour(StrEnum):
    """What an answer is shown in, always beside its word; grey is no rating."""

    RED = "red"
    AMBER = "amber"
    GREEN = "green"
    GREY = "grey"


@dataclass(frozen=True, slots=True)
class ScalePoint:
    """One answer of a scale: what is stored, what people read, and its place, 0 being the worst."""

    code: str
    label: str
    rank: int
    colour: Colour

    def to_plain(self) -> dict[str, Any]:
        """Return what an edition's row stores."""
        return {"code": self.code, "label": self.label, "rank": self.rank, "colour": self.colour.value}

    @classmethod
    def from_plain(cls, stored: object) -> Self:
        """Read back what `to_plain` wrote; raises ValueError for anything else."""
        found = members(stored, "a point of a scale", {"code", "label", "rank", "colour"})
        return cls(
            text(found, "code"), text(found, "label"), whole_number(found, "rank"), Colour(text(found, "colour"))
        )


_POINTS: Mapping[ScaleKind, tuple[ScalePoint, ...]] = {
    ScaleKind.RAG: (
        ScalePoint("red", "Red: not in place", 0, Colour.RED),
        ScalePoint("amber", "Amber: partly in place", 1, Colour.AMBER),
        ScalePoint("green", "Green: fully in place", 2, Colour.GREEN),
    ),
    ScaleKind.ZERO_TO_THREE: (
        ScalePoint("0", "0: nothing in place", 0, Colour.RED),
        ScalePoint("1", "1: begun", 1, Colour.AMBER),
        ScalePoint("2", "2: in place", 2, Colour.GREEN),
        ScalePoint("3", "3: in place, and shown to help children", 3, Colour.GREEN),
    ),
    ScaleKind.MET: (
        ScalePoint("not_met", "Not met", 0, Colour.RED),
        ScalePoint("partly_met", "Partly met", 1, Colour.AMBER),
        ScalePoint("met", "Met", 2, Colour.GREEN),
    ),
    ScaleKind.YES_NO: (
        ScalePoint("no", "No", 0, Colour.RED),
        ScalePoint("yes", "Yes", 1, Colour.GREEN),
    ),
}
"""A kind's points, worst first. Frameworks put other labels on them; codes, ranks and colours stay."""


@dataclass(frozen=True, slots=True)
class Scale:
    """The points of one kind under a framework's own labels, worst first."""

    kind: ScaleKind
    points: tuple[ScalePoint, ...]

    def __post_init__(self) -> None:
        """Refuse points that are not the kind's own: answers of two editions could no longer be compared."""
        own = [(point.code, point.rank, point.colour) for point in _POINTS[self.kind]]
        if [(point.code, point.rank, point.colour) for point in self.points] != own:
            raise ValueError(f"The points of {self.kind} are {', '.join(code for code, _, _ in own)}, in this order.")
        if not all(point.label.strip() for point in self.points):
            raise ValueError(f"Each point of {self.kind} needs a label.")

    @classmethod
    def of(cls, kind: ScaleKind, labels: Mapping[str, str] | None = None) -> Self:
        """Return a kind's scale; `labels` put other words on some of its points, by code. Raises ValueError."""
        given = dict(labels or {})
        points = tuple(
            ScalePoint(point.code, given.pop(point.code, point.label), point.rank, point.colour)
            for point in _POINTS[kind]
        )
        if given:
            raise ValueError(f"The scale {kind} has no point {', '.join(sorted(given))}.")
        return cls(kind, points)

    @property
    def codes(self) -> tuple[str, ...]:
        """What may be stored as an answer's rating, worst first, and last that it does not apply."""
        return (*(point.code for point in self.points), NOT_APPLICABLE)

    @property
    def best(self) -> ScalePoint:
        """The highest point."""
        return self.points[-1]

    def point(self, rating: str | None) -> ScalePoint | None:
        """Return a rating's point; None where nothing is rated or it does not apply. Raises ValueError otherwise."""
        if rating is None or rating == NOT_APPLICABLE:
            return None
        for point in self.points:
            if point.code == rating:
                return point
        raise ValueError(f"{rating!r} is no point of the scale {self.kind}.")

    def label(self, rating: str | None) -> str:
        """Return what people read for a rating; empty where nothing is rated."""
        if rating == NOT_APPLICABLE:
            return NOT_APPLICABLE_LABEL
        point = self.point(rating)
        return point.label if point else ""

    def colour(self, rating: str | None) -> Colour:
        """Return what a rating is shown in: grey where nothing is rated or it does not apply."""
        point = self.point(rating)
        return point.colour if point else Colour.GREY

    def share(self, rating: str | None) -> float | None:
        """Return how much is in place, from 0 to 1, so that scales compare; None where nothing is rated."""
        point = self.point(rating)
        return point.rank / self.best.rank if point else None

    def is_weak(self, rating: str | None) -> bool:
        """Whether a rating asks for an action: red or amber."""
        return self.colour(rating) in (Colour.RED, Colour.AMBER)

    def is_good(self, rating: str | None) -> bool:
        """Whether a rating claims that what is asked for is in place: green."""
        return self.colour(rating) is Colour.GREEN

    def to_plain(self) -> dict[str, Any]:
        """Return what an edition's row stores."""
        return {"kind": self.kind.value, "points": [point.to_plain() for point in self.points]}

    @classmethod
    def from_plain(cls, stored: object) -> Self:
        """Read back what `to_plain` wrote; raises ValueError for anything else."""
        found = members(stored, "a scale", {"kind", "points"})
        points = tuple(ScalePoint.from_plain(point) for point in objects(found, "points"))
        return cls(ScaleKind(text(found, "kind")), points)


def scales_from_plain(stored: Mapping[str, Any]) -> dict[str, Scale]:
    """Read an edition's `scales`: each by the code that its questions name."""
    return {code: Scale.from_plain(scale) for code, scale in stored.items()}


def scales_to_plain(scales: Mapping[str, Scale]) -> dict[str, Any]:
    """Return what an edition's `scales` stores."""
    return {code: scale.to_plain() for code, scale in scales.items()}


def jump(before: float | None, after: float | None) -> float | None:
    """Return how far a share moved, from -1 to 1, up being better; None where one of the two was not rated.

    Shares rather than ratings, so that a question whose scale was changed between editions still compares.
    """
    return None if before is None or after is None else after - before
