"""By when: what files say of it, and the weeks, months and quarters of what comes again, over every year's end."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.improvement_timing import (
    Timing,
    begins,
    is_late,
    next_due,
    occurrence_at,
    occurrences,
    read_by_when,
)
from portal.domain.improvement_vocabulary import REPEATING, ByWhen, ImprovementStatus
from portal.domain.working_days import london_day

OPEN = ImprovementStatus.OPEN
DAYS = st.dates(date(2000, 1, 1), date(2090, 12, 31))
RHYTHMS = st.sampled_from(sorted(REPEATING))
LENGTHS = {ByWhen.WEEKLY: (7, 7), ByWhen.MONTHLY: (28, 31), ByWhen.QUARTERLY: (90, 92)}


@given(RHYTHMS, DAYS, st.integers(0, 900))
def test_occurrences_follow_each_other_without_a_gap_or_a_day_twice(rhythm, start, more):
    until = start + timedelta(days=more)
    found = occurrences(Timing(rhythm, None, start), until)
    assert found[0].first <= start <= found[0].due_on
    assert found[-1].first <= until <= found[-1].due_on
    for one, following in pairwise(found):
        assert following.first == one.due_on + timedelta(days=1)
    shortest, longest = LENGTHS[rhythm]
    assert all(shortest <= (one.due_on - one.first).days + 1 <= longest for one in found)


@given(RHYTHMS, DAYS, st.integers(0, 900), st.integers(0, 900))
def test_nothing_is_asked_for_after_the_last_day(rhythm, start, length, more):
    end = start + timedelta(days=length)
    timing = Timing(rhythm, None, start, end)
    found = occurrences(timing, end + timedelta(days=more))
    assert found[-1].first <= end
    assert found[-1].due_on == end or found[-1].due_on < end + timedelta(days=1)
    assert max(one.due_on for one in found) == end
    assert next_due(timing, OPEN, [one.first for one in found]) is None


@given(RHYTHMS, DAYS, st.integers(0, 500), st.data())
def test_the_earliest_that_was_not_done_is_the_next_one_due(rhythm, start, more, data):
    timing = Timing(rhythm, None, start)
    begun = occurrences(timing, start + timedelta(days=more))
    ticked = data.draw(st.sets(st.sampled_from([one.first for one in begun])))
    missed = [one for one in begun if one.first not in ticked]
    found = next_due(timing, OPEN, ticked)
    if missed:
        assert found == missed[0].due_on
    else:
        assert found is not None
        assert found > begun[-1].due_on
    assert next_due(timing, ImprovementStatus.COMPLETE, ticked) is None


@given(RHYTHMS, DAYS, DAYS)
def test_only_the_first_days_of_occurrences_can_be_ticked(rhythm, start, day):
    timing = Timing(rhythm, None, start)
    known = {one.first for one in occurrences(timing, start + timedelta(days=800))}
    found = occurrence_at(timing, day)
    if day <= start + timedelta(days=800):
        assert (found is not None) == (day in known)


@pytest.mark.parametrize(
    ("rhythm", "day", "first", "due", "words"),
    [
        (ByWhen.WEEKLY, date(2026, 12, 31), date(2026, 12, 28), date(2027, 1, 3), "Week of 28 December 2026"),
        (ByWhen.WEEKLY, date(2024, 2, 29), date(2024, 2, 26), date(2024, 3, 3), "Week of 26 February 2024"),
        (ByWhen.MONTHLY, date(2024, 2, 29), date(2024, 2, 1), date(2024, 2, 29), "February 2024"),
        (ByWhen.MONTHLY, date(2026, 12, 31), date(2026, 12, 1), date(2026, 12, 31), "December 2026"),
        (ByWhen.QUARTERLY, date(2026, 12, 31), date(2026, 10, 1), date(2026, 12, 31), "October to December 2026"),
        (ByWhen.QUARTERLY, date(2027, 1, 1), date(2027, 1, 1), date(2027, 3, 31), "January to March 2027"),
    ],
)
def test_over_the_ends_of_months_and_years(rhythm, day, first, due, words):
    (found,) = occurrences(Timing(rhythm, None, day), day)
    assert (found.first, found.due_on, found.words) == (first, due, words)


@pytest.mark.parametrize(
    ("instant", "month"),
    [
        # Clocks are an hour ahead of UTC in summer: the last hour of June in UTC is July in London.
        (datetime(2026, 6, 30, 22, 59, tzinfo=UTC), date(2026, 6, 1)),
        (datetime(2026, 6, 30, 23, 0, tzinfo=UTC), date(2026, 7, 1)),
        (datetime(2026, 12, 31, 23, 59, tzinfo=UTC), date(2026, 12, 1)),
    ],
)
def test_a_month_begins_at_londons_midnight(instant, month):
    timing = Timing(ByWhen.MONTHLY, None, date(2026, 6, 1))
    assert occurrences(timing, london_day(instant))[-1].first == month


@pytest.mark.parametrize(
    ("text", "timing"),
    [
        ("2026-09-30", Timing(ByWhen.DAY, date(2026, 9, 30))),
        ("2026-09", Timing(ByWhen.MONTH, date(2026, 9, 30))),
        ("September 2026", Timing(ByWhen.MONTH, date(2026, 9, 30))),
        (" sept  2026 ", Timing(ByWhen.MONTH, date(2026, 9, 30))),
        ("Feb 2028", Timing(ByWhen.MONTH, date(2028, 2, 29))),
        ("Weekly", Timing(ByWhen.WEEKLY, None, date(2026, 6, 10))),
        ("monthly", Timing(ByWhen.MONTHLY, None, date(2026, 6, 10))),
        ("QUARTERLY", Timing(ByWhen.QUARTERLY, None, date(2026, 6, 10))),
        ("ongoing", Timing(ByWhen.ONGOING)),
    ],
)
def test_what_a_file_may_say(text, timing):
    assert read_by_when(text, date(2026, 6, 10)) == timing


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("soon", "is not a day like"),
        ("30/09/2026", "is not a day like"),
        ("2026-02-30", "is not a day of the calendar"),
        ("2026-13", "is not a month of the calendar"),
        ("Septober 2026", "is not a month of the calendar"),
        ("daily", "is not a day like"),
        ("", "is not a day like"),
    ],
)
def test_what_it_may_not(text, reason):
    with pytest.raises(ValueError, match=reason):
        read_by_when(text, date(2026, 6, 10))


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused_with_a_reason(text):
    try:
        assert read_by_when(text, date(2026, 6, 10)).faults() == {}
    except ValueError as fault:
        assert str(fault).startswith("is not")  # noqa: PT017 - either is right


def test_a_day_is_late_once_it_has_passed():
    assert not is_late(None, date(2026, 6, 10))
    assert not is_late(date(2026, 6, 10), date(2026, 6, 10))
    assert is_late(date(2026, 6, 9), date(2026, 6, 10))


@pytest.mark.parametrize(
    ("timing", "field"),
    [
        (Timing(ByWhen.DAY), "due_on"),
        (Timing(ByWhen.MONTH), "due_month"),
        (Timing(ByWhen.WEEKLY), "starts_on"),
        (Timing(ByWhen.QUARTERLY, None, date(2026, 6, 2), date(2026, 6, 1)), "ends_on"),
    ],
)
def test_what_is_missing_is_said_at_its_field(timing, field):
    assert list(timing.faults()) == [field]


@given(st.sampled_from(ByWhen), DAYS, DAYS, DAYS)
def test_a_tidied_timing_keeps_what_its_kind_needs_and_no_more(by_when, due_on, starts_on, ends_on):
    tidied = Timing(by_when, due_on, starts_on, ends_on).tidied()
    assert tidied.tidied() == tidied
    assert (tidied.due_on is not None) == (by_when in {ByWhen.DAY, ByWhen.MONTH})
    assert (tidied.starts_on is not None) == (by_when in REPEATING)
    assert begins(ByWhen.MONTHLY, due_on).day == 1
