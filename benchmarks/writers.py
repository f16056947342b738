"""Processes that write to one SQLite file as fast as they can: none may be told that it is locked, and none lost."""

from __future__ import annotations

import multiprocessing
from random import Random
from time import sleep

from sqlalchemy.exc import OperationalError

from benchmarks.databases import Database
from benchmarks.measuring import Limit, Result
from benchmarks.run import Run
from portal.database.session import db, writing
from portal.factory import create_app
from portal.models.meetings import Invitation

WRITERS = 8
WRITES = 25
_HELD = (0.005, 0.05)
"""Seconds for which each holds the lock: a plain busy handler gives up on some of these."""
_NONE = Limit(0)


def measure(run: Run) -> list[Result]:
    """Read, change and write one and the same row, from all processes together."""
    row = run.area.spare.invitation_ids[0]
    before = _version(run, row)
    with multiprocessing.get_context("spawn").Pool(WRITERS) as pool:
        refused = pool.starmap(_write, [(run.database, row, number) for number in range(WRITERS)], chunksize=1)
    locked, lost = sum(refused), WRITERS * WRITES - sum(refused) - (_version(run, row) - before)
    return [
        Result(
            what=f"{WRITERS} writing processes: {what}",
            database=run.database.kind,
            how="writing()",
            values=(count,),
            limit=_NONE,
            samples=f"{WRITERS * WRITES} transactions",
            rows=run.area.rows,
            aside=f"each holds the lock for {_HELD[0] * 1000:g} to {_HELD[1] * 1000:g} ms",
        )
        for what, count in (('"locked"', locked), ("writes lost", lost))
    ]


def _write(database: Database, row_id: int, number: int) -> int:
    """One process's work: how many of its transactions were refused."""
    app, chance, refused = create_app(database.environment), Random(number), 0
    for _ in range(WRITES):
        with app.app_context():
            try:
                with writing() as session:
                    row = session.get_one(Invitation, row_id)
                    row.left_early = not row.left_early
                    sleep(chance.uniform(*_HELD))
            except OperationalError:
                refused += 1
    return refused


def _version(run: Run, row_id: int) -> int:
    with run.app.app_context():
        try:
            return db.session.get_one(Invitation, row_id).version
        finally:
            db.session.remove()
