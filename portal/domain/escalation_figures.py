"""How escalations go, counted: what is open and for how long, how long others took, and how they ended.

Matters that are open now and those resolved in a period are two populations that share no matter, so that neither gives
back a count that is withheld of the other. Within one, the tables share nothing but how many there are in all.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from statistics import median

from portal.domain.count_tables import CountTable, Part, sharing
from portal.domain.escalation_vocabulary import Category, ChildSafe, EscalationStatus, LadderKind, Learning, Resolution
from portal.domain.indicators import hide_small
from portal.domain.small_counts import Table
from portal.domain.vocabulary import AgencyType
from portal.domain.working_days import london_day, working_days_between

BANDS: Mapping[str, int | None] = {"0 to 2": 2, "3 to 5": 5, "6 to 10": 10, "11 to 20": 20, "Over 20": None}
"""Working days, each with the last day that belongs to it."""

LEAST_REPEATED = 2
NOT_SAID = ""
"""The row of what nobody has said, such as whether the child was safe."""


class By(StrEnum):
    """What a table's rows are."""

    STAGE = "stage"
    CATEGORY = "category"
    AGENCY_TYPE = "agency_type"
    AGENCY = "agency"
    RESOLUTION = "resolution"
    CHILD_SAFE = "child_safe"
    LEARNING = "learning"
    EXPECTED = "expected"


class Kept(StrEnum):
    """Whether a practice alert was resolved by the day on which that was expected."""

    IN_TIME = "in_time"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Party:
    """A side of a matter; without an id it is the partnership itself, by its chairs."""

    id: int | None
    name: str


@dataclass(frozen=True, slots=True)
class Matter:
    """What of an escalation or alert can be counted: nothing of a child, and no narrative. Instants are UTC."""

    kind: LadderKind
    category: Category
    is_positive: bool
    stage: int
    status: EscalationStatus
    opened_at: datetime
    due_at: datetime | None
    formal_at: datetime | None
    expected_on: date | None
    closed_at: datetime | None
    resolution: Resolution | None
    child_safe: ChildSafe | None
    learning: Learning | None
    raised_by: Party
    raised_with: Party
    agency_type: AgencyType

    def working_days(self, today: date) -> int:
        """How many working days it was open, or has been by now."""
        return working_days_between(london_day(self.opened_at), london_day(self.closed_at) if self.closed_at else today)


@dataclass(frozen=True, slots=True)
class Took:
    """How many working days matters took."""

    median: float
    longest: int


@dataclass(frozen=True, slots=True)
class Population:
    """Matters counted in tables: by stage and band of working days, and by one thing each in the others."""

    tables: Mapping[By, CountTable]
    days: Mapping[tuple[By, str | None], tuple[int, ...]]

    @property
    def total(self) -> int | None:
        """How many there are; None where that is withheld."""
        return self.count(By.STAGE, None)

    def count(self, by: By, row: str | None, band: str | None = None) -> int | None:
        """One count, None where it is withheld."""
        return self.tables[by].count(row, band)

    def part(self, by: By, row: str) -> Part:
        """A row as a part of all."""
        return Part(self.count(by, row), self.total)

    def rows(self, by: By) -> list[str]:
        """The rows that there are any of."""
        return [row for row, band in self.tables[by].counts if row is not None and band is None]

    def took(self, by: By, row: str | None) -> Took | None:
        """The working days of a row's matters; None where there are none, or their number is withheld."""
        days = self.days.get((by, row), ())
        return Took(float(median(days)), max(days)) if days and self.count(by, row) is not None else None


@dataclass(frozen=True, slots=True)
class Pair:
    """An agency that raised several matters with the same other."""

    raised_by: str
    raised_with: str
    count: int


def band_of(days: int) -> str:
    """The band that a number of working days belongs to."""
    return next(name for name, last in BANDS.items() if last is None or days <= last)


def populate(matters: Iterable[Matter], today: date, hidden_up_to: int | None, by: Sequence[By]) -> Population:
    """Count matters in a table for each of `by`, small counts withheld in all of them alike."""
    listed = list(matters)
    counted: dict[By, Table] = {
        one: Counter(
            (_KEYS[one](matter), band_of(matter.working_days(today)) if one is By.STAGE else "") for matter in listed
        )
        for one in by
    }
    days: defaultdict[tuple[By, str | None], list[int]] = defaultdict(list)
    for matter in listed:
        taken = matter.working_days(today)
        days[By.STAGE, None].append(taken)
        for one in by:
            days[one, _KEYS[one](matter)].append(taken)
    return Population(
        # The total is what the tables share: told by one and not by another, it would give away what the other hides.
        sharing(counted, hidden_up_to, lambda place: place == (None, None)),
        {key: tuple(sorted(taken)) for key, taken in days.items()},
    )


def share(count: int, whole: int | None, hidden_up_to: int | None) -> Part:
    """A count that stands alone beside its whole: withheld where it or the rest is small."""
    if whole is None:
        return Part(None, None)
    is_small = hidden_up_to is not None and any(hide_small(one, hidden_up_to) for one in (count, whole - count))
    return Part(None if is_small else count, whole)


def shown(count: int, hidden_up_to: int | None) -> int | None:
    """A count that stands alone, None where it is small."""
    return None if hidden_up_to is not None and hide_small(count, hidden_up_to) else count


def repeated_pairs(matters: Iterable[Matter], hidden_up_to: int | None) -> list[Pair]:
    """Who raised several matters with the same agency, most first; pairs of a small count are not named at all."""
    least = max(LEAST_REPEATED, (hidden_up_to or 0) + 1)
    found = Counter((matter.raised_by, matter.raised_with) for matter in matters)
    pairs = [Pair(by.name, asked.name, count) for (by, asked), count in found.items() if count >= least]
    return sorted(pairs, key=lambda pair: (-pair.count, pair.raised_by, pair.raised_with))


def _kept(matter: Matter) -> str:
    if matter.expected_on is None or matter.closed_at is None:
        return NOT_SAID
    return Kept.IN_TIME if london_day(matter.closed_at) <= matter.expected_on else Kept.LATE


_KEYS: Mapping[By, Callable[[Matter], str]] = {
    By.STAGE: lambda matter: str(matter.stage),
    By.CATEGORY: lambda matter: matter.category.value,
    By.AGENCY_TYPE: lambda matter: matter.agency_type.value,
    By.AGENCY: lambda matter: str(matter.raised_with.id),
    By.RESOLUTION: lambda matter: matter.resolution or NOT_SAID,
    By.CHILD_SAFE: lambda matter: matter.child_safe or NOT_SAID,
    By.LEARNING: lambda matter: matter.learning or NOT_SAID,
    By.EXPECTED: _kept,
}
