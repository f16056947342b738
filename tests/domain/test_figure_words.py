"""Figures as sentences."""

from __future__ import annotations

import pytest

from portal.domain.default_rules import default_rule_set
from portal.domain.due_rules import NEVER_DUE, DueRule, Period, Unit
from portal.domain.figure_words import (
    all_of_type,
    came_to,
    due_rule_words,
    many_meetings,
    percentage,
    report_rule_words,
    sent_reports,
    were,
    within_sentence,
)
from portal.domain.rules import MeetingRule
from portal.domain.vocabulary import AgencyType


def test_sentences():
    assert came_to("Police", "review conferences", 12, 150) == "Police came to 8 % of review conferences (12 of 150)"
    assert sent_reports("GPs", "initial conferences", 1200, 6000) == (
        "GPs sent 20 % of the reports due for initial conferences (1,200 of 6,000)"
    )
    assert were("strategy meetings", "in time", 10, 14) == "71 % of strategy meetings were in time (10 of 14)"


@pytest.mark.parametrize(("part", "whole", "words"), [(1, 200, "1 %"), (1, 201, "0 %"), (0, 9, "0 %"), (9, 9, "100 %")])
def test_halves_are_rounded_up(part, whole, words):
    assert percentage(part, whole) == words


@pytest.mark.parametrize(
    ("name", "many"),
    [
        ("Review conference", "review conferences"),
        ("Core group", "core groups"),
        ("MACE panel", "MACE panels"),
        ("Legal proceedings", "legal proceedings"),
    ],
)
def test_several_meetings(name, many):
    assert many_meetings(name) == many


def test_a_name_within_a_sentence_keeps_the_capitals_of_letters_alone():
    assert within_sentence("Review conferences") == "review conferences"
    assert within_sentence("MASE panels") == "MASE panels"


def test_every_agency_type_has_a_name_for_all_of_it():
    names = [all_of_type(agency_type) for agency_type in AgencyType]
    assert len(set(names)) == len(AgencyType)
    assert all(name[0].isupper() for name in names)


NAMES = {
    "initial_conference": "Initial conference",
    "review_conference": "Review conference",
    "core_group": "Core group",
}


@pytest.mark.parametrize(
    ("meeting_type", "due", "reports"),
    [
        ("initial_conference", "Within 15 working days of its trigger", "3 working days before the meeting"),
        (
            "review_conference",
            "Within 3 months of the last initial conference or 6 months of the last review conference, whichever came "
            "last; where there was none, within 3 months of its trigger",
            "5 working days before the meeting",
        ),
        (
            "strategy_meeting",
            "Within 3 days of its trigger (72 hours where both times are known)",
            "Only where a day was given",
        ),
        (
            "core_group",
            "Within 10 working days of the last initial conference or 6 weeks of the last core group, "
            "whichever came last",
            "Only where a day was given",
        ),
    ],
)
def test_the_default_rules_in_words(meeting_type, due, reports):
    rule = default_rule_set().rule_for(meeting_type)
    assert due_rule_words(rule.due, NAMES) == due
    assert report_rule_words(rule) == reports


def test_other_rules_in_words():
    assert due_rule_words(NEVER_DUE, NAMES) == "No due day"
    assert due_rule_words(DueRule(from_trigger=Period(1, Unit.MONTHS)), NAMES) == "Within 1 month of its trigger"
    assert (
        report_rule_words(MeetingRule("panel", reports_due=True, report_working_days=1))
        == "1 working day before the meeting"
    )
    assert (
        report_rule_words(MeetingRule("panel", reports_due=True, report_working_days=0)) == "On the day of the meeting"
    )
