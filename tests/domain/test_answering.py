"""What is owed to a meeting by which day, whether it has begun, and when two accounts of it differ."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.answering import (
    NEEDS_A_WORD,
    TAKES_A_WORD,
    answer_due_on,
    declaration_due_on,
    disagrees_on_presence,
    has_begun,
    tells_otherwise,
)
from portal.domain.vocabulary import PRESENT, Answer, Attendance
from portal.domain.working_days import is_working_day

FRIDAY, MONDAY = date(2026, 6, 5), date(2026, 6, 8)
DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))


def test_an_answer_is_due_with_the_report():
    due = answer_due_on(meeting_on=date(2026, 6, 10), report_due_on=FRIDAY, invited_on=date(2026, 5, 1))
    assert due == FRIDAY


def test_without_a_report_it_is_due_on_the_working_day_before():
    assert answer_due_on(meeting_on=MONDAY, report_due_on=None, invited_on=date(2026, 5, 1)) == FRIDAY


def test_nobody_is_late_on_the_day_they_were_invited():
    assert answer_due_on(meeting_on=MONDAY, report_due_on=date(2026, 6, 1), invited_on=FRIDAY) == FRIDAY


@given(DAYS, st.none() | DAYS, DAYS)
def test_an_answer_is_never_due_after_the_meeting(meeting_on, report_due_on, invited_on):
    assert answer_due_on(meeting_on=meeting_on, report_due_on=report_due_on, invited_on=invited_on) <= meeting_on


@given(DAYS)
def test_a_declaration_is_due_on_the_next_working_day(day):
    due = declaration_due_on(day)
    assert due > day
    assert is_working_day(due)
    assert not any(is_working_day(day + timedelta(days=n)) for n in range(1, (due - day).days))


@pytest.mark.parametrize(
    ("now", "on", "at", "expected"),
    [
        (datetime(2026, 6, 10, 12, 29, tzinfo=UTC), date(2026, 6, 10), time(13, 30), False),
        (datetime(2026, 6, 10, 12, 30, tzinfo=UTC), date(2026, 6, 10), time(13, 30), True),
        (datetime(2026, 12, 10, 13, 29, tzinfo=UTC), date(2026, 12, 10), time(13, 30), False),
        (datetime(2026, 6, 9, 23, 5, tzinfo=UTC), date(2026, 6, 10), None, True),
        (datetime(2026, 6, 9, 22, 55, tzinfo=UTC), date(2026, 6, 10), None, False),
        (datetime(2026, 6, 11, 0, 0, tzinfo=UTC), date(2026, 6, 10), time(23, 59), True),
    ],
)
def test_a_meeting_begins_by_londons_clock(now, on, at, expected):
    assert has_begun(now, on, at) is expected


@given(st.sampled_from(Attendance), st.sampled_from(Attendance))
def test_accounts_differ_in_any_way_or_in_presence(declared, confirmed):
    assert tells_otherwise(declared, confirmed) is (declared is not confirmed)
    assert disagrees_on_presence(declared, confirmed) is ((declared in PRESENT) is not (confirmed in PRESENT))


@pytest.mark.parametrize(("declared", "confirmed"), [(None, None), (Attendance.VIDEO, None), (None, Attendance.VIDEO)])
def test_nothing_differs_before_both_have_told(declared, confirmed):
    assert not tells_otherwise(declared, confirmed)
    assert not disagrees_on_presence(declared, confirmed)


def test_answers_that_need_a_word_take_one():
    assert NEEDS_A_WORD < TAKES_A_WORD
    assert Answer.ATTEND not in TAKES_A_WORD
