"""Conferences of the completed quarters, exactly as many of each outcome as the plan says."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from portal.domain.vocabulary import AgencyType, Attendance, Expectation, MeetingFormat, MeetingKind
from portal.domain.working_days import add_working_days
from portal.services.demo.cases import FIRST_REVIEW_DAYS, NEXT_REVIEW_DAYS, Families, Family
from portal.services.demo.import_files import PlannedInvitation, PlannedMeeting
from portal.services.demo.plan import Period, Plan, marked, working_days_before

SLOTS = ("09:30", "11:30", "13:30", "15:30")
REPORT_DAYS = {MeetingKind.INITIAL_CONFERENCE: 3, MeetingKind.REVIEW_CONFERENCE: 5}
"""Working days before the conference by which reports are due (the default rule set's)."""

COMES = {
    AgencyType.SOCIAL_CARE: 1.0,
    AgencyType.SCHOOL: 0.86,
    AgencyType.HEALTH_VISITING: 0.84,
    AgencyType.SCHOOL_NURSING: 0.7,
    AgencyType.HOSPITAL: 0.4,
    AgencyType.MENTAL_HEALTH: 0.45,
    AgencyType.PROBATION: 0.55,
    AgencyType.EARLY_HELP: 0.8,
    AgencyType.YOUTH_JUSTICE: 0.75,
    AgencyType.HOUSING: 0.5,
    AgencyType.VOLUNTARY: 0.7,
    AgencyType.OTHER: 0.5,
}
REPORTS = {
    AgencyType.SOCIAL_CARE: 0.97,
    AgencyType.SCHOOL: 0.88,
    AgencyType.HEALTH_VISITING: 0.9,
    AgencyType.PROBATION: 0.8,
    AgencyType.HOUSING: 0.45,
}
PRESENT_WAYS = {
    Attendance.IN_PERSON: 50,
    Attendance.VIDEO: 38,
    Attendance.DEPUTY: 6,
    Attendance.TELEPHONE: 4,
    Attendance.PARTIAL: 2,
}
"""How people are there, in parts of a hundred."""


class Conferences:
    """Plans one partnership's conferences and numbers them."""

    def __init__(self, prefix: str, families: Families, chance: Random) -> None:
        self._prefix = prefix
        self._families = families
        self._chance = chance
        self._numbers = {MeetingKind.INITIAL_CONFERENCE: 0, MeetingKind.REVIEW_CONFERENCE: 0}
        self._slots: dict[tuple[str, date], set[str]] = {}

    def completed(self, period: Period, plan: Plan) -> list[PlannedMeeting]:
        """All conferences up to the period's end, those before it as the history that due days need."""
        earlier, reviews = self._older_cases(period, plan)
        initials = self._initials(period, plan)
        reviews += self._first_reviews(initials, period, plan.first_reviews)
        held = [meeting for meeting, _family in initials] + reviews
        self._exact_police(initials, reviews, plan)
        self._exact_gps(held, plan)
        for meeting in earlier:
            for row in self._rows_of(meeting, AgencyType.POLICE) + self._rows_of(meeting, AgencyType.GP):
                self.attends(row, False)
        return earlier + held

    def hold(self, family: Family, kind: MeetingKind, day: date, trigger_on: date | None = None) -> PlannedMeeting:
        """One conference of a family with everybody who knows them; police and practice are left open."""
        self._numbers[kind] += 1
        letter = "I" if kind is MeetingKind.INITIAL_CONFERENCE else "R"
        meeting = PlannedMeeting(
            reference=f"{self._prefix}-{letter}-{self._numbers[kind]:04d}",
            kind=kind,
            case_reference=family.reference,
            day=day,
            trigger_on=trigger_on,
            format=self._chance.choice((MeetingFormat.HYBRID, MeetingFormat.HYBRID, MeetingFormat.IN_PERSON)),
            chair_email=family.chair,
            start=self._free_slot(family.chair, day),
            family=family,
        )
        family.last_kind, family.last_day = kind, day
        for agency_type, code in family.agencies.items():
            row = meeting.invite(code)
            if agency_type in COMES:
                if agency_type is AgencyType.OTHER:
                    row.expectation = Expectation.OPTIONAL
                self.attends(row, self._chance.random() < COMES[agency_type])
                if self._chance.random() < REPORTS.get(agency_type, 0.65):
                    self.reports(row, meeting)
        return meeting

    def _free_slot(self, chair: str, day: date) -> str:
        """A time at which the chair has no other conference; more than a day holds overlap."""
        taken = self._slots.setdefault((chair, day), set())
        slot = self._chance.choice([slot for slot in SLOTS if slot not in taken] or SLOTS)
        taken.add(slot)
        return slot

    def attends(self, row: PlannedInvitation, present: bool) -> None:
        """Give an invitation a way of being there, or of not being there."""
        if present:
            row.attendance = self._chance.choices(list(PRESENT_WAYS), list(PRESENT_WAYS.values()))[0]
        else:
            row.attendance = self._chance.choice((Attendance.APOLOGIES, Attendance.NO_RESPONSE))

    def reports(self, row: PlannedInvitation, meeting: PlannedMeeting, *, in_time: float = 0.7) -> None:
        """Give an invitation a report: in time, between the due day and the meeting, or after it."""
        chance = self._chance
        due = working_days_before(meeting.day, REPORT_DAYS[meeting.kind])
        draw = chance.random()
        if draw < in_time:
            row.report_received_on = working_days_before(due, chance.randint(0, 3))
        elif draw < in_time + 0.2:
            row.report_received_on = add_working_days(due, chance.randint(1, 2))
        else:
            row.report_received_on = add_working_days(meeting.day, chance.randint(1, 6))
        if row.report_received_on < meeting.day and chance.random() < 0.5:
            row.report_shared_on = min(meeting.day, add_working_days(row.report_received_on, 1))

    def _older_cases(self, period: Period, plan: Plan) -> tuple[list[PlannedMeeting], list[PlannedMeeting]]:
        """Reviews before the period, and the ones in it that follow them within six months."""
        earlier, reviews = [], []
        twice = Period(period.start - timedelta(days=160), period.start - timedelta(days=92))
        once = Period(period.start - timedelta(days=60), period.start - timedelta(days=6))
        for span, number, rounds in ((twice, plan.twice_reviewed, 2), (once, plan.once_reviewed, 1)):
            for day in span.spread(number):
                family = self._families.new()
                earlier.append(self.hold(family, MeetingKind.REVIEW_CONFERENCE, day))
                for _ in range(rounds):
                    day = self._next(day, NEXT_REVIEW_DAYS, period)
                    reviews.append(self.hold(family, MeetingKind.REVIEW_CONFERENCE, day))
        return earlier, reviews

    def _initials(self, period: Period, plan: Plan) -> list[tuple[PlannedMeeting, Family]]:
        late = marked(self._chance, plan.initials, plan.initials_late)
        held = []
        for day, is_late in zip(period.spread(plan.initials), late, strict=True):
            family = self._families.new()
            waited = self._chance.randint(16, 23) if is_late else self._chance.randint(8, 15)
            strategy_day = working_days_before(day, waited)
            family.strategy_days.append(strategy_day)
            held.append((self.hold(family, MeetingKind.INITIAL_CONFERENCE, day, strategy_day), family))
        return held

    def _first_reviews(
        self, initials: list[tuple[PlannedMeeting, Family]], period: Period, number: int
    ) -> list[PlannedMeeting]:
        reviews = []
        for meeting, family in sorted(initials, key=lambda pair: pair[0].day)[:number]:
            day = self._next(meeting.day, FIRST_REVIEW_DAYS, period)
            reviews.append(self.hold(family, MeetingKind.REVIEW_CONFERENCE, day))
        return reviews

    def _next(self, day: date, days: tuple[int, int], period: Period) -> date:
        return Period(day + timedelta(days=days[0] - 4), min(period.end, day + timedelta(days=days[1]))).working_day(
            day + timedelta(days=self._chance.randint(*days))
        )

    def _exact_police(
        self, initials: list[tuple[PlannedMeeting, Family]], reviews: list[PlannedMeeting], plan: Plan
    ) -> None:
        rows = [(self._row_of(meeting, AgencyType.POLICE), meeting) for meeting, _family in initials]
        present = marked(self._chance, plan.initials, plan.police_at_initials)
        rows += [(self._row_of(meeting, AgencyType.POLICE), meeting) for meeting in reviews]
        present += marked(self._chance, plan.reviews, plan.police_at_reviews)
        silent = iter(marked(self._chance, present.count(False), plan.police_silent))
        for (row, meeting), came in zip(rows, present, strict=True):
            self.attends(row, came)
            if came or not next(silent):
                self.reports(row, meeting, in_time=0.78)

    def _exact_gps(self, held: list[PlannedMeeting], plan: Plan) -> None:
        came = marked(self._chance, len(held), plan.gps_at_conferences)
        reported = marked(self._chance, len(held), plan.gp_reports)
        for meeting, present, report in zip(held, came, reported, strict=True):
            row = self._row_of(meeting, AgencyType.GP)
            self.attends(row, present)
            if report:
                self.reports(row, meeting, in_time=0.55)
            if not present and self._chance.random() < 0.08:
                row.consulted_on = working_days_before(meeting.day, self._chance.randint(1, 3))

    def _row_of(self, meeting: PlannedMeeting, kind: AgencyType) -> PlannedInvitation:
        return next(iter(self._rows_of(meeting, kind)))

    @staticmethod
    def _rows_of(meeting: PlannedMeeting, kind: AgencyType) -> list[PlannedInvitation]:
        code = meeting.family.agencies[kind] if meeting.family else None
        return [row for row in meeting.invitations if row.agency_code == code]
