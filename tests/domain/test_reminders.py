"""On which days people are reminded: working days on which their agency is open, each reminder once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.closures import Closure, closure_on
from portal.domain.reminders import LATE, due_days, is_open, open_day_after, reminder_of
from portal.domain.working_days import is_working_day

NUMBERS = (5, 3, 1, LATE)
DAY = timedelta(days=1)
FRIDAY, MONDAY = date(2026, 6, 12), date(2026, 6, 15)
SUMMER = [Closure(date(2026, 7, 22), date(2026, 9, 1))]

days = st.dates(date(2025, 1, 1), date(2028, 12, 31))
closures = st.lists(
    st.builds(lambda day, length: Closure(day, day + timedelta(days=length)), days, st.integers(0, 50)), max_size=4
)


@pytest.mark.parametrize(
    ("today", "due_on", "number"),
    [
        (FRIDAY, date(2026, 6, 17), 3),
        (date(2026, 6, 16), date(2026, 6, 17), 1),
        (MONDAY, date(2026, 6, 17), None),
        (date(2026, 6, 17), date(2026, 6, 17), None),
        (date(2026, 6, 18), date(2026, 6, 17), LATE),
        (date(2026, 6, 19), date(2026, 6, 17), None),
        (MONDAY, FRIDAY, LATE),
        (date(2026, 6, 13), FRIDAY, None),
        (MONDAY, date(2026, 6, 14), LATE),
        (FRIDAY, date(2026, 6, 14), 1),
        # Christmas and Boxing Day, the latter given on the Monday after.
        (date(2026, 12, 24), date(2026, 12, 29), 1),
        (date(2026, 12, 28), date(2026, 12, 25), None),
        (date(2026, 12, 29), date(2026, 12, 25), LATE),
    ],
)
def test_three_and_one_working_days_before_and_the_working_day_after(today, due_on, number):
    assert reminder_of(today, due_on, (3, 1, LATE)) == number


def test_the_due_day_itself_may_be_asked_for_and_no_day_off():
    assert reminder_of(FRIDAY, FRIDAY, (3, 0)) == 0
    assert reminder_of(date(2026, 6, 13), date(2026, 6, 13), (0,)) is None


def test_a_closure_moves_reminders_before_and_behind_it():
    due_on = date(2026, 9, 3)
    found = {day: reminder_of(day, due_on, (3, 1, LATE), SUMMER) for day in (date(2026, 7, 20), date(2026, 9, 2))}
    assert found == {date(2026, 7, 20): 3, date(2026, 9, 2): 1}
    assert reminder_of(date(2026, 9, 2), date(2026, 7, 21), (LATE,), SUMMER) == LATE
    assert reminder_of(date(2026, 7, 22), date(2026, 7, 21), (LATE,), SUMMER) is None


@given(due_on=days, periods=closures)
def test_over_many_days_each_reminder_comes_once_at_most_and_never_on_a_day_off(due_on, periods):
    seen = []
    for offset in range(-120, 260):
        today = due_on + timedelta(days=offset)
        number = reminder_of(today, due_on, NUMBERS, periods)
        if number is None:
            continue
        seen.append(number)
        assert is_working_day(today)
        assert closure_on(today, periods) is None
        assert (today > due_on) is (number == LATE)
        stretch = due_days(today, max(NUMBERS), periods)
        assert stretch.first <= due_on <= stretch.last
    assert len(seen) == len(set(seen))
    assert LATE in seen
    # The nearer it comes, the fewer days are left.
    assert seen == sorted(seen, reverse=True)


@given(day=days, periods=closures)
def test_the_next_open_day_has_none_before_it(day, periods):
    after = open_day_after(day, periods)
    assert is_open(after, periods)
    between = [day + timedelta(days=number) for number in range(1, (after - day).days)]
    assert not any(is_open(one, periods) for one in between)
