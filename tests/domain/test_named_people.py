"""Who can be named on a meeting for named people only, and who must stay so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.named_people import can_be_named, stays_named
from portal.domain.vocabulary import ANSWERING_ROLES, Role

NAMED = st.dictionaries(st.integers(1, 6), st.sampled_from(list(Role)), min_size=1)


@pytest.mark.parametrize("role", list(Role))
def test_who_can_be_named(role):
    anybody = role in (Role.COORDINATOR, Role.SAFEGUARDING_MANAGER)
    assert can_be_named(role, is_its_chair=False, is_invited=False) is anybody
    assert can_be_named(role, is_its_chair=True, is_invited=False)
    assert can_be_named(role, is_its_chair=False, is_invited=True) is (anybody or role in ANSWERING_ROLES)


def test_the_chair_and_the_last_coordinator_stay():
    assert stays_named({1: Role.CHAIR, 2: Role.COORDINATOR}, 1, 1)
    assert not stays_named({1: Role.CHAIR, 2: Role.COORDINATOR}, 1, 2)
    assert stays_named({2: Role.COORDINATOR, 3: Role.PRACTITIONER}, None, 2)
    assert not stays_named({2: Role.COORDINATOR, 4: Role.COORDINATOR}, None, 2)


@given(NAMED, st.integers(1, 6))
def test_however_people_are_taken_off_somebody_who_keeps_it_is_left(named, chair):
    named = {**named, chair: Role.CHAIR}
    for one in list(named):
        if not stays_named(named, chair, one):
            del named[one]
    assert chair in named


@given(NAMED)
def test_without_a_chair_a_coordinator_is_left_where_there_was_one(named):
    had = Role.COORDINATOR in named.values()
    for one in list(named):
        if not stays_named(named, None, one):
            del named[one]
    assert (Role.COORDINATOR in named.values()) is had
