"""An agency's view: what it needs, what counts of it, and how many agree."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.agency_views import REASON_LIMIT, ViewText, agreement, faults, settled
from portal.domain.outcome_vocabulary import Stance
from portal.domain.vocabulary import AbuseCategory, ThresholdView

NEEDED, NOT_NEEDED = ThresholdView.PLAN_NEEDED, ThresholdView.PLAN_NOT_NEEDED


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        (ViewText(), {"threshold"}),
        (ViewText(NEEDED), {"categories"}),
        (ViewText(NEEDED, (AbuseCategory.NEGLECT,)), set()),
        (ViewText(NOT_NEEDED), set()),
        (ViewText(NOT_NEEDED, stance=Stance.AGREES), set()),
        (ViewText(NOT_NEEDED, stance=Stance.DISSENTS, reason=" "), {"reason"}),
        (ViewText(NOT_NEEDED, stance=Stance.DISSENTS, reason="The risk is over."), set()),
        (ViewText(NOT_NEEDED, reason="x" * (REASON_LIMIT + 1)), {"reason"}),
    ],
)
def test_a_view_needs_its_threshold_and_dissent_its_reason(text, fields):
    assert set(faults(text)) == fields


def test_categories_belong_to_a_plan_that_is_asked_for():
    assert settled(ViewText(NOT_NEEDED, (AbuseCategory.NEGLECT,))).categories == ()
    assert settled(ViewText(NEEDED, (AbuseCategory.NEGLECT,))).categories == (AbuseCategory.NEGLECT,)


@given(st.lists(st.none() | st.sampled_from(Stance)))
def test_everybody_is_counted_once(stances):
    found = agreement(stances)
    assert found.agree + found.dissent + found.silent == len(stances)
    assert found.is_consensus == (bool(stances) and set(stances) == {Stance.AGREES})


def test_it_is_said_in_words():
    stances = [Stance.AGREES, Stance.AGREES, Stance.DISSENTS, None]
    assert agreement(stances).words == "2 agree, 1 does not, 1 has not said"
    assert agreement([Stance.AGREES]).words == "1 agrees, 0 do not, 0 have not said"
