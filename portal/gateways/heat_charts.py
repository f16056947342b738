"""A table of shares as SVG whose shades show where to look: the darker, the further from where it should be.

Every shade has its number in words on it, and one hue alone: so it is read in grey and by whoever sees no colours.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from portal.gateways.chart_keys import Key, key_height, write_key
from portal.gateways.charts import WITHHELD, Shape
from portal.gateways.svg_drawing import INK, PAPER, QUIET, Drawing, width_of, wrapped

_KEPT = 128
SHADES = ("#f3f8fa", "#cfe2e8", "#95bfcc", "#4b8ba0", "#0b5a6f")
_DARK = 3
"""From which shade on words are white."""


@dataclass(frozen=True, slots=True)
class HeatCell:
    """One share in words; its shade is 0 (light) to 4 (dark), None where there is nothing to shade."""

    words: str
    shade: int | None = None
    is_withheld: bool = False


@dataclass(frozen=True, slots=True)
class HeatChart:
    """What is drawn, and the words of the whole image."""

    words: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, tuple[HeatCell, ...]], ...]
    shades: tuple[str, ...]
    """What each shade stands for, in words."""


_SIZES = {Shape.WIDE: (860.0, 168.0, 38.0), Shape.NARROW: (335.0, 104.0, 40.0)}
_LEAST = 54.0
"""Pixels below which a number goes without its sign, and words stand below each other."""


@lru_cache(maxsize=_KEPT)
def drawn_heat(chart: HeatChart, shape: Shape) -> bytes:
    """Draw a heat map; the same figures are drawn once."""
    width, left, high = _SIZES[shape]
    cell = (width - left - 2) / max(1, len(chart.heads))
    is_turned = any(width_of(word) > cell - 6 for head in chart.heads for word in head.split())
    top = (
        max((width_of(head) for head in chart.heads), default=0) + 12
        if is_turned
        else 10 + 16 * max((len(wrapped(head, cell - 6)) for head in chart.heads), default=1)
    )
    rows = [(wrapped(title, left - 8), cells) for title, cells in chart.rows]
    heights = [max(high, 12 + 16 * len(lines)) for lines, _cells in rows]
    keys = _keys(chart)
    key_top = top + sum(heights) + 10
    drawing = Drawing(width, key_top + key_height(keys, width), chart.words)
    hatching = drawing.hatching("withheld")
    for place, head in enumerate(chart.heads):
        middle = left + cell * (place + 0.5)
        if is_turned:
            drawing.text((middle + 5, top - 6), head, bold=True, turned=True)
        else:
            lines = wrapped(head, cell - 6)
            for number, line in enumerate(lines):
                y = top - 7 - 16 * (len(lines) - 1 - number)
                drawing.text((middle, y), line, bold=True, anchor="middle")
    y = top
    for (lines, cells), height in zip(rows, heights, strict=True):
        for number, line in enumerate(lines):
            drawing.text((0, y + height / 2 + 5 + 16 * (number - (len(lines) - 1) / 2)), line)
        for place, one in enumerate(cells):
            corner = (left + cell * place, y)
            fill = hatching if one.is_withheld else PAPER if one.shade is None else SHADES[one.shade]
            drawing.box(corner, cell, height, fill, edge="#ffffff" if one.shade is not None else "#d3dce0")
            is_dark = one.shade is not None and one.shade >= _DARK
            words = [one.words] if cell >= _LEAST else one.words.removesuffix(" %").split()
            for number, word in enumerate(words):
                drawing.text(
                    (corner[0] + cell / 2, y + height / 2 + 5 + 15 * (number - (len(words) - 1) / 2)),
                    word,
                    colour=PAPER if is_dark else INK if one.shade is not None or one.is_withheld else QUIET,
                    anchor="middle",
                    size=13 if one.is_withheld else 14,
                    bold=is_dark,
                )
        y += height
    write_key(drawing, keys, (4, key_top), width)
    return drawing.to_svg()


def _keys(chart: HeatChart) -> list[Key]:
    used = {cell.shade for _title, cells in chart.rows for cell in cells}
    keys = [Key(words, fill=SHADES[shade]) for shade, words in enumerate(chart.shades) if shade in used]
    if any(cell.is_withheld for _title, cells in chart.rows for cell in cells):
        keys.append(Key(f"Withheld ({WITHHELD})", is_hatched=True))
    return keys
