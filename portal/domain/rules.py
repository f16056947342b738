"""Rule sets: every number that differs between areas, as data that partnerships may change from a day on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any, Self

from portal.domain.audit_levels import AuditLevels
from portal.domain.due_rules import LONGEST, NEVER_DUE, After, DueRule, Period, Unit
from portal.domain.inquorate_rules import ASKS_NOTHING, InquorateRule
from portal.domain.minutes_rules import NOTHING_DUE, MinutesRule
from portal.domain.plan_rules import PlanRules
from portal.domain.rule_json import (
    agency_type_groups,
    agency_types,
    boolean,
    day,
    members,
    objects,
    optional_whole_number,
    text,
    whole_number,
)
from portal.domain.vocabulary import HEALTH_TYPES, AgencyType

__all__ = [
    "ASKS_NOTHING",
    "CONFERENCE_QUORUM",
    "CORE_AGENCIES",
    "EVER",
    "NEVER_DUE",
    "After",
    "AuditLevels",
    "DueRule",
    "InquorateRule",
    "MeetingRule",
    "Period",
    "PlanRules",
    "QuorumRule",
    "RuleSet",
    "Unit",
    "in_force",
]

EVER = date(2000, 1, 1)
"""Early enough that the default rules cover any history a partnership imports."""


def _values(agency_types: Iterable[AgencyType]) -> list[str]:
    """Return agency types as the plain texts that JSON keeps, always in the same order."""
    return sorted(agency_type.value for agency_type in agency_types)


@dataclass(frozen=True, slots=True)
class QuorumRule:
    """Who must be present: one agency type of each `required` group, and `further_types` more beside those.

    The types of a group in `counted_as_one` are one agency when further types are counted, so that a second
    health agency adds nothing where a partnership counts all of health as one.
    """

    required: tuple[frozenset[AgencyType], ...]
    further_types: int
    counted_as_one: tuple[frozenset[AgencyType], ...] = ()

    def __post_init__(self) -> None:
        """Refuse groups that nobody could satisfy or that leave the count open."""
        if self.further_types < 0:
            raise ValueError(f"Further agency types must be 0 or more, not {self.further_types}.")
        if not all(self.required) or not all(self.counted_as_one):
            raise ValueError("A group of agency types must name at least one type.")
        counted = [agency_type for group in self.counted_as_one for agency_type in group]
        if len(set(counted)) != len(counted):
            raise ValueError("An agency type may stand in only one group that is counted as one.")

    def to_json(self) -> dict[str, Any]:
        """Return what a rule set's row stores."""
        return {
            "required": [_values(group) for group in self.required],
            "further_types": self.further_types,
            "counted_as_one": [_values(group) for group in self.counted_as_one],
        }

    @classmethod
    def from_json(cls, stored: object) -> Self:
        """Read back what `to_json` wrote; raises ValueError for anything else."""
        found = members(stored, "a quorum rule", {"required", "further_types", "counted_as_one"})
        return cls(
            agency_type_groups(found, "required"),
            whole_number(found, "further_types"),
            agency_type_groups(found, "counted_as_one"),
        )


CONFERENCE_QUORUM = QuorumRule((frozenset({AgencyType.SOCIAL_CARE}),), further_types=2)

CORE_AGENCIES = QuorumRule(
    (frozenset({AgencyType.SOCIAL_CARE}), frozenset({AgencyType.POLICE}), HEALTH_TYPES), further_types=0
)
"""The least that a strategy meeting needs; `all_core_agencies` asks for it under any rule set."""


@dataclass(frozen=True, slots=True)
class MeetingRule:
    """What a partnership asks of a meeting type; `report_working_days` count back from the meeting."""

    meeting_type: str
    reports_due: bool = False
    report_working_days: int | None = None
    due: DueRule = NEVER_DUE
    quorum: QuorumRule | None = None
    expected_types: frozenset[AgencyType] = frozenset()
    inquorate: InquorateRule = ASKS_NOTHING
    minutes: MinutesRule = NOTHING_DUE

    def __post_init__(self) -> None:
        """Refuse a report that is due on no day that anybody could work out."""
        if self.reports_due and self.report_working_days is None:
            raise ValueError("Say how many working days before the meeting its reports are due.")
        if self.report_working_days is not None and not 0 <= self.report_working_days <= LONGEST:
            raise ValueError(f"Working days must be from 0 to {LONGEST}, not {self.report_working_days}.")

    def to_json(self) -> dict[str, Any]:
        """Return what a rule set's row stores."""
        return {
            "meeting_type": str(self.meeting_type),
            "reports_due": self.reports_due,
            "report_working_days": self.report_working_days,
            "due": self.due.to_json(),
            "quorum": None if self.quorum is None else self.quorum.to_json(),
            "expected_types": _values(self.expected_types),
            "inquorate": self.inquorate.to_json(),
            "minutes": self.minutes.to_json(),
        }

    @classmethod
    def from_json(cls, stored: object) -> Self:
        """Read back what `to_json` wrote; raises ValueError for anything else."""
        fields = {"meeting_type", "reports_due", "report_working_days", "due", "quorum", "expected_types"}
        fields |= {"inquorate", "minutes"}
        found = members(stored, "a meeting rule", fields)
        quorum = found["quorum"]
        return cls(
            meeting_type=text(found, "meeting_type"),
            reports_due=boolean(found, "reports_due"),
            report_working_days=optional_whole_number(found, "report_working_days"),
            due=DueRule.from_json(found["due"]),
            quorum=None if quorum is None else QuorumRule.from_json(quorum),
            expected_types=agency_types(found["expected_types"], "expected_types"),
            inquorate=InquorateRule.from_json(found["inquorate"]),
            minutes=MinutesRule.from_json(found["minutes"]),
        )


@dataclass(frozen=True, slots=True)
class RuleSet:
    """A partnership's rules from a day on; pages hide counts of 1 to `small_count_limit`.

    Evidence for an audit answer is old once it is older than `evidence_months`; `audit_levels` colour what audits find.
    `plan_rules` say when the panel hears of a child protection plan, and when its chair checks it midway.
    """

    effective_from: date
    guidance_edition: str
    small_count_limit: int = 5
    meeting_rules: Mapping[str, MeetingRule] = field(default_factory=dict, hash=False)
    evidence_months: int = 24
    audit_levels: AuditLevels = field(default_factory=AuditLevels)
    plan_rules: PlanRules = field(default_factory=PlanRules)
    contest_working_days: int = 5
    """Within how many working days a coordinator decides what an agency contests."""

    def __post_init__(self) -> None:
        """Check the rules against their keys and keep a copy that nobody can change."""
        if self.small_count_limit < 0:
            raise ValueError(f"The limit for small counts must be 0 or more, not {self.small_count_limit}.")
        if self.evidence_months < 1:
            raise ValueError(f"Evidence is old after 1 month or more, not {self.evidence_months}.")
        if self.contest_working_days < 1:
            raise ValueError(f"A contest is decided within 1 working day or more, not {self.contest_working_days}.")
        for meeting_type, rule in self.meeting_rules.items():
            if rule.meeting_type != meeting_type:
                raise ValueError(f"The rule for {rule.meeting_type} is kept under {meeting_type}.")
        object.__setattr__(self, "meeting_rules", MappingProxyType(dict(self.meeting_rules)))

    def rule_for(self, meeting_type: str) -> MeetingRule:
        """Return the rule for a meeting type; one that asks nothing for a type the rule set does not name."""
        return self.meeting_rules.get(meeting_type) or MeetingRule(meeting_type)

    def to_json(self) -> dict[str, Any]:
        """Return what a rule set's row stores."""
        return {
            "effective_from": self.effective_from.isoformat(),
            "guidance_edition": self.guidance_edition,
            "small_count_limit": self.small_count_limit,
            "evidence_months": self.evidence_months,
            "audit_levels": self.audit_levels.to_json(),
            "plan_rules": self.plan_rules.to_json(),
            "contest_working_days": self.contest_working_days,
            "meeting_rules": [rule.to_json() for rule in self.meeting_rules.values()],
        }

    @classmethod
    def from_json(cls, stored: object) -> Self:
        """Read back what `to_json` wrote; raises ValueError for anything else."""
        numbers = {"small_count_limit", "evidence_months", "audit_levels", "plan_rules", "contest_working_days"}
        found = members(stored, "a rule set", {"effective_from", "guidance_edition", "meeting_rules", *numbers})
        rules = [MeetingRule.from_json(rule) for rule in objects(found, "meeting_rules")]
        if len({rule.meeting_type for rule in rules}) != len(rules):
            raise ValueError("A meeting type may have only one rule in a rule set.")
        return cls(
            effective_from=day(found, "effective_from"),
            guidance_edition=text(found, "guidance_edition"),
            small_count_limit=whole_number(found, "small_count_limit"),
            evidence_months=whole_number(found, "evidence_months"),
            audit_levels=AuditLevels.from_json(found["audit_levels"]),
            plan_rules=PlanRules.from_json(found["plan_rules"]),
            contest_working_days=whole_number(found, "contest_working_days"),
            meeting_rules={rule.meeting_type: rule for rule in rules},
        )


def in_force(rule_sets: Iterable[RuleSet], on: date) -> RuleSet:
    """Return the latest rule set that has begun on a day; the first one for any day before it.

    A meeting older than a partnership's first rules is still counted, so it is held to those.
    Raises ValueError where there is no rule set at all.
    """
    in_order = sorted(rule_sets, key=lambda rule_set: rule_set.effective_from)
    if not in_order:
        raise ValueError("A partnership needs at least one rule set.")
    begun = [rule_set for rule_set in in_order if rule_set.effective_from <= on]
    return begun[-1] if begun else in_order[0]
