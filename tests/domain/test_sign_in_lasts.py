"""When a sign-in is over by the clock alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from portal.domain.signing_in import IDLE_FOR, LASTS_FOR, SessionEnd, ended_by_time, ends_at

START = datetime(2026, 6, 10, 9, 0, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("since_start", "since_seen", "ended"),
    [
        (timedelta(0), timedelta(0), None),
        (IDLE_FOR, IDLE_FOR - MOMENT, None),
        (IDLE_FOR, IDLE_FOR, SessionEnd.IDLE),
        (LASTS_FOR - MOMENT, timedelta(0), None),
        (LASTS_FOR, timedelta(0), SessionEnd.TOO_LONG),
        (LASTS_FOR, IDLE_FOR, SessionEnd.TOO_LONG),
    ],
)
def test_over(since_start, since_seen, ended):
    now = START + since_start
    assert ended_by_time(START, now - since_seen, now) is ended


@pytest.mark.parametrize(
    ("since_start", "left"),
    [
        (timedelta(0), IDLE_FOR),
        (LASTS_FOR - IDLE_FOR, IDLE_FOR),
        (LASTS_FOR - timedelta(minutes=5), timedelta(minutes=5)),
    ],
)
def test_when_it_will_be_over_if_nothing_more_is_asked(since_start, left):
    now = START + since_start
    assert ends_at(START, now) == now + left
    assert ended_by_time(START, now, now + left - MOMENT) is None
    assert ended_by_time(START, now, now + left) is not None
