"""Agencies in their funnel as SVG: how many matters each had across, its share upwards, the room of chance around."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from portal.gateways.chart_keys import Key, key_height, write_key
from portal.gateways.charts import Shape
from portal.gateways.run_charts import number
from portal.gateways.svg_drawing import ACCENT, GRID, QUIET, Drawing, Mark, Scale

_KEPT = 128


@dataclass(frozen=True, slots=True)
class FunnelPoint:
    """One agency; its letter stands beside its mark, and before its name in the words below."""

    share: float
    whole: int
    mark: Mark = Mark.CHANCE
    letter: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class FunnelLimits:
    """The limits at one number of matters."""

    whole: int
    act: tuple[float, float]
    look: tuple[float, float]


@dataclass(frozen=True, slots=True)
class FunnelChart:
    """What is drawn, and the words of the whole image."""

    words: str
    points: tuple[FunnelPoint, ...]
    limits: tuple[FunnelLimits, ...]
    mean: float
    about_mean: str
    across: str
    """What the number across is: "Expected invitations"."""


_SIZES = {Shape.WIDE: (860.0, 320.0, 54.0, 24.0), Shape.NARROW: (335.0, 240.0, 50.0, 14.0)}
_TOP, _BELOW = 16.0, 50.0
_LOOK, _ACT = "6 4", "12 3 2 3"


@lru_cache(maxsize=_KEPT)
def drawn_funnel(chart: FunnelChart, shape: Shape) -> bytes:
    """Draw a funnel; the same figures are drawn once."""
    width, plot, left, right = _SIZES[shape]
    keys = _keys(chart)
    drawing = Drawing(width, _TOP + plot + _BELOW + key_height(keys, width), chart.words)
    most = max((point.whole for point in chart.points), default=1)
    across = Scale.up_to(most * 1.05, steps=5 if shape is Shape.WIDE else 3)
    upwards = Scale.up_to(100, per_cent=True)
    span = width - left - right

    def x(whole: float) -> float:
        return left + span * whole / across.top

    def y(share: float) -> float:
        return _TOP + plot * (1 - share / upwards.top)

    for share in upwards.named:
        drawing.line((left, y(share)), (width - right, y(share)), GRID)
        drawing.text((left - 7, y(share) + 4), number(share, " %"), colour=QUIET, anchor="end", axis=True)
    for whole in across.named:
        drawing.line((x(whole), _TOP + plot), (x(whole), _TOP + plot + 5), QUIET)
        drawing.text((x(whole), _TOP + plot + 20), number(whole, ""), colour=QUIET, anchor="middle", axis=True)
    drawing.text((width - right, _TOP + plot + 39), chart.across, anchor="end", axis=True)
    drawing.line((left, y(chart.mean)), (width - right, y(chart.mean)), ACCENT, width=1.6)
    for side in (0, 1):
        drawing.path([(x(one.whole), y(one.act[side])) for one in chart.limits], ACCENT, width=1.6, dash=_ACT)
        drawing.path([(x(one.whole), y(one.look[side])) for one in chart.limits], ACCENT, width=1.4, dash=_LOOK)
    for point in sorted(chart.points, key=lambda one: bool(one.letter)):
        drawing.mark((x(point.whole), y(point.share)), point.mark)
    for point in chart.points:
        if point.letter:
            is_far = x(point.whole) > width - right - 24
            place = (x(point.whole) + (-10 if is_far else 10), y(point.share) + 5)
            drawing.outlined(place, point.letter, anchor="end" if is_far else "start", size=14)
    write_key(drawing, keys, (4, _TOP + plot + _BELOW), width)
    return drawing.to_svg()


def _keys(chart: FunnelChart) -> list[Key]:
    keys = []
    if any(point.mark is Mark.CHANCE for point in chart.points):
        keys.append(Key("An agency within the funnel", mark=Mark.CHANCE))
    keys += [
        Key(chart.about_mean, colour=ACCENT),
        Key("19 of 20 agencies by chance", colour=ACCENT, dash=_LOOK),
        Key("499 of 500 agencies by chance", colour=ACCENT, dash=_ACT),
    ]
    named = sorted((point for point in chart.points if point.letter), key=lambda point: point.letter)
    keys += [Key(point.words, mark=point.mark) for point in named]
    return keys
