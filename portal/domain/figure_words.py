"""Figures as sentences: "Police came to 8 % of review conferences (12 of 150)"."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from portal.domain.due_rules import DueRule, Period
from portal.domain.labels import label
from portal.domain.rules import MeetingRule
from portal.domain.vocabulary import AgencyType

_ALL_OF_A_TYPE: Mapping[AgencyType, str] = {
    AgencyType.SOCIAL_CARE: "Children’s social care",
    AgencyType.POLICE: "Police",
    AgencyType.GP: "GPs",
    AgencyType.SCHOOL: "Schools",
    AgencyType.HEALTH_VISITING: "Health visiting",
    AgencyType.SCHOOL_NURSING: "School nursing",
    AgencyType.HOSPITAL: "Hospitals",
    AgencyType.MENTAL_HEALTH: "Mental health",
    AgencyType.PROBATION: "Probation",
    AgencyType.YOUTH_JUSTICE: "Youth justice",
    AgencyType.HOUSING: "Housing",
    AgencyType.EARLY_HELP: "Early help",
    AgencyType.VOLUNTARY: "Voluntary organisations",
    AgencyType.OTHER: "Other agencies",
}


def all_of_type(agency_type: AgencyType) -> str:
    """Return what all agencies of a type are called together, at the beginning of a sentence."""
    return _ALL_OF_A_TYPE[agency_type]


def within_sentence(name: str) -> str:
    """Return a meeting type's name as it stands within a sentence: "review conferences", "MASE panels"."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def many_meetings(name: str) -> str:
    """Return a meeting type's name for several of them, within a sentence: "review conferences"."""
    return within_sentence(name if name.endswith("s") else f"{name}s")


def percentage(part: int, whole: int) -> str:
    """Return a share in whole percent, halves rounded up: "8 %"."""
    return f"{(Decimal(100 * part) / Decimal(whole)).quantize(Decimal(1), ROUND_HALF_UP)} %"


def came_to(who: str, meetings: str, part: int, whole: int) -> str:
    """Return how many meetings somebody came to, of those they were expected at."""
    return f"{who} came to {percentage(part, whole)} of {meetings} ({part:,} of {whole:,})"


def sent_reports(who: str, meetings: str, part: int, whole: int) -> str:
    """Return how many of the reports due somebody sent."""
    return f"{who} sent {percentage(part, whole)} of the reports due for {meetings} ({part:,} of {whole:,})"


def were(meetings: str, state: str, part: int, whole: int) -> str:
    """Return how many meetings were in a state, such as quorate or in time."""
    return f"{percentage(part, whole)} of {meetings} were {state} ({part:,} of {whole:,})"


def counted_words(
    *,
    expected: int | None,
    report_only: int | None,
    optional: int | None,
    not_relevant: int | None,
    contested: int | None,
) -> str:
    """Return what the figures of a period count and what not, in numbers; None stands for one that is withheld.

    What is contested counts as it stands until it is decided, so it is named beside both.
    """
    invitations = "1 invitation that was" if expected == 1 else f"{_number(expected)} invitations that were"
    words = (
        f"Counted: {invitations} expected. Not counted: {_number(optional)} optional, "
        f"{_number(not_relevant)} not relevant"
    )
    if report_only != 0:
        words += f", and {_number(report_only)} asked for a report alone, whose report is counted"
    words += "."
    if contested != 0:
        words += f" Contested and still open: {_number(contested)}, counted as they stand until that is decided."
    return words


def _number(count: int | None) -> str:
    return "too few" if count is None else f"{count:,}"


def due_rule_words(rule: DueRule, names: Mapping[str, str]) -> str:
    """Return when a meeting is due, as a sentence without its end; `names` are what meeting types are called."""
    after = " or ".join(
        f"{_period(step.within)} of the last {within_sentence(names.get(step.meeting_type, step.meeting_type))}"
        for step in rule.after
    )
    if len(rule.after) > 1:
        after += ", whichever came last"
    trigger = "" if rule.from_trigger is None else f"{_period(rule.from_trigger)} of its trigger"
    if rule.hours_from_trigger is not None:
        trigger += f" ({rule.hours_from_trigger} hours where both times are known)"
    if after and trigger:
        return f"Within {after}; where there was none, within {trigger}"
    return f"Within {after or trigger}" if after or trigger else "No due day"


def report_rule_words(rule: MeetingRule) -> str:
    """Return when reports are due, as a sentence without its end."""
    if not rule.reports_due or rule.report_working_days is None:
        return "Only where a day was given"
    days = rule.report_working_days
    return (
        "On the day of the meeting" if days == 0 else f"{days} working day{'' if days == 1 else 's'} before the meeting"
    )


def _period(period: Period) -> str:
    unit = "days" if period.unit == "calendar_days" else label(period.unit).lower()
    return f"{period.amount} {unit.removesuffix('s') if period.amount == 1 else unit}"
