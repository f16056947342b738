"""A table of shares by two things at once: as a heat map, in words, and as the table itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from portal.domain.figure_words import within_sentence
from portal.domain.measures import Direction, Measure, Value, amount, in_words
from portal.gateways.charts import Shape
from portal.gateways.heat_charts import SHADES, HeatCell, HeatChart, drawn_heat
from portal.services.pictures.figures import Figure, Table, short_words

_NAMED = 3
"""So many of the worst cells are named in words."""
_BAND = 100 // len(SHADES)


@dataclass(frozen=True, slots=True)
class HeatTable:
    """Values of one measure by row and column; None where there is nothing of the kind."""

    measure: Measure
    about: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Value | None, ...]], ...]
    sums: frozenset[str] = frozenset()
    """Rows and columns that add up others: they are not named among the worst."""


def heat_map(table: HeatTable, shape: Shape = Shape.WIDE) -> bytes:
    """Return the table as SVG, the darker the further from where it should be."""
    return drawn_heat(_chart(table), shape)


def heat_figure(table: HeatTable) -> Figure:
    """Return what stands beside the heat map: its words, and the table of its numbers."""
    rows = tuple(
        (title, *("–" if value is None else in_words(table.measure, value) for value in values))
        for title, values in table.rows
    )
    shown = Table(f"{table.measure.title}: {table.about}", ("Agencies", *table.columns), rows)
    has_picture = any(_shade(table.measure, value) is not None for _title, values in table.rows for value in values)
    return Figure(_alt(table), tuple(_words(table)), (shown,), has_picture)


def _words(table: HeatTable) -> list[str]:
    known = {
        (title, column): value
        for title, values in table.rows
        for column, value in zip(table.columns, values, strict=True)
        if value is not None and title not in table.sums and column not in table.sums
    }
    amounts: Mapping[tuple[str, str], float] = {
        key: float(shown) for key, value in known.items() if (shown := amount(table.measure, value)) is not None
    }
    words = []
    if amounts and table.measure.direction is not Direction.NEITHER:
        is_low_bad = table.measure.direction is Direction.HIGHER
        worst = sorted(amounts, key=lambda key: (amounts[key] if is_low_bad else -amounts[key], key))[:_NAMED]
        named = "; ".join(
            f"{row}, {within_sentence(column)}: {in_words(table.measure, known[row, column])}" for row, column in worst
        )
        words.append(f"{'Lowest' if is_low_bad else 'Highest'}: {named}.")
    withheld = sum(value.is_withheld for _title, values in table.rows for value in values if value is not None)
    if withheld:
        words.append(f"{withheld} {'cell is' if withheld == 1 else 'cells are'} withheld: too few to show.")
    if not amounts:
        words.append("There is nothing to compare in this period.")
    return words


def _chart(table: HeatTable) -> HeatChart:
    return HeatChart(
        words=_alt(table),
        heads=table.columns,
        rows=tuple((title, tuple(_cell(table.measure, value) for value in values)) for title, values in table.rows),
        shades=_shades(table.measure.direction),
    )


def _cell(measure: Measure, value: Value | None) -> HeatCell:
    if value is None:
        return HeatCell("–")
    return HeatCell(short_words(measure, value), _shade(measure, value), value.is_withheld)


def _shade(measure: Measure, value: Value | None) -> int | None:
    shown = None if value is None else amount(measure, value)
    if shown is None:
        return None
    light_to_dark = min(len(SHADES) - 1, int(shown) // _BAND)
    return len(SHADES) - 1 - light_to_dark if measure.direction is Direction.HIGHER else light_to_dark


def _shades(direction: Direction) -> tuple[str, ...]:
    """What each shade stands for, the lightest first."""
    last = len(SHADES) - 1
    bands = [
        f"under {_BAND} %" if place == 0 else f"{_BAND * place} % and more" if place == last
        else f"{_BAND * place} to {_BAND * (place + 1)} %"
        for place in range(len(SHADES))
    ]  # fmt: skip
    return tuple(reversed(bands)) if direction is Direction.HIGHER else tuple(bands)


def _alt(table: HeatTable) -> str:
    return f"Heat map: {table.measure.title.lower()} by agency and kind of meeting. {table.about}."
