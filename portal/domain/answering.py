"""What an agency owes a meeting besides its report, by which day, and when two accounts of the day differ."""

from __future__ import annotations

from datetime import date, datetime, time

from portal.domain.vocabulary import PRESENT, Answer, Attendance
from portal.domain.working_days import add_working_days, london_time

NEEDS_A_WORD = frozenset({Answer.DEPUTY, Answer.APOLOGIES})
"""Answers that say nothing without a name or a reason."""

TAKES_A_WORD = NEEDS_A_WORD | {Answer.NOT_OURS}


def answer_due_on(*, meeting_on: date, report_due_on: date | None, invited_on: date) -> date:
    """Return the day by which an invitation is to be answered.

    With the report, where one is due: whoever reads it plans for it; else on the working day before the
    meeting. Nobody is late on the day they were invited, and the meeting's own day is the last.
    """
    wished = report_due_on if report_due_on is not None else add_working_days(meeting_on, -1)
    return min(meeting_on, max(wished, invited_on))


def declaration_due_on(meeting_on: date) -> date:
    """Return the day by which an agency says who came: the working day after, while people remember."""
    return add_working_days(meeting_on, 1)


def has_begun(now: datetime, on: date, at: time | None) -> bool:
    """Say whether a meeting on a day and at a time of London's has begun; without a time, once its day has come."""
    there = london_time(now)
    return on < there.date() or (on == there.date() and (at is None or at <= there.time()))


def tells_otherwise(declared: Attendance | None, confirmed: Attendance | None) -> bool:
    """Say whether agency and chair tell the day differently in any way; not before both have told it."""
    return declared is not None and confirmed is not None and declared is not confirmed


def disagrees_on_presence(declared: Attendance | None, confirmed: Attendance | None) -> bool:
    """Say whether they differ in what figures count: whether the agency was there at all."""
    return tells_otherwise(declared, confirmed) and (declared in PRESENT) != (confirmed in PRESENT)
