"""By when decision sheet, minutes and corrections are due, over bank holidays, month ends and leap years."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.default_rules import default_rule_set
from portal.domain.minutes import Timeliness, put_together, sent_papers, unsent_papers
from portal.domain.minutes_rules import CONFERENCE_MINUTES, NOTHING_DUE, OTHER_MINUTES, MinutesRule
from portal.domain.rules import RuleSet
from portal.domain.working_days import is_working_day, working_days_between

days = st.dates(date(2000, 1, 1), date(2090, 1, 1))
numbers = st.none() | st.integers(0, 60)
rules = st.builds(MinutesRule, numbers, numbers, numbers)


@given(rules)
def test_a_rule_is_read_back_as_it_was_stored(rule):
    assert MinutesRule.from_json(rule.to_json()) == rule


@pytest.mark.parametrize("stored", [{}, None, {"minutes_working_days": 20}, {**OTHER_MINUTES.to_json(), "more": 1}])
def test_anything_else_is_refused(stored):
    with pytest.raises(ValueError, match="rule of minutes"):
        MinutesRule.from_json(stored)


@pytest.mark.parametrize("wrong", [-1, 1001])
def test_days_run_forwards_and_stay_in_the_calendar(wrong):
    with pytest.raises(ValueError, match="Working days"):
        MinutesRule(minutes_working_days=wrong)


@given(days, st.integers(1, 60))
def test_each_day_is_a_working_day_so_many_on(day, number):
    rule = MinutesRule(number, number, number)
    for due in (rule.decisions_due(day), rule.minutes_due(day), rule.corrections_close(day), rule.views_close(day)):
        assert due is not None
        assert is_working_day(due)
        assert working_days_between(day, due) == number


@given(days)
def test_nothing_is_due_where_no_rule_asks(day):
    assert NOTHING_DUE.decisions_due(day) is NOTHING_DUE.minutes_due(day) is NOTHING_DUE.corrections_close(day) is None
    assert OTHER_MINUTES.decisions_due(day) is None


@pytest.mark.parametrize(
    ("held_on", "sheet", "minutes"),
    [
        # Over Easter 2026 (3 and 6 April) and the bank holiday of May.
        (date(2026, 4, 2), date(2026, 4, 7), date(2026, 5, 5)),
        (date(2026, 4, 17), date(2026, 4, 20), date(2026, 5, 18)),
        # Over Christmas and the New Year; 26 December 2026 is a Saturday, so the Monday is given.
        (date(2026, 12, 24), date(2026, 12, 29), date(2027, 1, 26)),
        # Over a leap day.
        (date(2028, 2, 28), date(2028, 2, 29), date(2028, 3, 27)),
    ],
)
def test_bank_holidays_month_ends_and_leap_years(held_on, sheet, minutes):
    assert CONFERENCE_MINUTES.decisions_due(held_on) == sheet
    assert CONFERENCE_MINUTES.minutes_due(held_on) == minutes


def test_the_rules_that_everybody_starts_with_say_it_of_every_kind():
    found = default_rule_set()
    assert RuleSet.from_json(found.to_json()) == found
    by_kind = {code: rule.minutes for code, rule in found.meeting_rules.items()}
    conferences = {"initial_conference", "review_conference"}
    assert {code for code, rule in by_kind.items() if rule == CONFERENCE_MINUTES} == conferences
    assert all(rule == OTHER_MINUTES for code, rule in by_kind.items() if code not in conferences)


@given(st.lists(st.tuples(st.integers(0, 50), st.none() | days, st.booleans())), days)
def test_no_more_is_in_time_than_there_is(found, today):
    counted = Timeliness()
    for number, due_on, in_time in found:
        counted += sent_papers(number, in_time=in_time)
        counted += unsent_papers(number, due_on, today)
    assert 0 <= counted.on_time <= counted.of
    assert counted.on_time == sum(number for number, _, in_time in found if in_time)


def test_what_is_sent_by_its_day_is_in_time_and_what_is_not_due_yet_says_nothing():
    due = date(2026, 6, 10)
    assert sent_papers(3, in_time=True) + sent_papers(2, in_time=False) == Timeliness(3, 5)
    assert unsent_papers(4, due, due) == unsent_papers(4, None, due) == Timeliness(0, 0)
    assert unsent_papers(4, due, due + timedelta(days=1)) == Timeliness(0, 4)


@given(st.text(), st.text())
def test_minutes_put_together_lose_no_words(mine, theirs):
    found = put_together(mine, theirs)
    assert mine in found
    assert theirs in found
    assert put_together(mine, mine) == mine
