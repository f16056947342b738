"""Rule sets: the defaults are the contract's, and what is stored reads back as the same rules or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import FrozenInstanceError, replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.default_kinds import DEFAULT_KINDS
from portal.domain.default_rules import default_rule_set
from portal.domain.meeting_vocabulary import InquorateReason, MeetingVariant
from portal.domain.rules import (
    ASKS_NOTHING,
    CONFERENCE_QUORUM,
    CORE_AGENCIES,
    EVER,
    NEVER_DUE,
    After,
    AuditLevels,
    DueRule,
    InquorateRule,
    MeetingRule,
    Period,
    QuorumRule,
    RuleSet,
    Unit,
    in_force,
)
from portal.domain.vocabulary import HEALTH_TYPES, AgencyType, MeetingKind

periods = st.builds(Period, st.integers(0, 1000), st.sampled_from(Unit))
codes = st.text("abcdefghij_", min_size=1, max_size=8)
after = st.lists(st.builds(After, codes, periods), max_size=3, unique_by=lambda step: step.meeting_type)
due_rules = st.one_of(
    st.builds(DueRule, st.none() | periods, st.none(), after.map(tuple)),
    st.builds(DueRule, periods, st.integers(0, 500)),
)
groups = st.frozensets(st.sampled_from(AgencyType), min_size=1, max_size=5)


@st.composite
def quorum_rules(draw: st.DrawFn) -> QuorumRule:
    types = draw(st.permutations(list(AgencyType)))
    sizes = draw(st.lists(st.integers(1, 4), max_size=2))
    counted = tuple(frozenset(types[4 * at : 4 * at + size]) for at, size in enumerate(sizes))
    return QuorumRule(tuple(draw(st.lists(groups, max_size=3))), draw(st.integers(0, 5)), counted)


@st.composite
def inquorate_rules(draw: st.DrawFn) -> InquorateRule:
    reminders = tuple(draw(st.lists(st.integers(1, 20), max_size=4, unique=True)))
    if draw(st.booleans()):
        return InquorateRule(reminders)
    reasons = draw(st.frozensets(st.sampled_from(InquorateReason)))
    twice = draw(st.frozensets(st.sampled_from(sorted(reasons)))) if reasons else frozenset()
    return InquorateRule(reminders, draw(periods), reasons, twice, draw(st.frozensets(st.sampled_from(MeetingVariant))))


meeting_rules = st.builds(
    MeetingRule,
    codes,
    st.booleans(),
    st.integers(0, 20),
    due_rules,
    st.none() | quorum_rules(),
    st.frozensets(st.sampled_from(AgencyType)),
    inquorate_rules(),
)
rule_sets = st.builds(
    RuleSet,
    st.dates(),
    st.text(min_size=1, max_size=20),
    st.integers(0, 20),
    st.lists(meeting_rules, max_size=4).map(lambda rules: {rule.meeting_type: rule for rule in rules}),
    st.integers(1, 60),
    st.sampled_from([AuditLevels(), AuditLevels(90, 60), AuditLevels(100, 1)]),
)


def test_the_defaults_are_the_contracts() -> None:
    rules = default_rule_set()
    assert rules.effective_from == EVER == date(2000, 1, 1)
    assert rules.small_count_limit == 5
    assert set(rules.meeting_rules) == {kind.code for kind in DEFAULT_KINDS} > set(MeetingKind)

    initial = rules.rule_for("initial_conference")
    assert (initial.reports_due, initial.report_working_days) == (True, 3)
    assert initial.due == DueRule(from_trigger=Period(15, Unit.WORKING_DAYS))
    assert initial.quorum == QuorumRule((frozenset({AgencyType.SOCIAL_CARE}),), 2)

    review = rules.rule_for("review_conference")
    assert (review.reports_due, review.report_working_days) == (True, 5)
    assert review.due == DueRule(
        Period(3, Unit.MONTHS),
        None,
        (
            After("initial_conference", Period(3, Unit.MONTHS)),
            After("review_conference", Period(6, Unit.MONTHS)),
        ),
    )
    assert review.quorum == CONFERENCE_QUORUM

    strategy = rules.rule_for("strategy_meeting")
    assert (strategy.reports_due, strategy.report_working_days) == (False, None)
    assert strategy.due == DueRule(Period(3, Unit.CALENDAR_DAYS), 72)
    assert strategy.quorum == CORE_AGENCIES

    core_group = rules.rule_for("core_group")
    assert (core_group.reports_due, core_group.report_working_days) == (False, None)
    assert core_group.due == DueRule(
        None,
        None,
        (After("initial_conference", Period(10, Unit.WORKING_DAYS)), After("core_group", Period(6, Unit.WEEKS))),
    )
    assert core_group.quorum is None


def test_conferences_are_adjourned_and_whoever_they_lack_is_asked() -> None:
    rules = default_rule_set()
    initial, review = (rules.rule_for(kind).inquorate for kind in ("initial_conference", "review_conference"))
    assert (initial.adjourn_within, review.adjourn_within) == (Period(10, Unit.WORKING_DAYS), Period(1, Unit.MONTHS))
    for rule in (initial, review):
        assert rule.reminders == (5, 2, 1)
        assert rule.reasons == set(InquorateReason)
        assert rule.twice_reasons == {InquorateReason.FEW_AGENCIES_KNOW_THE_CHILD}
        assert rule.twice_variants == {MeetingVariant.PRE_BIRTH}
    assert rules.rule_for("strategy_meeting").inquorate == InquorateRule((5, 2, 1))
    assert rules.rule_for("core_group").inquorate == ASKS_NOTHING == rules.rule_for("unknown").inquorate


@pytest.mark.parametrize(
    "contradicting",
    [
        {"reminders": (5, 5)},
        {"reminders": (0,)},
        {"reminders": (1001,)},
        {"reasons": frozenset({InquorateReason.DELAY_WOULD_HARM})},
        {"twice_variants": frozenset({MeetingVariant.PRE_BIRTH})},
        {"adjourn_within": Period(1, Unit.MONTHS), "twice_reasons": frozenset({InquorateReason.DELAY_WOULD_HARM})},
    ],
)
def test_what_contradicts_itself_about_a_missing_quorum_is_refused(contradicting: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"must be|make sense"):
        InquorateRule(**contradicting)


@pytest.mark.parametrize(
    "changed",
    [
        {"reminders": [True]},
        {"reminders": ["5"]},
        {"reminders": 5},
        {"reasons": ["no_reason"]},
        {"twice_variants": ["twins"]},
        {"extra": 1},
    ],
)
def test_what_is_stored_otherwise_about_a_missing_quorum_is_refused(changed: dict[str, Any]) -> None:
    stored = default_rule_set().rule_for("initial_conference").inquorate.to_json()
    with pytest.raises(ValueError, match=r"\w"):
        InquorateRule.from_json({**stored, **changed})


def test_the_core_agencies_are_social_care_police_and_one_of_health() -> None:
    social_care, police, health = CORE_AGENCIES.required
    assert (social_care, police, health) == ({"social_care"}, {"police"}, HEALTH_TYPES)
    assert (CORE_AGENCIES.further_types, CORE_AGENCIES.counted_as_one) == (0, ())
    assert set(HEALTH_TYPES) == {"gp", "health_visiting", "school_nursing", "hospital", "mental_health"}


def test_social_care_is_always_expected() -> None:
    for rule in default_rule_set().meeting_rules.values():
        assert AgencyType.SOCIAL_CARE in rule.expected_types


def test_a_type_without_rules_asks_for_nothing() -> None:
    assert default_rule_set().rule_for("family_meeting") == MeetingRule(
        "family_meeting", False, None, NEVER_DUE, None, frozenset()
    )


@given(rule_sets)
def test_what_is_stored_reads_back_as_the_same_rules(rules: RuleSet) -> None:
    assert RuleSet.from_json(json.loads(json.dumps(rules.to_json()))) == rules


@given(quorum_rules())
def test_sets_are_stored_in_one_order(rule: QuorumRule) -> None:
    stored = rule.to_json()
    for group in (*stored["required"], *stored["counted_as_one"]):
        assert group == sorted(group)
        assert all(type(agency_type) is str for agency_type in group)


def test_what_is_stored_is_plain_json_even_for_enum_members() -> None:
    stored = MeetingRule(
        MeetingKind.CORE_GROUP, due=DueRule(after=(After(MeetingKind.CORE_GROUP, Period(6, Unit.WEEKS)),))
    )
    assert type(stored.to_json()["meeting_type"]) is str
    assert type(stored.to_json()["due"]["after"][0]["meeting_type"]) is str


def _stored() -> dict[str, Any]:
    return default_rule_set().to_json()


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda stored: stored.pop("small_count_limit"), "must have exactly"),
        (lambda stored: stored.update(smal_count_limit=5), "must have exactly"),
        (lambda stored: stored.update(small_count_limit="5"), "whole number"),
        (lambda stored: stored.update(small_count_limit=True), "whole number"),
        (lambda stored: stored.update(small_count_limit=-1), "0 or more"),
        (lambda stored: stored.pop("audit_levels"), "must have exactly"),
        (lambda stored: stored.update(audit_levels=[75, 25]), "must be an object"),
        (lambda stored: stored["audit_levels"].update(green_from="75"), "whole number"),
        (lambda stored: stored["audit_levels"].update(green_from=25), "below green"),
        (lambda stored: stored.update(guidance_edition=""), "a text"),
        (lambda stored: stored.update(guidance_edition=2026), "a text"),
        (lambda stored: stored.update(effective_from="1 September"), "isoformat"),
        (lambda stored: stored.update(meeting_rules={}), "must be a list"),
        (lambda stored: stored["meeting_rules"].append(7), "must be an object"),
        (lambda stored: stored["meeting_rules"].append(stored["meeting_rules"][0]), "only one rule"),
        (lambda stored: stored["meeting_rules"][0].update(reports_due=1), "true or false"),
        (lambda stored: stored["meeting_rules"][0].update(report_working_days=None), "how many working days"),
        (lambda stored: stored["meeting_rules"][0].update(report_working_days=-1), "from 0 to 1000"),
        (lambda stored: stored["meeting_rules"][0].update(report_working_days=1001), "from 0 to 1000"),
        (lambda stored: stored["meeting_rules"][0].update(expected_types="police"), "list of agency types"),
        (lambda stored: stored["meeting_rules"][0].update(expected_types=["polise"]), "polise"),
        (lambda stored: stored["meeting_rules"][0]["due"]["from_trigger"].update(unit="fortnights"), "fortnights"),
        (lambda stored: stored["meeting_rules"][0]["due"]["from_trigger"].update(amount=-1), "from 0 to 1000"),
        (lambda stored: stored["meeting_rules"][0]["due"]["from_trigger"].update(amount=1001), "from 0 to 1000"),
        (lambda stored: stored["meeting_rules"][0]["quorum"].update(further_types=-1), "0 or more"),
        (lambda stored: stored["meeting_rules"][0]["quorum"].update(required=[[]]), "at least one type"),
        (lambda stored: stored["meeting_rules"][0]["quorum"].update(counted_as_one=[[]]), "at least one type"),
        (
            lambda stored: stored["meeting_rules"][0]["quorum"].update(counted_as_one=[["gp", "school"], ["gp"]]),
            "only one group",
        ),
        (lambda stored: stored["meeting_rules"][1]["due"].update(hours_from_trigger=72), "trigger alone"),
        (lambda stored: stored["meeting_rules"][2]["due"].update(from_trigger=None), "trigger alone"),
        (lambda stored: stored["meeting_rules"][2]["due"].update(hours_from_trigger=-1), "0 or more"),
        (
            lambda stored: stored["meeting_rules"][1]["due"]["after"].append(
                stored["meeting_rules"][1]["due"]["after"][0]
            ),
            "only once",
        ),
    ],
)
def test_what_was_stored_wrongly_is_refused_not_guessed_at(
    spoil: Callable[[dict[str, Any]], None], reason: str
) -> None:
    stored = deepcopy(_stored())
    spoil(stored)
    with pytest.raises(ValueError, match=reason):
        RuleSet.from_json(stored)


def test_the_longest_and_shortest_numbers_are_taken() -> None:
    for number in (0, 1000):
        assert MeetingRule("own", reports_due=True, report_working_days=number).report_working_days == number
        assert Period(number, Unit.MONTHS).amount == number
    assert RuleSet(EVER, "Working Together").small_count_limit == 5


def test_rules_cannot_be_changed_in_place() -> None:
    given_rules = {"core_group": MeetingRule("core_group")}
    rules = RuleSet(EVER, "Working Together", meeting_rules=given_rules)
    given_rules["other"] = MeetingRule("other")
    assert set(rules.meeting_rules) == {"core_group"}
    with pytest.raises(TypeError):
        rules.meeting_rules["other"] = MeetingRule("other")  # type: ignore[index]
    with pytest.raises(FrozenInstanceError):
        rules.small_count_limit = 0  # type: ignore[misc]
    assert hash(rules) == hash(replace(rules, meeting_rules={}))


def test_a_rule_must_stand_under_its_own_name() -> None:
    with pytest.raises(ValueError, match="The rule for core_group is kept under strategy_meeting"):
        RuleSet(EVER, "Working Together", meeting_rules={"strategy_meeting": MeetingRule("core_group")})


def test_the_rules_in_force_are_the_latest_that_have_begun() -> None:
    first, second, third = (default_rule_set(day) for day in (date(2024, 1, 1), date(2026, 9, 1), date(2027, 1, 1)))
    rules = [second, third, first]
    assert in_force(rules, date(2024, 1, 1)) is first
    assert in_force(rules, date(2026, 8, 31)) is first
    assert in_force(rules, date(2026, 9, 1)) is second
    assert in_force(rules, date(2030, 1, 1)) is third
    assert in_force(rules, date(2020, 1, 1)) is first, "older meetings are held to the first rules"
    with pytest.raises(ValueError, match="at least one rule set"):
        in_force([], date(2026, 1, 1))
