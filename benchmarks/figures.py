"""Figures kept by month, at 100,000 to 10,000,000 invitations, and what keeping them costs whoever saves."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from time import perf_counter
from typing import Any

from sqlalchemy import Engine, Integer, bindparam, func, select, text
from sqlalchemy.orm import Session

from benchmarks.figure_rivals import Duck, add_covering_index, by_covering_index
from benchmarks.figure_rows import ASKED, LAST, Size, databases_of, untriggered
from benchmarks.measuring import Limit, Result, Timed, by_turns, milliseconds, timed_by_turns
from benchmarks.run import Run
from portal.access.indicators import FigureScope
from portal.database.engines import writing_options
from portal.domain.figure_spans import month_number
from portal.models.figure_rollups import TypeFigures
from portal.models.partnerships import Partnership
from portal.models.rule_sets import MeetingType
from portal.services.indicators.counting import Question, count_invitations

AS_SMALL = Limit(1.3)
AS_INDEX = Limit(0.2)
AS_MONTHS = Limit(3)
AS_DUCK = Limit(1)
UPKEEP = Limit(0.5, at_least=True)
CALLS = 30
SAVES = 200
SAVED_AT_ONCE = 20
"""Invitations in a transaction: a register."""
_YEAR = (date(LAST.year, 1, 1), LAST)
_RANGES = {
    # The most days that lie beside whole months: half of one at each end.
    "from the 16th to the 15th": (date(LAST.year - 1, 12, 17), date(LAST.year, 12, 15)),
    "a year to a day in the month": (date(LAST.year - 1, 11, 8), date(LAST.year, 11, 7)),
    "eleven days": (date(LAST.year, 5, 10), date(LAST.year, 5, 20)),
}
_NAMES = (
    "expected",
    "attended",
    "reports_due",
    "reports_received",
    "reports_on_time",
    "reports_before_meeting",
    "absent_with_report",
    "consulted",
    "reports_shared_with_family",
)


def measure(run: Run) -> Iterator[Result]:
    """The board's question of one area, of all of them, of any days, and what a save costs."""
    with databases_of(run, run.invitations) as sizes:
        smallest, greatest = sizes[0], sizes[-1]
        for size in sizes[1:]:
            yield _against_smaller(run, size, smallest)
        yield from _ranges(run, greatest)
        yield _all_areas(run, greatest)
        yield _against_index(run, greatest)
        # The last: what is saved without triggers is not in what is kept.
        yield _upkeep(run, smallest)


@dataclass
class _Board:
    """The board's question to one database, as the overview's page asks it."""

    size: Size
    days: tuple[date, date] = _YEAR
    session: Session = field(init=False)

    def __post_init__(self) -> None:
        self.session = Session(self.size.engine)

    def ask(self) -> dict[Any, Any]:
        """Attendance and reports by agency type and meeting type."""
        scope = FigureScope(partnership_id=ASKED, agency_id=None, agency_type=None, hides_small=False)
        found = count_invitations(self.session, scope, Question(*self.days, ("agency_type", "meeting_type")))
        self.session.rollback()
        return found

    def rows(self) -> list[tuple[Any, ...]]:
        """The same as a rival gives it."""
        return [(*key, *(counts[name] for name in _NAMES)) for key, counts in sorted(self.ask().items())]


def _result(run: Run, what: str, how: str, values: tuple[float, ...], limit: Limit, rows: str, aside: str) -> Result:
    samples = f"{run.rounds} × {CALLS} to {CALLS}"
    return Result(what, run.database.kind, how, values, limit, samples, rows, aside)


def _against_smaller(run: Run, size: Size, smallest: Size) -> Result:
    here, there = _Board(size), _Board(smallest)
    if here.rows() != there.rows() and size.invitations // size.areas == smallest.invitations // smallest.areas:
        raise RuntimeError("the same area has other figures in another database")
    times = by_turns(here.ask, there.ask, rounds=run.rounds, first_calls=CALLS, second_calls=CALLS)
    return _result(
        run,
        f"One area's 12 months among {size.invitations:,} invitations, against {smallest.invitations:,}",
        "the overview's statement",
        times.ratios,
        AS_SMALL,
        size.words,
        f"{milliseconds(times.first)} and {milliseconds(times.second)}",
    )


def _ranges(run: Run, size: Size) -> Iterator[Result]:
    whole = _Board(size)
    for words, days in _RANGES.items():
        board = _Board(size, days)
        times = by_turns(board.ask, whole.ask, rounds=run.rounds, first_calls=CALLS, second_calls=CALLS)
        yield _result(
            run,
            f"Figures of other days than whole months: {words}",
            "against 12 whole months",
            times.ratios,
            AS_MONTHS,
            size.words,
            f"{milliseconds(times.first)} and {milliseconds(times.second)}",
        )


def _against_index(run: Run, size: Size) -> Result:
    add_covering_index(size)
    board = _Board(size)
    with size.engine.connect() as connection:
        if sorted(by_covering_index(connection, _YEAR)) != board.rows():
            raise RuntimeError("the covering index gives other figures")
        times = by_turns(
            board.ask,
            lambda: by_covering_index(connection, _YEAR),
            rounds=run.rounds,
            first_calls=CALLS,
            second_calls=CALLS,
        )
    return _result(
        run,
        "One area's 12 months from what is kept, against the best covering index of a flat copy",
        "the overview's statement",
        times.ratios,
        AS_INDEX,
        size.words,
        f"{milliseconds(times.first)} and {milliseconds(times.second)}",
    )


def _all_areas(run: Run, size: Size) -> Result:
    duck = Duck(size.engine)
    statement = _of_all_areas()
    values = {"first": month_number(_YEAR[0]), "last": month_number(_YEAR[1])}
    with size.engine.connect() as connection:

        def ask() -> list[tuple[Any, ...]]:
            return [tuple(row) for row in connection.execute(statement, values)]

        if sorted(ask()) != sorted(duck.count_all(_YEAR)):
            raise RuntimeError("DuckDB gives other figures")
        times = by_turns(ask, lambda: duck.count_all(_YEAR), rounds=run.rounds, first_calls=CALLS, second_calls=CALLS)
    duck.close()
    gc.collect()
    return _result(
        run,
        "12 months of all areas together from what is kept, against DuckDB's scan of the invitations, flat, in memory",
        "a statement of its own",
        times.ratios,
        AS_DUCK,
        size.words,
        f"{milliseconds(times.first)} and {milliseconds(times.second)}",
    )


def _of_all_areas() -> Any:
    kept = TypeFigures.__table__
    keys = (kept.c.agency_type, MeetingType.code)
    areas = select(Partnership.id)
    return (
        select(*keys, *(func.sum(kept.c[name]) for name in _NAMES))
        .join(MeetingType, MeetingType.id == kept.c.meeting_type_id)
        .where(
            # Area by area along the key: the days between lie elsewhere.
            kept.c.partnership_id.in_(areas),
            kept.c.period.between(bindparam("first", type_=Integer), bindparam("last", type_=Integer)),
        )
        .group_by(*keys)
    )


def _upkeep(run: Run, size: Size) -> Result:
    """The rate of saving registers' attendance by SQL alone, with triggers to without."""
    with (
        _saving(size.engine) as watched,
        untriggered(run, size) as other,
        _saving(other, is_noted=False) as bare,
    ):
        times = timed_by_turns(bare, watched, rounds=run.rounds, first_calls=SAVES, second_calls=SAVES)
    return Result(
        what="Rate of saving attendance with what keeps the figures, against without",
        database=run.database.kind,
        how=f"UPDATE by key, {SAVED_AT_ONCE} in a transaction",
        values=times.ratios,
        limit=UPKEEP,
        samples=f"{run.rounds} × {SAVES} to {SAVES}",
        rows=size.words,
        aside=f"{milliseconds(times.second)} and {milliseconds(times.first)} a transaction",
    )


@contextmanager
def _saving(engine: Engine, *, is_noted: bool = True) -> Iterator[Timed]:
    """Saves registers by one connection, with the triggers or without them: so many transactions, and their seconds."""
    turns = count()
    with engine.connect().execution_options(**writing_options(engine)) as connection:
        if connection.dialect.name == "postgresql" and not is_noted:
            connection.exec_driver_sql("SET session_replication_role = replica")
        last = connection.execute(text("SELECT max(id) FROM invitations")).scalar_one()
        connection.commit()
        places = last // SAVED_AT_ONCE - 1

        def save(calls: int) -> float:
            start = perf_counter()
            for _ in range(calls):
                first = next(turns) * 97 % places * SAVED_AT_ONCE
                connection.execute(_SAVE, [{"row": first + n} for n in range(1, SAVED_AT_ONCE + 1)])
                connection.commit()
            return perf_counter() - start

        yield save
        connection.rollback()
        if connection.dialect.name == "postgresql" and not is_noted:
            connection.exec_driver_sql("SET session_replication_role = DEFAULT")
            connection.commit()


_SAVE = text(
    "UPDATE invitations SET attendance = CASE WHEN attendance = 'in_person' THEN 'apologies' ELSE 'in_person' END "
    "WHERE id = :row"
)
