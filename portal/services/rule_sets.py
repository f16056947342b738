"""A partnership's rules as rows: the ones it starts with, and the book of all that ever held."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from portal.domain import rules
from portal.domain.default_kinds import DEFAULT_KINDS
from portal.domain.default_rules import default_rule_set
from portal.domain.due_rules import DueRule
from portal.domain.meeting_vocabulary import MeetingFamily, RecordSection
from portal.domain.minutes_rules import NOTHING_DUE, MinutesRule
from portal.domain.vocabulary import AgencyType
from portal.models.rule_sets import MeetingRule, MeetingType, RuleSet
from portal.services import escalation_rules
from portal.services.changes import Change

# Built once: nearly every page and every change reads the rule book.
_TYPES = (
    select(
        MeetingType.id,
        MeetingType.code,
        MeetingType.name,
        MeetingType.family,
        MeetingType.sections,
        MeetingType.several_families,
        MeetingType.named_people_only,
        MeetingType.retired_at,
    )
    .where(MeetingType.partnership_id == bindparam("of_partnership"))
    .order_by(MeetingType.position, MeetingType.id)
)
_RULES = (
    select(
        RuleSet.id,
        RuleSet.effective_from,
        RuleSet.guidance_edition,
        RuleSet.small_count_limit,
        RuleSet.evidence_months,
        RuleSet.audit_green_from,
        RuleSet.audit_amber_from,
        RuleSet.contest_working_days,
        RuleSet.plan_midway_percent,
        RuleSet.plan_long_months,
        RuleSet.plan_very_long_months,
        RuleSet.plan_short_months,
        RuleSet.plan_ended_shown_months,
        MeetingRule.meeting_type_id,
        MeetingRule.reports_due,
        MeetingRule.report_working_days,
        MeetingRule.due,
        MeetingRule.quorum,
        MeetingRule.expected_types,
        MeetingRule.inquorate,
        MeetingRule.minutes,
    )
    .outerjoin(MeetingRule, MeetingRule.rule_set_id == RuleSet.id)
    .where(RuleSet.partnership_id == bindparam("of_partnership"))
    .order_by(RuleSet.effective_from, MeetingRule.id)
)


@dataclass(frozen=True, slots=True)
class KnownType:
    """A kind of meeting that a partnership holds: its row's id, what files call it, what pages call it."""

    id: int
    code: str
    name: str
    family: MeetingFamily
    sections: frozenset[RecordSection]
    several_families: bool
    named_people_only: bool
    is_retired: bool


@dataclass(frozen=True)
class RuleBook:
    """Every rule set of one partnership, the oldest first, and its meeting types in their own order."""

    rule_sets: tuple[rules.RuleSet, ...]
    meeting_types: tuple[KnownType, ...]
    _days: tuple[date, ...] = field(init=False, repr=False)
    _by_code: Mapping[str, KnownType] = field(init=False, repr=False)
    _by_id: Mapping[int, KnownType] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Index what imports look up once a row."""
        if not self.rule_sets:
            raise ValueError("A partnership needs at least one rule set.")
        object.__setattr__(self, "_days", tuple(rule_set.effective_from for rule_set in self.rule_sets))
        object.__setattr__(self, "_by_code", {known.code: known for known in self.meeting_types})
        object.__setattr__(self, "_by_id", {known.id: known for known in self.meeting_types})

    def on(self, day: date) -> rules.RuleSet:
        """The newest rule set that has begun on a day; before the first, the first."""
        return self.rule_sets[max(0, bisect_right(self._days, day) - 1)]

    def meeting_type(self, code: str) -> KnownType | None:
        """The meeting type that files call `code`; None where the partnership has none of that code."""
        return self._by_code.get(code)

    def with_id(self, meeting_type_id: int) -> KnownType:
        """The meeting type of a meeting's row."""
        return self._by_id[meeting_type_id]

    def rule(self, meeting_type_id: int, day: date) -> rules.MeetingRule:
        """What the partnership asks, on a day, of a meeting of this type."""
        return self.on(day).rule_for(self._by_id[meeting_type_id].code)


def create_default(change: Change, partnership_id: int) -> int:
    """Give a new partnership the kinds of meetings and the default rules; returns the rule set's id."""
    session, defaults = change.session, default_rule_set()
    types = {
        kind.code: MeetingType(
            partnership_id=partnership_id,
            code=kind.code,
            name=kind.name,
            position=position,
            family=kind.family,
            sections=[section.value for section in kind.sections],
            several_families=kind.several_families,
            named_people_only=kind.named_people_only,
        )
        for position, kind in enumerate(DEFAULT_KINDS, start=1)
    }
    rule_set = RuleSet(
        partnership_id=partnership_id,
        effective_from=defaults.effective_from,
        guidance_edition=defaults.guidance_edition,
        small_count_limit=defaults.small_count_limit,
        evidence_months=defaults.evidence_months,
        audit_green_from=defaults.audit_levels.green_from,
        audit_amber_from=defaults.audit_levels.amber_from,
        contest_working_days=defaults.contest_working_days,
        plan_midway_percent=defaults.plan_rules.midway_percent,
        plan_long_months=defaults.plan_rules.long_months,
        plan_very_long_months=defaults.plan_rules.very_long_months,
        plan_short_months=defaults.plan_rules.short_months,
        plan_ended_shown_months=defaults.plan_rules.ended_shown_months,
        created_at=change.viewer.now,
    )
    session.add_all([rule_set, *types.values()])
    session.flush()
    for code, rule in defaults.meeting_rules.items():
        stored = rule.to_json()
        session.add(
            MeetingRule(
                partnership_id=partnership_id,
                rule_set_id=rule_set.id,
                meeting_type_id=types[code].id,
                reports_due=rule.reports_due,
                report_working_days=rule.report_working_days,
                due=stored["due"],
                quorum=stored["quorum"],
                expected_types=stored["expected_types"],
                inquorate=stored["inquorate"],
                minutes=stored["minutes"],
            )
        )
    escalation_rules.create_default(change, partnership_id, rule_set.id)
    change.log("rule_set.created", "rule_set", rule_set.id, partnership_id=partnership_id)
    return rule_set.id


def rule_book(session: Session, partnership_id: int) -> RuleBook:
    """Read a partnership's whole rule book, by two queries whatever its length."""
    asked = {"of_partnership": partnership_id}
    types = tuple(
        KnownType(
            row.id,
            row.code,
            row.name,
            row.family,
            frozenset(RecordSection(section) for section in row.sections),
            row.several_families,
            row.named_people_only,
            row.retired_at is not None,
        )
        for row in session.execute(_TYPES, asked)
    )
    codes = {known.id: known.code for known in types}
    found = session.execute(_RULES, asked).all()
    sets = {row.id: row for row in found}
    meeting_rules: dict[int, dict[str, rules.MeetingRule]] = {rule_set_id: {} for rule_set_id in sets}
    for row in found:
        if row.meeting_type_id is not None:
            code = codes[row.meeting_type_id]
            meeting_rules[row.id][code] = rules.MeetingRule(
                meeting_type=code,
                reports_due=row.reports_due,
                report_working_days=row.report_working_days,
                due=DueRule.from_json(row.due),
                quorum=None if row.quorum is None else rules.QuorumRule.from_json(row.quorum),
                expected_types=frozenset(AgencyType(value) for value in row.expected_types),
                inquorate=rules.ASKS_NOTHING if row.inquorate is None else rules.InquorateRule.from_json(row.inquorate),
                minutes=NOTHING_DUE if row.minutes is None else MinutesRule.from_json(row.minutes),
            )
    return RuleBook(
        rule_sets=tuple(
            rules.RuleSet(
                effective_from=row.effective_from,
                guidance_edition=row.guidance_edition,
                small_count_limit=row.small_count_limit,
                meeting_rules=meeting_rules[row.id],
                evidence_months=row.evidence_months,
                audit_levels=rules.AuditLevels(row.audit_green_from, row.audit_amber_from),
                contest_working_days=row.contest_working_days,
                plan_rules=rules.PlanRules(
                    midway_percent=row.plan_midway_percent,
                    long_months=row.plan_long_months,
                    very_long_months=row.plan_very_long_months,
                    short_months=row.plan_short_months,
                    ended_shown_months=row.plan_ended_shown_months,
                ),
            )
            for row in sets.values()
        ),
        meeting_types=types,
    )


def codes_of_family(session: Session, partnership_id: int, family: MeetingFamily) -> frozenset[str]:
    """What files call a partnership's kinds of one family, its own and retired ones too; by one query."""
    of_family = select(MeetingType.code).where(
        MeetingType.partnership_id == partnership_id, MeetingType.family == family
    )
    return frozenset(session.scalars(of_family))
