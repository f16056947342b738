"""When a sign-in is over by the clock alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from portal.domain.signing_in import IDLE_FOR, LASTS_FOR, SessionEnd, ended_by_time

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
