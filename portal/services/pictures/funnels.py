"""Agencies of one kind against their mean: as a funnel, in words, and as the table of the same numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_uppercase

from portal.domain.funnels import ACT, FEWEST, LOOK, Funnel, Placed, Standing, funnel, limits_at, words_of
from portal.domain.measures import Measure, Value, in_words
from portal.gateways.charts import Shape
from portal.gateways.funnel_charts import FunnelChart, FunnelLimits, FunnelPoint, drawn_funnel
from portal.gateways.svg_drawing import Mark
from portal.services.pictures.figures import Figure, Table, number_words

_STANDINGS = {
    Standing.WITHIN: "Within the funnel",
    Standing.LOOK: "Outside the inner lines",
    Standing.ACT: "Outside the outer lines",
}
_SAMPLES = 60
"""Places at which the lines of chance are worked out."""


@dataclass(frozen=True, slots=True)
class FunnelOf:
    """Agencies with their values of one measure in one period."""

    measure: Measure
    about: str
    """Whom and when, in words: "Schools, April to June 2026"."""
    rows: tuple[tuple[str, Value], ...]

    @property
    def found(self) -> Funnel | None:
        """Where each stands; None where too few can be shown."""
        return funnel(
            [(title, value.part, value.whole) for title, value in self.rows if not value.is_empty],
            self.measure.direction,
        )


def funnel_chart(points: FunnelOf, shape: Shape = Shape.WIDE) -> bytes | None:
    """Return the funnel as SVG; None where there is none."""
    found = points.found
    return None if found is None else drawn_funnel(_chart(points, found), shape)


def funnel_figure(points: FunnelOf) -> Figure:
    """Return what stands beside the funnel: its words, and a table with every number in it."""
    found = points.found
    if found is None:
        words = [f"A funnel needs {FEWEST} agencies whose figures can be shown."]
    else:
        words = [f"Together: {number_words(points.measure, found.mean)}.", *words_of(found)]
    return Figure(_alt(points), tuple(words), (_table(points, found),), has_picture=found is not None)


def _table(points: FunnelOf, found: Funnel | None) -> Table:
    placed = {one.title: one for one in found.placed} if found else {}
    letters = _letters(found) if found else {}
    rows = []
    for title, value in points.rows:
        one = placed.get(title)
        limits = "–"
        standing = "–"
        if found is not None and one is not None:
            lower, upper = limits_at(found.mean, one.whole, LOOK)
            limits = f"{number_words(points.measure, lower)} to {number_words(points.measure, upper)}"
            side = "" if one.standing is Standing.WITHIN else ", above" if one.is_above else ", below"
            standing = _STANDINGS[one.standing] + side
        mark = f" ({letters[title]})" if title in letters else ""
        rows.append((title + mark, in_words(points.measure, value), limits, standing))
    if found is not None:
        parts, wholes = sum(one.part for one in found.placed), sum(one.whole for one in found.placed)
        rows.append(("All of these together", in_words(points.measure, Value(parts, wholes)), "–", "–"))
    heads = ("Agency", points.measure.title, "19 of 20 by chance", "Where it stands")
    return Table(f"{points.measure.title}: {points.about}", heads, tuple(rows))


def _chart(points: FunnelOf, found: Funnel) -> FunnelChart:
    letters = _letters(found)
    most = max(one.whole for one in found.placed)
    step = max(1, round(1.1 * most / _SAMPLES))
    wholes = [*range(1, most, step), most]
    return FunnelChart(
        words=_alt(points),
        points=tuple(
            FunnelPoint(
                one.share,
                one.whole,
                _mark(one),
                letters.get(one.title, ""),
                f"{letters.get(one.title)}: {one.title}, {in_words(points.measure, Value(one.part, one.whole))}",
            )
            for one in found.placed
        ),
        limits=tuple(
            FunnelLimits(whole, limits_at(found.mean, whole, ACT), limits_at(found.mean, whole, LOOK))
            for whole in wholes
        ),
        mean=found.mean,
        about_mean=f"Mean {number_words(points.measure, found.mean)}",
        across="Across: of how many",
    )


def _letters(found: Funnel) -> dict[str, str]:
    """A letter for each agency outside, those outside the outer lines first."""
    outside: Sequence[Placed] = sorted(
        (one for one in found.placed if one.standing is not Standing.WITHIN),
        key=lambda one: (one.standing is not Standing.ACT, one.share, one.title),
    )
    return {one.title: letter for one, letter in zip(outside, ascii_uppercase, strict=False)}


def _mark(one: Placed) -> Mark:
    if one.standing is Standing.WITHIN:
        return Mark.CHANCE
    return {True: Mark.BETTER, False: Mark.WORSE, None: Mark.CHANGED}[one.is_better]


def _alt(points: FunnelOf) -> str:
    return f"Funnel plot: {points.measure.title.lower()} of each agency against their mean. {points.about}."
