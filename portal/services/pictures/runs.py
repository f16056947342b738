"""A measure over months: as a run chart with its limits, in words, and as the table of the same numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from portal.domain.comparators import Comparator, Target, words_for
from portal.domain.control_limits import Behaviour, Limits, Method, behaviour, exact_amount
from portal.domain.measures import Direction, Measure, Point, Series, Unit, Value, in_words
from portal.domain.months import Month
from portal.domain.signals import RULES, Signal, signals_in
from portal.domain.signals import words_of as signal_words
from portal.gateways.charts import Shape
from portal.gateways.run_charts import Level, RunChart, RunPoint, drawn_run
from portal.gateways.svg_drawing import Mark
from portal.services.pictures.figures import Figure, Table, given_words, number_words, short_words

MOST_LEVELS = 4
"""So many areas are told apart as lines; the table has all of them."""
NOTHING = "There was nothing to count in these months."
SAME_MONTHS = 6
"""Months that both years need before they are compared."""
_MARKS = {True: Mark.BETTER, False: Mark.WORSE, None: Mark.CHANGED}
_MARK_WORDS = {Mark.BETTER: "Better", Mark.WORSE: "Worse", Mark.CHANGED: "Changed", Mark.CHANCE: "–"}


def run_chart(
    series: Series,
    comparators: Sequence[Comparator] = (),
    target: Target | None = None,
    last_year: Series | None = None,
    shape: Shape = Shape.WIDE,
    *,
    phases: Sequence[Month] = (),
) -> bytes:
    """Return a series as SVG. `last_year` is the same measure in the months a year before."""
    return drawn_run(_chart(_begun(series), comparators, target, last_year, phases), shape)


def run_figure(
    series: Series,
    comparators: Sequence[Comparator] = (),
    target: Target | None = None,
    last_year: Series | None = None,
    *,
    phases: Sequence[Month] = (),
) -> Figure:
    """Return what stands beside the chart: its words, and tables with every number in it."""
    series = _begun(series)
    found = behaviour(series, phases)
    return Figure(
        alt=_alt(series),
        words=tuple(words_of(series, comparators, target, last_year, phases=phases)),
        tables=tuple(_tables(series, found, comparators, target, last_year)),
        has_picture=any(value is not None for value in found.values),
    )


def words_of(
    series: Series,
    comparators: Sequence[Comparator] = (),
    target: Target | None = None,
    last_year: Series | None = None,
    *,
    phases: Sequence[Month] = (),
) -> list[str]:
    """Return what a series says: whether it moved by more than chance, then what it is held against."""
    if _has_nothing(series):
        return [NOTHING]
    words = signal_words(series, phases)
    now = overall(series)
    if now is None:
        return words
    measure = series.measure
    when = "At the newest month shown" if measure.unit in (Unit.NUMBER, Unit.PER_10000) else "Over the months shown"
    words.append(f"{when}: {in_words(measure, now)}.")
    shown = exact_amount(measure.unit, now)
    if shown is None:
        return words
    if target is not None:
        words.append(f"The target is {given_words(measure, target.value)}: {_reached(series, shown, target)}.")
    words += _year_before(series, last_year)
    words += [
        f"{one.area}, {words_for(one.period)}: {given_words(measure, one.value)}. "
        f"Here it is {_against(shown, float(one.value))}."
        for one in comparators
    ]
    return words


def _begun(series: Series) -> Series:
    """The series without the months before there was anything to count."""
    empty = {point.month for point in behaviour(series).points if point.value.is_empty and _is_share(series.measure)}
    first = next((place for place, point in enumerate(series.points) if point.month not in empty), 0)
    return replace(series, points=series.points[first:])


def _has_nothing(series: Series) -> bool:
    """Whether there was nothing to have a share of in any month, which is not the same as too few to show."""
    return _is_share(series.measure) and all(point.value.is_empty for point in series.points)


def _is_share(measure: Measure) -> bool:
    return measure.unit is not Unit.NUMBER


def _year_before(series: Series, last_year: Series | None) -> list[str]:
    """The same months of both years, where there are enough of them: other months would compare something else."""
    earlier = {} if last_year is None else {point.month: point for point in behaviour(last_year).points}
    unit = series.measure.unit
    pairs = [
        (point.value, before.value)
        for point in behaviour(series).points
        if (before := earlier.get(point.month.plus(-12))) is not None
        and _months(point) == _months(before)
        and exact_amount(unit, point.value) is not None
        and exact_amount(unit, before.value) is not None
    ]
    if len(pairs) < SAME_MONTHS:
        return []
    now, then = (_together(series.measure, [pair[side] for pair in pairs]) for side in (0, 1))
    shown, was = exact_amount(unit, now) or 0.0, exact_amount(unit, then) or 0.0
    return [
        f"The same {len(pairs)} months a year before: {in_words(series.measure, then)}. "
        f"Now: {in_words(series.measure, now)}, which is {_against(shown, was)}."
    ]


def _together(measure: Measure, values: Sequence[Value]) -> Value:
    if measure.unit in (Unit.NUMBER, Unit.PER_10000):
        return values[-1]
    return Value(sum(value.part or 0 for value in values), sum(value.whole or 0 for value in values))


def overall(series: Series) -> Value | None:
    """Return the value of all points shown: their counts together; of a number at a month's end, the newest."""
    known = [
        point.value for point in behaviour(series).points if exact_amount(series.measure.unit, point.value) is not None
    ]
    return _together(series.measure, known) if known else None


def marks_of(found: Behaviour, series: Series) -> dict[Month, Mark]:
    """Return how each month with a signal is marked; where two meet, by the newer."""
    marks: dict[Month, Mark] = {}
    for signal in signals_in(found, series.measure.direction):
        for point in _covered(found, signal):
            marks.setdefault(point.month, _MARKS[signal.is_better])
    return marks


def points_of(
    series: Series, found: Behaviour, marks: Mapping[Month, Mark], last_year: Series | None = None
) -> tuple[RunPoint, ...]:
    """Return the months as a chart draws them: those that were put together stand at the last of them."""
    places = {point.month: place for place, point in enumerate(found.points)}
    earlier = {} if last_year is None else {point.month: point for point in last_year.points}
    made = []
    for number, point in enumerate(series.points, 1):
        place = places.get(point.month)
        before = earlier.get(point.month.plus(-12))
        limits = None if place is None else found.limits[place]
        made.append(
            RunPoint(
                month=point.month.name[:3],
                year=point.month.year,
                value=None if place is None else found.values[place],
                is_withheld=place is not None and point.value.is_withheld,
                mark=marks.get(point.month, Mark.CHANCE),
                limits=None if limits is None else (limits.lower, limits.mean, limits.upper),
                earlier=None if before is None else exact_amount(series.measure.unit, before.value),
                begins_phase=place in found.begins,
                months=0 if place is None else min(number, _months(point)),
            )
        )
    return tuple(made)


def _chart(
    series: Series,
    comparators: Sequence[Comparator],
    target: Target | None,
    last_year: Series | None,
    phases: Sequence[Month],
) -> RunChart:
    found, measure = behaviour(series, phases), series.measure
    known = [point for point, value in zip(found.points, found.values, strict=True) if value is not None]
    levels = (
        [Level(f"Target {given_words(measure, target.value)}", float(target.value), is_target=True)] if target else []
    )
    levels += [
        Level(f"{one.area}, {words_for(one.period)}: {given_words(measure, one.value)}", float(one.value))
        for one in comparators[:MOST_LEVELS]
    ]
    mean = _mean(found)
    return RunChart(
        words=_alt(series),
        points=points_of(series, found, marks_of(found, series), last_year),
        levels=tuple(levels),
        is_share=measure.unit is Unit.PER_CENT,
        unit=" %" if measure.unit is Unit.PER_CENT else "",
        latest=short_words(measure, known[-1].value) if known else "",
        about_mean="Mean" if mean is None else f"Mean {number_words(measure, mean)}",
        has_limits=found.has_limits,
    )


def _tables(
    series: Series,
    found: Behaviour,
    comparators: Sequence[Comparator],
    target: Target | None,
    last_year: Series | None,
) -> list[Table]:
    measure, marks = series.measure, marks_of(found, series)
    earlier = {} if last_year is None else {point.month: point.value for point in last_year.points}
    has_limits = any(found.limits)
    heads = ["Month", measure.title, *(["A year before"] if last_year else [])]
    heads += ["Mean", "Limits of chance", "Signal"] if has_limits else []
    rows = []
    for point, limits in zip(found.points, found.limits, strict=True):
        before = earlier.get(point.month.plus(-12))
        row = [_when(point), in_words(measure, point.value)]
        row += ["–" if before is None else short_words(measure, before)] if last_year else []
        if has_limits:
            row += [*_limit_words(series, limits), _MARK_WORDS[marks.get(point.month, Mark.CHANCE)]]
        rows.append(tuple(row))
    method = "a p chart" if found.method is Method.P else "an XmR chart"
    about = f"{measure.title}, {series.about}" if series.about else measure.title
    caption = f"{about}, month by month"
    months = Table(f"{caption} ({method}; rules: {RULES})" if has_limits else caption, tuple(heads), tuple(rows))
    tables = [months] if not _has_nothing(series) or any(not value.is_empty for value in earlier.values()) else []
    against = (
        [("Target", words_for(target.period), given_words(measure, target.value), target.source)] if target else []
    )
    against += [(one.area, words_for(one.period), given_words(measure, one.value), one.source) for one in comparators]
    if against:
        tables.append(Table("Held against", ("Area", "Period", "Value", "Source"), tuple(against)))
    return tables


def _limit_words(series: Series, limits: Limits | None) -> tuple[str, str]:
    if limits is None:
        return "–", "–"
    lower, upper = (number_words(series.measure, one) for one in (limits.lower, limits.upper))
    return number_words(series.measure, limits.mean), f"{lower} to {upper}"


def _mean(found: Behaviour) -> float | None:
    known = [limits.mean for limits in found.limits if limits is not None]
    return known[-1] if known and found.has_limits else None


def _covered(found: Behaviour, signal: Signal) -> list[Point]:
    return [
        point for point in found.points if signal.first <= (point.since or point.month) and point.month <= signal.last
    ]


def _months(point: Point) -> int:
    since = point.since or point.month
    return 12 * (point.month.year - since.year) + point.month.number - since.number + 1


def _when(point: Point) -> str:
    if point.since is None:
        return point.month.words
    first = point.since.name if point.since.year == point.month.year else point.since.words
    return f"{first} to {point.month.words}"


def _alt(series: Series) -> str:
    about = f", {series.about}" if series.about else ""
    if not series.points:
        return f"{series.measure.title}{about}: no month."
    first, last = series.points[0].month, series.points[-1].month
    return f"{series.measure.title}{about}, month by month from {first.words} to {last.words}."


def _reached(series: Series, shown: float, target: Target) -> str:
    wanted = float(target.value)
    if series.measure.direction is Direction.NEITHER:
        return _against(shown, wanted)
    is_reached = shown >= wanted if series.measure.direction is Direction.HIGHER else shown <= wanted
    return "reached" if is_reached else "not reached"


def _against(shown: float, other: float) -> str:
    if round(shown, 1) == round(other, 1):
        return "the same"
    return "higher" if shown > other else "lower"
