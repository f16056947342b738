"""A conference without its quorum: whether it may go on, and the day to which it is adjourned."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.adjourning import (
    PLAN_REVIEWED,
    first_new_day,
    interim_plan_of,
    last_new_day,
    new_day_fault,
    reasons_to_go_on,
)
from portal.domain.default_rules import default_rule_set
from portal.domain.due_rules import Period, Unit
from portal.domain.meeting_vocabulary import InquorateReason, MeetingVariant
from portal.domain.rules import ASKS_NOTHING, InquorateRule
from portal.domain.working_days import add_months, is_working_day, working_days_between

RULES = default_rule_set()
INITIAL = RULES.rule_for("initial_conference").inquorate
REVIEW = RULES.rule_for("review_conference").inquorate
FEW = InquorateReason.FEW_AGENCIES_KNOW_THE_CHILD

days = st.dates(date(2020, 1, 1), date(2060, 12, 31))


def test_the_first_time_every_reason_of_the_rules_will_do():
    assert reasons_to_go_on(INITIAL, None, is_second=False) == set(InquorateReason)


@pytest.mark.parametrize(
    ("variant", "reasons"),
    [
        (None, {FEW}),
        (MeetingVariant.TRANSFER_IN, {FEW}),
        (MeetingVariant.PRE_BIRTH, set(InquorateReason)),
    ],
)
def test_twice_in_a_row_only_what_the_rules_allow(variant, reasons):
    assert reasons_to_go_on(INITIAL, variant, is_second=True) == reasons


def test_where_the_rules_allow_no_second_time_there_is_no_reason():
    strict = InquorateRule((), Period(10, Unit.WORKING_DAYS), frozenset(InquorateReason))
    assert reasons_to_go_on(strict, MeetingVariant.PRE_BIRTH, is_second=True) == frozenset()


@given(days)
def test_an_initial_conference_has_ten_working_days_and_any_other_a_month(held_on):
    last = last_new_day(INITIAL, held_on, held_on)
    assert last is not None
    assert working_days_between(held_on, last) == 10
    assert last_new_day(REVIEW, held_on, held_on) == add_months(held_on, 1)


def test_what_is_not_adjourned_has_no_new_day():
    assert last_new_day(ASKS_NOTHING, date(2026, 6, 10), date(2026, 6, 10)) is None
    assert new_day_fault(ASKS_NOTHING, date(2026, 6, 10), date(2026, 6, 10), date(2026, 6, 11))


@given(st.sampled_from([INITIAL, REVIEW]), days, st.integers(0, 200), st.integers(-5, 120))
def test_a_day_is_taken_exactly_where_it_is_to_come_worked_on_and_inside_the_limit(rule, held_on, late, ahead):
    today = held_on + timedelta(days=late)
    new_on, last = today + timedelta(days=ahead), last_new_day(rule, held_on, today)
    taken = not new_day_fault(rule, held_on, today, new_on)
    assert taken is (today < new_on <= last and is_working_day(new_on))


@given(st.sampled_from([INITIAL, REVIEW]), days, st.integers(0, 400))
def test_however_late_it_is_written_down_a_day_is_left(rule, held_on, late):
    """Nobody is left with a register that cannot be closed; a limit that has passed gives no more than a day."""
    today = held_on + timedelta(days=late)
    next_day = first_new_day(today)
    assert is_working_day(next_day)
    assert not new_day_fault(rule, held_on, today, next_day)
    if last_new_day(rule, held_on, held_on) < today:
        assert last_new_day(rule, held_on, today) == next_day


def test_a_day_that_is_missing_is_asked_for():
    assert new_day_fault(INITIAL, date(2026, 6, 10), date(2026, 6, 10), None) == "Enter the new day of the conference"


def test_over_bank_holidays_the_days_are_counted_as_england_works():
    assert last_new_day(INITIAL, date(2026, 12, 21), date(2026, 12, 21)) == date(2027, 1, 7)


@pytest.mark.parametrize(
    ("text", "is_reviewed", "kept"),
    [
        ("Stays with gran.", False, "Stays with gran."),
        ("", True, PLAN_REVIEWED),
        ("Stays with gran.", True, f"{PLAN_REVIEWED}\n\nStays with gran."),
    ],
)
def test_what_is_kept_of_the_plan(text, is_reviewed, kept):
    assert interim_plan_of(text, is_reviewed=is_reviewed) == kept
