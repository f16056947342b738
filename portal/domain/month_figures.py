"""The figures of one month as whole numbers: kept when it is frozen, and held against what they are later.

Rates are worked out from them when they are shown, so that a frozen month says the same for ever.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

from portal.domain.indicators import INDICATORS, hide_small
from portal.domain.participation import PARTS

Counts = Mapping[str, int | None]
"""Counts by the indicator's id; None where one does not apply."""


CONTESTED = "contested"
"""Of the invitations, those contested and not decided yet: each counts as it stands until it is decided."""


class Part(StrEnum):
    """One of the tables of a month's figures."""

    TYPES = "types"
    AGENCIES = "agencies"
    MEETINGS = "meetings"
    EXPECTATIONS = "expectations"


@dataclass(frozen=True, slots=True)
class NamedAgency:
    """An agency as it was called when its figures were kept."""

    name: str
    agency_type: str


@dataclass(frozen=True, slots=True)
class Changed:
    """One figure that is not what it was; None stands for one that was not there, or did not apply."""

    part: Part
    key: tuple[str, ...]
    indicator: str
    before: int | None
    now: int | None


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """All of one month's figures.

    `types` are keyed by agency type and meeting type, `agencies` by the agency's id as text, `meetings` by meeting
    type; `expectations` says how many invitations of each expectation there were.
    """

    types: Mapping[tuple[str, ...], Counts] = field(default_factory=dict)
    agencies: Mapping[str, Counts] = field(default_factory=dict)
    meetings: Mapping[str, Counts] = field(default_factory=dict)
    expectations: Counts = field(default_factory=dict)
    names: Mapping[str, NamedAgency] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return them as they are stored, each table in the order of its keys."""
        return {
            "types": [
                {"agency_type": key[0], "meeting_type": key[1], "counts": dict(self.types[key])}
                for key in sorted(self.types)
            ],
            "agencies": [
                {
                    "agency_id": int(key),
                    "name": self.names[key].name,
                    "agency_type": self.names[key].agency_type,
                    "counts": dict(self.agencies[key]),
                }
                for key in sorted(self.agencies, key=int)
            ],
            "meetings": [{"meeting_type": key, "counts": dict(self.meetings[key])} for key in sorted(self.meetings)],
            "expectations": dict(self.expectations),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Read back what `to_json` wrote."""
        agencies = {str(row["agency_id"]): row for row in stored["agencies"]}
        return cls(
            types={(row["agency_type"], row["meeting_type"]): row["counts"] for row in stored["types"]},
            agencies={key: row["counts"] for key, row in agencies.items()},
            meetings={row["meeting_type"]: row["counts"] for row in stored["meetings"]},
            expectations=stored["expectations"],
            names={key: NamedAgency(row["name"], row["agency_type"]) for key, row in agencies.items()},
        )


def changed_figures(before: MonthFigures, now: MonthFigures) -> list[Changed]:
    """Return every figure that differs between two readings of one month, in the order of the tables.

    A row that is missing on one side counts as a row of zeros there: a figure that was 0 and is 0 has not changed. How
    many contests are open is no figure, and is left out.
    """
    return [
        *_differences(Part.TYPES, before.types, now.types),
        *_differences(Part.MEETINGS, _keyed(before.meetings), _keyed(now.meetings)),
        *_differences(Part.EXPECTATIONS, {(): before.expectations}, {(): now.expectations}),
        *_differences(Part.AGENCIES, _keyed(before.agencies), _keyed(now.agencies)),
    ]


def _keyed(table: Mapping[str, Counts]) -> dict[tuple[str, ...], Counts]:
    return {(key,): counts for key, counts in table.items()}


def _differences(part: Part, before: Mapping[Any, Counts], now: Mapping[Any, Counts]) -> Iterator[Changed]:
    for key in sorted(before.keys() | now.keys()):
        was, is_now = before.get(key, {}), now.get(key, {})
        known = (was.keys() | is_now.keys()) - {CONTESTED}
        for indicator in sorted(known, key=_place):
            values = was.get(indicator, 0), is_now.get(indicator, 0)
            if values[0] != values[1]:
                yield Changed(part, key, indicator, *values)


def _place(indicator: str) -> tuple[int, str]:
    """An indicator's place among all of them; what is none of them comes last, by its name."""
    order = list(INDICATORS)
    return (order.index(indicator) if indicator in order else len(order), indicator)


def agencies_withheld(
    counts: Mapping[str, int], groups: Mapping[str, str], limit: int, *, closed: frozenset[str]
) -> frozenset[str]:
    """Return the agencies whose count must not be shown beside the figures of their types.

    `groups` says the type of each agency. Every agency of a `closed` type is withheld: something of that type's row is,
    and the agencies' sum would give it back. Of an open type the sum is known, so a small count is never withheld
    alone: the next larger one goes with it.
    """
    members: dict[str, list[str]] = defaultdict(list)
    for agency in sorted(counts, key=lambda key: (counts[key], key)):
        members[groups[agency]].append(agency)
    hidden: set[str] = set()
    for group, agencies in members.items():
        some = [agency for agency in agencies if counts[agency]]
        small = [agency for agency in some if hide_small(counts[agency], limit)]
        if group in closed:
            hidden.update(some)
        elif small:
            taken = some[: max(2, len(small))]
            if sum(counts[agency] for agency in taken) == len(taken):
                taken = some[: len(taken) + 1]
            if taken == some and sum(counts[agency] for agency in taken) < limit + len(taken):
                taken = agencies
            hidden.update(taken)
    return frozenset(hidden)


def agencies_withheld_of(
    agencies: Mapping[str, Counts], groups: Mapping[str, str], limit: int, is_open: Callable[[str, str], bool]
) -> dict[str, frozenset[str]]:
    """Return for each count the agencies whose number must not be shown.

    `is_open` says of a count and an agency type whether all of it is shown. Of an agency whose whole is withheld the
    part is, too, and where it cannot be said how many came, it is not said how many stayed away.
    """
    hidden: dict[str, frozenset[str]] = {}
    for name, others in PARTS.items():
        counts = {agency: row.get(name) or 0 for agency, row in agencies.items()}
        closed = frozenset(group for group in set(groups.values()) if not is_open(name, group))
        small = agencies_withheld(counts, groups, limit, closed=closed)
        hidden[name] = small.union(*(hidden[other] for other in others))
    return hidden
