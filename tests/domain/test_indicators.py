"""The indicators: the contract's columns in its order, exact rates, and small counts hidden."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portal.domain.indicators import (
    INDICATORS,
    Over,
    check_by,
    columns,
    counts_meetings,
    hide_small,
    rate,
    with_rates,
)


def _names(text: str) -> list[str]:
    return text.split()


OVER_INVITATIONS = _names(
    "expected attended attendance_rate reports_due reports_received report_rate reports_on_time on_time_rate "
    "reports_before_meeting before_meeting_rate absent absent_with_report absent_with_report_rate consulted "
    "reports_shared_with_family"
)
OVER_MEETINGS = _names("meetings quorate quorate_rate in_time in_time_rate")
OVER_STRATEGY_MEETINGS = _names(
    "all_core_agencies all_core_agencies_rate all_expected_agencies all_expected_agencies_rate group_meetings "
    "group_meetings_rate telephone_only telephone_only_rate interim_safety_plan interim_safety_plan_rate"
)
ALL = OVER_INVITATIONS + OVER_MEETINGS + OVER_STRATEGY_MEETINGS

DENOMINATORS = {
    "attendance_rate": ("attended", "expected"),
    "report_rate": ("reports_received", "reports_due"),
    "on_time_rate": ("reports_on_time", "reports_due"),
    "before_meeting_rate": ("reports_before_meeting", "reports_due"),
    "absent_with_report_rate": ("absent_with_report", "absent"),
    "quorate_rate": ("quorate", "meetings"),
    "in_time_rate": ("in_time", "due_day_known"),
    "all_core_agencies_rate": ("all_core_agencies", "meetings"),
    "all_expected_agencies_rate": ("all_expected_agencies", "meetings"),
    "group_meetings_rate": ("group_meetings", "meetings"),
    "telephone_only_rate": ("telephone_only", "meetings"),
    "interim_safety_plan_rate": ("interim_safety_plan", "meetings"),
}


@pytest.mark.parametrize(
    ("by", "figures"),
    [
        ((), OVER_INVITATIONS),
        (("agency_type",), OVER_INVITATIONS),
        (("month",), OVER_INVITATIONS),
        (("agency_type", "meeting_type"), OVER_INVITATIONS),
        (("month", "agency_type", "meeting_type"), OVER_INVITATIONS),
        (("meeting_type",), ALL),
        (("meeting_type", "month"), ALL),
        (("month", "meeting_type"), ALL),
    ],
)
def test_the_columns_are_the_contracts(by: tuple[str, ...], figures: list[str]) -> None:
    assert columns(by) == (*by, *figures)
    assert counts_meetings(by) is (figures is ALL)


@pytest.mark.parametrize(
    ("by", "reason"),
    [
        (("agency",), "cannot be broken down by agency: choose from agency_type, meeting_type, month"),
        (("month", "month"), "Name month only once"),
        (("",), "cannot be broken down"),
    ],
)
def test_a_breakdown_that_does_not_exist_is_refused(by: tuple[str, ...], reason: str) -> None:
    for refuse in (check_by, columns):
        with pytest.raises(ValueError, match=reason):
            refuse(by)


def test_every_rate_has_the_contracts_numerator_and_denominator() -> None:
    assert {
        indicator.id: (indicator.numerator, indicator.denominator)
        for indicator in INDICATORS.values()
        if indicator.is_rate
    } == DENOMINATORS
    for indicator in INDICATORS.values():
        if indicator.is_rate:
            assert {indicator.numerator, indicator.denominator} <= set(INDICATORS)
        else:
            assert indicator.denominator is None


def test_every_indicator_says_what_it_counts() -> None:
    for over, ids in (
        (Over.INVITATIONS, OVER_INVITATIONS),
        (Over.MEETINGS, OVER_MEETINGS),
        (Over.STRATEGY_MEETINGS, OVER_STRATEGY_MEETINGS),
    ):
        assert {INDICATORS[id_].over for id_ in ids} == {over}
    assert set(INDICATORS) - set(ALL) == {"due_day_known"}
    descriptions = [indicator.description for indicator in INDICATORS.values()]
    assert len(set(descriptions)) == len(descriptions)
    assert all(text.endswith(".") and text[0].isupper() and "_" not in text for text in descriptions)
    assert INDICATORS["attendance_rate"].title == "Attendance"
    assert INDICATORS["quorate_rate"].title == INDICATORS["quorate"].title == "Quorate"
    assert INDICATORS["in_time_rate"].description == (
        "In time, as a percentage of the meetings whose due day is known."
    )
    assert INDICATORS["quorate_rate"].description == "Quorate, as a percentage of meetings."
    assert INDICATORS["telephone_only_rate"].description == ("Telephone only, as a percentage of strategy meetings.")


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"),
    [
        (1, 3, "33.3"),
        (2, 3, "66.7"),
        (1, 8, "12.5"),
        (1, 16, "6.3"),  # 6.25 and up
        (3, 16, "18.8"),  # 18.75 and up
        (1, 2000, "0.1"),  # 0.05 and up
        (1, 2001, "0.0"),
        (1999, 2000, "100.0"),  # 99.95 and up
        (0, 7, "0.0"),
        (7, 7, "100.0"),
    ],
)
def test_a_rate_has_one_decimal_and_halves_go_up(numerator: int, denominator: int, expected: str) -> None:
    assert str(rate(numerator, denominator)) == expected


def test_a_rate_of_nothing_is_empty() -> None:
    assert rate(0, 0) is None


@pytest.mark.parametrize(("numerator", "denominator"), [(-1, 5), (1, -5)])
def test_negative_counts_are_a_mistake(numerator: int, denominator: int) -> None:
    with pytest.raises(ValueError, match="never negative"):
        rate(numerator, denominator)


@given(st.integers(0, 10**9), st.integers(1, 10**9))
@example(1, 2000)
@example(3, 16)
def test_a_rate_is_the_exact_percentage_rounded_half_up(numerator: int, denominator: int) -> None:
    found = rate(numerator, denominator)
    assert found is not None
    exact = Fraction(100 * numerator, denominator)
    distance = Fraction(found) - exact
    assert Fraction(-1, 20) < distance <= Fraction(1, 20)
    assert str(found).split(".")[1].isdigit()
    assert len(str(found).split(".")[1]) == 1
    # A second opinion from the library, which rounds a quotient of 28 digits.
    second = (Decimal(numerator) * 100 / denominator).quantize(Decimal("0.1"), ROUND_HALF_UP)
    if Fraction(second) != exact and (exact * 20).denominator != 1:
        assert found == second


@given(st.integers(0, 500), st.integers(1, 500))
def test_a_rate_lies_between_0_and_100_and_grows(numerator: int, denominator: int) -> None:
    part = min(numerator, denominator)
    found, more = rate(part, denominator), rate(part + 1, denominator)
    assert found is not None
    assert more is not None
    assert 0 <= found <= 100
    assert found <= more


def test_counts_get_their_rates_in_the_columns_order() -> None:
    counts = {
        "reports_due": 8,
        "expected": 3,
        "attended": 1,
        "absent": 0,
        "absent_with_report": 0,
        "reports_received": 1,
        "quorate": None,
        "meetings": 4,
    }
    assert list(with_rates(counts).items()) == [
        ("expected", 3),
        ("attended", 1),
        ("attendance_rate", Decimal("33.3")),
        ("reports_due", 8),
        ("reports_received", 1),
        ("report_rate", Decimal("12.5")),
        ("absent", 0),
        ("absent_with_report", 0),
        ("absent_with_report_rate", None),
        ("meetings", 4),
        ("quorate", None),
        ("quorate_rate", None),
    ]


def test_a_rate_of_an_unknown_whole_is_empty() -> None:
    assert with_rates({"quorate": 1, "meetings": None})["quorate_rate"] is None


@pytest.mark.parametrize(
    ("count", "limit", "hidden"),
    [(0, 5, False), (1, 5, True), (5, 5, True), (6, 5, False), (1, 0, False), (0, 0, False), (9, 9, True)],
)
def test_pages_hide_counts_of_1_to_the_limit(count: int, limit: int, hidden: bool) -> None:
    assert hide_small(count, limit) is hidden
