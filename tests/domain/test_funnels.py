"""Funnels: a published comparison, the exact limits, and what must hold for any agencies."""

from __future__ import annotations

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.funnels import ACT, FEWEST, LOOK, Standing, funnel, limits_at, words_of
from portal.domain.measures import Direction

HEARTS = (
    ("Bristol", 41, 143), ("Leicester", 25, 187), ("Leeds", 24, 323), ("Oxford", 23, 122), ("Guys", 25, 164),
    ("Liverpool", 42, 405), ("Southampton", 24, 239), ("Great Ormond St", 53, 482), ("Newcastle", 26, 195),
    ("Harefield", 25, 177), ("Birmingham", 58, 581), ("Brompton", 31, 301),
)  # fmt: skip
"""Deaths within 30 days of open heart operations under the age of one, 1991 to 1995, in twelve centres: Aylin and
others, Lancet 358, 2001, 181-187; the numbers as in Spiegelhalter, The Art of Statistics, figure 2.5 (public data)."""


def test_the_published_comparison_of_heart_surgery_has_its_outlier():
    """All centres 12 %, Bristol 28.7 %: the one that the paper calls an outlier is the only one outside 99.8 %."""
    found = funnel(HEARTS, Direction.LOWER)
    assert found.mean == pytest.approx(11.96, abs=0.005)
    act = [one for one in found.placed if one.standing is Standing.ACT]
    assert [(one.title, round(one.share, 1), one.is_better) for one in act] == [("Bristol", 28.7, False)]
    assert words_of(found)[0].startswith("Bristol stands above the funnel: worse (41 of 143).")
    # Oxford's was above the others' too: Aylin and others, BMJ 329, 2004, 825.
    look = {one.title: one.is_above for one in found.placed if one.standing is Standing.LOOK}
    assert look == {"Oxford": True, "Leeds": False}


def cumulated(p, n, count):
    """The chance of so many or fewer."""
    return sum(comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(count + 1))


@given(st.floats(0.02, 0.98), st.integers(1, 120), st.sampled_from([LOOK, ACT]))
def test_limits_are_those_of_the_binomial_distribution(p, n, level):
    """Below the lower limit and above the upper one lies no more than its half of the rest."""
    tail = (1 - level) / 2
    lower, upper = (n * one / 100 for one in limits_at(100 * p, n, level))
    below = int(lower) - 1 if lower == int(lower) else int(lower)
    if below >= 0 and below < lower:
        assert cumulated(p, n, below) <= tail + 1e-9 or below > lower - 1
    # The limit stands within one count of the exact quantile, on the side that the paper interpolates to.
    exact = next(count for count in range(n + 1) if cumulated(p, n, count) >= 1 - tail - 1e-12)
    assert exact - 1 - 1e-6 <= upper <= exact + 1e-6


@given(st.floats(1, 99), st.integers(1, 200))
def test_the_outer_limits_lie_around_the_inner_ones_and_both_around_the_mean(mean, whole):
    inner, outer = limits_at(mean, whole, LOOK), limits_at(mean, whole, ACT)
    assert 0 <= outer[0] <= inner[0] + 1e-9
    assert inner[1] - 1e-9 <= outer[1] <= 100
    assert inner[0] <= mean + 100 / whole
    assert inner[1] >= mean - 100 / whole


def test_more_matters_leave_less_room():
    widths = [upper - lower for lower, upper in (limits_at(60, whole, ACT) for whole in (10, 40, 160, 640))]
    assert widths == sorted(widths, reverse=True)


def test_what_is_withheld_is_in_neither_the_mean_nor_the_funnel():
    shown = [(f"School {number}", 8, 10) for number in range(FEWEST)]
    with_hidden = funnel([*shown, ("Small school", None, None), ("Other", None, 9)])
    assert with_hidden.mean == funnel(shown).mean == 80
    assert with_hidden.withheld == ("Small school", "Other")
    assert "Too few to show: Small school, Other." in words_of(with_hidden)[-1]


def test_with_fewer_than_five_there_is_no_funnel():
    assert funnel([("School", 8, 10)] * (FEWEST - 1)) is None
    assert funnel([("School", 8, 10)] * 9 + [("Empty", 0, 0)]).withheld == ()


def test_agencies_that_differ_by_more_than_chance_are_said_to():
    apart = funnel([(f"School {number}", (10, 90)[number % 2], 100) for number in range(10)])
    alike = funnel([(f"School {number}", (49, 51)[number % 2], 100) for number in range(10)])
    assert apart.is_spread_out
    assert not alike.is_spread_out
    assert any("more than chance alone" in sentence for sentence in words_of(apart))


def test_where_all_came_or_none_did_nobody_stands_outside():
    for part in (0, 10):
        found = funnel([(f"School {number}", part, 10) for number in range(6)])
        assert {one.standing for one in found.placed} == {Standing.WITHIN}
        assert words_of(found)[0].startswith("No agency stands outside")


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 30)), min_size=FEWEST, max_size=20))
def test_the_mean_lies_between_the_agencies(pairs):
    rows = [(f"A{place}", min(part, whole), whole) for place, (part, whole) in enumerate(pairs)]
    found = funnel(rows)
    shares = [one.share for one in found.placed]
    assert min(shares) - 1e-9 <= found.mean <= max(shares) + 1e-9
