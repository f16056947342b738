"""Measures as definitions and values: complete, apart from each other, and said in words."""

from __future__ import annotations

from decimal import Decimal

import pytest

from portal.domain.indicators import INDICATORS
from portal.domain.measure_definitions import MEASURES
from portal.domain.measures import Direction, Source, Unit, Value, amount, in_words, is_better
from portal.domain.participation import PARTS
from portal.domain.published_counts import OF_MEETINGS


@pytest.mark.parametrize("measure", MEASURES.values(), ids=MEASURES)
def test_every_definition_is_whole(measure):
    assert all((measure.title, measure.numerator, measure.rule, measure.since, measure.part))
    assert bool(measure.denominator) == bool(measure.whole)
    assert (measure.unit is Unit.NUMBER) == (not measure.whole)


def test_titles_are_told_apart():
    titles = [measure.title for measure in MEASURES.values()]
    assert len(titles) == len(set(titles))


def test_measures_of_meetings_name_counts_that_there_are():
    for measure in MEASURES.values():
        if measure.source is Source.INVITATIONS:
            assert PARTS.keys() >= {measure.part, measure.whole}
        elif measure.source is Source.MEETINGS:
            assert OF_MEETINGS.keys() >= {measure.part, measure.whole}


def test_all_that_the_contract_exports_as_rates_is_a_measure_too():
    pairs = {(measure.part, measure.whole) for measure in MEASURES.values()}
    rates = {(one.numerator, one.denominator) for one in INDICATORS.values() if one.is_rate}
    assert rates <= pairs


@pytest.mark.parametrize(
    ("measure_id", "value", "words"),
    [
        ("attendance", Value(10, 11), "91 % (10 of 11)"),
        ("attendance", Value(None, 11), "too few"),
        ("attendance", Value(0, 0), "–"),
        ("escalations_open", Value(12, 0), "12"),
        ("escalations_days", Value(25, 10), "2.5 working days (10)"),
        ("plans_per_10000", Value(347, 61_800), "56.1 for every 10,000 (347)"),
    ],
)
def test_a_value_in_words(measure_id, value, words):
    assert in_words(MEASURES[measure_id], value) == words


def test_better_goes_by_the_measure_s_direction():
    up, down = Value(9, 10), Value(5, 10)
    assert is_better(MEASURES["attendance"], up, down) is True
    assert is_better(MEASURES["strategy_telephone"], up, down) is False
    assert is_better(MEASURES["attendance"], up, Value(None, None)) is None
    assert MEASURES["plans_open"].direction is Direction.NEITHER
    assert is_better(MEASURES["plans_open"], Value(9, 0), Value(5, 0)) is None


def test_a_mean_has_one_decimal():
    assert amount(MEASURES["escalations_days"], Value(1, 3)) == Decimal("0.3")
