"""Slots that overlap or not, free days, and the days of a series: bank holidays, month ends, both clock changes."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from portal.domain.closures import Closure, closure_on
from portal.domain.deadlines import last_day_of
from portal.domain.due_rules import Period, Unit
from portal.domain.slots import MOST_IN_A_SERIES, Slot, free_slots, not_a_working_day, series_days, shifted, slot_starts
from portal.domain.working_days import is_working_day, london_instant

DAYS = st.dates(date(2024, 1, 1), date(2028, 12, 31))
SLOTS = st.builds(
    Slot, DAYS.filter(lambda day: day.year < 2026), st.times() | st.none(), st.integers(1, 1440) | st.none()
)
MINUTES = st.integers(1, 600)


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (date(2026, 12, 25), "a bank holiday"),
        (date(2026, 12, 28), "a bank holiday"),
        (date(2026, 6, 20), "a Saturday"),
        (date(2026, 12, 27), "a Sunday"),
        (date(2026, 12, 29), ""),
        (date(2028, 2, 29), ""),
    ],
)
def test_a_day_off_says_why(day, why):
    assert not_a_working_day(day) == why


@given(DAYS)
def test_a_day_is_off_exactly_where_nobody_works(day):
    assert bool(not_a_working_day(day)) is not is_working_day(day)


class TestOverlaps:
    """Two that share a moment."""

    @given(SLOTS, SLOTS)
    def test_either_way_round(self, one, other):
        assert one.overlaps(other) is other.overlaps(one)

    @given(SLOTS)
    def test_each_overlaps_itself(self, one):
        assert one.overlaps(one)

    def test_one_that_ends_as_the_other_begins_does_not(self):
        day = date(2026, 6, 15)
        assert not Slot(day, time(10), 60).overlaps(Slot(day, time(11), 60))
        assert Slot(day, time(10), 61).overlaps(Slot(day, time(11), 60))

    def test_one_without_a_time_takes_its_whole_day_and_no_other(self):
        day = date(2026, 6, 15)
        assert Slot(day).overlaps(Slot(day, time(23, 59), 1))
        assert not Slot(day).overlaps(Slot(date(2026, 6, 16), time(), 60))
        assert Slot(day).overlaps(Slot(date(2026, 6, 14), time(23, 30), 60))

    @pytest.mark.parametrize(
        ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)]
    )
    def test_the_days_on_which_the_clocks_change_are_an_hour_shorter_and_longer(self, day, hours):
        begins, ends = Slot(day).span()
        assert ends - begins == timedelta(hours=hours)

    def test_a_meeting_through_the_night_of_the_change_takes_real_minutes(self):
        # In the night in which an hour comes twice, two hours from 00:30 end at 01:30 for the second time.
        night = Slot(date(2026, 10, 25), time(0, 30), 120)
        assert night.overlaps(Slot(date(2026, 10, 25), time(1, 0), 15))
        assert not night.overlaps(Slot(date(2026, 10, 25), time(2, 0), 15))
        assert night.span()[1] == london_instant(date(2026, 10, 25), time(1, 30, fold=1))


def test_starts_begin_an_hour_after_the_offices_open_and_end_in_time():
    assert slot_starts(time(8), time(17), 90) == [time(9), time(11), time(13), time(15)]
    assert slot_starts(time(8), time(17), 121) == [time(9), time(11), time(13)]
    assert slot_starts(time(9), time(10), 60) == []


@given(st.times(), st.times(), MINUTES)
def test_every_start_leaves_room_before_closing(opens, closes, minutes):
    for start in slot_starts(opens, closes, minutes):
        assert start > opens
        assert datetime.combine(date(2026, 1, 1), start) + timedelta(minutes=minutes) <= datetime.combine(
            date(2026, 1, 1), closes
        )


@given(
    DAYS,
    st.integers(0, 60),
    st.lists(st.tuples(st.integers(-5, 65), st.integers(8, 17), MINUTES), max_size=20),
    st.lists(st.tuples(st.integers(-5, 60), st.integers(0, 14)), max_size=3),
    st.integers(1, 8),
)
def test_free_slots_are_free(first, span, busy, closed, most):
    last = first + timedelta(days=span)
    taken = [Slot(first + timedelta(days=offset), time(hour), minutes) for offset, hour, minutes in busy]
    closures = [
        Closure(first + timedelta(days=offset), first + timedelta(days=offset + length)) for offset, length in closed
    ]
    starts = slot_starts(time(8), time(17), 60)
    found = free_slots(first, last, starts, 60, taken=taken, closures=closures, most=most)
    assert len(found) <= most
    assert [slot.on for slot in found] == sorted({slot.on for slot in found})
    for slot in found:
        assert first <= slot.on <= last
        assert is_working_day(slot.on)
        assert closure_on(slot.on, closures) is None
        assert not any(slot.overlaps(other) for other in taken)
    if len(found) < most:
        # No day was passed over on which there was room.
        for offset in range(span + 1):
            day = first + timedelta(days=offset)
            if is_working_day(day) and closure_on(day, closures) is None and day not in {slot.on for slot in found}:
                assert all(any(Slot(day, start, 60).overlaps(other) for other in taken) for start in starts)


class TestSeries:
    """Days in a row."""

    def test_core_groups_every_six_weeks_pass_by_christmas(self):
        days = series_days(date(2026, 11, 13), date(2027, 2, 28), 6, within=Period(6, Unit.WEEKS))
        # The 25th of December is a holiday: the day before it, and from there six weeks at most.
        assert days == [date(2026, 11, 13), date(2026, 12, 24), date(2027, 2, 4)]

    def test_a_school_that_is_closed_moves_one_to_the_last_open_day_before(self):
        half_term = Closure(date(2026, 10, 26), date(2026, 10, 30))
        days = series_days(date(2026, 9, 28), date(2026, 11, 30), 4, closures=[half_term])
        assert days == [date(2026, 9, 28), date(2026, 10, 23), date(2026, 11, 23)]

    def test_in_long_holidays_it_is_held_all_the_same(self):
        summer = Closure(date(2026, 7, 22), date(2026, 9, 1))
        days = series_days(date(2026, 7, 15), date(2026, 8, 31), 4, closures=[summer])
        assert days == [date(2026, 7, 15), date(2026, 8, 12)]

    @pytest.mark.parametrize("weeks", [0, -1])
    def test_it_goes_on_every_week_or_less_often(self, weeks):
        with pytest.raises(ValueError, match="every week"):
            series_days(date(2026, 6, 1), date(2026, 12, 1), weeks)

    def test_rules_that_leave_no_time_are_refused(self):
        with pytest.raises(ValueError, match="no time"):
            series_days(date(2026, 6, 1), date(2026, 12, 1), 1, within=Period(0, Unit.WEEKS))

    def test_it_has_an_end(self):
        with pytest.raises(ValueError, match="at most"):
            series_days(date(2026, 6, 1), date(2028, 6, 1), 1)
        assert len(series_days(date(2026, 6, 1), date(2026, 6, 1) + timedelta(weeks=51), 1)) == MOST_IN_A_SERIES

    @given(
        DAYS,
        st.integers(0, 400),
        st.integers(1, 8),
        st.sampled_from([None, Period(6, Unit.WEEKS), Period(10, Unit.WORKING_DAYS), Period(1, Unit.MONTHS)]),
        st.lists(st.tuples(st.integers(0, 400), st.integers(0, 50)), max_size=3),
    )
    def test_every_day_is_in_order_within_the_rule_and_one_on_which_people_work(
        self, first, span, weeks, within, closed
    ):
        assume(span / 7 / weeks < MOST_IN_A_SERIES - 20)
        last = first + timedelta(days=span)
        closures = [
            Closure(first + timedelta(days=offset), first + timedelta(days=offset + length))
            for offset, length in closed
        ]
        days = series_days(first, last, weeks, within=within, closures=closures)
        assert days[0] == first
        for before, day in pairwise(days):
            assert before < day <= last
            assert is_working_day(day)
            if within is not None:
                assert day <= last_day_of(before, within)
        for day in days[1:]:
            if closure_on(day, closures) is not None:
                week = [day - timedelta(days=back) for back in range(1, 5)]
                open_before = [one for one in week if is_working_day(one) and closure_on(one, closures) is None]
                # It stands in a closure only where there was no open day shortly before that was still to come.
                assert all(one <= days[days.index(day) - 1] for one in open_before)


@given(DAYS, st.integers(-400, 400))
def test_a_shifted_day_is_a_working_day_at_most_a_long_weekend_later(day, days):
    moved = shifted(day, days)
    assert is_working_day(moved)
    assert timedelta(days=days) <= moved - day <= timedelta(days=days + 6)
