"""Lines of many series on one sheet, to stand as small as a word beside their numbers."""

from __future__ import annotations

from collections.abc import Sequence

from portal.domain.control_limits import behaviour
from portal.domain.measures import Series
from portal.gateways.small_lines import SmallLine, SmallLines, drawn_small_lines
from portal.services.pictures.runs import marks_of, points_of


def small_lines(words: str, named: Sequence[tuple[str, Series]]) -> bytes:
    """Return shares over months as SVG, a window for each name; numbers and signals stand where it is shown."""
    lines = []
    for name, series in named:
        found = behaviour(series)
        lines.append(SmallLine(name, points_of(series, found, marks_of(found, series))))
    return drawn_small_lines(SmallLines(words, tuple(lines)))
