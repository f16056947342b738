"""Audit levels: where green and amber begin."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.audit_levels import AuditLevels
from portal.domain.ratings import Colour

ORDER = [Colour.RED, Colour.AMBER, Colour.GREEN]
levels = st.tuples(st.integers(1, 100), st.integers(1, 100)).filter(lambda pair: pair[0] < pair[1])
shares = st.fractions(0, 1, max_denominator=200)


@pytest.mark.parametrize(
    ("share", "level"),
    [
        (Fraction(0), Colour.RED),
        (Fraction(24, 100), Colour.RED),
        (Fraction(1, 4), Colour.AMBER),
        (Fraction(74, 100), Colour.AMBER),
        (Fraction(3, 4), Colour.GREEN),
        (Fraction(1), Colour.GREEN),
        (None, Colour.GREY),
    ],
)
def test_by_default_a_share_has_the_nearest_colour(share, level):
    assert AuditLevels().level_of(share) is level


@given(levels, shares, shares)
def test_more_in_place_is_never_a_worse_colour(found, first, second):
    amber_from, green_from = found
    here = AuditLevels(green_from, amber_from)
    less, more = sorted((first, second))
    assert ORDER.index(here.level_of(less)) <= ORDER.index(here.level_of(more))
    assert here.level_of(Fraction(green_from, 100)) is Colour.GREEN
    assert here.level_of(Fraction(amber_from, 100)) is Colour.AMBER


@pytest.mark.parametrize(("green_from", "amber_from"), [(25, 75), (50, 50), (101, 25), (75, 0), (75, -1)])
def test_levels_out_of_order_are_refused(green_from, amber_from):
    with pytest.raises(ValueError, match="Amber must begin above 0 % and below green"):
        AuditLevels(green_from, amber_from)


@given(levels)
def test_what_is_stored_reads_back_and_says_both(found):
    here = AuditLevels(found[1], found[0])
    assert AuditLevels.from_json(here.to_json()) == here
    assert here.words == f"Green begins at {found[1]} %, amber at {found[0]} %, and what is below that is red"
