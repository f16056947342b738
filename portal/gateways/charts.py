"""Charts as SVG, drawn on the server from figures that were made fit to be seen before they came here.

Nothing is drawn but what stands in the figures: what is withheld is no number here, and no mark carries a description
of its own. Colours have patterns, so that they are told apart without seeing them and on grey paper; sizes are those of
the page that shows the chart, since an image is scaled with its letters.

The library starts a thread of its own when it first draws, so nothing may be drawn before a server has forked.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from html import escape
from typing import Any

from portal.domain.ratings import Colour
from portal.gateways.chart_patterns import LINE, code_of, with_patterns

WITHHELD = "too few"
_KEPT = 256
"""How many drawn charts a process remembers, of about 15 KB each."""

_INK, _FONT = "#1d2733", "Arial, Helvetica, sans-serif"
_HALO = "#ffffff"
_SMALL_PRINT = 13


class Shape(Enum):
    """Which page it is drawn for."""

    WIDE = "wide"
    NARROW = "narrow"


@dataclass(frozen=True, slots=True)
class Rating:
    """One part of each bar."""

    label: str
    colour: Colour


@dataclass(frozen=True, slots=True)
class Bar:
    """A group with the part of each rating in per cent; None is withheld, and the rest of the bar says so."""

    title: str
    parts: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Shares:
    """Bars of 100 % each, in parts by rating."""

    words: str
    ratings: tuple[Rating, ...]
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """Where something stood and stands, in per cent; `words` stand at its end."""

    title: str
    before: float
    now: float
    words: str


@dataclass(frozen=True, slots=True)
class Moves:
    """Lines from then to now."""

    words: str
    before: str
    now: str
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class _Measures:
    width: int
    letters: int
    """How many of them go into a line beside a bar."""
    least_part: float
    """From how many per cent on a part has room for its number."""
    columns: int
    near: int
    """Up to how many per cent the words of a move have room on its right."""


_MEASURES = {Shape.WIDE: _Measures(620, 34, 7.0, 2, 84), Shape.NARROW: _Measures(185, 15, 22.0, 1, 50)}
_ROW, _LINE_HEIGHT = 44, 16


@lru_cache(maxsize=_KEPT)
def drawn(chart: Shares | Moves, shape: Shape) -> bytes:
    """Draw a chart; the same figures are drawn once."""
    import altair  # a third of a second, and most processes never draw

    if isinstance(chart, Shares):
        return _svg(_shares(altair, chart, _MEASURES[shape]), chart.words, chart.ratings)
    return _svg(_moves(altair, chart, _MEASURES[shape]), chart.words, ())


def _shares(alt: Any, chart: Shares, measures: _Measures) -> Any:
    codes = [code_of(place) for place in range(len(chart.ratings) + 1)]
    labels = [*(rating.label for rating in chart.ratings), f"Withheld ({WITHHELD})"]
    pieces: list[dict[str, Any]] = []
    for bar in chart.bars:
        known = [part or 0.0 for part in bar.parts]
        left = 100.0 - sum(known) if None in bar.parts else 0.0
        start = 0.0
        for place, part in enumerate([*known, left]):
            if part <= 0:
                continue
            withheld = place == len(known)
            number = WITHHELD if withheld else f"{part:.0f} %" if measures.columns == 1 else f"{part:.1f} %"
            pieces.append(
                {
                    "group": _wrapped(bar.title, measures),
                    "rating": codes[place],
                    "start": start,
                    "end": start + part,
                    "middle": start + part / 2,
                    "number": number if part >= measures.least_part * (2 if withheld else 1) else "",
                }
            )
            start += part
    shown = [code for code in codes if any(piece["rating"] == code for piece in pieces)]
    legend = alt.Legend(
        title=None,
        orient="top",
        direction="vertical",
        columns=measures.columns,
        symbolType="square",
        symbolSize=300,
        symbolStrokeWidth=1,
        symbolStrokeColor=_INK,
        labelExpr=_labels({code: labels[codes.index(code)] for code in shown}),
    )
    titles = [_wrapped(bar.title, measures) for bar in chart.bars]
    base = alt.Chart(alt.Data(values=pieces), width=measures.width, height=_height(titles)).encode(y=_rows(alt, titles))
    bars = base.mark_bar(size=28, stroke=_INK, strokeWidth=1).encode(
        x=_per_cent(alt, "start:Q"),
        x2="end:Q",
        color=alt.Color("rating:N", scale=alt.Scale(domain=shown, range=shown), legend=legend),
    )
    return alt.layer(bars, *_outlined(base, alt.X("middle:Q"), align="center"))


def _moves(alt: Any, chart: Moves, measures: _Measures) -> Any:
    rows = [
        {
            "group": _wrapped(move.title, measures),
            "before": move.before,
            "now": move.now,
            "number": move.words,
            "edge": max(move.before, move.now),
        }
        for move in chart.moves
    ]
    titles = [_wrapped(move.title, measures) for move in chart.moves]
    base = alt.Chart(alt.Data(values=rows), width=measures.width, height=_height(titles)).encode(y=_rows(alt, titles))
    line = base.mark_rule(stroke=_INK, strokeWidth=2).encode(x=_per_cent(alt, "before:Q"), x2="now:Q")
    legend = alt.Legend(
        title=None,
        orient="top",
        direction="vertical",
        columns=measures.columns,
        symbolSize=110,
        symbolStrokeWidth=2,
        symbolStrokeColor=_INK,
        labelExpr=_labels({"before": chart.before, "now": chart.now}),
    )
    dots = [
        base.transform_calculate(when=f"'{when}'")
        .mark_point(filled=True, size=130, opacity=1, stroke=_INK, strokeWidth=2)
        .encode(
            x=_per_cent(alt, f"{when}:Q"),
            fill=alt.Fill("when:N", scale=alt.Scale(domain=["before", "now"], range=["#ffffff", _INK]), legend=legend),
        )
        for when in ("before", "now")
    ]
    place = alt.X("edge:Q")
    beside = _outlined(base.transform_filter(f"datum.edge <= {measures.near}"), place, align="left", dx=12)
    above = _outlined(base.transform_filter(f"datum.edge > {measures.near}"), place, align="right", dx=8, dy=-15)
    return alt.layer(line, *dots, *beside, *above)


def _height(titles: Sequence[str]) -> int:
    """Rows are of one height, which the longest title gives."""
    return len(titles) * max(_ROW, *(12 + _LINE_HEIGHT * (1 + title.count("\n")) for title in titles))


def _rows(alt: Any, titles: Sequence[str]) -> Any:
    return alt.Y("group:N", sort=list(dict.fromkeys(titles)), title=None)


def _per_cent(alt: Any, what: str) -> Any:
    return alt.X(what, scale=alt.Scale(domain=[0, 100]), title=None, axis=alt.Axis(values=[0, 25, 50, 75, 100]))


def _outlined(base: Any, place: Any, **where: Any) -> list[Any]:
    """A number twice: once as its own white edge, so that it is read on every pattern."""
    words = {"fontSize": _SMALL_PRINT, "fontWeight": "bold", "font": _FONT, **where}
    return [
        base.mark_text(**words, fill=_HALO, stroke=_HALO, strokeWidth=4, strokeJoin="round").encode(
            x=place, text="number:N"
        ),
        base.mark_text(**words, fill=_INK).encode(x=place, text="number:N"),
    ]


def _labels(words: dict[str, str]) -> str:
    """An expression that gives each code its words."""
    return f"{{{', '.join(f'{_quoted(code)}: {_quoted(label)}' for code, label in words.items())}}}[datum.value]"


def _quoted(words: str) -> str:
    return "'" + words.replace("\\", "\\\\").replace("'", "\\'").replace("\n", " ") + "'"


def _wrapped(title: str, measures: _Measures) -> str:
    return (
        "\n".join(textwrap.wrap(title, measures.letters, max_lines=4, placeholder=" …", break_long_words=False)) or " "
    )


def _config() -> dict[str, Any]:
    text = {"labelFont": _FONT, "labelFontSize": 14, "labelColor": _INK, "labelLimit": 0}
    return {
        "background": "white",
        # Words are measured here in Arial: whoever has a wider letter in its place loses none of them on the left.
        "padding": {"left": 40, "right": 4, "top": 4, "bottom": 4},
        "lineBreak": "\n",
        "aria": False,
        "view": {"stroke": None},
        "legend": {**text, "rowPadding": 6, "columnPadding": 24, "offset": 12},
        "axisX": {
            **text,
            "labelFontSize": _SMALL_PRINT,
            "labelExpr": "datum.value + ' %'",
            "gridColor": LINE,
            "domain": False,
            "ticks": False,
            "labelPadding": 6,
        },
        "axisY": {**text, "domain": False, "ticks": False, "labelPadding": 10, "labelLineHeight": _LINE_HEIGHT},
    }


def _svg(chart: Any, words: str, ratings: Sequence[Rating]) -> bytes:
    import vl_convert  # a megabyte of JavaScript: as above

    spec = chart.to_dict(format="vega-lite")
    spec["config"] = _config()
    made: str = vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])
    return with_patterns(_as_image(made, words), [rating.colour for rating in ratings]).encode()


def _as_image(svg: str, words: str) -> str:
    """One image with its words: what the library says of its parts would be read out piece by piece."""
    bare = re.sub(r' (?:role|aria-[a-z]+)="[^"]*"', "", svg)
    head, _, rest = bare.partition(">")
    return f'{head} role="img" aria-label="{escape(words)}"><title>{escape(words)}</title>{rest}'
