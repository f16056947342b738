"""The 72 hours to tell the regulator, and what an assessment must say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.labels import label, short_label
from portal.domain.withdrawal_vocabulary import RegulatorStep, WithdrawalReason, WithdrawalState
from portal.domain.withdrawals import LONGEST, Assessment, Clock, assessment_faults, reason_faults

KNOWN = datetime(2026, 10, 23, 14, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
RUNNING = Clock(KNOWN, RegulatorStep.NOT_DECIDED)


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (timedelta(0), "72 hours left"),
        (timedelta(seconds=1), "72 hours left"),
        (41 * HOUR, "31 hours left"),
        (71 * HOUR, "1 hour left"),
        (72 * HOUR - timedelta(seconds=1), "1 hour left"),
        (72 * HOUR, "Has just run out"),
        (73 * HOUR, "Ran out 1 hour ago"),
        (100 * HOUR, "Ran out 28 hours ago"),
    ],
)
def test_a_running_clock_says_how_much_is_left(after, words):
    """Over the end of summer time, too: 72 hours are hours, not three days of the clock on the wall."""
    assert RUNNING.words(KNOWN + after) == words


def test_a_clock_that_was_stopped_says_how():
    assert Clock(KNOWN, RegulatorStep.TOLD, KNOWN + 72 * HOUR).words(KNOWN + 90 * HOUR) == "Told in time"
    assert Clock(KNOWN, RegulatorStep.TOLD, KNOWN + 73 * HOUR).words(KNOWN + 90 * HOUR) == "Told late"
    assert Clock(KNOWN, RegulatorStep.NOT_NEEDED).words(KNOWN + 90 * HOUR) == "Need not be told"
    assert RUNNING.is_running
    assert not Clock(KNOWN, RegulatorStep.NOT_NEEDED).is_running


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=400)))
def test_there_are_hours_left_exactly_until_it_ends(after):
    now = KNOWN + after
    assert (RUNNING.hours_left(now) > 0) == (now < RUNNING.ends_at)


def faults(words="Harm to nobody.", step=RegulatorStep.NOT_DECIDED, told=None, reason="", closed=False) -> list[str]:
    """The fields at fault, 100 hours on."""
    told_at = None if told is None else KNOWN + told
    found = assessment_faults(Assessment(words, step, told_at, reason, closed), known_at=KNOWN, now=KNOWN + 100 * HOUR)
    return sorted(found)


@pytest.mark.parametrize(
    ("written", "fields"),
    [
        ({}, []),
        ({"words": " "}, ["words"]),
        ({"words": "x" * (LONGEST + 1)}, ["words"]),
        ({"reason": "x" * (LONGEST + 1)}, ["reason"]),
        ({"closed": True}, ["step"]),
        ({"step": RegulatorStep.NOT_NEEDED}, ["reason"]),
        ({"step": RegulatorStep.NOT_NEEDED, "reason": "Nobody had opened it.", "closed": True}, []),
        ({"step": RegulatorStep.TOLD}, ["told_on"]),
        ({"step": RegulatorStep.TOLD, "told": 10 * HOUR, "closed": True}, []),
        ({"step": RegulatorStep.TOLD, "told": timedelta(0)}, []),
        ({"step": RegulatorStep.TOLD, "told": -HOUR}, ["told_on"]),
        ({"step": RegulatorStep.TOLD, "told": 101 * HOUR}, ["told_on"]),
        ({"step": RegulatorStep.TOLD, "told": 80 * HOUR}, ["reason"]),
        ({"step": RegulatorStep.TOLD, "told": 80 * HOUR, "reason": "It was found on a Sunday."}, []),
    ],
)
def test_what_an_assessment_must_say(written, fields):
    assert faults(**written) == fields


def test_the_minute_of_withdrawal_itself_is_not_before_it():
    """A form has minutes: whoever was on the telephone to the regulator meanwhile may enter that one."""
    known = KNOWN.replace(second=40)
    told = Assessment("x", RegulatorStep.TOLD, known.replace(second=0))
    assert assessment_faults(told, known_at=known, now=known + HOUR) == {}


def test_why_something_is_withdrawn():
    assert reason_faults(WithdrawalReason.WRONG_CHILD, "") == {}
    assert list(reason_faults(WithdrawalReason.SOMETHING_ELSE, " ")) == ["words"]
    assert list(reason_faults(WithdrawalReason.WRONG_CHILD, "x" * (LONGEST + 1))) == ["words"]


@pytest.mark.parametrize("word", [*WithdrawalReason, *WithdrawalState, *RegulatorStep])
def test_each_word_has_its_label(word):
    assert label(word)
    assert short_label(word)
