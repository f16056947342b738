"""The rules of an area besides its kinds of meetings: what is changed together, within which bounds, and from where."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from portal.domain.escalation_vocabulary import LadderKind
from portal.domain.ladder_rules import LONGEST_CLOCK, EscalationRules, Ladder, OfficeHours, Stage, Trigger
from portal.domain.plan_rules import LONGEST_MONTHS

LONGEST_EDITION = 80
LONGEST_SOURCE = 120
LONGEST_STAGE_NAME = 80
MOST_STAGES = 6
"""A ladder with more would keep nobody from the top for less than a month."""
MOST_TRIGGERS = 8
MOST_COUNTED = 20
MOST_MONTHS_BACK = 24
"""How far back a trigger may look: further, an agency could never live down what was."""


class RuleGroup(StrEnum):
    """What is changed together, from one day on, in the order of its page; the value stands in addresses."""

    GUIDANCE = "guidance"
    SMALL_NUMBERS = "small-numbers"
    PLANS = "plans"
    CONTESTS = "contests"
    AUDITS = "audits"
    NON_ATTENDANCE = "non-attendance"
    TRIGGERS = "triggers"
    DISAGREEMENTS = "disagreements"
    ALERTS = "practice-alerts"
    OFFICE = "office-hours"


LADDERS: Mapping[RuleGroup, LadderKind] = {
    RuleGroup.NON_ATTENDANCE: LadderKind.NON_ATTENDANCE,
    RuleGroup.DISAGREEMENTS: LadderKind.DISAGREEMENT,
    RuleGroup.ALERTS: LadderKind.PRACTICE_ALERT,
}


class NumberUnit(StrEnum):
    """What a number counts."""

    MONTHS = "months"
    WORKING_DAYS = "working_days"
    PERCENT = "percent"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class NumberRule:
    """One number: its column's name, what pages call it, what it counts, its bounds, and what it changes."""

    name: str
    words: str
    unit: NumberUnit
    least: int
    most: int
    effect: str


NUMBERS: Mapping[RuleGroup, tuple[NumberRule, ...]] = {
    RuleGroup.SMALL_NUMBERS: (
        NumberRule(
            "small_count_limit",
            "Numbers are too small to show up to",
            NumberUnit.COUNT,
            1,
            20,
            "Pages and files for the board and for other agencies say “too few” in place of a count from 1 to this, "
            "so that no single child or worker can be made out.",
        ),
    ),
    RuleGroup.PLANS: (
        NumberRule(
            "plan_long_months",
            "A plan is long after",
            NumberUnit.MONTHS,
            1,
            LONGEST_MONTHS,
            "A child’s plan that has lasted for more than this stands on the panel’s agenda.",
        ),
        NumberRule(
            "plan_very_long_months",
            "A plan is very long after",
            NumberUnit.MONTHS,
            2,
            LONGEST_MONTHS,
            "From then on it stands there among the most pressing.",
        ),
        NumberRule(
            "plan_short_months",
            "A plan was short if it ended within",
            NumberUnit.MONTHS,
            1,
            LONGEST_MONTHS,
            "The panel looks at whether such a plan was needed, or ended too soon.",
        ),
        NumberRule(
            "plan_ended_shown_months",
            "A short plan stays on the agenda for",
            NumberUnit.MONTHS,
            1,
            LONGEST_MONTHS,
            "Counted from its end; as far apart as the panel’s meetings are.",
        ),
        NumberRule(
            "plan_midway_percent",
            "Midway check after",
            NumberUnit.PERCENT,
            1,
            99,
            "The chair looks at a plan once this part of the time has gone from one conference to the day by which "
            "the next one is due.",
        ),
    ),
    RuleGroup.CONTESTS: (
        NumberRule(
            "contest_working_days",
            "A contest is decided within",
            NumberUnit.WORKING_DAYS,
            1,
            LONGEST_CLOCK,
            "An agency that contests what is expected of it has the coordinator’s answer by then.",
        ),
    ),
    RuleGroup.AUDITS: (
        NumberRule(
            "evidence_months",
            "Evidence is old after",
            NumberUnit.MONTHS,
            1,
            LONGEST_MONTHS,
            "The panel is shown each answer whose evidence was older than this when the return was signed.",
        ),
        NumberRule(
            "audit_green_from",
            "Green begins at",
            NumberUnit.PERCENT,
            2,
            100,
            "The part of what was asked from which a result is green.",
        ),
        NumberRule(
            "audit_amber_from",
            "Amber begins at",
            NumberUnit.PERCENT,
            1,
            99,
            "The part from which it is amber; what is below that is red.",
        ),
    ),
}

ALL_NUMBERS: tuple[NumberRule, ...] = tuple(rule for rules in NUMBERS.values() for rule in rules)


@dataclass(frozen=True, slots=True)
class Guidance:
    """The edition of the guidance that the area works by."""

    edition: str


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of a group, in its order."""

    items: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Triggers:
    """What proposes a stage of the non-attendance ladder, in the order in which they are looked at."""

    listed: tuple[Trigger, ...]


Value: TypeAlias = Guidance | Numbers | Ladder | Triggers | OfficeHours


@dataclass(frozen=True, slots=True)
class Said:
    """What an area says of one group, and where it comes from: an edition of the guidance, or a local decision."""

    value: Value
    source: str = ""


@dataclass(frozen=True, slots=True)
class AreaRules:
    """All of it, as one rule set says it; `sources` has the groups of which somebody said where they come from."""

    edition: str
    numbers: Mapping[str, int]
    escalation: EscalationRules
    sources: Mapping[str, str]

    def said(self, group: RuleGroup) -> Said:
        """What is said of a group."""
        return Said(self._value(group), self.sources.get(group.value, ""))

    def _value(self, group: RuleGroup) -> Value:
        if group is RuleGroup.GUIDANCE:
            return Guidance(self.edition)
        if group in NUMBERS:
            return Numbers(tuple((rule.name, self.numbers[rule.name]) for rule in NUMBERS[group]))
        if group in LADDERS:
            return self.escalation.ladder(LADDERS[group])
        return Triggers(self.escalation.triggers) if group is RuleGroup.TRIGGERS else self.escalation.office


def stamp(history: Sequence[tuple[str, Said]]) -> int:
    """Return a number that differs where what was ever said of a group does: by it a lost race is seen."""
    text = json.dumps([[begins, said.source, _plain(said.value)] for begins, said in history])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) >> 1


def _plain(value: Value) -> object:
    """A value as JSON holds it, the same in every process."""
    if isinstance(value, Guidance):
        return value.edition
    if isinstance(value, Numbers):
        return value.items
    if isinstance(value, Ladder):
        return [value.kind, value.whole_working_days, [_plain_stage(stage) for stage in value.stages]]
    if isinstance(value, Triggers):
        return [
            [sorted(one.events), one.count, one.opens_stage, one.within_months, one.is_in_a_row] for one in value.listed
        ]
    return [value.opens.isoformat(), value.closes.isoformat()]


def _plain_stage(stage: Stage) -> list[object]:
    days = [stage.working_days, stage.urgent_working_days]
    return [stage.number, stage.name, *days, stage.told, stage.until, stage.is_formal]
