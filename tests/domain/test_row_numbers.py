"""Numbers of rows are read from what anybody may write into an address or a form."""

from __future__ import annotations

import pytest

from portal.domain.row_numbers import LARGEST, row_number, row_number_or_none


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("7", 7), ("0042", 42), (str(LARGEST), LARGEST)])
def test_a_whole_number_is_read(text, number):
    assert row_number(text) == row_number_or_none(text) == number


@pytest.mark.parametrize(
    "text", ["", " 7", "-1", "+1", "1.0", "٣", "²", "1_000", str(LARGEST + 1), "9" * 24, "9" * 5_000, "\x00", "x"]
)
def test_all_else_is_no_number(text):
    with pytest.raises(ValueError, match="no row's number"):
        row_number(text)
    assert row_number_or_none(text) is None


@pytest.mark.parametrize("nothing", [None, 7, ["7"]])
def test_what_is_no_text_is_none(nothing):
    assert row_number_or_none(nothing) is None
