"""Signals by the rules of Making Data Count: each rule at its edge, gaps, phases, and how they are said."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from portal.domain.control_limits import FEWEST
from portal.domain.measures import Direction, Unit
from portal.domain.months import Month
from portal.domain.signals import RUN, Rule, in_words, signals, words_of
from tests.domain.test_control_limits import CANS, months, series

LEVEL = [(50, 100), (52, 100), (48, 100)]
"""Months that chance explains, of a hundred each."""


def rules(found):
    """Which rules found something, with the places of their months."""
    start = Month(2024, 4)
    ends = {one: (one.first, one.last) for one in found}

    def place(month):
        return (month.year - start.year) * 12 + month.number - start.number

    return {(one.rule, place(first), place(last)) for one, (first, last) in ends.items()}


def test_a_month_outside_the_limits_is_a_signal():
    found = signals(series([*LEVEL * 4, (90, 100)]))
    assert (Rule.OUTSIDE, 12, 12) in rules(found)
    assert found[0].is_better


def test_the_two_samples_that_montgomery_finds_are_found():
    found = signals(series([(bad, 50 - 1) for bad in CANS]))
    assert {first for rule, first, _last in rules(found) if rule is Rule.OUTSIDE} == {14, 22}


def test_seven_in_a_row_on_one_side_are_a_signal_and_six_are_none():
    high, low = (51, 100), (49, 100)
    six = series([low, high] * 4 + [low] * 6 + [high] * 2)
    seven = series([low, high] * 4 + [low] * 7 + [high] * 3)
    assert not [one for one in signals(six) if one.rule is Rule.SHIFT]
    [shift] = [one for one in signals(seven) if one.rule is Rule.SHIFT]
    assert (shift.length, shift.is_above, shift.is_better) == (7, False, False)
    assert in_words(shift) == ("Seven months below the mean, December 2024 to June 2025: worse, and more than chance.")


def test_seven_in_a_row_that_each_rise_are_a_signal_and_six_are_none():
    def rising(count):
        return [*LEVEL * 3, *((44 + place, 100) for place in range(count)), (44, 100)]

    assert not [one for one in signals(series(rising(6))) if one.rule is Rule.TREND]
    [trend] = [one for one in signals(series(rising(7))) if one.rule is Rule.TREND]
    assert (trend.length, trend.is_above) == (RUN, True)
    assert "Seven months that each go up" in in_words(trend)


def test_two_of_three_near_one_limit_are_a_signal():
    values = [(50, 100), (56, 100)] * 6
    limits_up = series([*values, (70, 100), (57, 100), (70, 100)])
    [near] = [one for one in signals(limits_up) if one.rule is Rule.NEAR]
    assert (near.length, near.is_above) == (3, True)
    across = series([*values, (70, 100), (50, 100), (70, 100)])
    assert not [one for one in signals(across) if one.rule is Rule.NEAR]


def test_a_withheld_month_breaks_a_run():
    high, low = (51, 100), (49, 100)
    broken = series([low, high] * 4 + [low] * 4 + [None] + [low] * 4 + [high] * 3)
    assert not [one for one in signals(broken) if one.rule is Rule.SHIFT]


def test_a_month_on_the_mean_breaks_a_run():
    broken = series([10] * 3 + [5] * 3 + [10] * 4, unit=Unit.NUMBER)
    on_mean = series([9, 11] * 5 + [10] * 8, unit=Unit.NUMBER)
    assert not [one for one in signals(broken) if one.rule is Rule.SHIFT]
    assert not [one for one in signals(on_mean) if one.rule is Rule.SHIFT]


def test_a_new_phase_breaks_a_run():
    before, after = [(2, 20), (4, 20)] * 5, [(16, 20), (18, 20)] * 5
    assert signals(series(before + after))
    assert not signals(series(before + after), [Month(2025, 2)])


def test_lower_is_better_where_it_is_and_neither_where_neither_is():
    values = [*LEVEL * 4, (90, 100)]
    assert signals(series(values, direction=Direction.LOWER))[0].is_better is False
    assert signals(series(values, direction=Direction.NEITHER))[0].is_better is None
    assert "worse" in words_of(series(values, direction=Direction.LOWER))[0]
    said = words_of(series(values, direction=Direction.NEITHER))[0]
    assert "better" not in said
    assert "worse" not in said


def test_where_there_is_no_signal_it_is_said():
    assert words_of(series(LEVEL * 5)) == [
        "No signal: the months differ by no more than chance would make them differ."
    ]


def test_where_too_little_can_be_shown_nothing_is_claimed():
    [said] = words_of(series([(5, 10)] * (FEWEST - 1)))
    assert said.startswith(f"Only {FEWEST - 1} months can be shown: too few to tell a change from chance.")
    assert words_of(series([None] * 3))[-1].startswith("Too few to show: April to June 2024.")


def test_limits_of_few_months_are_called_provisional():
    assert any("provisional" in one for one in words_of(series([(50, 100), (51, 100)] * 4)))
    assert not any("provisional" in one for one in words_of(series([(50, 100), (51, 100)] * 6)))


def test_months_that_were_put_together_are_called_periods():
    since = {place: Month(2024, 4).plus(place - 2) for place in range(2, 48, 3)}
    values = [None, None, (40, 100)] * 9 + [None, None, (60, 100)] * 7
    found = signals(series(values, since=since))
    [shift] = [one for one in found if one.rule is Rule.SHIFT and one.is_above]
    assert in_words(shift).startswith("Seven periods above the mean, July 2026 to March 2028")


@given(months)
def test_no_signal_covers_a_month_that_is_withheld(values):
    shown = series(values)
    for signal in signals(shown):
        for point in shown.points:
            if signal.first <= point.month <= signal.last:
                assert not point.value.is_withheld


@given(st.lists(st.tuples(st.integers(0, 40), st.just(40)), min_size=8, max_size=36))
def test_better_turned_round_is_worse(values):
    higher, lower = (signals(series(values, direction=one)) for one in (Direction.HIGHER, Direction.LOWER))
    assert [one.is_better for one in higher] == [not one.is_better for one in lower]


@given(months)
def test_words_always_say_something(values):
    assert all(words_of(series(values)))
