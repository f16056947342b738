"""Signing in order: never out of it, nobody's signature twice, and the governor always another person."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.audit_vocabulary import SignOffStep
from portal.domain.sign_off import (
    DECLARATIONS,
    NOTHING,
    POSTS,
    Offer,
    Signed,
    Signer,
    must_be_another,
    next_step,
    offer,
)
from portal.domain.vocabulary import Post

AUTHOR, EXECUTIVE = SignOffStep.AUTHOR, SignOffStep.EXECUTIVE
LEAD, HEAD, GOVERNOR = SignOffStep.DESIGNATED_LEAD, SignOffStep.HEAD, SignOffStep.GOVERNOR
SCHOOL = (LEAD, HEAD, GOVERNOR)
OTHERS = (AUTHOR, EXECUTIVE)

orders = st.sampled_from([SCHOOL, OTHERS]) | st.permutations(list(SignOffStep)).map(tuple)
signers = st.builds(
    Signer,
    st.integers(1, 4),
    leads=st.booleans(),
    posts=st.frozensets(st.sampled_from(list(POSTS.values()))),
    is_lone_lead=st.booleans(),
)


def run(order, attempts) -> list[Signed]:
    """Sign whatever is offered to each in turn."""
    signed: list[Signed] = []
    for signer in attempts:
        signed += [Signed(step, signer.user_id) for step in offer(order, signed, signer).steps]
    return signed


@given(orders, st.lists(signers, max_size=12))
def test_steps_are_signed_in_order_and_each_once(order, attempts):
    steps = [one.step for one in run(order, attempts)]
    assert steps == list(order[: len(steps)])


@given(orders, st.lists(signers, max_size=12))
def test_the_governor_is_another_person_than_everybody_else(order, attempts):
    signed = run(order, attempts)
    governors = {one.user_id for one in signed if one.step is GOVERNOR}
    assert governors.isdisjoint(one.user_id for one in signed if one.step is not GOVERNOR)


@given(orders, st.lists(signers, max_size=12))
def test_the_executive_is_not_the_author(order, attempts):
    by = {one.step: one.user_id for one in run(order, attempts)}
    assert AUTHOR not in by or by.get(EXECUTIVE) != by[AUTHOR]


@given(orders, st.lists(signers, max_size=12))
def test_nobody_signs_in_a_post_that_they_do_not_hold_unless_they_say_that_they_are_both(order, attempts):
    signed: list[Signed] = []
    for signer in attempts:
        offered = offer(order, signed, signer)
        unheld = [step for step in offered.steps if not signer.holds(step)]
        assert unheld in ([], [LEAD])
        if unheld:
            assert offered == Offer((LEAD, HEAD), says_both=True)
            assert Post.HEAD in signer.posts
            assert signer.is_lone_lead
        signed += [Signed(step, signer.user_id) for step in offered.steps]


@given(orders, st.lists(signers, max_size=12))
def test_an_act_signs_one_step_or_lead_and_head_together(order, attempts):
    signed: list[Signed] = []
    for signer in attempts:
        steps = offer(order, signed, signer).steps
        assert len(steps) < 2 or steps == (LEAD, HEAD)
        signed += [Signed(step, signer.user_id) for step in steps]


def test_who_is_lead_and_head_signs_both_in_one_act():
    both = Signer(1, posts=frozenset({Post.DESIGNATED_LEAD, Post.HEAD}))
    assert offer(SCHOOL, [], both) == Offer((LEAD, HEAD))


def test_a_head_signs_for_the_lead_only_where_there_is_no_other_and_they_say_so():
    posts = frozenset({Post.HEAD})
    assert offer(SCHOOL, [], Signer(1, posts=posts, is_lone_lead=True)) == Offer((LEAD, HEAD), says_both=True)
    assert offer(SCHOOL, [], Signer(1, posts=posts)) == NOTHING


def test_a_lead_alone_signs_as_lead_and_the_head_after():
    assert offer(SCHOOL, [], Signer(1, posts=frozenset({Post.DESIGNATED_LEAD}))) == Offer((LEAD,))
    assert offer(SCHOOL, [Signed(LEAD, 1)], Signer(2, posts=frozenset({Post.HEAD}))) == Offer((HEAD,))


def test_a_governor_who_has_signed_as_head_is_told():
    signed = [Signed(LEAD, 1), Signed(HEAD, 2)]
    twice = Signer(2, posts=frozenset({Post.HEAD, Post.GOVERNOR}))
    assert offer(SCHOOL, signed, twice) == NOTHING
    assert must_be_another(GOVERNOR, signed, 2)
    assert not must_be_another(GOVERNOR, signed, 3)


def test_whoever_leads_is_the_author_in_any_post():
    assert offer(OTHERS, [], Signer(1, leads=True)) == Offer((AUTHOR,))
    assert offer(OTHERS, [], Signer(1, posts=frozenset({Post.EXECUTIVE}))) == NOTHING
    assert offer(OTHERS, [Signed(AUTHOR, 1)], Signer(2, posts=frozenset({Post.EXECUTIVE}))) == Offer((EXECUTIVE,))


def test_once_all_have_signed_nothing_is_left():
    signed = [Signed(AUTHOR, 1), Signed(EXECUTIVE, 2)]
    assert next_step(OTHERS, signed) is None
    assert offer(OTHERS, signed, Signer(3, leads=True)) == NOTHING


def test_signatures_out_of_order_are_a_fault():
    with pytest.raises(ValueError, match="order"):
        next_step(SCHOOL, [Signed(HEAD, 1)])


def test_each_step_has_words_of_its_own():
    assert set(DECLARATIONS) == set(SignOffStep)
    assert len(set(DECLARATIONS.values())) == len(SignOffStep)
