"""Lines as small as a word, each to stand beside a number: all on one sheet, so that a page fetches a single image.

Every line has a window of its own; an address with `#name` behind it shows that window alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from portal.gateways.run_charts import RunPoint, stretches
from portal.gateways.svg_drawing import GRID, INK, Drawing, Mark, Place

WIDE, HIGH = 120, 32
"""The size of one window, in pixels."""
_KEPT = 64
_EDGE = 6.0
"""Room for half a mark on each side."""


@dataclass(frozen=True, slots=True)
class SmallLine:
    """One line: the name of its window, in letters that an address may have, and its months as shares."""

    name: str
    points: tuple[RunPoint, ...]


@dataclass(frozen=True, slots=True)
class SmallLines:
    """What is drawn, and the words of the whole sheet."""

    words: str
    lines: tuple[SmallLine, ...]


@lru_cache(maxsize=_KEPT)
def drawn_small_lines(sheet: SmallLines) -> bytes:
    """Draw the windows one below the other, each from 0 to 100 %; the same figures are drawn once."""
    drawing = Drawing(WIDE, HIGH * max(1, len(sheet.lines)), sheet.words)
    hatching = drawing.hatching("withheld")
    for place, line in enumerate(sheet.lines):
        top = float(HIGH * place)
        drawing.window(line.name, (0, top), WIDE, HIGH)
        _draw(drawing, line.points, top, hatching)
    return drawing.to_svg()


def _draw(drawing: Drawing, points: tuple[RunPoint, ...], top: float, hatching: str) -> None:
    step = (WIDE - 2 * _EDGE) / max(1, len(points))
    high = HIGH - 2 * _EDGE

    def x(place: float) -> float:
        return _EDGE + step * (place + 0.5)

    def y(value: float) -> float:
        return top + _EDGE + high * (1 - min(value, 100) / 100)

    for first, last in stretches(points):
        drawing.box((x(first) - step / 2, y(100)), step * (last - first + 1), high, hatching)
    for value in (0, 100):
        drawing.line((_EDGE, y(value)), (WIDE - _EDGE, y(value)), GRID)
    some: list[Place] = []
    newest: tuple[Place, Mark] | None = None
    for place, point in enumerate(points):
        if point.value is not None:
            some.append((x(place - (point.months - 1) / 2), y(point.value)))
            newest = some[-1], point.mark
        elif point.is_gap:
            drawing.path(some, INK, width=1.6)
            some = []
    drawing.path(some, INK, width=1.6)
    if newest is not None:
        # It alone has a mark: more of them would hide so small a line.
        drawing.mark(newest[0], newest[1], 3)
