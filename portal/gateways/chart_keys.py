"""The key below a chart: what each mark, line and pattern means, beside a sample of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from portal.gateways.svg_drawing import QUIET, SMALL, Drawing, Mark, Place, width_of, wrapped

_SAMPLE, _GAP, _LINE = 34.0, 22.0, 20.0


@dataclass(frozen=True, slots=True)
class Key:
    """One line of a key."""

    words: str
    mark: Mark | None = None
    colour: str = ""
    """Of the line; empty for a mark alone."""
    dash: str = ""
    is_hatched: bool = False
    fill: str = ""
    """Of a shade."""


def key_height(keys: Sequence[Key], width: float) -> float:
    """Return how much room a key needs."""
    rows = _rows(keys, width)
    return sum(_height(row, width) for row in rows) + 10


def write_key(drawing: Drawing, keys: Sequence[Key], place: Place, width: float) -> None:
    """Write a key from its upper left corner."""
    fill = drawing.hatching("withheld-key") if any(key.is_hatched for key in keys) else ""
    y = place[1] + 14
    for row in _rows(keys, width):
        x = place[0]
        for key in row:
            _sample(drawing, key, (x, y), fill)
            for number, words in enumerate(_lines(key, width)):
                drawing.text((x + _SAMPLE, y + 4 + number * 16), words, axis=bool(key.fill))
            x += _wide(key)
        y += _height(row, width)


def _rows(keys: Sequence[Key], width: float) -> list[list[Key]]:
    rows: list[list[Key]] = []
    used = width
    for key in keys:
        wide = _wide(key)
        if used + wide - _GAP > width - 8:
            rows.append([])
            used = 0
        rows[-1].append(key)
        used += wide
    return rows


def _wide(key: Key) -> float:
    return _SAMPLE + width_of(key.words) + _GAP


def _lines(key: Key, width: float) -> list[str]:
    return wrapped(key.words, width - _SAMPLE - 8, SMALL)


def _height(row: Sequence[Key], width: float) -> float:
    return _LINE + 16 * (max(len(_lines(key, width)) for key in row) - 1)


def _sample(drawing: Drawing, key: Key, place: Place, hatching: str) -> None:
    x, y = place
    if key.is_hatched or key.fill:
        drawing.box((x + 4, y - 7), 20, 14, key.fill or hatching, edge=QUIET)
    if key.colour:
        drawing.line((x, y), (x + 26, y), key.colour, width=2, dash=key.dash)
    if key.mark is not None:
        drawing.mark((x + 13, y), key.mark)
