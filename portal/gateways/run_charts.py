"""A measure over months as SVG: its values, the limits that chance stays within, and what it is held against.

A month that is withheld is a hatched gap without a place on the scale; the line stops before it and goes on after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from portal.gateways.chart_keys import Key, key_height, write_key
from portal.gateways.charts import WITHHELD, Shape
from portal.gateways.svg_drawing import ACCENT, GRID, INK, QUIET, Drawing, Mark, Place, Scale, width_of

_KEPT = 256


@dataclass(frozen=True, slots=True)
class RunPoint:
    """One month: its value and how it is marked, or why there is none."""

    month: str
    """Short: "Apr"."""
    year: int
    value: float | None
    is_withheld: bool = False
    mark: Mark = Mark.CHANCE
    limits: tuple[float, float, float] | None = None
    """Lower limit, mean and upper limit."""
    earlier: float | None = None
    """The same month of the year before."""
    begins_phase: bool = False
    months: int = 1
    """How many months it stands for, the earlier ones before it; 0 for a month that a later point stands for."""

    @property
    def is_gap(self) -> bool:
        """Whether the line stops here."""
        return self.value is None and self.months > 0


@dataclass(frozen=True, slots=True)
class Level:
    """A target, or what another area reached: one line across."""

    words: str
    value: float
    is_target: bool = False


@dataclass(frozen=True, slots=True)
class RunChart:
    """What is drawn, and the words of the whole image."""

    words: str
    points: tuple[RunPoint, ...]
    levels: tuple[Level, ...] = ()
    is_share: bool = True
    unit: str = " %"
    latest: str = ""
    """The newest value in words, as the table has it."""
    about_mean: str = "Mean"
    has_limits: bool = True


@dataclass(frozen=True, slots=True)
class _Sheet:
    width: float
    plot: float
    left: float
    right: float
    between: float
    """Pixels that the name of a month needs."""


_SHEETS = {Shape.WIDE: _Sheet(860, 250, 54, 24, 36), Shape.NARROW: _Sheet(335, 210, 50, 12, 34)}
_TOP, _MONTHS = 22.0, 42.0


@lru_cache(maxsize=_KEPT)
def drawn_run(chart: RunChart, shape: Shape) -> bytes:
    """Draw a run chart; the same figures are drawn once."""
    sheet = _SHEETS[shape]
    keys = _keys(chart)
    key_top = _TOP + sheet.plot + _MONTHS
    drawing = Drawing(sheet.width, key_top + key_height(keys, sheet.width), chart.words)
    _Run(drawing, chart, sheet).draw()
    write_key(drawing, keys, (4, key_top), sheet.width)
    return drawing.to_svg()


class _Run:
    def __init__(self, drawing: Drawing, chart: RunChart, sheet: _Sheet) -> None:
        self.drawing, self.chart, self.sheet = drawing, chart, sheet
        most = [
            *(point.value or 0 for point in chart.points),
            *(point.earlier or 0 for point in chart.points),
            *(point.limits[2] for point in chart.points if point.limits),
            *(level.value for level in chart.levels),
        ]
        self.scale = Scale.up_to(max(most, default=0), per_cent=chart.is_share)
        self.step = (sheet.width - sheet.left - sheet.right) / max(1, len(chart.points))
        is_withheld = any(point.is_withheld for point in chart.points)
        self.hatching = drawing.hatching("withheld") if is_withheld else ""

    def draw(self) -> None:
        """Everything but the key, from what lies behind to what lies before."""
        self._axes()
        self._withheld()
        self._levels()
        self._limits()
        earlier = [None if one.earlier is None else (place, one.earlier) for place, one in enumerate(self.chart.points)]
        self._line(earlier, QUIET, 1.2, "2 3")
        for one in earlier:
            if one is not None:
                self.drawing.mark((self.x(one[0]), self.y(one[1])), Mark.EARLIER)
        self._values()
        self._latest()

    def x(self, place: float) -> float:
        """The middle of a month."""
        return self.sheet.left + self.step * (place + 0.5)

    def y(self, value: float) -> float:
        """The height of a value."""
        return _TOP + self.sheet.plot * (1 - value / self.scale.top)

    def _axes(self) -> None:
        far = self.sheet.width - self.sheet.right
        for value in self.scale.named:
            y = self.y(value)
            self.drawing.line((self.sheet.left, y), (far, y), GRID)
            self.drawing.text(
                (self.sheet.left - 7, y + 4), number(value, self.chart.unit), colour=QUIET, anchor="end", axis=True
            )
        every = max(1, -(-int(self.sheet.between) // max(1, int(self.step))))
        year = None
        for place, point in enumerate(self.chart.points):
            x = self.x(place)
            if place % every == 0:
                self.drawing.text((x, _TOP + self.sheet.plot + 18), point.month, anchor="middle", axis=True)
                if point.year != year:
                    self.drawing.text((x, _TOP + self.sheet.plot + 34), str(point.year), anchor="middle", axis=True)
                    year = point.year
            if point.begins_phase:
                left = x - self.step / 2
                self.drawing.line((left, _TOP - 8), (left, _TOP + self.sheet.plot), ACCENT, width=2, dash="7 4")

    def _withheld(self) -> None:
        """One hatched field for neighbours, and its words where there is room for them."""
        for first, last in stretches(self.chart.points):
            left, width = self.x(first) - self.step / 2, self.step * (last - first + 1)
            self.drawing.box((left, _TOP), width, self.sheet.plot, self.hatching)
            middle = left + width / 2
            if width >= width_of(WITHHELD) + 8:
                self.drawing.text((middle, _TOP + self.sheet.plot - 10), WITHHELD, colour=QUIET, anchor="middle")
            elif width >= 18:
                self.drawing.text((middle + 4, _TOP + self.sheet.plot - 8), WITHHELD, colour=QUIET, turned=True)

    def _levels(self) -> None:
        far = self.sheet.width - self.sheet.right
        for place, level in enumerate(self.chart.levels):
            y = self.y(level.value)
            colour, dash = _look(level, place)
            self.drawing.line((self.sheet.left, y), (far, y), colour, width=2 if level.is_target else 1.6, dash=dash)

    def _limits(self) -> None:
        """The mean in one piece, limits in steps: a p chart's follow how many there were."""
        for part, dash in ((0, "6 4"), (1, ""), (2, "6 4")):
            for some in limit_paths(self.chart.points, part):
                places = [
                    (self.x(place) + side * self.step / 2, self.y(min(value, self.scale.top)))
                    for place, side, value in some
                ]
                self.drawing.path(places, ACCENT, width=1.4, dash=dash)

    def _values(self) -> None:
        """A value of several months stands in their middle, on a bar as long as they are."""
        points = self.chart.points
        middles: list[tuple[float, float] | None] = []
        for place, point in enumerate(points):
            if point.value is not None:
                middles.append((place - (point.months - 1) / 2, point.value))
                if point.months > 1:
                    y = self.y(point.value)
                    first, last = self.x(place - point.months + 1), self.x(place)
                    self.drawing.line((first - self.step / 2 + 2, y), (last + self.step / 2 - 2, y), INK, width=1)
            elif point.is_gap:
                middles.append(None)
        self._line(middles, INK, 2, "")
        for place, point in enumerate(points):
            if point.value is not None:
                self.drawing.mark((self.x(place - (point.months - 1) / 2), self.y(point.value)), point.mark)

    def _line(self, values: Sequence[tuple[float, float] | None], colour: str, width: float, dash: str) -> None:
        some: list[Place] = []
        for one in (*values, None):
            if one is None:
                self.drawing.path(some, colour, width=width, dash=dash)
                some = []
            else:
                some.append((self.x(one[0]), self.y(one[1])))

    def _latest(self) -> None:
        points = enumerate(self.chart.points)
        known = [(place - (one.months - 1) / 2, one.value) for place, one in points if one.value is not None]
        if not known or not self.chart.latest:
            return
        place, value = known[-1]
        half = width_of(self.chart.latest) / 2
        x = min(self.x(place), self.sheet.width - half - 4)
        y = self.y(value)
        self.drawing.outlined((x, y - 12 if y > _TOP + 18 else y + 22), self.chart.latest, anchor="middle")


def stretches(points: Sequence[RunPoint]) -> list[tuple[int, int]]:
    """The first and last places of neighbours that are withheld."""
    made: list[tuple[int, int]] = []
    for place, point in enumerate(points):
        if point.is_withheld:
            made.append((made.pop()[0], place) if made and made[-1][1] == place - 1 else (place, place))
    return made


def limit_paths(points: Sequence[RunPoint], part: int) -> list[list[tuple[int, int, float]]]:
    """The lines of a limit or the mean: each corner by its month, the side of it (-1 or 1), and its height."""
    made: list[list[tuple[int, int, float]]] = [[]]
    for place, point in enumerate(points):
        if point.is_gap or point.begins_phase:
            made.append([])
        if point.limits is not None:
            first = place - point.months + 1
            made[-1] += [(first, -1, point.limits[part]), (place, 1, point.limits[part])]
    return [some for some in made if some]


def number(value: float, unit: str) -> str:
    """A value of the scale in words, without a decimal that says nothing."""
    return f"{value:,.1f}".removesuffix(".0") + unit


def _look(level: Level, place: int) -> tuple[str, str]:
    """A target is a long dash, areas are told apart by their dots."""
    return (INK, "14 5") if level.is_target else (QUIET, ("1 4", "9 3 1 3", "5 3 1 3 1 3", "3 6")[place % 4])


def _keys(chart: RunChart) -> list[Key]:
    """What each mark and line means, and nothing that is not drawn."""
    marks = {point.mark for point in chart.points if point.value is not None}
    keys = (
        [Key("Month by month", mark=Mark.CHANCE, colour=INK)] if any(p.value is not None for p in chart.points) else []
    )
    said = {
        Mark.BETTER: "Better, more than chance",
        Mark.WORSE: "Worse, more than chance",
        Mark.CHANGED: "Changed, more than chance",
    }
    keys += [Key(words, mark=mark) for mark, words in said.items() if mark in marks]
    if any(point.value is not None and point.months > 1 for point in chart.points):
        keys.append(Key("Several months together", colour=INK))
    if chart.has_limits and any(point.limits for point in chart.points):
        keys += [Key(chart.about_mean, colour=ACCENT), Key("Limits of chance", colour=ACCENT, dash="6 4")]
    if any(point.earlier is not None for point in chart.points):
        keys.append(Key("A year before", mark=Mark.EARLIER, colour=QUIET, dash="2 3"))
    for place, level in enumerate(chart.levels):
        colour, dash = _look(level, place)
        keys.append(Key(level.words, colour=colour, dash=dash))
    if any(point.begins_phase for point in chart.points):
        keys.append(Key("A new phase begins", colour=ACCENT, dash="7 4"))
    if any(point.is_withheld for point in chart.points):
        keys.append(Key(f"Withheld ({WITHHELD})", is_hatched=True))
    return keys
