"""A diary's days, and who is wanted in two places at once."""

from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.diaries import DiaryView, Engagement, Span, overlaps
from portal.domain.slots import Slot
from portal.domain.working_days import FIRST_DAY, LAST_DAY

TUESDAY = date(2026, 11, 24)
DAYS = st.dates(FIRST_DAY, LAST_DAY)
SLOTS = st.builds(
    Slot, st.dates(date(2026, 3, 27), date(2026, 3, 30)), st.times() | st.none(), st.integers(1, 1440) | st.none()
)
WANTED = st.lists(st.tuples(st.integers(1, 3), SLOTS), max_size=12).map(
    lambda pairs: [Engagement(number, who, slot) for number, (who, slot) in enumerate(pairs)]
)


@given(DAYS)
def test_a_week_is_monday_to_sunday_and_holds_the_day(day):
    span = Span.around(DiaryView.WEEK, day)
    assert (span.first.weekday(), span.last.weekday(), (span.last - span.first).days) == (0, 6, 6)
    assert span.holds(day)


@given(DAYS, st.sampled_from(DiaryView))
def test_there_and_back_is_where_one_was(day, view):
    span = Span.around(view, day)
    if span.after is not None:
        following = Span.around(view, span.after)
        assert (following.first - span.last).days == 1
        assert following.before == day


def test_the_calendar_has_two_ends():
    assert Span.around(DiaryView.DAY, FIRST_DAY).before is None
    assert Span.around(DiaryView.WEEK, LAST_DAY).after is None


def test_a_weekend_is_shown_where_something_is_on_or_asked_for_by_itself():
    week = Span.around(DiaryView.WEEK, TUESDAY)
    saturday, sunday = date(2026, 11, 28), date(2026, 11, 29)
    assert [day.day for day in week.days([])] == [23, 24, 25, 26, 27]
    assert [day.day for day in week.days([sunday, TUESDAY])] == [23, 24, 25, 26, 27, 29]
    assert Span.around(DiaryView.DAY, saturday).days([]) == [saturday]


@given(WANTED)
def test_overlaps_are_exactly_the_pairs_of_one_person_that_share_a_moment(wanted):
    pairs = {
        (one.meeting_id, other.meeting_id)
        for one in wanted
        for other in wanted
        if one is not other and one.who == other.who and one.slot.overlaps(other.slot)
    }
    found = overlaps(wanted)
    assert {(number, other.meeting_id) for number, others in found.items() for other in others} == pairs
    assert sum(map(len, found.values())) == len(pairs)


@pytest.mark.parametrize(("begins", "together"), [(time(10, 59), True), (time(11), False)])
def test_one_that_begins_as_the_other_ends_does_not_overlap(begins, together):
    wanted = [Engagement(1, 1, Slot(TUESDAY, time(10), 60)), Engagement(2, 1, Slot(TUESDAY, begins, 60))]
    assert bool(overlaps(wanted)) is together
