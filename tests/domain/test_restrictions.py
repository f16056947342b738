"""Whom a restriction shuts out and when, who must be left, and how long a record stays open in an emergency."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from portal.domain.restriction_vocabulary import Reach
from portal.domain.restrictions import (
    OPEN_FOR,
    Closure,
    is_open,
    is_shut_out,
    may_review,
    nobody_left,
    open_until,
)

DAY = date(2026, 6, 10)
AT = datetime(2026, 6, 10, 10, tzinfo=UTC)
DAYS = st.dates(date(2026, 6, 1), date(2026, 6, 20))
CLOSURES = st.builds(
    Closure, st.sampled_from(Reach), DAYS, st.none() | DAYS, st.frozensets(st.integers(1, 5), max_size=4)
)


def closure(reach: Reach = Reach.NAMED, *people: int) -> Closure:
    return Closure(reach, DAY, None, frozenset(people))


def test_a_list_shuts_out_those_on_it_and_the_other_kind_all_others():
    assert is_shut_out([closure(Reach.NAMED, 1)], 1, DAY)
    assert not is_shut_out([closure(Reach.NAMED, 1)], 2, DAY)
    assert is_shut_out([closure(Reach.ALL_OTHERS, 1)], 2, DAY)
    assert not is_shut_out([closure(Reach.ALL_OTHERS, 1)], 1, DAY)


def test_all_others_are_those_who_work_with_children():
    assert not is_shut_out([closure(Reach.ALL_OTHERS, 1)], 2, DAY, works_with_cases=False)
    assert is_shut_out([closure(Reach.NAMED, 2)], 2, DAY, works_with_cases=False)


@given(CLOSURES, st.integers(1, 6), DAYS)
def test_the_two_kinds_are_each_others_opposite_on_the_same_days(one, person, day):
    other = Closure(
        Reach.NAMED if one.reach is Reach.ALL_OTHERS else Reach.ALL_OTHERS, one.begins_on, one.until, one.people
    )
    if one.holds_on(day):
        assert is_shut_out([one], person, day) is not is_shut_out([other], person, day)
    else:
        assert not is_shut_out([one], person, day)
        assert not is_shut_out([other], person, day)


@given(st.lists(CLOSURES, max_size=4), st.integers(1, 6), DAYS)
def test_several_shut_out_whom_any_of_them_does(closures, person, day):
    assert is_shut_out(closures, person, day) is any(is_shut_out([one], person, day) for one in closures)


@given(CLOSURES, DAYS)
def test_it_holds_from_its_first_to_its_last_day(one, day):
    inside = one.begins_on <= day and (one.until is None or day <= one.until)
    assert one.holds_on(day) is inside


@given(st.frozensets(st.integers(1, 6)), st.lists(CLOSURES, max_size=3), DAYS)
def test_somebody_is_left_where_one_keeper_sees_the_record(keepers, closures, day):
    seeing = {one for one in keepers if not is_shut_out(closures, one, day)}
    assert nobody_left(keepers, closures, day) is (not seeing)


@given(st.integers(0, 30 * 3600))
def test_a_record_is_open_for_a_day_and_not_a_second_longer(seconds):
    assert is_open(AT, None, AT + timedelta(seconds=seconds)) is (seconds < OPEN_FOR.total_seconds())
    assert open_until(AT) - AT == timedelta(hours=24)


def test_it_is_closed_again_when_whoever_opened_it_says_so():
    an_hour = timedelta(hours=1)
    assert is_open(AT, AT + an_hour, AT + an_hour - timedelta(seconds=1))
    assert not is_open(AT, AT + an_hour, AT + an_hour)
    assert not is_open(AT, None, AT - timedelta(seconds=1))


def test_nobody_reviews_their_own():
    assert may_review(1, 2)
    assert not may_review(1, 1)
    assert not may_review(1, None)
