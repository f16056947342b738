"""Closure periods: due days behind them, reminders before them, and who is asked in them."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from portal.domain.closures import Closure, closure_on, due_behind, is_reminded, reminder_days
from portal.domain.working_days import add_working_days, is_working_day

SUMMER = Closure(date(2026, 7, 20), date(2026, 8, 28), "Asha Grant", "020 7946 0018")

days = st.dates(date(2025, 1, 1), date(2027, 12, 31))


@st.composite
def _closure(draw: st.DrawFn) -> Closure:
    begins_on = draw(days)
    return Closure(begins_on, begins_on + timedelta(days=draw(st.integers(0, 60))))


closures_of_a_year = st.lists(_closure(), max_size=5)
befores = st.lists(st.integers(0, 30), max_size=5)


def test_a_due_day_in_the_holidays_falls_on_the_first_working_day_after_them() -> None:
    # The holidays end on a Friday; the Monday after is the bank holiday of August.
    assert due_behind(date(2026, 8, 10), [SUMMER]) == date(2026, 9, 1)


def test_the_first_and_the_last_day_of_a_closure_belong_to_it() -> None:
    assert due_behind(SUMMER.begins_on, [SUMMER]) == due_behind(SUMMER.ends_on, [SUMMER]) == date(2026, 9, 1)
    assert due_behind(date(2026, 7, 17), [SUMMER]) == date(2026, 7, 17)
    assert due_behind(date(2026, 9, 1), [SUMMER]) == date(2026, 9, 1)


def test_a_due_day_at_a_weekend_stays_where_nothing_is_closed() -> None:
    saturday = date(2026, 7, 18)
    assert due_behind(saturday, [SUMMER]) == saturday


def test_a_training_day_after_the_holidays_moves_the_due_day_once_more() -> None:
    training = Closure(date(2026, 9, 1), date(2026, 9, 2))
    assert due_behind(date(2026, 8, 10), [training, SUMMER]) == date(2026, 9, 3)


def test_reminders_come_before_the_holidays_not_in_them() -> None:
    # Due on Wednesday 2 September: one open day before it is the Tuesday, the next ones lie before the holidays.
    assert reminder_days(date(2026, 9, 2), (3, 1), [SUMMER]) == [date(2026, 7, 16), date(2026, 9, 1)]
    assert is_reminded(date(2026, 7, 16), date(2026, 9, 2), (3, 1), [SUMMER])
    assert not is_reminded(date(2026, 8, 28), date(2026, 9, 2), (3, 1), [SUMMER])


def test_a_reminder_on_the_due_day_itself_is_one() -> None:
    assert reminder_days(date(2026, 9, 2), (0,), []) == [date(2026, 9, 2)]


def test_the_cover_of_the_closure_that_ends_last_is_asked() -> None:
    office = Closure(date(2026, 8, 1), date(2026, 8, 14), "The office", "")
    assert closure_on(date(2026, 8, 3), [office, SUMMER]) == SUMMER
    assert closure_on(date(2026, 8, 3), [office]) == office
    assert closure_on(date(2026, 8, 15), [office]) is None


@given(days, closures_of_a_year)
def test_nothing_falls_due_in_a_closure_and_no_due_day_comes_earlier(due_on: date, closures: list[Closure]) -> None:
    moved = due_behind(due_on, closures)
    assert moved >= due_on
    assert closure_on(moved, closures) is None
    if moved != due_on:
        assert closure_on(due_on, closures) is not None
        assert is_working_day(moved)


@given(days, closures_of_a_year)
def test_a_moved_due_day_is_the_first_that_will_do(due_on: date, closures: list[Closure]) -> None:
    moved = due_behind(due_on, closures)
    between = [due_on + timedelta(days=n) for n in range((moved - due_on).days)]
    assert all(closure_on(day, closures) is not None or not is_working_day(day) for day in between)


@given(days, closures_of_a_year)
def test_a_due_day_that_was_moved_stays(due_on: date, closures: list[Closure]) -> None:
    moved = due_behind(due_on, closures)
    assert due_behind(moved, closures) == moved


@given(days, closures_of_a_year, _closure())
def test_one_more_closure_never_brings_a_due_day_forward(due_on: date, closures: list[Closure], more: Closure) -> None:
    assert due_behind(due_on, [*closures, more]) >= due_behind(due_on, closures)


@given(days, befores, closures_of_a_year)
def test_nobody_is_reminded_in_a_closure_or_after_the_due_day(
    due_on: date, before: list[int], closures: list[Closure]
) -> None:
    due = due_behind(due_on, closures)
    reminded = reminder_days(due, before, closures)
    assert reminded == sorted(set(reminded))
    assert len(reminded) == len(set(before))
    assert all(closure_on(day, closures) is None and day <= due for day in reminded)


@given(days, befores)
def test_without_closures_reminders_are_plain_working_days(due_on: date, before: list[int]) -> None:
    assert reminder_days(due_on, before, []) == sorted({add_working_days(due_on, -n) for n in before})


@given(days, befores, closures_of_a_year, _closure())
def test_one_more_closure_never_brings_a_reminder_closer(
    due_on: date, before: list[int], closures: list[Closure], more: Closure
) -> None:
    due = due_behind(due_on, [*closures, more])
    fewer, with_it = reminder_days(due, before, closures), reminder_days(due, before, [*closures, more])
    assert all(later <= sooner for sooner, later in zip(fewer[::-1], with_it[::-1], strict=False))
