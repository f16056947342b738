"""A conference without its quorum: whether it may go on, and by which day an adjourned one must be held."""

from __future__ import annotations

from datetime import date, timedelta

from portal.domain.deadlines import last_day_of
from portal.domain.inquorate_rules import InquorateRule
from portal.domain.meeting_vocabulary import InquorateReason, MeetingVariant
from portal.domain.working_days import is_working_day

PLAN_LIMIT = 4_000

PLAN_REVIEWED = "The existing child protection plan was reviewed and stays as it is until then."
"""What is kept of a review that was adjourned after the plan itself was gone through; a text may follow it."""

_DAY = timedelta(days=1)


def reasons_to_go_on(
    rule: InquorateRule, variant: MeetingVariant | None, *, is_second: bool
) -> frozenset[InquorateReason]:
    """Return for which reasons a conference may go on without its quorum; none means that it may not.

    `is_second` says that the child's conference before it was not quorate either.
    """
    if not is_second or variant in rule.twice_variants:
        return rule.reasons
    return rule.twice_reasons


def first_new_day(today: date) -> date:
    """Return the first day to which a conference can be adjourned: the next working day."""
    day = today + _DAY
    while not is_working_day(day):
        day += _DAY
    return day


def last_new_day(rule: InquorateRule, held_on: date, today: date) -> date | None:
    """Return the last day to which a conference of `held_on` can be adjourned; None for a kind that is not.

    Where that has passed, because nobody wrote it down in time, the next working day is left: the child waits no
    longer, and the register can still be closed.
    """
    if rule.adjourn_within is None:
        return None
    return max(last_day_of(held_on, rule.adjourn_within), first_new_day(today))


def new_day_fault(rule: InquorateRule, held_on: date, today: date, new_on: date | None) -> str:
    """Return what is wrong with the day to which a conference is adjourned, as a sentence; empty where nothing is."""
    last = last_new_day(rule, held_on, today)
    if new_on is None or last is None:
        return "Enter the new day of the conference"
    if new_on <= today:
        return "The new day must be after today"
    if new_on > last:
        return f"The new day must be {last.day} {last:%B} {last.year} or earlier"
    if not is_working_day(new_on):
        return "The new day must be a working day"
    return ""


def interim_plan_of(text: str, *, is_reviewed: bool) -> str:
    """Return what is kept of how the child is safe until the new day."""
    return "\n\n".join(filter(None, (PLAN_REVIEWED if is_reviewed else "", text)))
