"""What the portal's own figures say against a good rating in an audit: "You say green. Police came to 61 % …"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from portal.domain.figure_words import percentage
from portal.domain.frameworks import CHECKED_FIGURES, Check
from portal.domain.indicators import INDICATORS, hide_small
from portal.domain.ratings import Scale
from portal.domain.rule_json import members, text, whole_number

FEWEST = 5
"""The fewest meetings or reports that can speak against an answer: of four, one missed by chance is a quarter."""


@dataclass(frozen=True, slots=True)
class Counted:
    """An agency's own figure: how many, and of how many."""

    part: int
    whole: int


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A figure that stands below what a good rating claims."""

    figure: str
    below: int
    part: int
    whole: int

    def words(self, agency: str, *, hidden_up_to: int | None = None) -> str:
        """Return the figure as a sentence; counts of 1 to `hidden_up_to` are not told to whoever may not see them."""
        did, things = _SENTENCES[self.figure]
        if hidden_up_to is not None and hide_small(self.whole, hidden_up_to):
            return f"{agency} {did} less than {self.below} % of {things} (too few to say how many)."
        if hidden_up_to is not None and hide_small(self.part, hidden_up_to):
            return f"{agency} {did} at most {hidden_up_to} of {self.whole:,} of {things}."
        return f"{agency} {did} {percentage(self.part, self.whole)} ({self.part:,} of {self.whole:,}) of {things}."

    def to_plain(self) -> dict[str, Any]:
        """Return what a frozen agenda stores."""
        return {"figure": self.figure, "below": self.below, "part": self.part, "whole": self.whole}

    @classmethod
    def from_plain(cls, stored: object) -> Self:
        """Read back what `to_plain` wrote; raises ValueError for anything else."""
        found = members(stored, "a contradiction", {"figure", "below", "part", "whole"})
        figure = text(found, "figure")
        if figure not in _SENTENCES:
            raise ValueError(f"{figure!r} is no figure that answers are held against.")
        return cls(figure, whole_number(found, "below"), whole_number(found, "part"), whole_number(found, "whole"))


_SENTENCES: Mapping[str, tuple[str, str]] = {
    "attendance_rate": ("came to", "the conferences they were expected at"),
    "report_rate": ("sent", "the reports due from them for conferences"),
    "on_time_rate": ("sent on time", "the reports due from them for conferences"),
}


def figures_of(counts: Mapping[str, int | None]) -> dict[str, Counted]:
    """Return the figures that answers are held against from an agency's counts, by the figure's id."""
    found = {}
    for figure in CHECKED_FIGURES:
        indicator = INDICATORS[figure]
        part, whole = counts.get(indicator.numerator or ""), counts.get(indicator.denominator or "")
        if part is not None and whole is not None:
            found[figure] = Counted(part, whole)
    return found


def contradictions(
    scale: Scale, rating: str | None, checks: Iterable[Check], figures: Mapping[str, Counted]
) -> tuple[Contradiction, ...]:
    """Return what speaks against a rating: nothing where it claims nothing, or where nothing was counted.

    Where fewer than five meetings or reports were counted there is no contradiction: one that was missed by chance
    would move the share by more than any limit allows for, and so small a number could point at a family. A share is
    compared as it is said, in whole percent, so that no sentence names the limit itself as being below it.
    """
    if not scale.is_good(rating):
        return ()
    found = []
    for check in checks:
        counted = figures.get(check.figure)
        if counted is None or counted.whole < FEWEST:
            continue
        if _percent(counted) < check.below:
            found.append(Contradiction(check.figure, check.below, counted.part, counted.whole))
    return tuple(found)


def claim(scale: Scale, rating: str | None) -> str:
    """Return what the agency is told that it said: "You say green."."""
    said = scale.label(rating).partition(":")[0]
    return f"You say {said[:1].lower()}{said[1:]}." if said else ""


def _percent(counted: Counted) -> int:
    """Return a share in whole percent, halves rounded up, as pages say it."""
    return (200 * counted.part + counted.whole) // (2 * counted.whole)
