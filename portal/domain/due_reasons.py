"""Why a meeting is due when it is, in one sentence: how long, since what, so by which day, and who says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from portal.domain.deadlines import Due
from portal.domain.due_rules import DueRule
from portal.domain.meeting_kinds import period_words
from portal.domain.meeting_vocabulary import TriggerKind
from portal.domain.notice_words import day_words
from portal.domain.working_days import in_utc, london_instant, london_time

_SINCE = {
    TriggerKind.REFERRAL: "the referral",
    TriggerKind.STRATEGY_DISCUSSION: "the strategy discussion",
    TriggerKind.SECTION_47: "the start of the section 47 enquiry",
    TriggerKind.PREVIOUS_CONFERENCE: "the conference before",
    TriggerKind.BIRTH: "the birth",
    TriggerKind.TRANSFER: "the move here",
    TriggerKind.CONCERN: "the concern",
}


@dataclass(frozen=True, slots=True)
class Trigger:
    """What asked for a meeting: its kind where it is known, its day, and perhaps its time on London's clocks."""

    on: date | None = None
    kind: TriggerKind | None = None
    at: time | None = None


def due_instant(rule: DueRule, trigger: Trigger) -> datetime | None:
    """Return the UTC instant at which the hours of a rule end; None where it counts none or a time is not known.

    Real hours: the clocks' change in spring or autumn neither gives nor takes one.
    """
    if rule.hours_from_trigger is None or trigger.on is None or trigger.at is None:
        return None
    return in_utc(london_instant(trigger.on, trigger.at)) + timedelta(hours=rule.hours_from_trigger)


def due_sentence(
    rule: DueRule, due: Due | None, *, trigger: Trigger, after_name: str, edition: str, today: date
) -> str:
    """Return the rule in words: "15 working days from the strategy discussion on Monday 2 November, so by …".

    `after_name` is what the partnership calls the kind of meeting that the period runs from, and `edition` the
    guidance that its rules follow. Without a due day it is said why there is none.
    """
    if due is None:
        if rule.from_trigger is None and not rule.after:
            return "The rules give no day by which this kind of meeting must be held."
        return "No day is worked out: the rules ask for an earlier meeting of this family or for what asked for it."
    ends = due_instant(rule, trigger) if not due.after else None
    if ends is not None and trigger.on is not None and trigger.at is not None:
        since = (
            f"{_SINCE[trigger.kind] if trigger.kind else 'what asked for it'} on {_at(trigger.on, trigger.at, today)}"
        )
        end = london_time(ends)
        return f"{rule.hours_from_trigger} hours from {since}, so by {_at(end.date(), end.time(), today)}: {edition}"
    if due.after:
        # "Core group" begins small within a sentence, "MASE panel" does not.
        is_word = after_name[1:2].islower()
        since = f"the {after_name[:1].lower() if is_word else after_name[:1]}{after_name[1:]}"
    else:
        since = _SINCE[trigger.kind] if trigger.kind else "what asked for it"
    return (
        f"{period_words(due.within)} from {since} on {day_words(due.since, today)}, "
        f"so by {day_words(due.on, today)}: {edition}"
    )


def last_useful_day(due_on: date | None, birth_on: date | None) -> date | None:
    """Return the last day that helps a child not yet born: the rule's, or the day of the birth if that is sooner."""
    return min((day for day in (due_on, birth_on) if day is not None), default=None)


def _at(day: date, at: time, today: date) -> str:
    return f"{day_words(day, today)} at {at:%H:%M}"
