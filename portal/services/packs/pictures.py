"""Run charts for packs, each with what it says in words, held against targets and what other areas have published."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.domain.measures import Series
from portal.domain.pack_papers import PaperPicture
from portal.services.comparators import held_against
from portal.services.pictures import run_chart, run_figure

FEWEST = 3
"""Months that can be shown: fewer are read in the table."""


def picture_of(session: Session, partnership_id: int, series: Series) -> tuple[PaperPicture, ...]:
    """Return the chart of a series; none where there is too little to draw."""
    if len(series.known) < FEWEST:
        return ()
    against = held_against(session, partnership_id, series.measure.id)
    found = run_figure(series, against.comparators, against.target, phases=against.phases)
    if not found.has_picture:
        return ()
    svg = run_chart(series, against.comparators, against.target, phases=against.phases)
    title = f"{series.measure.title}, month by month"
    return (PaperPicture(title, svg.decode(), " ".join((found.alt, *found.words))),)
