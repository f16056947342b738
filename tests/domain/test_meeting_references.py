"""The references of meetings: short, of the partnership and the year."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.meeting_references import meeting_reference, reference_letters


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Eastmarsh", "EA"), ("North Holt", "NH"), ("Stoke-on-Trent and Leek", "SO"), ("B", "B"), ("42", "M"), ("", "M")],
)
def test_a_partnership_has_its_letters(name, letters):
    assert reference_letters(name) == letters


@given(st.text(max_size=60), st.integers(1, 10**7))
def test_a_reference_fits_its_column_and_counts(name, number):
    reference = meeting_reference(reference_letters(name), date(2026, 5, 1), number)
    assert len(reference) <= 40
    assert reference.isascii()
    assert int(reference.rsplit("-", 1)[1]) == number


def test_a_reference_as_people_read_it():
    assert meeting_reference("EA", date(2026, 5, 1), 123) == "EA-2026-00123"
