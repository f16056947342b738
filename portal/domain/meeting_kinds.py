"""A partnership's own kinds of meetings: the code that files call one by, and its rules in plain words."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from portal.domain import codes
from portal.domain.due_rules import DueRule, Period, Unit
from portal.domain.inquorate_rules import InquorateRule
from portal.domain.labels import label, listed, short_label
from portal.domain.meeting_vocabulary import InquorateReason, MeetingVariant, RecordSection
from portal.domain.minutes_rules import MinutesRule
from portal.domain.quoracy import quorum_words
from portal.domain.rules import MeetingRule
from portal.domain.vocabulary import AgencyType, MeetingKind

LONGEST_CODE = 40
LONGEST_NAME = 120

ITSELF = "itself"
"""What a rule calls its own kind while that has no code yet."""

COUNTED_BY_CODE = frozenset(kind.value for kind in MeetingKind)
"""Figures know these four by their codes, so they are never retired."""

_UNITS: Mapping[Unit, str] = {
    Unit.CALENDAR_DAYS: "day",
    Unit.WORKING_DAYS: "working day",
    Unit.WEEKS: "week",
    Unit.MONTHS: "month",
}


@dataclass(frozen=True, slots=True)
class KindDetails:
    """What is said of a kind besides its rules; it holds for all of its meetings, old and new."""

    name: str
    sections: frozenset[RecordSection]
    several_families: bool = False
    named_people_only: bool = False


@dataclass(frozen=True, slots=True)
class RuleWords:
    """A kind's rules as a page says them."""

    expected: str
    quorum: str
    due: str
    reports: str
    without_quorum: str
    afterwards: str

    @property
    def listed(self) -> list[tuple[str, str]]:
        """Each with what it is about, in the order of a meeting."""
        return [
            ("Expected", self.expected),
            ("Quorum", self.quorum),
            ("Due", self.due),
            ("Reports", self.reports),
            ("Not quorate", self.without_quorum),
            ("Afterwards", self.afterwards),
        ]


def sections_fault(sections: Collection[RecordSection]) -> str:
    """Return what is wrong with the parts chosen for a record; empty where they go together."""
    if RecordSection.MISSING_CHILD in sections and RecordSection.STRATEGY not in sections:
        return "What is asked about a missing child stands in the strategy record: choose that too"
    return ""


def code_from(name: str, taken: Collection[str]) -> str:
    """Return the code of a new kind: its name in small letters and underscores, numbered where that is taken.

    Files and scripts call the kind by it, so it stays when the name is changed.
    """
    return codes.code_from(name, {*taken, ITSELF}, otherwise="meeting", longest=LONGEST_CODE)


def of_kind(rule: MeetingRule, code: str) -> MeetingRule:
    """Return a rule as that of the kind `code`, which it may have called "itself"."""
    after = tuple(replace(step, meeting_type=code) if step.meeting_type == ITSELF else step for step in rule.due.after)
    return replace(rule, meeting_type=code, due=replace(rule.due, after=after))


def rule_words(rule: MeetingRule, names: Mapping[str, str]) -> RuleWords:
    """Return a rule in plain words; `names` are what pages call each kind, by code."""
    expected = [label(agency_type) for agency_type in AgencyType if agency_type in rule.expected_types]
    return RuleWords(
        expected=", ".join(expected) or "No agency by its type: each meeting says whom it expects",
        quorum=_as_sentence(quorum_words(rule.quorum)) if rule.quorum else "It needs no quorum",
        due=due_words(rule.due, names),
        reports=_report_words(rule),
        without_quorum=_without_quorum_words(rule.inquorate),
        afterwards=_afterwards_words(rule.minutes),
    )


def due_words(due: DueRule, names: Mapping[str, str]) -> str:
    """Return when a meeting is due, as a sentence; `names` are what pages call each kind, by code."""
    after = [
        f"within {period_words(step.within)} of the last {names.get(step.meeting_type, step.meeting_type)}"
        for step in due.after
    ]
    trigger = f"within {period_words(due.from_trigger)} of what asked for it" if due.from_trigger else ""
    if not after:
        hours = (
            "" if due.hours_from_trigger is None else f", or {due.hours_from_trigger} hours where the times are known"
        )
        return _as_sentence(f"{trigger}{hours}") if trigger else "There is no day by which it is due"
    words = listed(after, "or") + (", whichever was held last" if len(after) > 1 else "")
    return _as_sentence(f"{words}; where there was none, {trigger}" if trigger else words)


def period_words(period: Period) -> str:
    """Return a length of time: "15 working days", "1 month"."""
    unit = _UNITS[period.unit]
    return f"{period.amount} {unit}" if period.amount == 1 else f"{period.amount} {unit}s"


def _report_words(rule: MeetingRule) -> str:
    if not rule.reports_due or rule.report_working_days is None:
        return "Agencies are not asked for reports"
    if rule.report_working_days == 0:
        return "Reports are due on the day of the meeting"
    return f"Reports are due {period_words(Period(rule.report_working_days, Unit.WORKING_DAYS))} before the meeting"


def _without_quorum_words(rule: InquorateRule) -> str:
    words = []
    if rule.reminders:
        days = listed([str(day) for day in rule.reminders])
        words.append(f"Whoever is missing is asked {days} working {'day' if rule.reminders == (1,) else 'days'} before")
    if rule.adjourn_within is not None:
        words.append(f"It is adjourned to a day within {period_words(rule.adjourn_within)}")
    if rule.reasons:
        reasons = [short_label(reason) for reason in InquorateReason if reason in rule.reasons]
        words.append(f"Its chair may go on because of: {'; '.join(reasons)}")
    again = [short_label(reason) for reason in InquorateReason if reason in rule.twice_reasons]
    again += [short_label(variant) for variant in MeetingVariant if variant in rule.twice_variants]
    if again:
        words.append(f"Twice in a row only because of: {'; '.join(again)}")
    return ". ".join(words) or "Nothing follows by itself"


def _afterwards_words(rule: MinutesRule) -> str:
    due = (
        ("The decision sheet is due within", rule.decision_sheet_working_days),
        ("Minutes are due within", rule.minutes_working_days),
        ("Corrections are taken within", rule.corrections_working_days),
    )
    words = [f"{said} {period_words(Period(days, Unit.WORKING_DAYS))}" for said, days in due if days is not None]
    return ". ".join(words) or "Nothing is due by itself"


def _as_sentence(words: str) -> str:
    """Return words with a capital first letter; what follows is left as it is."""
    return words[:1].upper() + words[1:]
