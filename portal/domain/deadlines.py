"""When meetings and reports are due, whether they came in time, and how to say so (contract, indicators)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from portal.domain.due_rules import DueRule, Period, Unit
from portal.domain.rules import MeetingRule
from portal.domain.vocabulary import Expectation, MeetingStatus
from portal.domain.working_days import add_months, add_working_days, in_utc, working_days_between

ASKED_TO_REPORT = frozenset({Expectation.EXPECTED, Expectation.REPORT_ONLY})


@dataclass(frozen=True, slots=True)
class EarlierMeeting:
    """Another meeting of the same case; only one that was held, on an earlier day, moves a due day."""

    meeting_type: str
    held_on: date | None
    status: MeetingStatus = MeetingStatus.HELD


class ReportState(StrEnum):
    """Where an agency's report stands today."""

    NOT_NEEDED = "not_needed"
    DUE = "due"
    LATE = "late"
    SENT = "sent"
    SENT_LATE = "sent_late"
    AFTER_MEETING = "after_meeting"
    """It came when the meeting was over."""


def last_day_of(start: date, period: Period) -> date:
    """Return the last day that lies within a period; the day it runs from is day 0."""
    match period.unit:
        case Unit.CALENDAR_DAYS:
            return start + timedelta(days=period.amount)
        case Unit.WEEKS:
            return start + timedelta(weeks=period.amount)
        case Unit.WORKING_DAYS:
            return add_working_days(start, period.amount)
    return add_months(start, period.amount)


@dataclass(frozen=True, slots=True)
class Due:
    """The last day on which a meeting is in time, and what says so: how long it has, and since when.

    `after` is the type of the earlier meeting that it runs from; empty where it runs from the trigger.
    """

    on: date
    within: Period
    since: date
    after: str = ""


def due_by(
    rule: DueRule, *, meeting_on: date, trigger_on: date | None, earlier: Iterable[EarlierMeeting] = ()
) -> Due | None:
    """Return when a meeting is due and why; None where the rule gives no day.

    `meeting_on` is the day held, else scheduled. `earlier` may name every meeting of the case, this one too:
    those of another status or not on a strictly earlier day are left out. Where two meetings that the rule
    names were held on the same last day, the one that asks for the sooner meeting decides.
    """
    periods = {step.meeting_type: step.within for step in rule.after}
    candidates = [
        Due(last_day_of(meeting.held_on, within), within, meeting.held_on, meeting.meeting_type)
        for meeting in earlier
        if meeting.status == MeetingStatus.HELD
        and meeting.held_on is not None
        and meeting.held_on < meeting_on
        and (within := periods.get(meeting.meeting_type)) is not None
    ]
    if candidates:
        last_held_on = max(candidate.since for candidate in candidates)
        return min((one for one in candidates if one.since == last_held_on), key=lambda one: one.on)
    if rule.from_trigger is None or trigger_on is None:
        return None
    return Due(last_day_of(trigger_on, rule.from_trigger), rule.from_trigger, trigger_on)


def due_on(
    rule: DueRule, *, meeting_on: date, trigger_on: date | None, earlier: Iterable[EarlierMeeting] = ()
) -> date | None:
    """Return the last day on which a meeting is in time, as `due_by` works it out; None where the rule gives none."""
    due = due_by(rule, meeting_on=meeting_on, trigger_on=trigger_on, earlier=earlier)
    return None if due is None else due.on


def is_in_time(
    rule: DueRule,
    *,
    due: date | None,
    held_on: date | None,
    triggered_at: datetime | None = None,
    held_at: datetime | None = None,
) -> bool | None:
    """Say whether a meeting was held in time; None where its due day is unknown or it was not held.

    Where the rule counts hours and both instants are known, the hours decide instead of the days: real hours,
    so that the clocks' change in spring or autumn neither gives nor takes one. Instants carry a time zone.
    """
    if due is None or held_on is None:
        return None
    if rule.hours_from_trigger is not None and triggered_at is not None and held_at is not None:
        # Two times of one zone subtract as wall clocks do; only in UTC do they give real hours.
        return in_utc(held_at) - in_utc(triggered_at) <= timedelta(hours=rule.hours_from_trigger)
    return held_on <= due


def report_due_on(rule: MeetingRule, *, given: date | None, held_on: date | None, scheduled_on: date) -> date | None:
    """Return the day by which a report must come: the day given, else working days back from the meeting.

    None where none was given and the meeting type asks for no reports.
    """
    if given is not None:
        return given
    if not rule.reports_due or rule.report_working_days is None:
        return None
    return add_working_days(held_on or scheduled_on, -rule.report_working_days)


def report_state(
    *,
    expectation: Expectation,
    status: MeetingStatus,
    due: date | None,
    received_on: date | None,
    today: date,
    held_on: date | None = None,
) -> ReportState:
    """Return where a report stands; one that came although nobody asked for it is simply sent.

    `held_on` is the day of a meeting that is over, where the caller tells late reports from those that came after it.
    """
    asked = expectation in ASKED_TO_REPORT and due is not None and status != MeetingStatus.CANCELLED
    if received_on is not None:
        late = asked and due is not None and received_on > due
        if late and held_on is not None and received_on > held_on:
            return ReportState.AFTER_MEETING
        return ReportState.SENT_LATE if late else ReportState.SENT
    if not asked or due is None:
        return ReportState.NOT_NEEDED
    return ReportState.LATE if today > due else ReportState.DUE


def due_words(today: date, due: date) -> str:
    """Return plain words for how long there is: working days ahead, calendar days late.

    Where only days off lie between, "in 0 working days" would help nobody, so calendar days are told.
    """
    days = (due - today).days
    if days < 0:
        return f"{_count(-days, 'day')} late"
    if days == 0:
        return "due today"
    if days == 1:
        return "due tomorrow"
    working_days = working_days_between(today, due)
    return f"in {_count(working_days, 'working day')}" if working_days else f"in {_count(days, 'day')}"


def _count(number: int, thing: str) -> str:
    """Return a number with its thing, in the plural where there is not exactly one."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
