"""Ratios of two things done by turns in one run, and whether their median keeps a limit.

Absolute times say little on a machine that others use too. What else runs at the moment slows both sides of a ratio, if
they take turns often enough.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter

Work = Callable[[], object]
Timed = Callable[[int], float]
"""Does something so many times, and says how many seconds that took."""

_TURNS = 10
"""In how many slices each round cuts the two."""


@dataclass(frozen=True)
class Limit:
    """What the median ratio must not exceed, or (`at_least`) not fall short of."""

    bound: float
    at_least: bool = False

    def keeps(self, value: float) -> bool:
        """Whether the value is within the limit."""
        return value >= self.bound if self.at_least else value <= self.bound

    def __str__(self) -> str:
        return f"{'at least' if self.at_least else 'at most'} {self.bound:g}"


@dataclass(frozen=True)
class Result:
    """One thing measured: the ratio of each round (or a plain count), and the limit. No ratio: not measured."""

    what: str
    database: str
    how: str
    values: tuple[float, ...]
    limit: Limit
    samples: str
    rows: str
    aside: str = ""
    """Absolute medians, as information."""

    @property
    def value(self) -> float:
        """What the limit is asked of."""
        return median(self.values)

    @property
    def is_measured(self) -> bool:
        """Whether there is anything to ask the limit of."""
        return bool(self.values)

    @property
    def is_kept(self) -> bool:
        """Whether the limit is; never where nothing was measured."""
        return self.is_measured and self.limit.keeps(self.value)


@dataclass
class Times:
    """Seconds for each call of two kinds of work, by round."""

    first: list[float] = field(default_factory=list)
    second: list[float] = field(default_factory=list)

    @property
    def ratios(self) -> tuple[float, ...]:
        """Of the first to the second, one a round."""
        return tuple(first / second for first, second in zip(self.first, self.second, strict=True))


def by_turns(first: Work, second: Work, *, rounds: int, first_calls: int, second_calls: int) -> Times:
    """Time two kinds of work in rounds of so many calls each, by turns within each round."""
    return timed_by_turns(
        timed(first), timed(second), rounds=rounds, first_calls=first_calls, second_calls=second_calls
    )


def timed_by_turns(first: Timed, second: Timed, *, rounds: int, first_calls: int, second_calls: int) -> Times:
    """The same of work that is timed where it is done, as in another process."""
    times = Times()
    first(3)
    second(3)
    for _ in range(rounds):
        spent_first = spent_second = 0.0
        for _ in range(_TURNS):
            spent_first += first(first_calls // _TURNS)
            spent_second += second(second_calls // _TURNS)
        times.first.append(spent_first / (first_calls // _TURNS * _TURNS))
        times.second.append(spent_second / (second_calls // _TURNS * _TURNS))
    return times


def timed(work: Work) -> Timed:
    """Work that is done and timed in this process."""

    def do(calls: int) -> float:
        start = perf_counter()
        for _ in range(calls):
            work()
        return perf_counter() - start

    return do


def milliseconds(seconds: Sequence[float]) -> str:
    """The median, written."""
    return f"{median(seconds) * 1000:.3g} ms"
