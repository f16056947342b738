"""Links of the two-minute return: how long they work, what ends them, what is still asked, and their codes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.return_links import (
    AFTER_THE_DAY,
    CODE_DIGITS,
    IDLE_FOR,
    LASTS_AT_MOST,
    MOST_TEXTS,
    MOST_TEXTS_WITHIN,
    SESSION_LASTS_FOR,
    TEXTS_WITHIN,
    Deed,
    LinkEnd,
    LinkFacts,
    Part,
    digits_of,
    end_of,
    expires_at,
    is_digits,
    is_session_over,
    may_text,
    still_asked,
)

NOW = datetime(2026, 6, 10, 10, tzinfo=UTC)
HOLDER, COLLEAGUE = 7, 8
OUT = LinkFacts(
    holder=HOLDER,
    expires_at=NOW + timedelta(days=2),
    used_at=None,
    withdrawn_at=None,
    is_switched_on=True,
    is_named=True,
    has_account=False,
    is_cancelled=False,
    is_closed=False,
    is_for_named_people=False,
    is_asked=True,
    deeds=(Deed(), Deed(), Deed()),
    stood_at=(None, None, None),
)

instants = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
deeds = st.builds(Deed, by=st.sampled_from([HOLDER, COLLEAGUE]), at=instants) | st.just(Deed())


def test_a_link_works_until_something_ends_it():
    assert end_of(OUT, NOW) is None
    ends = {
        LinkEnd.USED: {"used_at": NOW},
        LinkEnd.WITHDRAWN: {"withdrawn_at": NOW},
        LinkEnd.CANCELLED: {"is_cancelled": True},
        LinkEnd.CLOSED: {"is_closed": True},
        LinkEnd.FOR_NAMED_PEOPLE: {"is_for_named_people": True},
        LinkEnd.NOT_ASKED: {"is_asked": False},
        LinkEnd.ANSWERED_OTHERWISE: {"deeds": (Deed(COLLEAGUE, NOW), Deed(), Deed())},
        LinkEnd.SWITCHED_OFF: {"is_switched_on": False},
        LinkEnd.LEFT: {"is_named": False},
        LinkEnd.HAS_ACCOUNT: {"has_account": True},
        LinkEnd.EXPIRED: {"expires_at": NOW},
    }
    assert set(ends) == set(LinkEnd)
    for end, facts in ends.items():
        assert end_of(replace(OUT, **facts), NOW) is end


def test_what_its_own_holder_sent_counts_before_everything_else():
    """Whoever used the link reads that it was sent, also once the register is closed."""
    assert end_of(replace(OUT, used_at=NOW, is_closed=True, expires_at=NOW), NOW) is LinkEnd.USED


@pytest.mark.parametrize("place", range(3))
def test_any_deed_of_a_colleague_ends_it_and_none_of_its_holder(place):
    def with_deed(deed: Deed) -> LinkFacts:
        return replace(OUT, deeds=tuple(deed if number == place else Deed() for number in range(3)))

    assert end_of(with_deed(Deed(COLLEAGUE, NOW)), NOW) is LinkEnd.ANSWERED_OTHERWISE
    assert end_of(with_deed(Deed(None, NOW)), NOW) is LinkEnd.ANSWERED_OTHERWISE  # brought in by a file
    assert end_of(with_deed(Deed(HOLDER, NOW)), NOW) is None
    before = NOW - timedelta(days=3)
    stood = tuple(before if number == place else None for number in range(3))
    assert end_of(replace(with_deed(Deed(COLLEAGUE, before)), stood_at=stood), NOW) is None


def test_a_colleague_who_began_before_the_link_and_finished_after_it_ends_it():
    """Their moment lies before the link's: only that it did not stand there when the link was made tells."""
    early = Deed(COLLEAGUE, NOW - timedelta(minutes=1))
    assert end_of(replace(OUT, deeds=(early, Deed(), Deed())), NOW) is LinkEnd.ANSWERED_OTHERWISE


def test_a_question_that_is_asked_anew_does_not_end_it():
    """The coordinator has sent "not ours" back: there is no answer any more."""
    assert end_of(replace(OUT, stood_at=(NOW, None, None)), NOW) is None


@given(st.lists(deeds, min_size=3, max_size=3))
def test_only_changes_by_others_end_it(changed):
    facts = replace(OUT, deeds=tuple(changed))
    by_others = any(deed.at is not None and deed.by != HOLDER for deed in changed)
    assert (end_of(facts, NOW) is LinkEnd.ANSWERED_OTHERWISE) is by_others


def test_how_long_it_works():
    meeting = date(2026, 6, 24)
    # Three days after the end of the meeting's day, London's midnight being 23:00 UTC in summer.
    assert expires_at(NOW, meeting) == datetime(2026, 6, 27, 23, tzinfo=UTC)
    # Of a meeting that is over the days count from the making; of one that is far away it is a month.
    assert expires_at(NOW, date(2026, 5, 1)) == NOW + AFTER_THE_DAY
    assert expires_at(NOW, date(2026, 12, 24)) == NOW + LASTS_AT_MOST


@given(instants, st.dates(date(2020, 1, 1), date(2040, 1, 1)))
def test_it_always_works_for_some_days_and_never_for_more_than_a_month(made_at, meeting_on):
    lasts = expires_at(made_at, meeting_on) - made_at
    assert AFTER_THE_DAY <= lasts <= LASTS_AT_MOST


def test_what_is_still_asked():
    nothing = {
        "may_answer": True,
        "is_answered": True,
        "may_declare": True,
        "is_declared": True,
        "is_report_due": True,
        "is_report_sent": True,
    }
    assert still_asked(**nothing) == ()
    assert still_asked(**nothing | {"is_answered": False}) == (Part.ANSWER,)
    assert still_asked(**nothing | {"is_answered": False, "may_answer": False}) == ()
    assert still_asked(**nothing | {"is_declared": False}) == (Part.ATTENDANCE,)
    assert still_asked(**nothing | {"is_declared": False, "may_declare": False}) == ()
    assert still_asked(**nothing | {"is_report_sent": False}) == (Part.REPORT,)
    assert still_asked(**nothing | {"is_report_sent": False, "is_report_due": False}) == ()


def test_a_browser_is_asked_again_after_a_pause_and_in_any_case():
    assert not is_session_over(NOW, NOW, NOW + IDLE_FOR - timedelta(seconds=1))
    assert is_session_over(NOW, NOW, NOW + IDLE_FOR)
    late = NOW + SESSION_LASTS_FOR
    assert not is_session_over(NOW, late - timedelta(minutes=1), late - timedelta(seconds=1))
    assert is_session_over(NOW, late - timedelta(minutes=1), late)


def test_few_text_messages_go_for_one_link():
    just_now = [NOW - timedelta(minutes=1)] * (MOST_TEXTS_WITHIN - 1)
    assert may_text(just_now, NOW)
    assert not may_text([*just_now, NOW], NOW)
    long_ago = [NOW - TEXTS_WITHIN] * (MOST_TEXTS - 1)
    assert may_text(long_ago, NOW)
    assert not may_text([*long_ago, NOW - TEXTS_WITHIN], NOW)


@given(st.binary(min_size=32, max_size=32))
def test_a_code_has_six_digits(keyed):
    digits = digits_of(keyed)
    assert len(digits) == CODE_DIGITS
    assert is_digits(digits)


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "12345x", "１２３４５６", "-12345"])
def test_what_no_code_can_be(typed):
    assert not is_digits(typed)
