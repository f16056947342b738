"""When meetings and reports are due: the contract's sentences, one by one, and properties of them all."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.deadlines import (
    EarlierMeeting,
    ReportState,
    due_on,
    due_words,
    is_in_time,
    last_day_of,
    report_due_on,
    report_state,
)
from portal.domain.default_rules import default_rule_set
from portal.domain.rules import NEVER_DUE, After, DueRule, MeetingRule, Period, Unit
from portal.domain.vocabulary import Expectation, MeetingStatus
from portal.domain.working_days import LONDON, add_working_days, is_working_day, working_days_between

RULES = default_rule_set()
INITIAL, REVIEW, STRATEGY, CORE_GROUP = (
    RULES.rule_for(code) for code in ("initial_conference", "review_conference", "strategy_meeting", "core_group")
)
TODAY = date(2026, 11, 20)  # a Friday

days = st.dates(date(2000, 1, 1), date(2060, 12, 31))
earlier_meetings = st.lists(
    st.builds(
        EarlierMeeting,
        st.sampled_from(["initial_conference", "review_conference", "core_group", "strategy_meeting"]),
        st.none() | st.dates(date(2025, 1, 1), date(2026, 12, 31)),
        st.sampled_from(MeetingStatus),
    ),
    max_size=8,
)


def _due(rule: MeetingRule, on: date, trigger: date | None = None, *earlier: EarlierMeeting) -> date | None:
    return due_on(rule.due, meeting_on=on, trigger_on=trigger, earlier=earlier)


def _initial(day: date) -> EarlierMeeting:
    return EarlierMeeting("initial_conference", day)


def _review(day: date) -> EarlierMeeting:
    return EarlierMeeting("review_conference", day)


def _core_group(day: date) -> EarlierMeeting:
    return EarlierMeeting("core_group", day)


def test_a_strategy_meeting_is_due_3_calendar_days_after_its_trigger() -> None:
    assert _due(STRATEGY, date(2026, 12, 1), date(2026, 12, 24)) == date(2026, 12, 27)
    assert _due(STRATEGY, date(2026, 12, 1), None) is None


def test_an_initial_conference_is_due_15_working_days_after_its_trigger() -> None:
    assert _due(INITIAL, date(2026, 11, 30), date(2026, 11, 2)) == date(2026, 11, 23)
    assert _due(INITIAL, date(2023, 5, 20), date(2023, 4, 21)) == date(2023, 5, 16)  # two bank holidays
    assert _due(INITIAL, date(2026, 11, 30), None) is None
    # Whatever was held before changes nothing.
    assert _due(INITIAL, date(2026, 11, 30), date(2026, 11, 2), _initial(date(2026, 1, 5))) == date(2026, 11, 23)


@pytest.mark.parametrize(
    ("earlier", "expected"),
    [
        ([], date(2026, 6, 1)),  # three months of the trigger
        ([_initial(date(2025, 11, 30))], date(2026, 2, 28)),
        ([_review(date(2025, 11, 30))], date(2026, 5, 30)),
        ([_initial(date(2025, 9, 1)), _review(date(2025, 11, 30))], date(2026, 5, 30)),
        ([_review(date(2025, 9, 1)), _initial(date(2025, 11, 30))], date(2026, 2, 28)),
        # Strategy meetings and core groups are no conferences.
        ([_initial(date(2025, 11, 30)), _core_group(date(2026, 1, 5))], date(2026, 2, 28)),
        ([EarlierMeeting("strategy_meeting", date(2026, 1, 5))], date(2026, 6, 1)),
        # Earlier is strictly earlier: the same day and later days do not count.
        ([_initial(date(2026, 7, 1))], date(2026, 6, 1)),
        ([_initial(date(2026, 7, 2))], date(2026, 6, 1)),
        ([_initial(date(2025, 11, 30)), _review(date(2026, 7, 1))], date(2026, 2, 28)),
        # Both on one day: the one that asks for the sooner review decides.
        ([_review(date(2025, 11, 30)), _initial(date(2025, 11, 30))], date(2026, 2, 28)),
        ([_initial(date(2025, 11, 30)), _review(date(2025, 11, 30))], date(2026, 2, 28)),
    ],
)
def test_a_review_is_due_3_months_after_an_initial_and_6_after_a_review(
    earlier: list[EarlierMeeting], expected: date
) -> None:
    assert _due(REVIEW, date(2026, 7, 1), date(2026, 3, 1), *earlier) == expected


@pytest.mark.parametrize("status", [status for status in MeetingStatus if status != MeetingStatus.HELD])
def test_only_a_held_meeting_moves_the_next(status: MeetingStatus) -> None:
    held = _initial(date(2025, 11, 30))
    other = EarlierMeeting("review_conference", date(2026, 1, 5), status)
    assert _due(REVIEW, date(2026, 7, 1), None, held, other) == date(2026, 2, 28)
    assert _due(REVIEW, date(2026, 7, 1), None, other) is None
    assert _due(REVIEW, date(2026, 7, 1), None, EarlierMeeting("review_conference", None)) is None


@pytest.mark.parametrize(
    ("earlier", "expected"),
    [
        ([], None),
        ([_review(date(2026, 1, 5))], None),
        ([_initial(date(2026, 1, 5))], date(2026, 1, 19)),
        ([_initial(date(2026, 4, 1))], date(2026, 4, 17)),  # over Easter
        ([_core_group(date(2026, 1, 19))], date(2026, 3, 2)),
        ([_initial(date(2026, 1, 5)), _core_group(date(2026, 1, 19))], date(2026, 3, 2)),
        ([_core_group(date(2026, 1, 5)), _initial(date(2026, 1, 19))], date(2026, 2, 2)),
        ([_core_group(date(2026, 1, 5)), _core_group(date(2026, 1, 19))], date(2026, 3, 2)),
    ],
)
def test_a_core_group_follows_the_initial_or_the_last_core_group_whichever_came_last(
    earlier: list[EarlierMeeting], expected: date | None
) -> None:
    # A trigger says nothing about a core group.
    assert _due(CORE_GROUP, date(2026, 7, 1), date(2026, 6, 1), *earlier) == expected


def test_a_partnership_may_write_its_own_rule() -> None:
    rule = DueRule(from_trigger=Period(4, Unit.WEEKS), after=(After("family_meeting", Period(28, Unit.CALENDAR_DAYS)),))
    family = EarlierMeeting("family_meeting", date(2026, 1, 5))
    assert due_on(rule, meeting_on=TODAY, trigger_on=date(2026, 1, 1)) == date(2026, 1, 29)
    assert due_on(rule, meeting_on=TODAY, trigger_on=date(2026, 1, 1), earlier=[family]) == date(2026, 2, 2)
    assert due_on(NEVER_DUE, meeting_on=TODAY, trigger_on=TODAY, earlier=[family]) is None


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        (Period(0, Unit.CALENDAR_DAYS), TODAY),
        (Period(3, Unit.CALENDAR_DAYS), date(2026, 11, 23)),
        (Period(3, Unit.WORKING_DAYS), date(2026, 11, 25)),
        (Period(3, Unit.WEEKS), date(2026, 12, 11)),
        (Period(3, Unit.MONTHS), date(2027, 2, 20)),
    ],
)
def test_periods_run_from_day_0(period: Period, expected: date) -> None:
    assert last_day_of(TODAY, period) == expected


@given(days, st.sampled_from(Unit), st.integers(0, 40), st.integers(0, 40))
def test_a_longer_period_never_ends_sooner(day: date, unit: Unit, one: int, other: int) -> None:
    shorter, longer = sorted((one, other))
    assert day <= last_day_of(day, Period(shorter, unit)) <= last_day_of(day, Period(longer, unit))


@given(earlier_meetings, st.dates(date(2025, 1, 1), date(2026, 12, 31)), st.randoms())
def test_meetings_that_are_not_earlier_and_their_order_change_nothing(
    meetings: list[EarlierMeeting], on: date, random: Random
) -> None:
    trigger = date(2025, 6, 2)
    for rule in (INITIAL, REVIEW, STRATEGY, CORE_GROUP):
        due = _due(rule, on, trigger, *meetings)
        counted = [
            meeting
            for meeting in meetings
            if meeting.status == "held" and meeting.held_on is not None and meeting.held_on < on
        ]
        shuffled = list(counted)
        random.shuffle(shuffled)
        assert _due(rule, on, trigger, *shuffled) == due


@given(earlier_meetings, st.dates(date(2025, 1, 1), date(2026, 12, 31)))
def test_a_review_is_due_from_the_last_conference_alone(meetings: list[EarlierMeeting], on: date) -> None:
    conferences = sorted(
        (meeting.held_on, meeting.meeting_type == "review_conference")
        for meeting in meetings
        if meeting.status == "held"
        and meeting.held_on is not None
        and meeting.held_on < on
        and meeting.meeting_type in ("initial_conference", "review_conference")
    )
    due = _due(REVIEW, on, date(2025, 6, 2), *meetings)
    if not conferences:
        assert due == date(2025, 9, 2)
        return
    last_day = conferences[-1][0]
    months = 3 if (last_day, False) in conferences else 6
    assert due == last_day_of(last_day, Period(months, Unit.MONTHS))


def test_in_time_is_on_or_before_the_due_day() -> None:
    due = date(2026, 11, 23)
    assert is_in_time(INITIAL.due, due=due, held_on=date(2026, 11, 23)) is True
    assert is_in_time(INITIAL.due, due=due, held_on=date(2026, 11, 24)) is False
    assert is_in_time(INITIAL.due, due=due, held_on=date(2026, 11, 1)) is True


def test_in_time_is_unknown_without_a_due_day_or_before_the_meeting() -> None:
    assert is_in_time(INITIAL.due, due=None, held_on=TODAY) is None
    assert is_in_time(INITIAL.due, due=TODAY, held_on=None) is None
    moment = datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert is_in_time(STRATEGY.due, due=None, held_on=TODAY, triggered_at=moment, held_at=moment) is None


@pytest.mark.parametrize(
    ("hours", "in_time"),
    [(timedelta(hours=72), True), (timedelta(hours=72, seconds=1), False), (timedelta(hours=1), True)],
)
def test_72_hours_decide_where_both_times_are_known(hours: timedelta, in_time: bool) -> None:
    triggered_at = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
    held_at = triggered_at + hours
    assert (
        is_in_time(
            STRATEGY.due,
            due=date(2026, 11, 19),
            held_on=held_at.date(),
            triggered_at=triggered_at,
            held_at=held_at,
        )
        is in_time
    )


def test_days_decide_where_a_time_is_missing_and_hours_only_where_the_rule_counts_them() -> None:
    triggered_at = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
    held_at = datetime(2026, 11, 19, 15, 0, tzinfo=UTC)  # on the third day, in the 78th hour
    due, held_on = date(2026, 11, 19), date(2026, 11, 19)
    assert is_in_time(STRATEGY.due, due=due, held_on=held_on) is True
    assert is_in_time(STRATEGY.due, due=due, held_on=held_on, triggered_at=triggered_at) is True
    assert is_in_time(STRATEGY.due, due=due, held_on=held_on, held_at=held_at) is True
    assert is_in_time(STRATEGY.due, due=due, held_on=held_on, triggered_at=triggered_at, held_at=held_at) is False
    assert is_in_time(INITIAL.due, due=due, held_on=held_on, triggered_at=triggered_at, held_at=held_at) is True


def test_72_hours_are_real_hours_when_the_clocks_change() -> None:
    # Friday 10:00 to Monday 10:00 over the night the clocks go back is 73 hours, forward 71.
    autumn = datetime(2026, 10, 23, 10, 0, tzinfo=LONDON), datetime(2026, 10, 26, 10, 0, tzinfo=LONDON)
    spring = datetime(2026, 3, 27, 10, 0, tzinfo=LONDON), datetime(2026, 3, 30, 10, 59, tzinfo=LONDON)
    for (triggered_at, held_at), in_time in ((autumn, False), (spring, True)):
        due = triggered_at.date() + timedelta(days=3)
        assert is_in_time(STRATEGY.due, due=due, held_on=due, triggered_at=triggered_at, held_at=held_at) is in_time


def test_a_time_without_a_zone_is_refused() -> None:
    naive = datetime(2026, 11, 16, 9, 0)  # noqa: DTZ001 - what is refused
    aware = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
    for triggered_at, held_at in ((naive, aware), (aware, naive), (naive, naive)):
        with pytest.raises(ValueError, match="time zone"):
            is_in_time(STRATEGY.due, due=TODAY, held_on=TODAY, triggered_at=triggered_at, held_at=held_at)


def test_reports_are_due_working_days_before_the_day_held_else_scheduled() -> None:
    scheduled_on, held_on = date(2026, 11, 30), date(2026, 12, 3)
    assert report_due_on(INITIAL, given=None, held_on=None, scheduled_on=scheduled_on) == date(2026, 11, 25)
    assert report_due_on(REVIEW, given=None, held_on=None, scheduled_on=scheduled_on) == date(2026, 11, 23)
    assert report_due_on(INITIAL, given=None, held_on=held_on, scheduled_on=scheduled_on) == date(2026, 11, 30)
    # Over Christmas: 4 January 2027 less three working days.
    assert report_due_on(INITIAL, given=None, held_on=None, scheduled_on=date(2027, 1, 4)) == date(2026, 12, 29)


def test_a_day_given_beats_the_rule_and_other_meetings_have_no_other() -> None:
    given_day = date(2026, 11, 10)
    for rule in (INITIAL, STRATEGY):
        assert report_due_on(rule, given=given_day, held_on=TODAY, scheduled_on=TODAY) == given_day
    for rule in (STRATEGY, CORE_GROUP, MeetingRule("own", reports_due=False, report_working_days=3)):
        assert report_due_on(rule, given=None, held_on=TODAY, scheduled_on=TODAY) is None


@given(days, st.integers(0, 20))
def test_a_report_is_due_so_many_working_days_before(day: date, n: int) -> None:
    rule = MeetingRule("own", reports_due=True, report_working_days=n)
    due = report_due_on(rule, given=None, held_on=day, scheduled_on=date(2000, 1, 1))
    assert due is not None
    assert working_days_between(day, due) == -n


def _state(
    expectation: Expectation = Expectation.EXPECTED,
    status: MeetingStatus = MeetingStatus.SCHEDULED,
    due: date | None = TODAY,
    received_on: date | None = None,
) -> ReportState:
    return report_state(expectation=expectation, status=status, due=due, received_on=received_on, today=TODAY)


def test_a_report_is_due_until_its_day_is_over() -> None:
    for expectation in (Expectation.EXPECTED, Expectation.REPORT_ONLY):
        assert _state(expectation) is ReportState.DUE
        assert _state(expectation, due=TODAY + timedelta(days=1)) is ReportState.DUE
        assert _state(expectation, due=TODAY - timedelta(days=1)) is ReportState.LATE
        assert _state(expectation, status=MeetingStatus.HELD, due=TODAY - timedelta(days=9)) is ReportState.LATE


def test_a_report_that_came_is_sent_or_sent_late() -> None:
    assert _state(received_on=TODAY) is ReportState.SENT
    assert _state(received_on=TODAY - timedelta(days=3)) is ReportState.SENT
    assert _state(due=TODAY - timedelta(days=1), received_on=TODAY) is ReportState.SENT_LATE


def test_a_report_that_nobody_asked_for_is_not_needed_and_never_late() -> None:
    past = TODAY - timedelta(days=9)
    for expectation in (Expectation.OPTIONAL, Expectation.NOT_RELEVANT):
        assert _state(expectation, due=past) is ReportState.NOT_NEEDED
        assert _state(expectation, due=past, received_on=TODAY) is ReportState.SENT
    assert _state(due=None) is ReportState.NOT_NEEDED
    assert _state(due=None, received_on=TODAY) is ReportState.SENT
    assert _state(status=MeetingStatus.CANCELLED, due=past) is ReportState.NOT_NEEDED
    assert _state(status=MeetingStatus.CANCELLED, due=past, received_on=TODAY) is ReportState.SENT


@pytest.mark.parametrize(
    ("due", "words"),
    [
        (date(2026, 11, 10), "10 days late"),
        (date(2026, 11, 19), "1 day late"),
        (date(2026, 11, 20), "due today"),
        (date(2026, 11, 21), "due tomorrow"),
        (date(2026, 11, 22), "in 2 days"),  # a Sunday: no working day lies before it
        (date(2026, 11, 23), "in 1 working day"),
        (date(2026, 11, 25), "in 3 working days"),
        (date(2026, 12, 29), "in 25 working days"),  # Christmas and Boxing Day left out
    ],
)
def test_due_days_are_told_in_plain_words(due: date, words: str) -> None:
    assert due_words(TODAY, due) == words


@given(days, st.integers(-400, 400))
def test_the_words_never_tell_the_wrong_side_of_today(today: date, distance: int) -> None:
    words = due_words(today, today + timedelta(days=distance))
    assert words.endswith(" late") == (distance < 0)
    assert (words == "due today") == (distance == 0)
    assert " 0 " not in f" {words} "
    assert words.endswith(" late") is False or words.startswith(f"{-distance} day")


@given(days, st.integers(2, 60))
def test_working_days_in_words_are_those_that_are_left(today: date, n: int) -> None:
    due = add_working_days(today, n)
    assert is_working_day(due)
    assert due_words(today, due) == f"in {n} working days"
