"""Mobile numbers: each in one spelling, and nothing that cannot get a text message."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.telephones import clean_telephone, masked


@pytest.mark.parametrize(
    "typed",
    [
        "07700 900123",
        "+44 7700 900123",
        "+44 (0)7700 900123",
        "0044 7700-900-123",
        "(07700) 900 123",
        " 07700.900.123 ",
        "+4407700900123",
    ],
)
def test_one_number_has_one_spelling(typed):
    assert clean_telephone(typed) == "+447700900123"


def test_numbers_of_other_countries_are_taken_with_their_code():
    assert clean_telephone("+353 85 123 4567") == "+353851234567"
    assert clean_telephone("+44 7624 123456") == "+447624123456"  # the Isle of Man


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "020 7946 0018",  # a landline
        "07000 900123",  # a personal number
        "07600 123456",  # a pager
        "07700 90012",
        "07700 9001234",
        "7700 900123",
        "+0 7700 900123",
        "07700 900123 ext 4",
        "０7700900123",
        "+44 7700 900123\n+44 7700 900124",
    ],
)
def test_what_cannot_get_a_text_message_is_refused(typed):
    with pytest.raises(ValueError, match="07700 900123"):
        clean_telephone(typed)


@given(st.text(max_size=30))
def test_whatever_is_typed_comes_out_clean_or_not_at_all(typed):
    try:
        number = clean_telephone(typed)
    except ValueError:
        return
    assert number.startswith("+")
    assert number[1:].isascii()
    assert number[1:].isdigit()
    assert clean_telephone(number) == number


def test_only_its_end_is_shown():
    assert masked("+447700900123") == "ending 123"
