"""One measure of many agencies over months: as small run charts on one scale, in words, and as their table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from portal.domain.control_limits import behaviour
from portal.domain.measures import Series, Unit, Value
from portal.domain.months import Month
from portal.domain.signals import Signal, in_words, signals
from portal.gateways.charts import Shape
from portal.gateways.small_multiples import Multiples, Panel, drawn_multiples
from portal.services.pictures.figures import Figure, Table, short_words
from portal.services.pictures.runs import marks_of, overall, points_of


@dataclass(frozen=True, slots=True)
class MultiplesOf:
    """Series of one measure, each with the name of its panel."""

    about: str
    titled: tuple[tuple[str, Series], ...]


def multiples_chart(shown: MultiplesOf, shape: Shape = Shape.WIDE) -> bytes | None:
    """Return the panels as SVG; None where there are none."""
    return drawn_multiples(_chart(shown), shape) if shown.titled else None


def multiples_figure(shown: MultiplesOf) -> Figure:
    """Return what stands beside the panels: the newest signal of each, and a table with all their numbers."""
    words = []
    for title, series in shown.titled:
        found = signals(series)
        if found:
            words.append(f"{title}: {in_words(_plainest(found))}")
    unknown = [title for title, series in shown.titled if not behaviour(series).has_limits]
    if not words and len(unknown) < len(shown.titled):
        words.append("No signal: where enough is shown, months differ by no more than chance would make them differ.")
    if unknown:
        words.append(f"Too little is shown to tell a change from chance: {', '.join(unknown)}.")
    return Figure(_alt(shown), tuple(words), (_table(shown),), has_picture=bool(shown.titled))


def _plainest(found: Sequence[Signal]) -> Signal:
    """The signal that says most: the longest of those that end last."""
    newest = [signal for signal in found if signal.last == found[0].last]
    return max(newest, key=lambda signal: signal.length)


def _table(shown: MultiplesOf) -> Table:
    """Months in rows: agencies beside each other are what is compared."""
    months: list[Month] = sorted({point.month for _title, series in shown.titled for point in series.points})
    steps = [{point.month: point for point in behaviour(series).points} for _title, series in shown.titled]
    every = [series for _title, series in shown.titled]
    rows = [
        (
            month.words,
            *(
                _cell(series, found[month].value if month in found else None)
                for series, found in zip(every, steps, strict=True)
            ),
        )
        for month in months
    ]
    together = [overall(series) for series in every]
    rows.append(
        (
            "Together",
            *(
                "too few" if value is None else _cell(series, value)
                for series, value in zip(every, together, strict=True)
            ),
        )
    )
    return Table(shown.about, ("Month", *(title for title, _series in shown.titled)), tuple(rows))


def _cell(series: Series, value: Value | None) -> str:
    """A month inside of several that were put together has no number of its own."""
    return "with the next" if value is None else short_words(series.measure, value)


def _chart(shown: MultiplesOf) -> Multiples:
    panels = []
    for title, series in shown.titled:
        found = behaviour(series)
        together = overall(series)
        panels.append(
            Panel(
                title,
                points_of(series, found, marks_of(found, series)),
                "too few" if together is None else short_words(series.measure, together),
            )
        )
    is_share = all(series.measure.unit is Unit.PER_CENT for _title, series in shown.titled)
    return Multiples(_alt(shown), tuple(panels), is_share, " %" if is_share else "")


def _alt(shown: MultiplesOf) -> str:
    return f"Small charts on one scale: {shown.about}."
