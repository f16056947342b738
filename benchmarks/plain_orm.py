"""What the portal saves in the time of the least that an ORM can do with the same table: get, change, commit."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Engine, create_engine

from benchmarks.measuring import Limit, Result, Work, by_turns, milliseconds
from benchmarks.run import Run

SAVE = Limit(0.2, at_least=True)
CALLS = 100


def share_of_plain_orm(
    run: Run, what: str, *, save: Work, plainly: Callable[[Engine], object], rows: str = ""
) -> Result:
    """The rate of saving as a share of the rate of the plain ORM, in one process on one database."""
    engine = create_engine(run.database.url)
    try:
        times = by_turns(lambda: plainly(engine), save, rounds=run.rounds, first_calls=CALLS, second_calls=CALLS)
    finally:
        engine.dispose()
    return Result(
        what=f"Save {what}, as a share of a plain ORM's rate",
        database=run.database.kind,
        how="in process",
        values=times.ratios,
        limit=SAVE,
        samples=f"{run.rounds} × {CALLS} to {CALLS}",
        rows=", ".join(filter(None, (rows, run.area.rows))),
        aside=f"save {milliseconds(times.second)}, plain ORM {milliseconds(times.first)}",
    )
