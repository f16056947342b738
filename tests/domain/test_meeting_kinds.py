"""A kind's code, and its rules in plain words."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.default_kinds import DEFAULT_KINDS
from portal.domain.default_rules import default_rule_set
from portal.domain.due_rules import After, DueRule, Period, Unit
from portal.domain.inquorate_rules import InquorateRule
from portal.domain.meeting_kinds import (
    ITSELF,
    LONGEST_CODE,
    code_from,
    due_words,
    of_kind,
    rule_words,
    sections_fault,
)
from portal.domain.meeting_vocabulary import InquorateReason
from portal.domain.minutes_rules import MinutesRule
from portal.domain.rules import MeetingRule

NAMES = {kind.code: kind.name for kind in DEFAULT_KINDS}


def test_the_parts_of_every_kind_at_the_start_go_together():
    assert [kind.code for kind in DEFAULT_KINDS if sections_fault(kind.sections)] == []


@pytest.mark.parametrize(
    ("name", "taken", "code"),
    [
        ("Discharge planning meeting", set(), "discharge_planning_meeting"),
        ("  Élan: pré-birth panel! ", set(), "elan_pre_birth_panel"),
        ("MASE", {"mase"}, "mase_2"),
        ("MASE", {"mase", "mase_2"}, "mase_3"),
        ("会议", set(), "meeting"),
        # Rules call their own kind so while it has no code.
        ("Itself", set(), "itself_2"),
    ],
)
def test_a_code_is_made_of_the_name(name, taken, code):
    assert code_from(name, taken) == code


@given(st.lists(st.text(max_size=60), max_size=8))
def test_codes_are_short_plain_and_never_the_same(names):
    taken: set[str] = set()
    for name in names:
        code = code_from(name, taken)
        assert code not in taken
        assert 0 < len(code) <= LONGEST_CODE
        assert code.isascii()
        assert code.replace("_", "").isalnum()
        assert code == code.lower()
        taken.add(code)


def test_a_rule_that_calls_its_kind_itself_gets_its_code():
    after = (After(ITSELF, Period(6, Unit.WEEKS)), After("core_group", Period(1, Unit.MONTHS)))
    rule = of_kind(MeetingRule(ITSELF, due=DueRule(after=after)), "panel")
    assert rule.meeting_type == "panel"
    assert [step.meeting_type for step in rule.due.after] == ["panel", "core_group"]
    assert MeetingRule.from_json(rule.to_json()) == rule


@pytest.mark.parametrize(
    ("due", "words"),
    [
        (DueRule(), "There is no day by which it is due"),
        (DueRule(Period(1, Unit.MONTHS)), "Within 1 month of what asked for it"),
        (
            DueRule(Period(3, Unit.CALENDAR_DAYS), hours_from_trigger=72),
            "Within 3 days of what asked for it, or 72 hours where the times are known",
        ),
        (DueRule(after=(After("mase", Period(2, Unit.WEEKS)),)), "Within 2 weeks of the last MASE panel"),
        (
            DueRule(
                Period(3, Unit.MONTHS),
                after=(
                    After("initial_conference", Period(3, Unit.MONTHS)),
                    After("review_conference", Period(6, Unit.MONTHS)),
                ),
            ),
            "Within 3 months of the last Initial conference or within 6 months of the last Review conference, "
            "whichever was held last; where there was none, within 3 months of what asked for it",
        ),
    ],
)
def test_a_due_day_in_words(due, words):
    assert due_words(due, NAMES) == words


def test_a_rule_in_words():
    rules = default_rule_set()
    words = rule_words(rules.rule_for("initial_conference"), NAMES)
    assert words.expected == "Children’s social care, Police, GP, School, Health visiting"
    assert words.quorum == "Social care and 2 more"
    assert words.reports == "Reports are due 3 working days before the meeting"
    nothing = rule_words(MeetingRule("mase"), NAMES)
    assert dict(nothing.listed) == {
        "Expected": "No agency by its type: each meeting says whom it expects",
        "Quorum": "It needs no quorum",
        "Due": "There is no day by which it is due",
        "Reports": "Agencies are not asked for reports",
        "Not quorate": "Nothing follows by itself",
        "Afterwards": "Nothing is due by itself",
    }
    same_day = replace(rules.rule_for("initial_conference"), report_working_days=0)
    assert rule_words(same_day, NAMES).reports == "Reports are due on the day of the meeting"


def test_what_follows_a_meeting_in_words():
    rule = MeetingRule(
        "mase",
        inquorate=InquorateRule(
            reminders=(5, 1),
            adjourn_within=Period(10, Unit.WORKING_DAYS),
            reasons=frozenset({InquorateReason.DELAY_WOULD_HARM}),
            twice_reasons=frozenset({InquorateReason.DELAY_WOULD_HARM}),
        ),
        minutes=MinutesRule(1, 20, None),
    )
    words = rule_words(rule, NAMES)
    assert words.without_quorum == (
        "Whoever is missing is asked 5 and 1 working days before. "
        "It is adjourned to a day within 10 working days. "
        "Its chair may go on because of: Delay would harm. Twice in a row only because of: Delay would harm"
    )
    assert words.afterwards == (
        "The decision sheet is due within 1 working day. Minutes are due within 20 working days"
    )
