"""Four workers are killed in the middle of ending clocks, again and again: each stage begins, and begins once."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from datetime import datetime
from random import Random

import pytest
from sqlalchemy import func, select, update

from portal.database.session import db, writing
from portal.domain.escalation_vocabulary import EntryKind, Told
from portal.domain.message_vocabulary import NoticeKind
from portal.models.escalations import Escalation, EscalationTold
from portal.models.messages import Notice
from portal.services.activity_checks import verify
from portal.services.escalations.clocks import end_clocks
from portal.services.viewers import system_viewer
from tests.services.escalation_steps import DISAGREEMENT, entries, raised, row, verbs
from tests.world import NOW

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the workers are forked")

MATTERS, WORKERS = 16, 4
CLOCKS = 4
"""Three that move it up, and that of the last stage."""
PATIENCE = 60
"""Seconds until workers must have ended one clock, on the busiest machine."""


@pytest.fixture
def matters(world, viewer_of) -> list[int]:
    """Disagreements in both partnerships, whose clocks end at one time."""
    with writing() as session:
        session.execute(update(Escalation).values(is_noted=True))
    return [
        raised(world, viewer_of, f"{'ab'[number % 2]}.school.lead", "police", DISAGREEMENT, meeting=None)
        for number in range(MATTERS)
    ]


def left(now: datetime) -> int:
    """How many clocks that have ended nobody has dealt with."""
    db.session.rollback()
    waits = select(func.count()).where(Escalation.due_at <= now, Escalation.status == "open", ~Escalation.is_noted)
    return db.session.scalar(waits) or 0


def fork_worker(now: datetime) -> int:
    """A process that ends clocks; 0 is how it ends when it has done all it found."""
    child = os.fork()
    if child == 0:
        # Whatever happens here, pytest must not go on in five processes.
        outcome = 1
        try:
            end_clocks(now)
            outcome = 0
        finally:
            os._exit(outcome)
    return child


def kill_at_work(workers: list[int], now: datetime, waiting: int, chance: Random) -> None:
    """Kill them all, one after the other, from the moment at which one of them has ended its first clock.

    A time after which they are at work would be another one on each machine, and on a busy one none.
    """
    until = time.monotonic() + PATIENCE
    while left(now) == waiting and time.monotonic() < until:
        time.sleep(0.001)
    for child in workers:
        os.kill(child, signal.SIGKILL)
        time.sleep(chance.uniform(0, 0.005))


def test_killed_workers_leave_no_stage_out_and_begin_none_twice(app, world, matters):
    chance, cut_short = Random(7), 0
    for _ in range(CLOCKS):
        now = row(matters[0]).due_at
        assert left(now) == MATTERS
        while waiting := left(now):
            db.session.remove()
            db.engine.dispose()
            workers = [fork_worker(now) for _ in range(WORKERS)]
            kill_at_work(workers, now, waiting, chance)
            ends = [os.waitpid(child, 0)[1] for child in workers]
            assert not [end for end in ends if os.WIFEXITED(end) and os.WEXITSTATUS(end)], "a worker failed"
            killed = any(os.WIFSIGNALED(end) for end in ends)
            cut_short += killed and 0 < left(now) < waiting
    assert cut_short, "they must have been killed in the middle"
    for matter in matters:
        log = entries(matter)
        assert [one.number for one in log] == [1, 2, 3, 4, 5]
        assert [(one.kind, one.from_stage, one.to_stage) for one in log[1:]] == [
            (EntryKind.STAGE_CHANGE, 1, 2),
            (EntryKind.STAGE_CHANGE, 2, 3),
            (EntryKind.STAGE_CHANGE, 3, 4),
            (EntryKind.CLOCK_ENDED, None, None),
        ]
        assert (row(matter).stage, row(matter).is_noted) == (4, True)
        assert verbs(matter)[1:] == ["escalation.moved_by_clock"] * 3 + ["escalation.clock_ended"]
    assert_everybody_was_told_once(world, matters)
    db.session.remove()
    assert verify(system_viewer("tests", NOW)).faults == []


def assert_everybody_was_told_once(world, matters: list[int]) -> None:
    """Of each stage of each matter, those whom the rules name: no more, no less, and each by one notice."""
    rows = db.session.execute(
        select(EscalationTold.stage, EscalationTold.told_as).where(EscalationTold.escalation_id.in_(matters))
    ).all()
    assert Counter(tuple(one) for one in rows) == {
        (1, Told.AGENCY_LEAD): MATTERS + MATTERS // 2,  # `both` leads B's police as well
        (2, Told.AGENCY_LEAD): MATTERS + MATTERS // 2,
        (3, Told.NAMED_PROFESSIONAL): MATTERS,
        (3, Told.EXECUTIVE): MATTERS,
        (3, Told.SAFEGUARDING_MANAGER): MATTERS,
        (4, Told.EXECUTIVE): MATTERS,
        (4, Told.SAFEGUARDING_MANAGER): MATTERS,
        (4, Told.BOARD): 2 * MATTERS,
    }
    noticed = db.session.execute(
        select(Notice.subject_id, Notice.place, Notice.membership_id).where(
            Notice.kind == NoticeKind.ESCALATION_STAGE, Notice.subject_id.in_(matters)
        )
    ).all()
    assert len(set(noticed)) == len(noticed)
    told = db.session.execute(
        select(EscalationTold.escalation_id, EscalationTold.stage, EscalationTold.membership_id).where(
            EscalationTold.escalation_id.in_(matters), EscalationTold.stage > 1
        )
    ).all()
    assert {tuple(one) for one in told} <= {tuple(one) for one in noticed}
