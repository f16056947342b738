"""When a measure has changed by more than chance, and how that is said.

The rules are those that NHS England's programme Making Data Count teaches for its XmR charts, as the NHS-R Community
implements them (NHSRplotthedots, ptd_calculate_point_type): a month outside the limits; seven in a row on one side of
the mean; seven in a row that each rise, or each fall; two of three near one limit, all three on that side. They are
Western Electric's (1956) with runs of seven in place of eight. More rules would find more signals in mere chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from portal.domain.control_limits import FEWEST, Behaviour, behaviour
from portal.domain.measures import Direction, Series
from portal.domain.months import Month

RUN = 7
"""Months in a row on one side of the mean, or rising, or falling."""
NEAR = 2
"""Standard deviations from the mean from which on a value is near its limit (the outer third)."""
RULES = "NHS England, Making Data Count"

_NUMBERS = {7: "Seven", 8: "Eight", 9: "Nine", 10: "Ten", 11: "Eleven", 12: "Twelve"}


class Rule(StrEnum):
    """Which rule found a signal."""

    OUTSIDE = "outside"
    SHIFT = "shift"
    TREND = "trend"
    NEAR = "near"


@dataclass(frozen=True, slots=True)
class Signal:
    """Months that moved by more than chance."""

    rule: Rule
    first: Month
    last: Month
    length: int
    """How many points it covers."""
    is_above: bool
    """Whether it lies above the mean, or rises."""
    is_better: bool | None
    """None where neither way is better."""
    is_of_months: bool = True
    """Whether each of its points is a single month."""


def signals(series: Series, phases: Sequence[Month] = ()) -> tuple[Signal, ...]:
    """Return what a series signals, the newest first; without limits there is none."""
    return signals_in(behaviour(series, phases), series.measure.direction)


def signals_in(found: Behaviour, direction: Direction) -> tuple[Signal, ...]:
    """Return what points signal against their limits: a withheld month breaks every run, a new phase too."""
    places = range(len(found.values))
    sides = [_side(found, place) for place in places]
    beyond = [_outside(found, place) for place in places]
    moves = [0, *(_move(found, place) for place in places[1:])]
    runs = [
        *((Rule.OUTSIDE, *run) for run in _runs(beyond, found.begins, least=1)),
        *((Rule.SHIFT, *run) for run in _runs(sides, found.begins)),
        *((Rule.TREND, first - 1, last, up) for first, last, up in _runs(moves, found.begins, least=RUN - 1)),
        *((Rule.NEAR, *run) for run in _near(found, sides)),
    ]
    runs.sort(key=lambda run: (-run[2], list(Rule).index(run[0]), run[1]))
    return tuple(_signal(found, direction, *run) for run in runs)


def in_words(signal: Signal) -> str:
    """Return a signal as a sentence: "Seven months below the mean, June to December: worse, and more than chance"."""
    when = _span(signal.first, signal.last)
    count = _NUMBERS.get(signal.length, str(signal.length))
    months = "months" if signal.is_of_months else "periods"
    match signal.rule:
        case Rule.OUTSIDE:
            lies = "lies" if signal.first == signal.last else "each lie" if signal.length > 1 else "together lie"
            said = f"{when} {lies} {'above the upper' if signal.is_above else 'below the lower'} limit"
        case Rule.SHIFT:
            said = f"{count} {months} {'above' if signal.is_above else 'below'} the mean, {when}"
        case Rule.TREND:
            said = f"{count} {months} that each go {'up' if signal.is_above else 'down'}, {when}"
        case Rule.NEAR:
            said = f"Two of three {months} near the {'upper' if signal.is_above else 'lower'} limit, {when}"
    meant = {True: "better, and more than chance", False: "worse, and more than chance", None: "more than chance"}
    return f"{said}: {meant[signal.is_better]}."


def words_of(series: Series, phases: Sequence[Month] = ()) -> list[str]:
    """Return what a series says, as sentences: its signals, or that there is none, or that too little can be shown."""
    found = behaviour(series, phases)
    words = [in_words(signal) for signal in signals_in(found, series.measure.direction)]
    if not found.has_limits:
        newest = " since the new phase began" if found.begins else ""
        words.append(
            f"{_shown(found.shown)} shown{newest}: too few to tell a change from chance. "
            f"Limits are drawn from {FEWEST} months on."
        )
    elif not words:
        words.append("No signal: the months differ by no more than chance would make them differ.")
    if found.is_provisional:
        words.append(f"The limits are provisional: they rest on {found.shown} months, and move with each new one.")
    withheld = [point.month for point in found.points if point.value.is_withheld]
    if withheld:
        words.append(f"Too few to show: {_listed(withheld)}. What is left out counts for nothing here.")
    return words


def _signal(
    found: Behaviour,
    direction: Direction,
    rule: Rule,
    first: int,
    last: int,
    is_above: bool,
) -> Signal:
    points = found.points[first : last + 1]
    return Signal(
        rule,
        points[0].since or points[0].month,
        points[-1].month,
        len(points),
        is_above,
        None if direction is Direction.NEITHER else is_above == (direction is Direction.HIGHER),
        all(point.since in (None, point.month) for point in points),
    )


def _outside(found: Behaviour, place: int) -> int:
    """1 above the upper limit, -1 below the lower one, else 0."""
    value, limits = found.values[place], found.limits[place]
    if value is None or limits is None:
        return 0
    # What a float cannot write exactly is not outside: 8 of 8 is 100 per cent, whatever the last digit says.
    tolerance = 1e-9 * max(1.0, abs(limits.upper))
    return (value > limits.upper + tolerance) - (value < limits.lower - tolerance)


def _side(found: Behaviour, place: int) -> int:
    value, limits = found.values[place], found.limits[place]
    if value is None or limits is None or abs(value - limits.mean) < 1e-9:
        return 0
    return 1 if value > limits.mean else -1


def _move(found: Behaviour, place: int) -> int:
    before, now = found.values[place - 1], found.values[place]
    if before is None or now is None or found.limits[place] is None or place in found.begins:
        return 0
    return (now > before) - (now < before)


def _runs(signs: Sequence[int], breaks: frozenset[int], least: int = RUN) -> list[tuple[int, int, bool]]:
    """Every longest stretch of one sign that is long enough: its first place, its last, whether it is above."""
    made, start = [], 0
    for place in range(1, len(signs) + 1):
        if place < len(signs) and signs[place] == signs[start] and place not in breaks:
            continue
        if signs[start] and place - start >= least:
            made.append((start, place - 1, signs[start] > 0))
        start = place
    return made


def _near(found: Behaviour, sides: Sequence[int]) -> list[tuple[int, int, bool]]:
    """Stretches in which two of three neighbours lie in the outer third, none beyond the limit, on one side."""
    made: list[tuple[int, int, bool]] = []
    for first in range(len(sides) - 2):
        three = range(first, first + 3)
        if found.begins.intersection(three[1:]) or not sides[first] or len({sides[place] for place in three}) > 1:
            continue
        if sum(_is_near(found, place) for place in three) < 2:
            continue
        is_above = sides[first] > 0
        if made and made[-1][2] == is_above and made[-1][1] >= first:
            made[-1] = (made[-1][0], three[-1], is_above)
        else:
            made.append((first, three[-1], is_above))
    return made


def _is_near(found: Behaviour, place: int) -> bool:
    value, limits = found.values[place], found.limits[place]
    if value is None or limits is None or not limits.sigma or _outside(found, place):
        return False
    return abs(value - limits.mean) >= NEAR * limits.sigma


def _shown(count: int) -> str:
    return "No month can be" if not count else "Only 1 month can be" if count == 1 else f"Only {count} months can be"


def _span(first: Month, last: Month) -> str:
    if first == last:
        return first.words
    return f"{first.name if first.year == last.year else first.words} to {last.words}"


def _listed(months: Sequence[Month]) -> str:
    """Months in words, neighbours together: "April 2025 and July to October 2025"."""
    runs: list[tuple[Month, Month]] = []
    for month in months:
        runs.append((runs.pop()[0], month) if runs and runs[-1][1].plus(1) == month else (month, month))
    words = [_span(first, last) for first, last in runs]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
