"""What the portal's own figures say against a good rating in an audit: "You say green. Police came to 61 % …".

A figure is a share of what the agency did, or a count of what others raised with it and is not settled.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from portal.domain.figure_words import percentage
from portal.domain.frameworks import CHECKED_COUNTS, CHECKED_RATES, OVERDUE, Check, bound_of
from portal.domain.indicators import INDICATORS, hide_small
from portal.domain.ratings import Scale
from portal.domain.rule_json import members, text, whole_number

FEWEST = 5
"""The fewest meetings or reports that can speak against an answer: of four, one missed by chance is a quarter.

Escalations are counted one by one and no share is made of them: what they are held against is their question's rule.
"""


@dataclass(frozen=True, slots=True)
class Counted:
    """An agency's own figure: how many, and of how many; of escalations how many are overdue, and how many open."""

    part: int
    whole: int

    def number(self, figure: str) -> int:
        """Return what a count of this id says."""
        return self.part if figure == OVERDUE else self.whole


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A figure that stands below, or a count that stands above, what a good rating claims."""

    figure: str
    limit: int
    part: int
    whole: int

    def words(self, agency: str, *, hidden_up_to: int | None = None) -> str:
        """Return the figure as a sentence; counts of 1 to `hidden_up_to` are not told to whoever may not see them."""
        if self.figure in CHECKED_COUNTS:
            return self._count_words(agency, hidden_up_to or 0)
        did, things = _SENTENCES[self.figure]
        if hidden_up_to is not None and hide_small(self.whole, hidden_up_to):
            return f"{agency} {did} less than {self.limit} % of {things} (too few to say how many)."
        if hidden_up_to is not None and hide_small(self.part, hidden_up_to):
            return f"{agency} {did} at most {hidden_up_to} of {self.whole:,} of {things}."
        return f"{agency} {did} {percentage(self.part, self.whole)} ({self.part:,} of {self.whole:,}) of {things}."

    def _count_words(self, agency: str, hidden_up_to: int) -> str:
        """Return a count of escalations as a sentence: numbers alone, of no case, and of nobody who raised one."""
        if hide_small(self.whole, hidden_up_to):
            state = "overdue" if self.figure == OVERDUE else "open"
            return f"Escalations raised with {agency} are {state} (too few to say how many)."
        are = "is" if self.whole == 1 else "are"
        said = f"{self.whole:,} escalation{'' if self.whole == 1 else 's'} raised with {agency} {are} open"
        if hide_small(self.part, hidden_up_to):
            return f"{said}, at most {hidden_up_to} of them overdue."
        if not self.part:
            return f"{said}, none of them overdue." if self.whole > 1 else f"{said}, and not overdue."
        return f"{said}, {self.part:,} of them overdue." if self.whole > 1 else f"{said} and overdue."

    def to_plain(self) -> dict[str, Any]:
        """Return what a frozen agenda stores."""
        return {"figure": self.figure, bound_of(self.figure): self.limit, "part": self.part, "whole": self.whole}

    @classmethod
    def from_plain(cls, stored: object) -> Self:
        """Read back what `to_plain` wrote; raises ValueError for anything else."""
        bound = bound_of(stored.get("figure") if isinstance(stored, Mapping) else None)
        found = members(stored, "a contradiction", {"figure", bound, "part", "whole"})
        figure = text(found, "figure")
        if figure not in _SENTENCES and figure not in CHECKED_COUNTS:
            raise ValueError(f"{figure!r} is no figure that answers are held against.")
        return cls(figure, whole_number(found, bound), whole_number(found, "part"), whole_number(found, "whole"))


_SENTENCES: Mapping[str, tuple[str, str]] = {
    "attendance_rate": ("came to", "the conferences they were expected at"),
    "report_rate": ("sent", "the reports due from them for conferences"),
    "on_time_rate": ("sent on time", "the reports due from them for conferences"),
}


def figures_of(counts: Mapping[str, int | None]) -> dict[str, Counted]:
    """Return the shares that answers are held against from an agency's counts, by the figure's id."""
    found = {}
    for figure in CHECKED_RATES:
        indicator = INDICATORS[figure]
        part, whole = counts.get(indicator.numerator or ""), counts.get(indicator.denominator or "")
        if part is not None and whole is not None:
            found[figure] = Counted(part, whole)
    return found


def escalation_figures(open_now: int, overdue: int) -> dict[str, Counted]:
    """Return the counts that answers are held against: each question's check says which of the two it is about."""
    return dict.fromkeys(CHECKED_COUNTS, Counted(overdue, open_now))


def contradictions(
    scale: Scale, rating: str | None, checks: Iterable[Check], figures: Mapping[str, Counted]
) -> tuple[Contradiction, ...]:
    """Return what speaks against a rating: nothing where it claims nothing, or where nothing was counted.

    Where fewer than five meetings or reports were counted there is no contradiction: one that was missed by chance
    would move the share by more than any limit allows for, and so small a number could point at a family. A share is
    compared as it is said, in whole percent, so that no sentence names the limit itself as being below it. A count of
    escalations speaks from the first that is above its limit.
    """
    if not scale.is_good(rating):
        return ()
    found = []
    for check in checks:
        counted = figures.get(check.figure)
        if counted is not None and _speaks_against(check, counted):
            found.append(Contradiction(check.figure, check.limit, counted.part, counted.whole))
    return tuple(found)


def _speaks_against(check: Check, counted: Counted) -> bool:
    if check.is_count:
        return counted.number(check.figure) > check.limit
    return counted.whole >= FEWEST and _percent(counted) < check.limit


def claim(scale: Scale, rating: str | None) -> str:
    """Return what the agency is told that it said: "You say green."."""
    said = scale.label(rating).partition(":")[0]
    return f"You say {said[:1].lower()}{said[1:]}." if said else ""


def _percent(counted: Counted) -> int:
    """Return a share in whole percent, halves rounded up, as pages say it."""
    return (200 * counted.part + counted.whole) // (2 * counted.whole)
