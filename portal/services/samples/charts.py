"""The chart of grades: the figures of the page as bars, and no other figures."""

from __future__ import annotations

from collections.abc import Iterable

from portal.access.viewer import Viewer
from portal.domain.errors import NotVisible
from portal.domain.labels import label
from portal.domain.ratings import Colour
from portal.domain.sample_grades import GradeRow
from portal.domain.sample_vocabulary import Grade
from portal.gateways.charts import Bar, Rating, Shape, Shares, drawn
from portal.services.samples import figures

_COLOURS = {
    Grade.OUTSTANDING: Colour.GREEN,
    Grade.GOOD: Colour.GREEN,
    Grade.REQUIRES_IMPROVEMENT: Colour.AMBER,
    Grade.INADEQUATE: Colour.RED,
}


def grades_chart(viewer: Viewer, kind_id: int | None, *, by_month: bool, is_narrow: bool) -> bytes:
    """How often each grade was given in each period, as SVG. Raises NotVisible, also where there is nothing to draw."""
    chart = shares_of(figures.trend(viewer, kind_id, by_month=by_month).rows)
    if chart is None:
        raise NotVisible
    return drawn(chart, Shape.NARROW if is_narrow else Shape.WIDE)


def shares_of(rows: Iterable[GradeRow]) -> Shares | None:
    """What the table says, as bars; None where all of it is withheld."""
    bars = tuple(
        Bar(
            f"{row.title} ({row.total:,})",
            tuple(None if part.percentage is None else float(part.percentage) for part in row.parts),
        )
        for row in rows
        if row.total and any(part.count is not None for part in row.parts)
    )
    if not bars:
        return None
    return Shares(
        words="Bars of the grades that sampled meetings were given, one bar for each period",
        ratings=tuple(Rating(label(grade), _COLOURS[grade]) for grade in Grade),
        bars=bars,
    )
