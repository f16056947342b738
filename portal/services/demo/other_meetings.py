"""Strategy meetings, exactly as many of each outcome as the plan says, and core groups between conferences."""

from __future__ import annotations

from datetime import date, timedelta
from enum import Enum, auto
from random import Random

from portal.domain.vocabulary import AgencyType, Attendance, Expectation, MeetingFormat, MeetingKind
from portal.domain.working_days import add_working_days
from portal.services.demo.cases import Area, Families, Family
from portal.services.demo.import_files import PlannedMeeting
from portal.services.demo.plan import Period, Plan, marked


class Turnout(Enum):
    """Who came to a strategy meeting, and how."""

    TELEPHONE_WHOLE = auto()
    TELEPHONE_THIN = auto()
    GROUP_WHOLE = auto()
    GROUP_PARTIAL = auto()
    PAIR = auto()


class OtherMeetings:
    """Plans one partnership's strategy meetings and core groups and numbers them."""

    def __init__(self, area: Area, families: Families, chance: Random) -> None:
        self._area = area
        self._families = families
        self._chance = chance
        self._numbers = {MeetingKind.STRATEGY_MEETING: 0, MeetingKind.CORE_GROUP: 0}

    def strategies(self, period: Period, plan: Plan) -> list[PlannedMeeting]:
        """The meetings that led to the initial conferences, and others up to the planned number."""
        leading = [(day, family) for family in self._families.all for day in family.strategy_days]
        counted = [(day, family) for day, family in leading if day in period]
        alone = period.spread(max(0, plan.strategies - len(counted)))
        counted += [(day, self._families.new()) for day in alone]
        turnouts = self._turnouts(plan, len(counted))
        plans = marked(self._chance, len(counted), plan.interim_plans)
        meetings = [
            self._strategy(family, day, Turnout.GROUP_WHOLE, True) for day, family in leading if day not in period
        ]
        for (day, family), turnout, has_plan in zip(counted, turnouts, plans, strict=True):
            meetings.append(self._strategy(family, day, turnout, has_plan))
        return meetings

    def strategy_since(self, family: Family, day: date) -> PlannedMeeting:
        """A strategy meeting after the counted quarters, when more people come together."""
        turnout = self._chance.choice((Turnout.GROUP_WHOLE, Turnout.GROUP_WHOLE, Turnout.GROUP_PARTIAL, Turnout.PAIR))
        return self._strategy(family, day, turnout, self._chance.random() < 0.9)

    def core_groups(self, last_day: date) -> list[PlannedMeeting]:
        """The first within ten working days of an initial conference, the next within six weeks."""
        meetings = []
        for family in self._families.all:
            if family.last_day is None or not family.strategy_days:
                continue
            day = add_working_days(family.strategy_days[-1], self._chance.randint(22, 27))
            for _ in range(2):
                if day < last_day:
                    meetings.append(self._core_group(family, day))
                day = Period(day, day + timedelta(days=41)).working_day(day + timedelta(days=38))
        return meetings

    def _turnouts(self, plan: Plan, total: int) -> list[Turnout]:
        turnouts = [Turnout.TELEPHONE_WHOLE] * plan.telephone_whole
        turnouts += [Turnout.TELEPHONE_THIN] * (plan.strategies_by_telephone - plan.telephone_whole)
        turnouts += [Turnout.GROUP_WHOLE] * plan.group_whole
        turnouts += [Turnout.GROUP_PARTIAL] * (plan.strategies_in_group - plan.group_whole)
        turnouts += [Turnout.PAIR] * (total - len(turnouts))
        self._chance.shuffle(turnouts)
        return turnouts

    def _strategy(self, family: Family, day: date, turnout: Turnout, has_plan: bool) -> PlannedMeeting:
        by_telephone = turnout in (Turnout.TELEPHONE_WHOLE, Turnout.TELEPHONE_THIN)
        meeting = self._meeting(
            MeetingKind.STRATEGY_MEETING,
            "S",
            family,
            day,
            MeetingFormat.TELEPHONE
            if by_telephone
            else self._chance.choice((MeetingFormat.VIDEO, MeetingFormat.HYBRID)),
        )
        meeting.trigger_on = day - timedelta(days=self._chance.randint(0, 2))
        meeting.interim_safety_plan = has_plan
        expected = [AgencyType.SOCIAL_CARE, AgencyType.POLICE]
        if turnout is not Turnout.TELEPHONE_WHOLE:
            expected.append(self._health_type(family))
        if turnout is Turnout.GROUP_PARTIAL:
            expected.append(AgencyType.SCHOOL)
        missing = set(expected[2:]) if turnout in (Turnout.TELEPHONE_THIN, Turnout.PAIR) else set()
        if turnout is Turnout.GROUP_PARTIAL:
            missing = {self._chance.choice(expected[1:])}
        present_by = Attendance.TELEPHONE if by_telephone else Attendance.VIDEO
        for kind in expected:
            row = meeting.invite(family.agencies.get(kind) or self._area.agencies[kind][0])
            row.attendance = Attendance.NO_RESPONSE if kind in missing else present_by
        return meeting

    def _core_group(self, family: Family, day: date) -> PlannedMeeting:
        meeting = self._meeting(MeetingKind.CORE_GROUP, "C", family, day, MeetingFormat.IN_PERSON)
        for kind, code in family.agencies.items():
            if kind in (AgencyType.POLICE, AgencyType.OTHER):
                continue
            row = meeting.invite(code, Expectation.OPTIONAL if kind is AgencyType.GP else Expectation.EXPECTED)
            came = kind is AgencyType.SOCIAL_CARE or (kind is not AgencyType.GP and self._chance.random() < 0.8)
            row.attendance = Attendance.IN_PERSON if came else Attendance.APOLOGIES
        return meeting

    def _meeting(self, kind: MeetingKind, letter: str, family: Family, day: date, how: MeetingFormat) -> PlannedMeeting:
        self._numbers[kind] += 1
        return PlannedMeeting(
            reference=f"{self._area.prefix}-{letter}-{self._numbers[kind]:04d}",
            kind=kind,
            case_reference=family.reference,
            day=day,
            format=how,
            start=self._chance.choice(("09:00", "11:00", "13:00", "16:00")),
            family=family,
        )

    def _health_type(self, family: Family) -> AgencyType:
        for kind in (AgencyType.HEALTH_VISITING, AgencyType.SCHOOL_NURSING):
            if kind in family.agencies:
                return kind
        return AgencyType.HOSPITAL
