"""From the counted quarters to today and a little beyond: what people find to do when they sign in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from portal.domain.vocabulary import AgencyType, MeetingKind, MeetingStatus
from portal.domain.working_days import add_working_days
from portal.services.demo.cases import FIRST_REVIEW_DAYS, NEXT_REVIEW_DAYS, Families, Family
from portal.services.demo.conferences import Conferences
from portal.services.demo.import_files import PlannedMeeting
from portal.services.demo.other_meetings import OtherMeetings
from portal.services.demo.plan import Period, Plan, working_days_before

AHEAD_DAYS = 32
OPEN_WORKING_DAYS = 3
"""Registers of the last few working days are still open."""
PLAN_ENDS = 0.2
DAYS_IN_PLAN = 273

POLICE_AT = {MeetingKind.INITIAL_CONFERENCE: 0.93, MeetingKind.REVIEW_CONFERENCE: 0.14}
GP_COMES = 0.3
GP_REPORTS = 0.5


@dataclass(slots=True)
class Current:
    """Meetings since the counted quarters: `settled` have their register, `open` wait for people."""

    settled: list[PlannedMeeting] = field(default_factory=list)
    open: list[PlannedMeeting] = field(default_factory=list)


def since(
    period: Period, today: date, plan: Plan, families: Families, conferences: Conferences, others: OtherMeetings,
    chance: Random,
) -> Current:  # fmt: skip
    """Reviews that have come due, new initial conferences, and what is arranged for the weeks ahead."""
    current = Current()
    first_open = working_days_before(today, OPEN_WORKING_DAYS)
    last = today + timedelta(days=AHEAD_DAYS)
    for family in list(families.all):
        _follow_up(family, period, last, conferences, chance, current, first_open)
    for day in _initial_days(period, today, last, plan):
        family = families.new()
        strategy_day = working_days_before(day, chance.randint(9, 14))
        if strategy_day > period.end and strategy_day < first_open:
            current.settled.append(others.strategy_since(family, strategy_day))
        _place(conferences.hold(family, MeetingKind.INITIAL_CONFERENCE, day, strategy_day), current, first_open)
    for meeting in current.settled:
        if meeting.kind in POLICE_AT:
            _settle(meeting, conferences, chance)
    return current


def _initial_days(period: Period, today: date, last: date, plan: Plan) -> list[date]:
    coming = Period(period.end + timedelta(days=1), last)
    number = round(plan.initials * (last - period.end).days / DAYS_IN_PLAN)
    tomorrow = add_working_days(today, 1)
    yesterday = max(coming.start, working_days_before(today, 1))
    closed = max(coming.start, working_days_before(today, 2))
    # Whatever the day, each chair has just closed a register, has one to close and a conference tomorrow, and
    # somebody has one today.
    fixed = [closed, closed, yesterday, yesterday, coming.working_day(today), tomorrow, tomorrow]
    return sorted([*coming.spread(number), *(coming.working_day(day) for day in fixed)])


def _follow_up(
    family: Family, period: Period, last: date, conferences: Conferences, chance: Random, current: Current,
    first_open: date,
) -> None:  # fmt: skip
    while family.last_day is not None and not family.ended:
        initial = family.last_kind is MeetingKind.INITIAL_CONFERENCE
        shortest, longest = FIRST_REVIEW_DAYS if initial else NEXT_REVIEW_DAYS
        due = family.last_day + timedelta(days=chance.randint(shortest, longest))
        if family.last_day < period.start or due > last:
            return
        day = Period(period.end + timedelta(days=1), last + timedelta(days=7)).working_day(due)
        if not initial and chance.random() < PLAN_ENDS:
            family.ended = True
            return
        _place(conferences.hold(family, MeetingKind.REVIEW_CONFERENCE, day), current, first_open)


def _place(meeting: PlannedMeeting, current: Current, first_open: date) -> None:
    if meeting.day < first_open:
        current.settled.append(meeting)
        return
    meeting.status = MeetingStatus.SCHEDULED
    for row in meeting.invitations:
        row.attendance = row.report_received_on = row.report_shared_on = None
    current.open.append(meeting)


def _settle(meeting: PlannedMeeting, conferences: Conferences, chance: Random) -> None:
    assert meeting.family is not None  # noqa: S101 - conferences are always planned for a family
    for row in meeting.invitations:
        if row.agency_code == meeting.family.agencies[AgencyType.POLICE]:
            conferences.attends(row, chance.random() < POLICE_AT[meeting.kind])
            if chance.random() < 0.97:
                conferences.reports(row, meeting)
        elif row.agency_code == meeting.family.agencies[AgencyType.GP]:
            conferences.attends(row, chance.random() < GP_COMES)
            if chance.random() < GP_REPORTS:
                conferences.reports(row, meeting, in_time=0.6)
