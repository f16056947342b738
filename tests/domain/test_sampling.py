"""Drawing samples: the same again from the same seed, nobody twice, everybody as likely; and dealing out reviews."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.months import Month
from portal.domain.sampling import dealt, digest_of, drawn, next_drawn, ordered, proposed_for
from portal.domain.working_days import is_working_day

FRAMES = st.lists(st.integers(1, 10**9), min_size=1, max_size=60, unique=True)
SEEDS = st.text("0123456789abcdef", min_size=16, max_size=16)


@given(FRAMES, SEEDS, st.integers(1, 80))
def test_a_draw_is_the_same_again_and_holds_nobody_twice(frame, seed, how_many):
    sample = drawn(frame, seed, how_many)
    assert sample == drawn(sorted(frame, reverse=True), seed, how_many)
    assert len(sample) == len(set(sample)) == min(how_many, len(frame))
    assert set(sample) <= set(frame)


@given(FRAMES, SEEDS, st.integers(1, 80))
def test_a_larger_sample_begins_with_the_smaller_one(frame, seed, how_many):
    assert drawn(frame, seed, how_many + 5)[:how_many] == drawn(frame, seed, how_many)


@given(FRAMES, SEEDS, st.data())
def test_a_meeting_more_in_the_frame_moves_nobody_out_of_the_order(frame, seed, data):
    left_out = data.draw(st.sampled_from(frame))
    rest = [one for one in frame if one != left_out]
    assert [one for one in ordered(frame, seed) if one != left_out] == ordered(rest, seed)


@given(FRAMES, SEEDS, st.integers(1, 20))
def test_whoever_comes_in_for_another_is_the_next_of_the_order(frame, seed, how_many):
    taken = drawn(frame, seed, how_many)
    new = next_drawn(frame, seed, taken)
    assert new == (ordered(frame, seed)[how_many] if len(frame) > how_many else None)
    assert next_drawn(frame, seed, frame) is None


def test_every_meeting_is_drawn_about_as_often():
    """A fifth of 50 meetings, 4,000 times: each of them 800 times, give or take five standard deviations."""
    frame = list(range(1000, 1050))
    counts = Counter(one for number in range(4000) for one in drawn(frame, f"{number:016x}", 10))
    expected, deviation = 800, (4000 * 0.2 * 0.8) ** 0.5
    assert len(counts) == len(frame)
    assert all(abs(count - expected) < 5 * deviation for count in counts.values())
    # Chi-squared with 49 degrees of freedom is below 94 but once in ten thousand.
    assert sum((count - expected) ** 2 / expected for count in counts.values()) / 0.8 < 94


def test_the_order_can_be_worked_out_by_hand():
    """As the page says it: SHA-256 of seed, colon and id. Anybody can do this without the portal."""
    frame, seed = [7, 11, 13], "00ff00ff00ff00ff"
    by_hand = sorted(frame, key=lambda one: hashlib.sha256(f"{seed}:{one}".encode()).hexdigest())
    assert ordered(frame, seed) == by_hand
    assert digest_of([13, 7, 11]) == hashlib.sha256(b"7,11,13").hexdigest()


def test_a_frame_with_a_double_is_no_frame():
    with pytest.raises(ValueError, match="twice"):
        ordered([1, 2, 1], "ab")


@given(
    st.dictionaries(st.integers(1, 99), st.one_of(st.none(), st.integers(1, 6)), max_size=30),
    st.lists(st.integers(1, 6), min_size=3, max_size=6, unique=True),
    st.integers(1, 2),
)
def test_reviews_are_dealt_evenly_and_never_to_the_chair(chairs, reviewers, each):
    found = dealt(chairs, reviewers, each=each)
    assert found.keys() == chairs.keys()
    for meeting, whose in found.items():
        assert chairs[meeting] not in whose
        assert len(set(whose)) == len(whose) == each
    if not any(chair in reviewers for chair in chairs.values()):
        load = Counter(dict.fromkeys(reviewers, 0))
        load.update(one for whose in found.values() for one in whose)
        assert max(load.values()) - min(load.values()) <= 1


def test_a_meeting_that_nobody_else_may_review_is_refused():
    with pytest.raises(ValueError, match="too few"):
        dealt({1: 5}, [5])
    with pytest.raises(ValueError, match="too few"):
        dealt({1: 5}, [5, 6], each=2)


@given(st.dates(date(2020, 1, 1), date(2035, 12, 31)))
def test_last_month_is_proposed_from_the_first_working_day_on(today):
    proposed = proposed_for(today)
    month = Month.of(today)
    begun = any(is_working_day(month.first + timedelta(days=number)) for number in range(today.day))
    assert proposed == (month.plus(-1) if begun else None)


def test_new_year_is_no_working_day():
    assert proposed_for(date(2026, 1, 1)) is None
    assert proposed_for(date(2026, 1, 2)) == Month(2025, 12)
