"""Control limits against published worked examples, and what must hold for any figures."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.control_limits import (
    FEWEST,
    SMALL_WHOLE,
    TO_LIMIT,
    Method,
    behaviour,
    mean_range,
    method_for,
    p_limits,
    xmr_limits,
)
from portal.domain.measures import Direction, Measure, Of, Point, Series, Source, Unit, Value
from portal.domain.months import Month

FLOW_RATE = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]
"""NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.2, Individuals Control Charts."""
CANS = (
    12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22,
    8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6,
)  # fmt: skip
"""Of 50 each: Montgomery, Introduction to Statistical Quality Control, trial limits of the orange juice cans (8th
edition, table 7.4; data set orangejuice of R's qcc); also NIST/SEMATECH e-Handbook, 6.3.3.2."""
SHARES = ((8, 100), (12, 100), (3, 25), (2, 25), (40, 400), (20, 400), (60, 400))
"""Of differing wholes, 145 of 1,450 in all: three times the root of 0.1 x 0.9 / 100 is 9 per cent exactly."""
LEAP = [1, 2, 1, 2, 10, *[1, 2] * 6, 1]
"""NHS-R Community, NHSRplotthedots, vignette "Deviations from Excel defaults": one outlying value."""


def series(values, *, unit=Unit.PER_CENT, direction=Direction.HIGHER, since=None, measure=None):
    """Months from April 2024 on; a pair is a part and a whole, None is withheld, a number is a count."""
    points = []
    for place, value in enumerate(values):
        month = Month(2024, 4).plus(place)
        counted = Value(None, None) if value is None else Value(*value) if isinstance(value, tuple) else Value(value, 0)
        points.append(Point(month, counted, since=(since or {}).get(place)))
    made = measure or Measure("m", "Measure", "n", "d", direction, Source.INVITATIONS, "r", "s", unit=unit)
    return Series(made, Of(), "Somebody", tuple(points), date(2026, 6, 10))


def test_the_worked_example_of_the_handbook_for_single_values():
    """Mean 50.81, mean moving range 1.8778, limits 55.8041 and 45.8159."""
    assert mean_range(FLOW_RATE) == pytest.approx(1.8778, abs=5e-5)
    limits = xmr_limits(FLOW_RATE)
    assert (limits.mean, limits.upper, limits.lower) == pytest.approx((50.81, 55.8041, 45.8159), abs=5e-5)
    assert pytest.approx(2.660, abs=5e-4) == TO_LIMIT


def test_the_worked_example_of_nhs_r_for_an_outlying_value():
    """Mean 1.94, limits 4.6 and -0.72: the two ranges that the leap of 10 makes are left out of their mean."""
    limits = xmr_limits(LEAP)
    assert (limits.mean, limits.upper, limits.lower) == pytest.approx((1.94, 4.6, -0.72), abs=5e-3)


def test_the_worked_example_of_montgomery_for_shares():
    """Mean 0.2313, limits 0.4102 and 0.0524; samples 15 and 23 lie outside."""
    limits = p_limits([(bad, 50) for bad in CANS])
    assert (limits[0].mean, limits[0].upper, limits[0].lower) == pytest.approx((23.13, 41.02, 5.24), abs=5e-3)
    outside = [place for place, bad in enumerate(CANS, 1) if not limits[0].lower <= 2 * bad <= limits[0].upper]
    assert outside == [15, 23]


def test_the_worked_example_of_montgomery_without_the_two_samples():
    """Mean 0.2150, limits 0.3893 and 0.0407: the revised chart."""
    kept = [(bad, 50) for place, bad in enumerate(CANS, 1) if place not in (15, 23)]
    limits = p_limits(kept)[0]
    assert (limits.mean, limits.upper, limits.lower) == pytest.approx((21.50, 38.93, 4.07), abs=5e-3)


def test_limits_of_shares_follow_how_many_there_were():
    """Mean 10 %; 9 per cent to each side of 100, 18 of 25 but never below nothing, 4.5 of 400."""
    limits = p_limits(SHARES)
    assert [one.mean for one in limits] == pytest.approx([10.0] * 7)
    assert [one.upper for one in limits] == pytest.approx([19.0, 19.0, 28.0, 28.0, 14.5, 14.5, 14.5])
    assert [one.lower for one in limits] == pytest.approx([1.0, 1.0, 0.0, 0.0, 5.5, 5.5, 5.5])


def test_a_share_of_few_is_a_p_chart_and_all_else_moves_by_itself():
    assert method_for(series([(3, SMALL_WHOLE - 1)] * 9)) is Method.P
    assert method_for(series([(3, SMALL_WHOLE)] * 9)) is Method.XMR
    assert method_for(series([3] * 9, unit=Unit.NUMBER)) is Method.XMR
    assert method_for(series([(12, 3)] * 9, unit=Unit.DAYS)) is Method.XMR


def test_with_too_few_months_there_are_no_limits():
    assert not any(behaviour(series([(8, 10)] * (FEWEST - 1))).limits)
    assert all(behaviour(series([(8, 10)] * FEWEST)).limits)
    assert not behaviour(series([(8, 10)] * (FEWEST - 1))).has_limits


def test_a_count_never_goes_below_nothing_and_a_share_never_above_all():
    counts = behaviour(series([0, 9, 0, 9, 0, 9, 0, 9, 0], unit=Unit.NUMBER))
    assert {one.lower for one in counts.limits} == {0.0}
    shares = behaviour(series([(90, 100), (99, 100)] * 6))
    assert shares.method is Method.XMR
    assert {one.upper for one in shares.limits} == {100.0}


def test_a_phase_has_limits_of_its_own():
    before, after = [(2, 20)] * 9, [(16, 20)] * 9
    whole = behaviour(series(before + after))
    apart = behaviour(series(before + after), [Month(2025, 1)])
    assert {round(one.mean) for one in whole.limits} == {45}
    assert [round(one.mean) for one in apart.limits] == [10] * 9 + [80] * 9
    assert apart.begins == {9}


def test_a_phase_of_which_too_little_is_known_has_no_limits_yet():
    found = behaviour(series([(2, 20)] * 9 + [(16, 20)] * 3), [Month(2025, 1)])
    assert all(found.limits[:9])
    assert not any(found.limits[9:])
    assert not found.has_limits


def test_months_that_were_put_together_count_once():
    blocks = series([None, None, (9, 30), *[(3, 10)] * 8], since={2: Month(2024, 4)})
    found = behaviour(blocks)
    assert [point.month for point in found.points][:2] == [Month(2024, 6), Month(2024, 7)]
    assert found.values[0] == 30.0
    assert found.shown == 9


counts = st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda pair: (min(pair), max(pair)))
months = st.lists(st.none() | counts, min_size=1, max_size=36)


@given(months)
def test_every_value_has_its_limits_around_the_mean(values):
    found = behaviour(series(values))
    for value, limits in zip(found.values, found.limits, strict=True):
        assert value is not None or limits is None
        if limits is not None:
            assert 0 <= limits.lower <= limits.mean + 1e-9
            assert limits.mean <= limits.upper + 1e-9
            assert limits.upper <= 100 + 1e-9


@given(months, st.integers(1, 12))
def test_months_that_are_withheld_change_nothing_at_their_ends(values, more):
    """What cannot be shown is not known: with or without it in front and behind, the limits are the same."""
    inner = behaviour(series(values))
    outer = behaviour(series([None] * more + values + [None] * more))
    assert [one for one in outer.limits if one] == [one for one in inner.limits if one]


@given(st.lists(st.floats(0, 1000), min_size=2, max_size=40), st.floats(-500, 500), st.floats(0.1, 10))
def test_limits_move_with_the_scale(values, shift, times):
    limits, moved = xmr_limits(values), xmr_limits([times * value + shift for value in values])
    for one in ("mean", "lower", "upper"):
        assert getattr(moved, one) == pytest.approx(times * getattr(limits, one) + shift, rel=1e-6, abs=1e-3)


@given(st.lists(st.floats(0, 100), min_size=2, max_size=30))
def test_the_order_of_time_backwards_has_the_same_limits(values):
    forwards, backwards = xmr_limits(values), xmr_limits(values[::-1])
    assert (forwards.lower, forwards.upper) == pytest.approx((backwards.lower, backwards.upper))
