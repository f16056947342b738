"""Child protection plans of the invented families, as the file that a partnership would bring, and midway checks.

At the end of the counted quarters there are exactly as many plans as the numbers say: those of the families whose
conferences the portal knows, and others of families whose conferences were before its time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, time, timedelta
from random import Random
from typing import Self

from portal.access.viewer import Viewer
from portal.domain.plans import LONG_OPEN_MONTHS, MidwayFinding
from portal.domain.vocabulary import AbuseCategory, MeetingKind
from portal.domain.working_days import add_months, add_working_days, london_instant
from portal.services import imports
from portal.services.demo.cases import Families
from portal.services.demo.diary import THE_WORKER, Diary, Who
from portal.services.demo.import_files import PlannedMeeting, csv_text, iso
from portal.services.demo.plan import Period, marked
from portal.services.plans.midway import make_check, midway_list

PLAN_COLUMNS = (
    "plan_ref", "case_ref", "started_on", "ended_on", "first_category", "latest_category", "previous_plans",
)  # fmt: skip

CATEGORIES = {
    AbuseCategory.NEGLECT: 48,
    AbuseCategory.EMOTIONAL: 36,
    AbuseCategory.PHYSICAL: 11,
    AbuseCategory.SEXUAL: 5,
}
"""Of a hundred plans, as national figures have it."""
CATEGORY_CHANGES = 0.08

LOOKS = 0.3
"""How likely a chair is to get to a check that is due, on one working day."""
CHECK_AHEAD = timedelta(days=2)
FINDINGS = (
    (MidwayFinding.ON_TRACK, "The core group has met twice and the steps that were due are done."),
    (MidwayFinding.ON_TRACK, "School and health visitor both see a change. The parents keep their appointments."),
    (MidwayFinding.DRIFTING, "Two of the five steps have not begun. I asked the team manager for a date for each."),
    (MidwayFinding.CHANGED_RISK, "There is a new partner in the home. I asked for the review to be brought forward."),
)


@dataclass(frozen=True, slots=True)
class Numbers:
    """How many plans of which kind one partnership has over the counted quarters."""

    open: int
    """At their end."""
    open_long: int
    """Of those, for two years or more."""
    open_repeat: int
    """Of those, for a second or further time."""
    started: int
    started_repeat: int
    ended: int
    ended_long: int
    """Of those, after two years or more."""

    def times(self, scale: int) -> Self:
        """The same shares over a longer list."""
        return type(self)(**{part.name: getattr(self, part.name) * scale for part in fields(self)})


NUMBERS = {
    "Eastmarsh": Numbers(
        open=347, open_long=5, open_repeat=42, started=286, started_repeat=34, ended=233, ended_long=28
    ),
    "Westmoor": Numbers(open=112, open_long=3, open_repeat=15, started=88, started_repeat=11, ended=70, ended_long=6),
}
"""Eastmarsh's give the published figures of a real area: 5 of 347, 12 % of 286 and of 347, and 28 of 233 ended."""


@dataclass(frozen=True, slots=True)
class PlannedPlan:
    """One row of the plans' file."""

    case_reference: str
    started_on: date
    ended_on: date | None = None
    category: AbuseCategory = AbuseCategory.NEGLECT
    latest: AbuseCategory = AbuseCategory.NEGLECT
    previous: int = 0


class ChildPlans:
    """Plans one partnership's plans, so that the counted quarters come out as its numbers say."""

    def __init__(self, prefix: str, period: Period, numbers: Numbers, chance: Random) -> None:
        self._prefix = prefix
        self._period = period
        self._numbers = numbers
        self._chance = chance
        self._others = 0

    def plan(self, families: Families, meetings: Iterable[PlannedMeeting], today: date) -> list[PlannedPlan]:
        """All of them: those that count, and those that began after the counted quarters."""
        period, numbers = self._period, self._numbers
        known, later = self._of_families(families, meetings, today)
        is_open = [plan for plan in known if not self._ended_in_period(plan)]
        known_ended = [plan for plan in known if self._ended_in_period(plan)]
        begun = sum(plan.started_on in period for plan in known)
        open_before = max(numbers.open_long, (numbers.open - len(is_open)) // 3)
        open_begun = numbers.open - len(is_open) - open_before
        ended_begun = numbers.started - begun - open_begun
        ended_before = numbers.ended - numbers.ended_long - len(known_ended) - ended_begun
        others = [
            *(self._open(long=index < numbers.open_long) for index in range(open_before)),
            *(self._other(started) for started in period.spread(open_begun)),
            *(self._ended(started) for started in self._early(ended_begun)),
            *(self._ended_before(ended, long=False) for ended in period.spread(ended_before)),
            *(self._ended_before(ended, long=True) for ended in period.spread(numbers.ended_long)),
        ]
        return self._repeats([*known, *others]) + later

    def _of_families(
        self, families: Families, meetings: Iterable[PlannedMeeting], today: date
    ) -> tuple[list[PlannedPlan], list[PlannedPlan]]:
        """One for each child of a family with a conference: those that count, and those that began later."""
        first: dict[str, PlannedMeeting] = {}
        last: dict[str, date] = {}
        conferences = (
            one for one in meetings if one.kind in (MeetingKind.INITIAL_CONFERENCE, MeetingKind.REVIEW_CONFERENCE)
        )
        for meeting in sorted((one for one in conferences if one.day < today), key=lambda one: one.day):
            first.setdefault(meeting.case_reference, meeting)
            last[meeting.case_reference] = meeting.day
        counted: list[PlannedPlan] = []
        later: list[PlannedPlan] = []
        for family in families.all:
            if family.reference in first:
                began = self._began(first[family.reference])
                ended = last[family.reference] if family.ended else None
                plans = [PlannedPlan(family.reference, began, ended) for _ in range(family.children)]
                (counted if began <= self._period.end else later).extend(map(self._with_category, plans))
        return counted, later

    def _began(self, first: PlannedMeeting) -> date:
        """With the initial conference; where the portal knows a review alone, some months before it."""
        if first.kind is MeetingKind.INITIAL_CONFERENCE:
            return first.day
        return first.day - timedelta(days=self._chance.randint(75, 190))

    def _ended_in_period(self, plan: PlannedPlan) -> bool:
        return plan.ended_on is not None and plan.ended_on <= self._period.end

    def _other(self, started: date, ended: date | None = None) -> PlannedPlan:
        """A plan of a family of which the portal has no conference."""
        self._others += 1
        return self._with_category(PlannedPlan(f"{self._prefix}-P{self._others:04d}", started, ended))

    def _with_category(self, plan: PlannedPlan) -> PlannedPlan:
        first = self._chance.choices(list(CATEGORIES), list(CATEGORIES.values()))[0]
        changes = self._chance.random() < CATEGORY_CHANGES
        latest = self._chance.choice([one for one in AbuseCategory if one is not first]) if changes else first
        return replace(plan, category=first, latest=latest)

    def _open(self, *, long: bool) -> PlannedPlan:
        """One that began before the counted quarters and is open at their end."""
        if long:
            two_years = add_months(self._period.end, -LONG_OPEN_MONTHS)
            return self._other(two_years - timedelta(days=self._chance.randint(10, 200)))
        return self._other(self._period.start - timedelta(days=self._chance.randint(5, 400)))

    def _early(self, number: int) -> list[date]:
        """Days of the period early enough that a plan which begins then can end within it."""
        return Period(self._period.start, self._period.end - timedelta(days=100)).spread(number)

    def _ended(self, started: date) -> PlannedPlan:
        """One that began and ended within the counted quarters, often at its first review."""
        days = self._chance.choice((82, 84, 86, 88, self._chance.randint(30, 99)))
        return self._other(started, started + timedelta(days=days))

    def _ended_before(self, ended: date, *, long: bool) -> PlannedPlan:
        """One that ended within the counted quarters and had begun before them."""
        if long:
            return self._other(
                add_months(ended, -LONG_OPEN_MONTHS) - timedelta(days=self._chance.randint(3, 250)), ended
            )
        began = ended - timedelta(days=self._chance.randint(120, 560))
        return self._other(min(began, self._period.start - timedelta(days=self._chance.randint(1, 40))), ended)

    def _repeats(self, plans: list[PlannedPlan]) -> list[PlannedPlan]:
        """Exactly as many for a second or further time among those that began, and among those that are open."""
        begun = [index for index, plan in enumerate(plans) if plan.started_on in self._period]
        chosen = self._some_of(begun, self._numbers.started_repeat)
        is_open = [index for index, plan in enumerate(plans) if not self._ended_in_period(plan)]
        already = sum(index in chosen for index in is_open)
        before = [index for index in is_open if index not in set(begun)]
        chosen |= self._some_of(before, self._numbers.open_repeat - already)
        return [
            replace(plan, previous=self._chance.choice((1, 1, 1, 2))) if index in chosen else plan
            for index, plan in enumerate(plans)
        ]

    def _some_of(self, places: Sequence[int], number: int) -> set[int]:
        chosen = marked(self._chance, len(places), number)
        return {place for place, is_chosen in zip(places, chosen, strict=True) if is_chosen}


def plans_file(prefix: str, plans: Sequence[PlannedPlan], as_at: date) -> str:
    """The plans as `flask import plans` reads them, as they stood on a day."""
    return csv_text(
        PLAN_COLUMNS,
        (
            (
                f"{prefix}-CPP-{number:04d}",
                plan.case_reference,
                plan.started_on.isoformat(),
                iso(plan.ended_on if plan.ended_on and plan.ended_on <= as_at else None),
                plan.category,
                plan.latest,
                plan.previous,
            )
            for number, plan in enumerate(plans, start=1)
            if plan.started_on <= as_at
        ),
    )


def bring_in(operator: Viewer, prefix: str, plans: Sequence[PlannedPlan], diary: Diary, today: date) -> None:
    """Import the plans as they stand, and once more on the demonstration's day, as an area does every week."""

    def bring(viewer: Viewer) -> None:
        imports.import_plans(viewer, plans_file(prefix, plans, viewer.today).encode(), "plans.csv")

    bring(operator)
    diary.add(london_instant(today, time(7)), THE_WORKER, bring)


def plan_checks(chairs: Sequence[str], diary: Diary, begins: date, today: date, chance: Random) -> None:
    """Chairs look at the plans that are half way, a few each working day; some are late, and some wait."""

    def look(viewer: Viewer) -> None:
        # Of what waits, each chair puts off what has waited longest.
        for one in midway_list(viewer)[1:]:
            if one.due_on <= viewer.today + CHECK_AHEAD and chance.random() < LOOKS:
                finding, note = chance.choice(FINDINGS)
                make_check(viewer, one.meeting_id, finding, note)

    day = add_working_days(begins, 1)
    while day < today:
        for chair in chairs:
            diary.add(london_instant(day, time(16, 40)), Who(chair), look)
        day = add_working_days(day, 1)
