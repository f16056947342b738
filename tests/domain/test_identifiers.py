"""Identifiers: the valid pass however they are typed, every slip of one character is noticed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.identifiers import (
    clean_nhs_number,
    clean_ods_code,
    clean_upn,
    clean_urn,
    spaced_nhs_number,
)

digits = st.text("0123456789", min_size=9, max_size=9).filter(lambda nine: nine != "0" * 9)
upn_digits = st.text("0123456789", min_size=11, max_size=11)
UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"


def _nhs_number(nine: str) -> str | None:
    """Add the check digit by domain.md's rule; None where no number begins so."""
    check = 11 - sum(weight * int(digit) for weight, digit in zip(range(10, 1, -1), nine, strict=True)) % 11
    return None if check == 10 else nine + str(check % 11)


def _upn(rest: str) -> str:
    """Put the check letter before it by domain.md's rule."""
    values = [int(one) if one.isdigit() else UPN_LETTERS.index(one) for one in rest]
    return UPN_LETTERS[sum(place * value for place, value in enumerate(values, 2)) % 23] + rest


@pytest.mark.parametrize(
    "typed",
    ["9434765919", "943 476 5919", " 943-476-5919 ", "943\u00a0476\u00a05919", "943–476–5919", "943−476−5919"],
)
def test_an_nhs_number_may_be_typed_as_people_do(typed: str) -> None:
    assert clean_nhs_number(typed) == "9434765919"


@pytest.mark.parametrize(
    "typed", ["", "943476591", "94347659190", "943476591O", "943476591²", "９４３４７６５９１９", "٩٤٣٤٧٦٥٩١٩"]
)
def test_an_nhs_number_has_10_digits(typed: str) -> None:
    with pytest.raises(ValueError, match="10 digits"):
        clean_nhs_number(typed)


@pytest.mark.parametrize("typed", ["9434765918", "0000000000", "000 000 0000"])
def test_an_nhs_number_must_pass_its_check(typed: str) -> None:
    with pytest.raises(ValueError, match="not an NHS number"):
        clean_nhs_number(typed)


@given(digits)
def test_nhs_numbers_are_those_with_the_right_check_digit(nine: str) -> None:
    right = _nhs_number(nine)
    for last in "0123456789":
        if nine + last == right:
            assert clean_nhs_number(nine + last) == right
        else:
            with pytest.raises(ValueError, match="not an NHS number"):
                clean_nhs_number(nine + last)


def test_a_remainder_of_0_gives_the_check_digit_0_and_10_gives_none() -> None:
    assert clean_nhs_number("9000000130") == _nhs_number("900000013") == "9000000130"
    assert _nhs_number("900000005") is None
    for last in "0123456789":
        with pytest.raises(ValueError, match="not an NHS number"):
            clean_nhs_number(f"900000005{last}")


def test_an_nhs_number_is_shown_in_three_parts() -> None:
    assert spaced_nhs_number("9434765919") == "943 476 5919"


@pytest.mark.parametrize(
    ("typed", "upn"),
    [
        ("R201100018042", "R201100018042"),
        ("r201 1000 18042", "R201100018042"),
        ("T20110001804V", "T20110001804V"),  # temporary
        ("t20110001804v", "T20110001804V"),
    ],
)
def test_a_upn_is_permanent_or_temporary(typed: str, upn: str) -> None:
    assert clean_upn(typed) == upn


@given(upn_digits, st.sampled_from("0123456789" + UPN_LETTERS))
def test_upns_are_those_with_the_right_check_letter(eleven: str, last: str) -> None:
    right = _upn(eleven + last)
    assert clean_upn(right) == right
    for letter in set(UPN_LETTERS) - {right[0]}:
        with pytest.raises(ValueError, match="not a UPN"):
            clean_upn(letter + right[1:])


@pytest.mark.parametrize("authority", ["838", "839", "940", "941", "942", "943"])
def test_authorities_formed_since_2011_have_pupils_too(authority: str) -> None:
    number = _upn(f"{authority}400018042")
    assert clean_upn(number) == number


@pytest.mark.parametrize(
    "typed", ["", "R20110001804", "R2011000180422", "1201100018042", "R2011A0018042", "R20110001804-", "R20110001804É"]
)
def test_a_upn_has_its_shape(typed: str) -> None:
    with pytest.raises(ValueError, match="a letter and 12 digits"):
        clean_upn(typed)


@pytest.mark.parametrize("typed", ["O201100018042", "I201100018042", "S201100018042", "T20110001804O"])
def test_letters_that_look_like_digits_are_named(typed: str) -> None:
    with pytest.raises(ValueError, match="never has the letters I, O or S"):
        clean_upn(typed)


@pytest.mark.parametrize(("typed", "urn"), [("100000", "100000"), (" 123 456", "123456")])
def test_a_urn_has_6_digits(typed: str, urn: str) -> None:
    assert clean_urn(typed) == urn


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "12345a", "12345²"])
def test_anything_else_is_no_urn(typed: str) -> None:
    with pytest.raises(ValueError, match="6 digits"):
        clean_urn(typed)


@pytest.mark.parametrize(("typed", "code"), [("a12345", "A12345"), (" rf4 ", "RF4"), ("RJ1-22", "RJ122")])
def test_an_ods_code_is_letters_and_digits(typed: str, code: str) -> None:
    assert clean_ods_code(typed) == code


@pytest.mark.parametrize("typed", ["", "A1", "A1234567890", "A12_45", "ÀB123", "A12;--"])
def test_anything_else_is_no_ods_code(typed: str) -> None:
    with pytest.raises(ValueError, match="3 to 10 letters and digits"):
        clean_ods_code(typed)


CLEANERS = [clean_nhs_number, clean_upn, clean_urn, clean_ods_code]


@given(st.sampled_from(CLEANERS), st.text(max_size=20) | st.text("0123456789ABR -", max_size=16))
def test_whatever_is_typed_is_cleaned_for_good_or_refused(clean: Callable[[str], str], typed: str) -> None:
    try:
        cleaned = clean(typed)
    except ValueError:
        return
    assert clean(cleaned) == cleaned
    assert cleaned.isascii()
    assert cleaned.isalnum()


@pytest.mark.parametrize("clean", CLEANERS)
@pytest.mark.parametrize("typed", ["9434765918", "B201100018042", "S201100018042", "7654321", "@@@@"])
def test_no_sentence_repeats_what_was_typed(clean: Callable[[str], str], typed: str) -> None:
    try:
        clean(typed)
    except ValueError as refused:
        sentence = str(refused)
    else:
        sentence = ""
    assert typed not in sentence
