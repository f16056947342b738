"""What measures are held against: periods, numbers, and what the word in the area makes of a row."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.comparators import CHILDREN, Kind, clean_period, clean_value, kind_of, period_key, words_for


@pytest.mark.parametrize("period", ["2025", "2024/25", "2025-03", "2025-03-31", "2025-04/2025-12"])
def test_periods_as_people_publish_them_are_taken(period):
    assert clean_period(period) == period
    assert words_for(period)


@pytest.mark.parametrize("period", ["", "25", "March 2025", "2025-13", "2025/2026", "2024-25", "2025-04/25", "٢٠٢٥"])
def test_other_periods_are_refused(period):
    with pytest.raises(ValueError, match=r"is not a period"):
        clean_period(period)


def test_the_newest_period_is_the_one_that_ends_last():
    shuffled = ["2024/25", "2023", "2025-04/2025-12", "2019-11", "2024-12/2025-02", "2023/24"]
    in_order = ["2019-11", "2023", "2023/24", "2024-12/2025-02", "2024/25", "2025-04/2025-12"]
    assert sorted(shuffled, key=period_key) == in_order


def test_periods_are_read_out():
    assert words_for("2025-03") == "March 2025"
    assert words_for("2025-03-31") == "31 March 2025"
    assert words_for("2025-04/2025-12") == "April 2025 to December 2025"
    assert words_for("2024/25") == "2024/25"


@pytest.mark.parametrize(("text", "value"), [("81.4", "81.4"), ("0", "0"), ("61,800", "61800"), ("100.0", "100")])
def test_numbers_are_taken_with_one_decimal(text, value):
    assert clean_value(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", "-1", "1e5", "81.45", "eighty", "81,4", "NaN", "1,00", "²"])
def test_other_numbers_are_refused(text):
    with pytest.raises(ValueError, match="is not a number"):
        clean_value(text)


def test_a_number_beyond_what_it_can_be_is_refused():
    with pytest.raises(ValueError, match="is more than 100"):
        clean_value("100.1", Decimal(100))


@given(st.integers(0, 10_000_000).map(lambda tenths: Decimal(tenths) / 10))
def test_what_is_written_is_read_again(value):
    assert clean_value(f"{value:.1f}") == value


def test_the_area_says_what_a_row_is():
    assert kind_of("attendance", "England") is Kind.AREA
    assert kind_of("attendance", "Target") is Kind.TARGET
    assert kind_of("attendance", "new phase") is Kind.PHASE
    assert kind_of(CHILDREN, "Eastmarsh") is Kind.CHILDREN
