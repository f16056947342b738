"""How many of what: the numbers of meetings, presences and reports that each invented partnership brings.

Over the three completed quarters before the demo's day, Eastmarsh's plan holds, for each unit of scale, small round
numbers that give the published rates of a real area (Barking and Dagenham's self-evaluation, 2017). Nothing writes a
figure: the portal counts them from the meetings like any other.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, timedelta
from random import Random
from typing import Self

from portal.domain.working_days import add_months, add_working_days, is_working_day


@dataclass(frozen=True, slots=True)
class Plan:
    """Three quarters of one partnership, in counts of meetings."""

    initials: int
    initials_late: int
    """Initial conferences held after their due day."""
    first_reviews: int
    """Initial conferences of the period that are followed by their first review within it."""
    twice_reviewed: int
    """Cases from before the period with two reviews in it."""
    once_reviewed: int
    police_at_initials: int
    police_at_reviews: int
    police_silent: int
    """Conferences that police neither came to nor reported for."""
    gps_at_conferences: int
    gp_reports: int
    strategies: int
    strategies_by_telephone: int
    telephone_whole: int
    """Of those, with everybody who was expected."""
    strategies_in_group: int
    group_whole: int
    interim_plans: int

    @property
    def reviews(self) -> int:
        """All review conferences of the period."""
        return self.first_reviews + 2 * self.twice_reviewed + self.once_reviewed

    def times(self, scale: int) -> Self:
        """The same shares over a longer list of cases."""
        return type(self)(**{part.name: getattr(self, part.name) * scale for part in fields(self)})


EASTMARSH = Plan(
    initials=75,
    initials_late=7,
    first_reviews=50,
    twice_reviewed=30,
    once_reviewed=60,
    police_at_initials=70,
    police_at_reviews=14,
    police_silent=2,
    gps_at_conferences=0,
    gp_reports=49,
    strategies=150,
    strategies_by_telephone=41,
    telephone_whole=18,
    strategies_in_group=86,
    group_whole=70,
    interim_plans=132,
)
WESTMOOR = Plan(
    initials=24,
    initials_late=3,
    first_reviews=16,
    twice_reviewed=8,
    once_reviewed=20,
    police_at_initials=21,
    police_at_reviews=20,
    police_silent=4,
    gps_at_conferences=9,
    gp_reports=38,
    strategies=45,
    strategies_by_telephone=14,
    telephone_whole=5,
    strategies_in_group=24,
    group_whole=17,
    interim_plans=36,
)


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `start` to `end`, both included."""

    start: date
    end: date

    def spread(self, number: int) -> list[date]:
        """`number` working days, evenly over the period."""
        length = (self.end - self.start).days
        return [
            self.working_day(self.start + timedelta(days=round(length * (index + 0.5) / number)))
            for index in range(number)
        ]

    def working_day(self, day: date) -> date:
        """The working day of the period that is nearest to `day`; raises ValueError where it has none."""
        for distance in range((self.end - self.start).days + 1):
            for candidate in (day + timedelta(days=distance), day - timedelta(days=distance)):
                if self.start <= candidate <= self.end and is_working_day(candidate):
                    return candidate
        raise ValueError(f"no working day from {self.start} to {self.end}")

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end


def completed_quarters(today: date) -> Period:
    """The three calendar quarters that were complete before `today`."""
    this_quarter = date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)
    return Period(add_months(this_quarter, -9), this_quarter - timedelta(days=1))


def marked(chance: Random, total: int, chosen: int) -> list[bool]:
    """`total` places of which exactly `chosen` are marked, in random order."""
    places = [True] * chosen + [False] * (total - chosen)
    chance.shuffle(places)
    return places


def working_days_before(day: date, number: int) -> date:
    """The day so many working days earlier."""
    return add_working_days(day, -number)
