"""Builds the demonstration: every row comes in through an import or a service, as it would in life."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random

from sqlalchemy import select

from portal.access.viewer import Viewer
from portal.config.collecting import not_collecting
from portal.database.session import db, writing
from portal.domain.errors import Unusable
from portal.domain.vocabulary import AgencyType, Role
from portal.domain.working_days import add_working_days, london_day, london_instant, working_days_between
from portal.models.partnerships import Partnership
from portal.models.people import User
from portal.services import agencies, imports, partnerships
from portal.services.demo import (
    absences,
    accounts,
    child_plans,
    comparators,
    evidence,
    feedback,
    import_files,
    improvement,
    inboxes,
    names,
    packs,
    records,
    restrictions,
    samples,
    scrutiny,
)
from portal.services.demo.audits import script
from portal.services.demo.audits.cast import Cast
from portal.services.demo.cases import Area, Families
from portal.services.demo.children import name_children
from portal.services.demo.conferences import Conferences
from portal.services.demo.current import Current, since
from portal.services.demo.diary import Diary, not_after
from portal.services.demo.escalations import script as escalations
from portal.services.demo.import_files import PlannedMeeting
from portal.services.demo.meetings import script as meetings
from portal.services.demo.other_meetings import OtherMeetings
from portal.services.demo.people import PARTNERSHIPS, DemoPartnership, DemoPerson, at_agencies, everybody
from portal.services.demo.plan import EASTMARSH, WESTMOOR, Plan, completed_quarters
from portal.services.demo.reports import script as reports
from portal.services.demo.work import Work
from portal.services.mailing import install_mailing, mailing

PLANS: dict[str, Plan] = {"Eastmarsh": EASTMARSH, "Westmoor": WESTMOOR}
AUDITS: dict[str, Callable[[Cast], None]] = {"Eastmarsh": script.eastmarsh, "Westmoor": script.westmoor}
OPERATOR = "demo"
FOUNDED = -185
"""Working days to the demonstration's day since the partnerships began to use the portal."""
FORTNIGHT_AND_EVE = 21
"""Days to it from when meetings were brought in, on the eve of the fortnight in which people work on them."""

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Size:
    """How a demonstration is asked for: the same three give the same demonstration."""

    seed: int
    scale: int
    today: date
    now: datetime | None = None
    """When it is built (UTC). On its last day nobody has done anything later than that, whatever the plan says."""

    @property
    def latest(self) -> datetime | None:
        """The instant after which nothing has happened; none where the last day is over, or another than today."""
        return self.now if self.now is not None and london_day(self.now) == self.today else None


def build(size: Size, progress: Progress) -> None:
    """Build both partnerships. Raises Unusable on a database that holds anything already."""
    if db.session.scalar(select(Partnership.id).limit(1)) or db.session.scalar(select(User.id).limit(1)):
        raise Unusable(["the database already holds data: the demo is built on an empty one only"])
    sender = mailing()
    # The invented people have no mailboxes: their links are handed over, as they are where no mail is sent.
    install_mailing(None)
    try:
        with not_collecting(), writing():
            _build(size, progress)
        if size.now is not None:
            evidence.anchor(size.now)
    finally:
        install_mailing(sender)


def _build(size: Size, progress: Progress) -> None:
    """Everything in one transaction: a build that is stopped leaves an empty database, and the next one works."""
    chance = Random(size.seed)  # noqa: S311 - invented, and to be the same again
    everyone = everybody(names.people(chance))
    surnames = names.surnames(chance)
    shared: dict[str, int] = {}
    begins = london_instant(size.today - timedelta(days=FORTNIGHT_AND_EVE), time(8))
    for place in PARTNERSHIPS:
        progress(f"{place.name}: agencies and people")
        founder = _open(place, size)
        codes = _list_agencies(founder, place, shared)
        for person in everyone:
            if person.partnership == place.name:
                accounts.admit(founder, person, codes[person.agency] if person.agency else None)
        diary = Diary(_partnership_id(founder), size.latest)
        own_chance = Random(f"{size.seed} {place.name} audits")  # noqa: S311 - apart: meetings stay as they are
        AUDITS[place.name](Cast(place, everyone, codes, size.today, diary, own_chance))
        progress(f"{place.name}: audits")
        own_chance = Random(f"{size.seed} {place.name} escalations")  # noqa: S311 - apart, for the same reason
        cast = Cast(place, everyone, codes, size.today, diary, own_chance)
        escalations.plan_past(cast, FOUNDED)
        own_chance = Random(f"{size.seed} {place.name} improvement")  # noqa: S311 - apart, for the same reason
        improvement.plan(replace(cast, chance=own_chance))
        quarters = completed_quarters(size.today)
        own_chance = Random(f"{size.seed} {place.name} meetings")  # noqa: S311 - apart, for the same reason
        stage = meetings.plan_past(replace(cast, chance=own_chance), FOUNDED, quarters)
        diary.live(begins)
        progress(f"{place.name}: meetings")
        operator = replace(founder, now=begins)
        past, current, families = _plan(place, size, everyone, chance)
        _bring_in(operator, past + current.settled + current.open, size.today)
        progress(f"{place.name}: children")
        coordinator = next(p for p in everyone if p.partnership == place.name and p.role is Role.COORDINATOR)
        keeper = accounts.viewer_of(coordinator.email, _partnership_id(operator), operator.now)
        name_children(keeper, families, surnames, chance)
        progress(f"{place.name}: answers, reports and registers")
        own_chance = Random(f"{size.seed} {place.name} plans")  # noqa: S311 - apart, for the same reason
        numbers = child_plans.NUMBERS[place.name].times(size.scale)
        planned = child_plans.ChildPlans(place.prefix, quarters, numbers, own_chance)
        plans = planned.plan(families, past + current.settled, size.today)
        child_plans.bring_in(operator, place.prefix, plans, diary, size.today)
        chairs = [p.email for p in everyone if p.partnership == place.name and p.role is Role.CHAIR]
        child_plans.plan_checks(chairs, diary, london_day(begins), size.today, own_chance)
        progress(f"{place.name}: child protection plans")
        staff = at_agencies(everyone, place.name)
        Work(_partnership_id(operator), place.prefix, staff, size.today, chance, diary).plan(current.open)
        earliest = -working_days_between(london_day(begins), size.today) + 1
        escalations.plan_recent(cast, earliest)
        meetings.plan_recent(stage, quarters)
        own_chance = Random(f"{size.seed} {place.name} reports")  # noqa: S311 - apart, for the same reason
        reports.plan(replace(cast, chance=own_chance))
        own_chance = Random(f"{size.seed} {place.name} feedback")  # noqa: S311 - apart, for the same reason
        feedback.plan(replace(cast, chance=own_chance), quarters)
        own_chance = Random(f"{size.seed} {place.name} samples")  # noqa: S311 - apart, for the same reason
        samples.plan(replace(cast, chance=own_chance), quarters)
        absences.plan(cast)
        comparators.plan(cast)
        packs.plan(cast)
        own_chance = Random(f"{size.seed} {place.name} records")  # noqa: S311 - apart, for the same reason
        records.plan(replace(cast, chance=own_chance))
        own_chance = Random(f"{size.seed} {place.name} scrutiny")  # noqa: S311 - apart, for the same reason
        scrutiny.plan(replace(cast, chance=own_chance))
        own_chance = Random(f"{size.seed} {place.name} restrictions")  # noqa: S311 - apart, for the same reason
        restrictions.plan(replace(cast, chance=own_chance))
        inboxes.plan_reminders(cast)
        progress(f"{place.name}: escalations, records of meetings and reports in full")
        diary.live()
    inboxes.tidy(not_after(london_instant(size.today, time(9)), size.latest))
    accounts.have_signed_in(not_after(london_instant(size.today, time(8)), size.latest))


def _open(place: DemoPartnership, size: Size) -> Viewer:
    """Open the partnership, as its first audit is about to be prepared."""
    start: datetime = london_instant(add_working_days(size.today, FOUNDED), time(8))
    partnership = partnerships.create_partnership(Viewer.of_system(OPERATOR, start), place.name)
    return Viewer.of_system(OPERATOR, start, partnership.id)


def _list_agencies(operator: Viewer, place: DemoPartnership, shared: dict[str, int]) -> dict[str, int]:
    """Import the agencies, after sharing those that the other partnership has already; ids by code."""
    for agency in place.agencies:
        if agency.code in shared:
            agencies.adopt_agency(operator, shared[agency.code], agency.code)
    rows = [
        (agency.code, agency.name, agency.agency_type, agency.urn, agency.ods_code, _mailbox(agency.code))
        for agency in place.listed
    ]
    imports.import_agencies(operator, import_files.agencies_file(rows).encode(), "agencies.csv")
    codes = {agency.code: agencies.id_of_code(operator, agency.code) for agency in place.listed}
    for school in place.of_type(AgencyType.SCHOOL):
        # Files do not say which ages a school is for: somebody says it on its page.
        entry = agencies.find_agency(operator, codes[school.code])
        agencies.change_agency(
            operator,
            entry.id,
            replace(entry.details, phase=school.ages),
            version=entry.version,
            agency_version=entry.agency_version,
        )
    shared.update({agency.code: codes[agency.code] for agency in place.agencies if agency.shared})
    return codes


def _plan(
    place: DemoPartnership, size: Size, everyone: Sequence[DemoPerson], chance: Random
) -> tuple[list[PlannedMeeting], Current, Families]:
    by_type: dict[AgencyType, list[str]] = {}
    for agency in place.agencies:
        by_type.setdefault(agency.agency_type, []).append(agency.code)
    chairs = [p.email for p in everyone if p.partnership == place.name and p.role is Role.CHAIR]
    area = Area(place.prefix, by_type, chairs)
    families = Families(area, chance)
    conferences, others = Conferences(place.prefix, families, chance), OtherMeetings(area, families, chance)
    quarters, plan = completed_quarters(size.today), PLANS[place.name].times(size.scale)
    past = conferences.completed(quarters, plan)
    past += others.strategies(quarters, plan)
    current = since(quarters, size.today, plan, families, conferences, others, chance)
    past += others.core_groups(size.today)
    return past, current, families


def _bring_in(operator: Viewer, meetings: list[PlannedMeeting], today: date) -> None:
    for meeting in meetings:
        for row in meeting.invitations:
            if row.report_received_on and row.report_received_on >= today:
                row.report_received_on = row.report_shared_on = None
    imports.import_meetings(operator, import_files.meetings_file(meetings).encode(), "meetings.csv")
    imports.import_attendance(operator, import_files.attendance_file(meetings).encode(), "attendance.csv")


def _partnership_id(operator: Viewer) -> int:
    assert operator.partnership_id is not None  # noqa: S101 - _open gives one
    return operator.partnership_id


def _mailbox(code: str) -> str:
    return f"{code.lower()}@demo.example"
