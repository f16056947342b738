"""Several processes that write the trail at once do not fork it: each entry rests on the one before."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.database.session import db
from portal.models.activity import Activity, ActivityChain
from portal.services import activity, activity_checks
from portal.services.changes import changing
from tests.services.activity_steps import OPERATOR, chain_of
from tests.world import NOW

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the writers are forked")

WRITERS, ENTRIES = 4, 15


def write(viewer, other, number: int) -> None:
    """Changes in two partnerships, readings and refusals, in turns."""
    for step in range(ENTRIES):
        at = replace(viewer, now=NOW + timedelta(seconds=step))
        if step % 3 == 0:
            with changing(at) as change:
                change.log("invitation.answered", "invitation", 1000 * number + step)
        elif step % 3 == 1:
            activity.record_reading(at, "case.read", "case", [1000 * number + step])
        else:
            activity.record_refusal(replace(other, now=at.now), "meetings.show", 1000 * number + step)


def fork(viewer, other, number: int) -> int:
    """A process of its own; it ends with 0 where all was written."""
    child = os.fork()
    if child == 0:
        # Whatever happens here, pytest must not go on in five processes.
        code = 1
        try:
            write(viewer, other, number)
            code = 0
        finally:
            os._exit(code)
    return child


def test_parallel_writers_do_not_fork_it(database, world, viewer_of):
    # Asked for, so that the next test gets a copy of its own: what other processes write is seen by nobody here.
    assert database.url("portal")
    viewer, other = viewer_of(world.person("a.gp.lead")), viewer_of(world.person("b.chair"))
    before = activity_checks.count_rows(OPERATOR)
    db.session.remove()
    db.engine.dispose()
    children = [fork(viewer, other, number) for number in range(1, WRITERS + 1)]
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * WRITERS
    report = activity_checks.verify(OPERATOR)
    assert report.faults == []
    assert report.rows == before + WRITERS * ENTRIES
    for letter in "ab":
        chain = chain_of(world.partnerships[letter])
        places = db.session.scalars(
            select(Activity.sequence).where(Activity.chain_id == chain).order_by(Activity.sequence)
        ).all()
        head = db.session.get(ActivityChain, chain)
        assert list(places) == list(range(1, head.last_sequence + 1))
    told = select(Activity.subject_id).where(Activity.subject_id >= 1000, Activity.subject.in_(("invitation", "case")))
    written = set(db.session.scalars(told))
    kept = {1000 * number + step for number in range(1, WRITERS + 1) for step in range(ENTRIES) if step % 3 != 2}
    assert kept <= written
