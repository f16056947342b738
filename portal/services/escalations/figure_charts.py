"""The pictures of the escalations' figures: what the tables of the page say, as bars, and no other figures."""

from __future__ import annotations

from portal.access.viewer import Viewer
from portal.domain.count_tables import Part
from portal.domain.errors import NotVisible
from portal.domain.escalation_figures import BANDS, By, Population
from portal.domain.periods import Days
from portal.domain.ratings import Colour
from portal.gateways.charts import Bar, Rating, Shape, Shares, drawn
from portal.services.escalations.figures import EscalationFigures, Section, figures

ALL_STAGES = "All stages"

_COLOURS = (Colour.GREEN, Colour.GREEN, Colour.AMBER, Colour.AMBER, Colour.RED)


def open_chart(viewer: Viewer, days: Days, *, is_narrow: bool) -> bytes:
    """How long escalations have been open, by stage, as SVG. Raises NotVisible where there is nothing to draw."""
    return _drawn(open_bars(figures(viewer, days)), is_narrow=is_narrow)


def resolved_chart(viewer: Viewer, days: Days, *, is_narrow: bool) -> bytes:
    """How long escalations took, by the stage at which they were resolved, as SVG. Raises NotVisible as above."""
    return _drawn(resolved_bars(figures(viewer, days)), is_narrow=is_narrow)


def open_bars(found: EscalationFigures) -> Shares | None:
    """What the table of open escalations says; None where all of it is withheld, or nothing is open."""
    words = "Bars of how many working days escalations have been open, by stage"
    return _bars(words, found.escalations, found.escalations.open)


def resolved_bars(found: EscalationFigures) -> Shares | None:
    """What the table of resolved escalations says; None where all of it is withheld, or nothing was resolved."""
    words = "Bars of how many working days escalations took, by the stage at which they were resolved"
    return _bars(words, found.escalations, found.escalations.resolved)


def _bars(words: str, section: Section, counted: Population) -> Shares | None:
    rows: list[tuple[str, str | None]] = [(title, number) for number, title in section.stages.items()]
    bars = [_bar(title, counted, number) for title, number in (*rows, (ALL_STAGES, None))]
    shown = tuple(bar for bar in bars if any(bar.parts))
    if not shown:
        return None
    ratings = tuple(Rating(f"{band} days", colour) for band, colour in zip(BANDS, _COLOURS, strict=True))
    return Shares(words, ratings, shown)


def _bar(title: str, counted: Population, stage: str | None) -> Bar:
    whole = counted.count(By.STAGE, stage)
    parts = [Part(counted.count(By.STAGE, stage, band), whole).percentage for band in BANDS]
    named = title if whole is None else f"{title} ({whole:,})"
    return Bar(named, tuple(None if part is None else float(part) for part in parts))


def _drawn(chart: Shares | None, *, is_narrow: bool) -> bytes:
    if chart is None:
        raise NotVisible("There is nothing to draw.")
    return drawn(chart, Shape.NARROW if is_narrow else Shape.WIDE)
