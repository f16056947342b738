"""Patterns beside the colours of a chart's ratings: they are told apart without seeing colours, and on grey paper."""

from __future__ import annotations

from collections.abc import Sequence

from portal.domain.ratings import Colour

LINE = "#c9d2da"
_PAINT = {Colour.GREEN: "#2f8f63", Colour.AMBER: "#f0b429", Colour.RED: "#ca3535", Colour.GREY: "#dfe5ea"}
# Two ratings of one scale may have one colour: each time it comes again it is drawn closer.
_LINES = {
    Colour.GREEN: "",
    Colour.AMBER: '<circle cx="3" cy="3" r="1.4" fill="#7a4d00"/><circle cx="9" cy="9" r="1.4" fill="#7a4d00"/>',
    Colour.RED: '<path d="M-3,3 l6,-6 M0,12 l12,-12 M9,15 l6,-6" stroke="#ffffff" stroke-width="2"/>',
    Colour.GREY: '<path d="M0,6 h12" stroke="#5d6b78" stroke-width="1.5"/>',
}
_AGAIN = '<path d="M3,0 v12 M9,0 v12" stroke="#0b3d27" stroke-width="1.2"/>'


def code_of(place: int) -> str:
    """A rating's place as a colour that nothing else has, and that a pattern takes the place of."""
    return f"#fffe{place:02x}"


def with_patterns(svg: str, colours: Sequence[Colour]) -> str:
    """The drawing with a pattern for each rating, whose colours come in their order, and one for what is withheld."""
    if not colours:
        return svg
    patterns, met = [], set()
    for place, colour in enumerate(colours):
        lines = _LINES[colour] + (_AGAIN if colour in met else "")
        met.add(colour)
        patterns.append(_pattern(place, _PAINT[colour], lines))
        svg = svg.replace(f'"{code_of(place)}"', f'"url(#rating-{place})"')
    last = len(colours)
    patterns.append(_pattern(last, "#ffffff", f'<path d="M6,0 v12 M0,6 h12" stroke="{LINE}" stroke-width="1"/>'))
    svg = svg.replace(f'"{code_of(last)}"', f'"url(#rating-{last})"')
    return svg.replace("</title>", f"</title><defs>{''.join(patterns)}</defs>", 1)


def _pattern(place: int, paint: str, lines: str) -> str:
    return (
        f'<pattern id="rating-{place}" width="12" height="12" patternUnits="userSpaceOnUse">'
        f'<rect width="12" height="12" fill="{paint}"/>{lines}</pattern>'
    )
