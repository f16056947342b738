"""One measure for many agencies as SVG: a small run chart for each, all on one scale, so that they compare by eye."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from portal.gateways.chart_keys import Key, key_height, write_key
from portal.gateways.charts import WITHHELD, Shape
from portal.gateways.run_charts import RunPoint, limit_paths, number, stretches
from portal.gateways.svg_drawing import ACCENT, GRID, INK, QUIET, Drawing, Mark, Place, Scale, wrapped

_KEPT = 128


@dataclass(frozen=True, slots=True)
class Panel:
    """One agency: its months, and its newest value in words."""

    title: str
    points: tuple[RunPoint, ...]
    latest: str
    """In words; "too few" where nothing may be shown."""


@dataclass(frozen=True, slots=True)
class Multiples:
    """What is drawn, and the words of the whole image."""

    words: str
    panels: tuple[Panel, ...]
    is_share: bool = True
    unit: str = " %"


_COLUMNS = {Shape.WIDE: (3, 860.0, 30.0), Shape.NARROW: (1, 335.0, 0.0)}
_HEAD, _PLOT, _FOOT, _LEFT = 42.0, 84.0, 34.0, 50.0


@lru_cache(maxsize=_KEPT)
def drawn_multiples(chart: Multiples, shape: Shape) -> bytes:
    """Draw the panels; the same figures are drawn once."""
    columns, width, gap = _COLUMNS[shape]
    wide = (width - gap * (columns - 1)) / columns
    most = [
        value
        for panel in chart.panels
        for point in panel.points
        for value in (point.value or 0, point.limits[2] if point.limits else 0)
    ]
    scale = Scale.up_to(max(most, default=0), per_cent=chart.is_share, steps=2)
    scale = Scale(100, 50) if chart.is_share else scale
    rows = -(-len(chart.panels) // columns)
    keys = _keys(chart)
    high = _HEAD + _PLOT + _FOOT
    drawing = Drawing(width, rows * high + key_height(keys, width), chart.words)
    hatching = drawing.hatching("withheld")
    for place, panel in enumerate(chart.panels):
        row, column = divmod(place, columns)
        _Drawn(drawing, chart, panel, scale, (column * (wide + gap), row * high), wide).draw(hatching)
    write_key(drawing, keys, (4, rows * high), width)
    return drawing.to_svg()


class _Drawn:
    def __init__(
        self, drawing: Drawing, chart: Multiples, panel: Panel, scale: Scale, corner: Place, wide: float
    ) -> None:
        self.drawing, self.chart, self.panel, self.scale = drawing, chart, panel, scale
        self.corner, self.wide = corner, wide
        self.step = (wide - _LEFT - 8) / max(1, len(panel.points))

    def draw(self, hatching: str) -> None:
        """The head, the scale, what is withheld, the limits and the line."""
        left, top = self.corner
        lines = wrapped(self.panel.title, self.wide - 84, 14, lines=2)
        for place, line in enumerate(lines):
            self.drawing.text((left, top + 16 + 16 * place), line, bold=True, size=14)
        self.drawing.text((left + self.wide - 8, top + 16), self.panel.latest, anchor="end", size=14)
        for value in self.scale.named:
            self.drawing.line((left + _LEFT, self.y(value)), (left + self.wide - 8, self.y(value)), GRID)
            words = number(value, self.chart.unit)
            self.drawing.text(
                (left + _LEFT - 7, self.y(value) + 4), words, colour=QUIET, anchor="end", size=12, axis=True
            )
        ends = (0, len(self.panel.points) - 1) if len(self.panel.points) > 1 else (0,)
        for place in ends if self.panel.points else ():
            point = self.panel.points[place]
            x = left + _LEFT if place == 0 else left + self.wide - 8
            anchor = "start" if place == 0 else "end"
            words = f"{point.month} {point.year}"
            self.drawing.text((x, self.y(0) + 17), words, colour=QUIET, anchor=anchor, size=12, axis=True)
        for first, last in stretches(self.panel.points):
            corner = (self.x(first) - self.step / 2, self.y(self.scale.top))
            self.drawing.box(corner, self.step * (last - first + 1), _PLOT, hatching)
        self._limits()
        self._values()

    def x(self, place: float) -> float:
        """The middle of a month."""
        return self.corner[0] + _LEFT + self.step * (place + 0.5)

    def y(self, value: float) -> float:
        """The height of a value."""
        return self.corner[1] + _HEAD + _PLOT * (1 - value / self.scale.top)

    def _limits(self) -> None:
        for part, dash in ((0, "4 3"), (1, ""), (2, "4 3")):
            for some in limit_paths(self.panel.points, part):
                places = [
                    (self.x(place) + side * self.step / 2, self.y(min(value, self.scale.top)))
                    for place, side, value in some
                ]
                self.drawing.path(places, ACCENT, width=1, dash=dash)

    def _values(self) -> None:
        some: list[Place] = []
        marks: list[tuple[Place, Mark]] = []
        for place, point in enumerate(self.panel.points):
            if point.value is not None:
                some.append((self.x(place - (point.months - 1) / 2), self.y(point.value)))
                marks.append((some[-1], point.mark))
            elif point.is_gap:
                self.drawing.path(some, INK, width=1.6)
                some = []
        self.drawing.path(some, INK, width=1.6)
        for at, mark in marks:
            self.drawing.mark(at, mark, 3 if mark is Mark.CHANCE else 4)


def _keys(chart: Multiples) -> list[Key]:
    points = [point for panel in chart.panels for point in panel.points]
    marks = {point.mark for point in points if point.value is not None}
    said = {
        Mark.CHANCE: "Month by month",
        Mark.BETTER: "Better, more than chance",
        Mark.WORSE: "Worse, more than chance",
        Mark.CHANGED: "Changed, more than chance",
    }
    keys = [
        Key(words, mark=mark, colour=INK if mark is Mark.CHANCE else "")
        for mark, words in said.items()
        if mark in marks
    ]
    if any(point.limits for point in points):
        keys += [Key("Mean", colour=ACCENT), Key("Limits of chance", colour=ACCENT, dash="4 3")]
    if any(point.is_withheld for point in points):
        keys.append(Key(f"Withheld ({WITHHELD})", is_hatched=True))
    return keys
