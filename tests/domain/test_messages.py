"""When mails go, what nobody can switch off, and the words that mails are made of."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.ladder_rules import OfficeHours
from portal.domain.message_vocabulary import NoticeKind, Urgency
from portal.domain.messages import (
    RETRY_GAPS,
    MailWish,
    digest_day,
    goes_at_once,
    goes_by_mail,
    may_go_now,
    must_receive,
    next_attempt,
    shared_office,
)
from portal.domain.notice_words import NOTICE_WORDS, by_words, needs_words
from portal.domain.vocabulary import Role
from portal.domain.working_days import is_working_day, london_day, london_instant, london_time

NOW = datetime(2026, 6, 10, 10, 0, tzinfo=UTC)
FRIDAY = date(2026, 6, 12)
HOURS = st.integers(0, 23)
DAYS = st.dates(date(2024, 1, 1), date(2028, 12, 31))
INSTANTS = st.datetimes(datetime(2024, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
OFFICES = (
    st.tuples(HOURS, HOURS)
    .filter(lambda pair: pair[0] < pair[1])
    .map(lambda pair: OfficeHours(time(pair[0]), time(pair[1])))
)


@given(INSTANTS, HOURS, OFFICES)
def test_the_days_mail_goes_in_office_hours_alone(now, hour, office):
    day = digest_day(now, hour, office)
    if day is not None:
        assert day == london_day(now)
        assert is_working_day(day)
        assert office.opens <= london_time(now).time() < office.closes
        assert may_go_now(Urgency.ROUTINE, office, now)


@given(DAYS.filter(is_working_day), HOURS, OFFICES)
def test_whatever_hour_was_chosen_there_is_a_mail_on_each_working_day(day, hour, office):
    last_minute = london_instant(day, office.closes) - timedelta(minutes=1)
    assert digest_day(last_minute, hour, office) == day


@given(DAYS.filter(is_working_day), st.integers(8, 15))
def test_it_does_not_go_before_the_hour_that_was_chosen(day, hour):
    begins = london_instant(day, time(hour))
    assert digest_day(begins - timedelta(seconds=1), hour, OfficeHours()) is None
    assert digest_day(begins, hour, OfficeHours()) == day


@given(INSTANTS, st.sampled_from([Urgency.ROUTINE, Urgency.SOON]))
def test_only_what_is_urgent_goes_out_of_hours(now, urgency):
    office = OfficeHours()
    assert may_go_now(urgency, office, now) == office.is_open(now)
    assert may_go_now(Urgency.URGENT, office, now)


@pytest.mark.parametrize(
    ("due", "at_once"),
    [
        (None, False),
        (london_instant(FRIDAY, time(9)), True),
        (london_instant(FRIDAY + timedelta(days=3), time(23, 59)), True),
        (london_instant(FRIDAY + timedelta(days=4), time(0)), False),
        (london_instant(FRIDAY - timedelta(days=30), time(9)), True),
    ],
)
def test_what_is_due_within_a_working_day_goes_at_once(due, at_once):
    now = london_instant(FRIDAY, time(10))
    assert goes_at_once(Urgency.ROUTINE, due, now) is at_once
    assert goes_at_once(Urgency.SOON, due, now)


@given(st.sampled_from(Role), st.sampled_from(NoticeKind), st.booleans(), st.sets(st.sampled_from(NoticeKind)))
def test_nobody_can_switch_off_what_their_role_must_receive(role, kind, wants, muted):
    wish = MailWish(wants_digest=wants, muted=frozenset(muted))
    for at_once in (False, True):
        goes = goes_by_mail(role, kind, wish, at_once=at_once)
        assert goes or not must_receive(role, kind)
        assert must_receive(role, kind) or kind not in muted or not goes


@pytest.mark.parametrize(
    ("role", "kind", "must"),
    [
        (Role.PRACTITIONER, NoticeKind.INVITATION, True),
        (Role.PRACTITIONER, NoticeKind.REPORT_DUE, True),
        (Role.PRACTITIONER, NoticeKind.AUDIT_DUE, False),
        (Role.AGENCY_LEAD, NoticeKind.AUDIT_DUE, True),
        (Role.AGENCY_LEAD, NoticeKind.ESCALATION_RAISED, True),
        (Role.AGENCY_LEAD, NoticeKind.ACTION_GIVEN, False),
        (Role.SIGNATORY, NoticeKind.AUDIT_TO_SIGN, True),
        (Role.CHAIR, NoticeKind.PROPOSALS, False),
        (Role.BOARD_MEMBER, NoticeKind.PASSWORD_CHANGED, True),
    ],
)
def test_what_a_role_must_receive(role, kind, must):
    assert must_receive(role, kind) is must


def test_the_gaps_between_attempts_grow_until_it_is_given_up():
    later = [next_attempt(attempts, NOW) for attempts in range(1, 9)]
    assert [one - NOW for one in later if one is not None] == list(RETRY_GAPS)
    assert list(RETRY_GAPS) == sorted(RETRY_GAPS)
    assert later[6:] == [None, None]


def test_several_offices_share_the_hours_in_which_all_are_open():
    early, late = OfficeHours(time(7), time(15)), OfficeHours(time(9), time(17))
    assert shared_office([early, late]) == OfficeHours(time(9), time(15))
    assert shared_office([]) == OfficeHours()
    assert shared_office([OfficeHours(time(6), time(8)), late]) == OfficeHours(time(6), time(8))


def test_every_kind_has_words():
    assert set(NOTICE_WORDS) == set(NoticeKind)
    assert all(words.title and words.task for words in NOTICE_WORDS.values())
    assert all(words.task[0].isupper() and not words.task.endswith(".") for words in NOTICE_WORDS.values())


@pytest.mark.parametrize(
    ("due", "words"),
    [
        ([], ""),
        ([date(2026, 6, 9), date(2026, 6, 20)], "now"),
        ([date(2026, 6, 10)], "today"),
        ([date(2026, 6, 20), date(2026, 6, 16)], "by Tuesday"),
        ([date(2026, 6, 17)], "by Wednesday 17 June"),
        ([date(2027, 1, 5)], "by Tuesday 5 January 2027"),
    ],
)
def test_by_when(due, words):
    assert by_words(due, date(2026, 6, 10)) == words


@pytest.mark.parametrize(
    ("asked", "told", "words"),
    [
        (2, 0, "2 things need Marsh Lane Surgery by Tuesday"),
        (1, 3, "1 thing needs Marsh Lane Surgery by Tuesday"),
        (0, 1, "1 thing to know for Marsh Lane Surgery"),
        (0, 2, "2 things to know for Marsh Lane Surgery"),
    ],
)
def test_what_a_mail_is_about(asked, told, words):
    assert needs_words(asked, told, "Marsh Lane Surgery", "by Tuesday") == words
