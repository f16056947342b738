"""Each count of invitations as tables of agency types by meeting types, and which of them may be shown.

Both kinds of conference stand in one table with their total. Every other meeting type is a table of its own: a strategy
meeting and a core group have no sum that would mean anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Self

from portal.domain.indicators import INDICATORS
from portal.domain.small_counts import Place, with_totals, withheld
from portal.domain.vocabulary import CONFERENCES

Key = tuple[str, ...]
Counts = Mapping[str, int | None]
ByType = Mapping[Key, Counts]
"""Counts by agency type and meeting type."""

PARTICIPATION = ("attendance_rate", "report_rate", "on_time_rate", "absent_with_report_rate")
"""The rates shown for each agency type and meeting type."""

_CONFERENCES = "conferences"
PARTS: Mapping[str, tuple[str, ...]] = {
    "expected": (),
    "attended": ("expected",),
    "reports_due": (),
    "reports_received": ("reports_due",),
    "reports_on_time": ("reports_due",),
    "reports_before_meeting": ("reports_due",),
    "reports_shared_with_family": ("reports_due",),
    # Who came and who did not add up to who was expected: where one of these is withheld, so is the number absent.
    "absent": ("expected", "attended"),
    "absent_with_report": ("absent",),
    "consulted": ("absent",),
}
"""Each count, and those whose places are withheld of it too; the first of them is what it is a part of."""


def counts_of(rate_id: str) -> tuple[str, str]:
    """Return the ids of a rate's two counts."""
    indicator = INDICATORS[rate_id]
    assert indicator.numerator is not None and indicator.denominator is not None  # noqa: S101, PT018 - it is a rate
    return indicator.numerator, indicator.denominator


def table_of(meeting_type: str) -> str:
    """Return the table in which a meeting type stands."""
    return _CONFERENCES if meeting_type in CONFERENCES else meeting_type


class ParticipationTables:
    """The counts, and the places of each that a page must not show."""

    def __init__(self, counts: Mapping[tuple[str, str], Mapping[Place, int]]) -> None:
        self._counts = counts
        self._withheld: dict[tuple[str, str], frozenset[Place]] = {}

    @classmethod
    def of(cls, counted: ByType, hidden_up_to: int | None) -> Self:
        """Make the tables; without a limit nothing of them is withheld."""
        counts: dict[tuple[str, str], dict[Place, int]] = {}
        hidden: dict[tuple[str, str], frozenset[Place]] = {}
        for table in {table_of(key[1]) for key in counted}:
            rows = {(key[0], key[1]): row for key, row in counted.items() if table_of(key[1]) == table}
            plain = {name: {key: row.get(name) or 0 for key, row in rows.items()} for name in PARTS}
            for name, of in PARTS.items():
                counts[table, name] = with_totals(plain[name])
                if hidden_up_to is not None:
                    also = frozenset[Place]().union(*(hidden[table, other] for other in of))
                    whole = plain[of[0]] if of else None
                    hidden[table, name] = withheld(plain[name], hidden_up_to, of=whole, also=also)
        made = cls(counts)
        made._withheld = hidden
        return made

    def withhold(self, others: Iterable[ParticipationTables]) -> None:
        """Withhold here what other tables withhold too, so that one cannot be read off another of the same month."""
        for other in others:
            for table, places in other._withheld.items():
                self._withheld[table] = self._withheld.get(table, frozenset()) | places

    def count(self, name: str, row: str | None, meeting_type: str | None) -> int | None:
        """Return a count, None where it is withheld; no row is all agencies, no meeting type all conferences."""
        table = _CONFERENCES if meeting_type is None else table_of(meeting_type), name
        place = row, meeting_type
        if place in self._withheld.get(table, ()):
            return None
        return self._counts.get(table, {}).get(place, 0)

    def is_open(self, name: str, row: str) -> bool:
        """Whether nothing of a row is withheld of a count, in any of the tables."""
        return not any(
            place[0] == row for (_, other), places in self._withheld.items() if other == name for place in places
        )
