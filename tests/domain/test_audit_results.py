"""Scores, levels, change and groups: what a board reads, worked out a second way."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.audit_levels import AuditLevels
from portal.domain.audit_results import (
    POINTS,
    SMALLEST_GROUP,
    WHOLE,
    Comparable,
    Tally,
    Verdict,
    as_percentage,
    change,
    compared,
    effective,
    may_be_shown,
    mean,
    mean_of_others,
    percentage,
    similar,
    verdict,
)
from portal.domain.audit_vocabulary import ScaleKind
from portal.domain.ratings import NOT_APPLICABLE, Colour, Scale

LEVELS = AuditLevels()
RATINGS = [*POINTS, NOT_APPLICABLE, None]
answers = st.lists(st.tuples(st.sampled_from(RATINGS), st.integers(0, 5)), max_size=30)
shares = st.fractions(0, 1, max_denominator=60)


@given(st.sampled_from(list(ScaleKind)), st.data())
def test_points_are_the_shares_of_the_scales(kind, data):
    scale = Scale.of(kind)
    rating = data.draw(st.sampled_from([point.code for point in scale.points]))
    assert POINTS[rating] / WHOLE == pytest.approx(scale.share(rating))


@given(answers)
def test_a_score_is_the_weighted_mean_of_the_shares_without_what_does_not_apply(found):
    rated = [(POINTS[rating], weight) for rating, weight in found if rating in POINTS]
    weights = sum(weight for _, weight in rated)
    expected = Fraction(sum(points * weight for points, weight in rated), WHOLE * weights) if weights else None
    assert Tally.of(found).share == expected


@given(answers, answers)
def test_tallies_add_up(first, second):
    assert Tally.of(first) + Tally.of(second) == Tally.of(first + second)


@given(answers)
def test_a_level_follows_its_score_and_no_red_answer_is_green(found):
    tally = Tally.of(found)
    if tally.share is None:
        assert tally.level(LEVELS) is Colour.GREY
    elif tally.red:
        assert tally.level(LEVELS) is not Colour.GREEN
    else:
        assert tally.level(LEVELS) is LEVELS.level_of(tally.share)
    assert tally.is_weak(LEVELS) is (tally.level(LEVELS) in (Colour.AMBER, Colour.RED))


@given(st.fractions(-1, 1, max_denominator=4000))
def test_percentages_have_one_decimal_half_up(share):
    exact = Decimal(share.numerator * 100) / Decimal(share.denominator)
    assert as_percentage(share) == exact.quantize(Decimal("0.1"), ROUND_HALF_UP)


@pytest.mark.parametrize(
    ("part", "whole", "said"), [(16, 84, "19.0"), (1, 2000, "0.1"), (1, 3, "33.3"), (1, 1, "100.0")]
)
def test_a_part_of_a_whole(part, whole, said):
    assert str(percentage(part, whole)) == said


@given(st.lists(st.one_of(st.none(), shares), max_size=20))
def test_a_mean_of_others_is_never_of_fewer_than_five(found):
    known = [share for share in found if share is not None]
    if len(known) < SMALLEST_GROUP:
        assert mean_of_others(found) is None
    else:
        assert mean_of_others(found) == sum(known) / len(known) == mean(found)[0]


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 9)), st.sets(st.sampled_from("abcdefgh")))
def test_no_mean_leaves_a_few_agencies_over(sizes, named):
    shown, all_may = may_be_shown(sizes, named)
    assert all(sizes[group] >= SMALLEST_GROUP for group in shown)
    # Whoever takes all that is shown from the mean of all is left with nobody, or with many.
    left = sum(size for group, size in sizes.items() if group not in shown and group not in named)
    if all_may:
        assert sum(sizes.values()) > 0
        assert left == 0 or left >= SMALLEST_GROUP
    else:
        assert sum(sizes.values()) == 0 or 0 < left < SMALLEST_GROUP


@given(st.lists(st.lists(st.integers(), max_size=9), max_size=4))
def test_similar_agencies_are_the_first_group_that_is_large_enough(groups):
    named = [(str(place), members) for place, members in enumerate(groups)]
    large = [pair for pair in named if len(pair[1]) >= SMALLEST_GROUP]
    assert similar(named) == (large[0] if large else None)


@pytest.mark.parametrize(
    ("own", "moderated", "agreed", "counts"),
    [
        ("green", None, None, "green"),
        ("green", "red", None, "red"),
        ("green", "red", "amber", "amber"),
        (None, None, None, None),
    ],
)
def test_the_agreed_rating_counts_first_then_the_panels(own, moderated, agreed, counts):
    assert effective(own, moderated, agreed) == counts


@pytest.mark.parametrize(
    ("own", "panel", "said"),
    [
        ("green", "amber", Verdict.LOWER),
        ("red", "amber", Verdict.HIGHER),
        ("amber", "amber", Verdict.SAME),
        (NOT_APPLICABLE, "red", Verdict.OTHER),
        (NOT_APPLICABLE, NOT_APPLICABLE, Verdict.SAME),
        ("green", NOT_APPLICABLE, Verdict.OTHER),
    ],
)
def test_what_the_panel_says_to_the_agencys_rating(own, panel, said):
    assert verdict(own, panel) is said


def test_a_question_compares_by_its_code_and_what_it_asks():
    marks = compared({"a": "1", "b": "2", "c": "3"}, {"a": "1", "b": "9", "gone": "4"})
    assert marks == {"a": Comparable.SAME, "b": Comparable.ALTERED, "c": Comparable.ADDED}


@given(st.one_of(st.none(), shares), st.one_of(st.none(), shares))
def test_change_needs_both(now, before):
    if now is None or before is None:
        assert change(now, before) is None
    else:
        assert change(now, before) == as_percentage(now - before) == -change(before, now)
