"""A sheet that lines, marks and words are drawn on, as SVG that breaks no policy: attributes alone, nothing that runs.

The charts of one series, of a funnel and of a heat map need straight lines and words at places that we know. Drawn by
ourselves they take a fraction of a millisecond, and no library is loaded: docs/adr/0039.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from html import escape
from math import ceil, floor, log10

INK, QUIET, GRID, PAPER = "#14232b", "#5d6d76", "#d3dce0", "#ffffff"
BETTER, WORSE = "#1f5fb4", "#b84a00"
"""Told apart by those who do not see red and green; their marks have shapes of their own besides."""
ACCENT = "#0b5a6f"
SMALL, BODY = 13, 14
LINE_HEIGHT = 17
_FONT = "Arial, Helvetica, sans-serif"
_LETTER = 0.56
"""The mean width of a letter of Arial, in sizes; a little more than it is, so that nothing runs into its neighbour."""

Place = tuple[float, float]


class Mark(Enum):
    """What a value is drawn as: its meaning is in its shape as well as in its colour."""

    CHANCE = "chance"
    BETTER = "better"
    WORSE = "worse"
    CHANGED = "changed"
    """More than chance, of a measure of which neither way is better."""
    EARLIER = "earlier"


@dataclass(frozen=True, slots=True)
class Scale:
    """The values between which something is drawn, and the lines that are named."""

    top: float
    step: float

    @classmethod
    def up_to(cls, most: float, *, per_cent: bool = False, steps: int = 4) -> Scale:
        """From 0 to a round number that nothing exceeds; shares always go to 100, so that no picture is stretched."""
        if per_cent:
            return cls(100.0, 25.0)
        if most <= 0:
            return cls(float(steps), 1.0)
        rough = most / steps
        power = 10.0 ** floor(log10(rough))
        step = next(power * one for one in (1, 2, 2.5, 5, 10) if power * one >= rough - 1e-9)
        step = max(step, 1.0) if most >= steps else step
        return cls(step * ceil(most / step - 1e-9), step)

    @property
    def named(self) -> list[float]:
        """The values that a line stands at."""
        return [self.step * place for place in range(round(self.top / self.step) + 1)]


def width_of(words: str, size: float = SMALL) -> float:
    """Return about how wide words are, in pixels."""
    return len(words) * size * _LETTER


def wrapped(words: str, width: float, size: float = SMALL, lines: int = 3) -> list[str]:
    """Return words broken into lines of a width; what does not fit ends in an ellipsis."""
    letters = max(4, int(width / (size * _LETTER)))
    return textwrap.wrap(words, letters, max_lines=lines, placeholder="…") or [""]


class Drawing:
    """One image with its words."""

    def __init__(self, width: float, height: float, words: str) -> None:
        self._size = (width, height)
        self._words = words
        self._defs: list[str] = []
        self._parts: list[str] = []

    def line(
        self, start: Place, end: Place, colour: str = INK, *, width: float = 1, dash: str = "", opacity: float = 1
    ) -> None:
        """A straight line; `dash` is its pattern."""
        more = f' stroke-dasharray="{dash}"' if dash else ""
        more += f' opacity="{_n(opacity)}"' if opacity < 1 else ""
        self._parts.append(
            f'<line x1="{_n(start[0])}" y1="{_n(start[1])}" x2="{_n(end[0])}" y2="{_n(end[1])}" '
            f'stroke="{colour}" stroke-width="{_n(width)}"{more}/>'
        )

    def path(self, places: Sequence[Place], colour: str = INK, *, width: float = 2, dash: str = "") -> None:
        """A line through places; fewer than two draw nothing."""
        if len(places) < 2:
            return
        points = " ".join(f"{_n(x)},{_n(y)}" for x, y in places)
        more = f' stroke-dasharray="{dash}"' if dash else ""
        self._parts.append(
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="{_n(width)}" '
            f'stroke-linejoin="round"{more}/>'
        )

    def box(self, place: Place, width: float, height: float, fill: str, *, edge: str = "none") -> None:
        """A filled rectangle from its upper left corner."""
        self._parts.append(
            f'<rect x="{_n(place[0])}" y="{_n(place[1])}" width="{_n(width)}" height="{_n(height)}" fill="{fill}" '
            f'stroke="{edge}"/>'
        )

    def text(
        self,
        place: Place,
        words: str,
        *,
        colour: str = INK,
        anchor: str = "start",
        size: float = SMALL,
        bold: bool = False,
        axis: bool = False,
        turned: bool = False,
    ) -> None:
        """Words at their baseline; `axis` marks what names a line of the scale, `turned` reads upwards."""
        more = ' font-weight="bold"' if bold else ""
        more += ' class="axis"' if axis else ""
        more += f' transform="rotate(-90 {_n(place[0])} {_n(place[1])})"' if turned else ""
        self._parts.append(
            f'<text x="{_n(place[0])}" y="{_n(place[1])}" font-family="{_FONT}" font-size="{_n(size)}" '
            f'fill="{colour}" text-anchor="{anchor}"{more}>{escape(words)}</text>'
        )

    def outlined(self, place: Place, words: str, *, anchor: str = "start", size: float = SMALL) -> None:
        """Bold words on a white edge of their own, so that they are read on top of lines."""
        at = f'x="{_n(place[0])}" y="{_n(place[1])}" font-family="{_FONT}" font-size="{_n(size)}" font-weight="bold"'
        self._parts.append(
            f'<text {at} text-anchor="{anchor}" fill="{INK}" stroke="{PAPER}" stroke-width="4" stroke-linejoin="round" '
            f'paint-order="stroke">{escape(words)}</text>'
        )

    def mark(self, place: Place, mark: Mark, size: float = 5) -> None:
        """One value."""
        x, y = place
        match mark:
            case Mark.CHANCE:
                self._parts.append(f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(size * 0.8)}" fill="{INK}"/>')
            case Mark.EARLIER:
                self._parts.append(
                    f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(size * 0.6)}" fill="{PAPER}" stroke="{QUIET}" '
                    'stroke-width="1.5"/>'
                )
            case Mark.BETTER:
                self._shape(
                    [(x - size, y - size), (x + size, y - size), (x + size, y + size), (x - size, y + size)], BETTER
                )
            case Mark.WORSE:
                far = size * 1.5
                self._shape([(x, y - far), (x + far, y), (x, y + far), (x - far, y)], WORSE)
            case Mark.CHANGED:
                far = size * 1.4
                self._shape([(x, y - far), (x + far, y + size), (x - far, y + size)], PAPER)

    def window(self, name: str, place: Place, width: float, height: float) -> None:
        """Name a part of the sheet: an address with `#name` behind it shows nothing else."""
        box = f"{_n(place[0])} {_n(place[1])} {_n(width)} {_n(height)}"
        self._parts.append(f'<view id="{escape(name)}" viewBox="{box}"/>')

    def hatching(self, name: str) -> str:
        """Define the pattern of what is withheld, and return what to fill with."""
        self._defs.append(
            f'<pattern id="{name}" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
            '<rect width="7" height="7" fill="#f4f6f7"/><path d="M0,0 v7" stroke="#b3bfc5" stroke-width="2"/></pattern>'
        )
        return f"url(#{name})"

    def to_svg(self) -> bytes:
        """The image; its parts are not read out one by one, its words are."""
        width, height = (_n(one) for one in self._size)
        words = escape(self._words)
        defs = f"<defs>{''.join(self._defs)}</defs>" if self._defs else ""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" role="img" aria-label="{words}"><title>{words}</title>{defs}'
            f'<rect width="{width}" height="{height}" fill="{PAPER}"/>{"".join(self._parts)}</svg>'
        ).encode()

    def _shape(self, places: Sequence[Place], fill: str) -> None:
        points = " ".join(f"{_n(x)},{_n(y)}" for x, y in places)
        self._parts.append(f'<polygon points="{points}" fill="{fill}" stroke="{INK}" stroke-width="1.5"/>')


def _n(number: float) -> str:
    """A length as short as it can be written."""
    return f"{number:.1f}".removesuffix(".0")
