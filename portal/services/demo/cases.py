"""The invented families: which agencies know them, and how their conferences follow on one another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from random import Random

from portal.domain.vocabulary import AgencyType, MeetingKind

FIRST_REVIEW_DAYS = (76, 88)
"""A first review is due within three months; the invented ones are held in time."""
NEXT_REVIEW_DAYS = (165, 178)
"""Later ones within six."""

SOMETIMES = (
    (AgencyType.SCHOOL_NURSING, 0.3),
    (AgencyType.MENTAL_HEALTH, 0.25),
    (AgencyType.HOSPITAL, 0.2),
    (AgencyType.HOUSING, 0.3),
    (AgencyType.PROBATION, 0.2),
    (AgencyType.EARLY_HELP, 0.3),
    (AgencyType.YOUTH_JUSTICE, 0.1),
    (AgencyType.VOLUNTARY, 0.2),
    (AgencyType.OTHER, 0.05),
)


@dataclass(frozen=True, slots=True)
class Area:
    """One partnership as the planner sees it: its agencies' codes by type, its chairs."""

    prefix: str
    agencies: Mapping[AgencyType, Sequence[str]]
    chairs: Sequence[str]


@dataclass(slots=True)
class Family:
    """One case with its agencies, and the last conference that was planned for it."""

    reference: str
    agencies: dict[AgencyType, str]
    chair: str
    children: int
    last_kind: MeetingKind | None = None
    last_day: date | None = None
    ended: bool = False
    strategy_days: list[date] = field(default_factory=list)


class Families:
    """Numbers families and chooses who knows them."""

    def __init__(self, area: Area, chance: Random) -> None:
        self._area = area
        self._chance = chance
        self.all: list[Family] = []

    def new(self) -> Family:
        """A new family, known to a surgery, to a school or a health visitor, and to a few more."""
        area, chance = self._area, self._chance
        number = len(self.all) + 1
        known = {
            AgencyType.SOCIAL_CARE: area.agencies[AgencyType.SOCIAL_CARE][0],
            AgencyType.POLICE: area.agencies[AgencyType.POLICE][0],
            AgencyType.GP: self._one_of(area.agencies[AgencyType.GP]),
        }
        early_years = chance.random() < 0.4
        kind = AgencyType.HEALTH_VISITING if early_years else AgencyType.SCHOOL
        known[kind] = self._one_of(area.agencies[kind])
        for kind, share in SOMETIMES:
            if chance.random() < share:
                known[kind] = self._one_of(area.agencies[kind])
        family = Family(
            reference=f"{area.prefix}-{number:04d}",
            agencies=known,
            chair=area.chairs[number % len(area.chairs)],
            children=chance.choice((1, 1, 1, 2, 2, 3)),
        )
        self.all.append(family)
        return family

    def _one_of(self, codes: Sequence[str]) -> str:
        """One agency, the first of its type more often: that is where the demonstration's people work."""
        return codes[0] if self._chance.random() < 0.4 else self._chance.choice(codes)
