"""Text in spreadsheets: read, never worked out."""

from __future__ import annotations

import pytest

from portal.domain.spreadsheets import neutralised


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r"])
def test_a_cell_that_would_be_a_formula_is_text(first: str) -> None:
    assert neutralised(f"{first}1+1") == f"'{first}1+1"
    assert neutralised(f"1{first}") == f"1{first}"


def test_nothing_stays_nothing() -> None:
    assert neutralised("") == ""
