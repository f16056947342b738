"""What kept figures are measured against: the best covering index that there could be, and DuckDB's scan.

Neither can be had of the portal's own tables: what is counted of an invitation stands in three of them. Both are given
the rows laid out flat, so that nothing has to be joined, and no figure but the board's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb
from sqlalchemy import Engine, text
from sqlalchemy.engine import Connection

from benchmarks.databases import settle
from benchmarks.figure_rows import ASKED, Size
from portal.database.engines import writing_options
from portal.domain.vocabulary import PRESENT

_PRESENT = ", ".join(f"'{word.value}'" for word in sorted(PRESENT))
_EXPECTED = "expectation = 'expected'"
_DUE = "expectation IN ('expected', 'report_only') AND report_due_on IS NOT NULL"
_ABSENT = f"{_EXPECTED} AND (attendance IS NULL OR attendance NOT IN ({_PRESENT}))"
_COUNTS = ", ".join(
    f"count(*) FILTER (WHERE {condition})"
    for condition in (
        _EXPECTED,
        f"{_EXPECTED} AND attendance IN ({_PRESENT})",
        _DUE,
        f"{_DUE} AND report_received_on IS NOT NULL",
        f"{_DUE} AND report_received_on <= report_due_on",
        f"{_DUE} AND report_received_on <= held_on",
        f"{_ABSENT} AND report_received_on IS NOT NULL",
        f"{_ABSENT} AND consulted_on IS NOT NULL",
        f"{_DUE} AND report_received_on IS NOT NULL AND report_shared_on IS NOT NULL",
    )
)
_COLUMNS = (
    "partnership_id, held_on, agency_type, code, expectation, attendance, report_due_on, report_received_on, "
    "report_shared_on, consulted_on"
)
_FLAT = (
    "SELECT m.partnership_id, m.held_on, a.agency_type, t.code, i.expectation, i.attendance, i.report_due_on, "
    "i.report_received_on, i.report_shared_on, i.consulted_on FROM meetings m "
    "JOIN invitations i ON i.meeting_id = m.id JOIN agencies a ON a.id = i.agency_id "
    "JOIN meeting_types t ON t.id = m.meeting_type_id"
)


def add_covering_index(size: Size) -> None:
    """A flat copy of all rows, and an index that holds all that the board's question asks of them."""
    engine = size.engine
    with engine.connect().execution_options(**writing_options(engine)) as connection:
        connection.exec_driver_sql(f"CREATE TABLE flat AS {_FLAT}")
        connection.exec_driver_sql(f"CREATE INDEX ix_flat ON flat ({_COLUMNS})")
        connection.commit()
    if engine.dialect.name == "postgresql":
        # Without it, PostgreSQL looks up each row beside the index.
        settle(engine, "flat")


def by_covering_index(connection: Connection, days: tuple[Any, Any]) -> list[Any]:
    """The board's question to that index."""
    question = (
        f"SELECT agency_type, code, {_COUNTS} FROM flat "
        "WHERE partnership_id = :area AND held_on BETWEEN :first AND :last GROUP BY agency_type, code"
    )
    values = {"area": ASKED, "first": days[0].isoformat(), "last": days[1].isoformat()}
    return [tuple(row) for row in connection.execute(text(question), values)]


class Duck:
    """DuckDB with the same rows in memory, all of them, in its own columns."""

    def __init__(self, engine: Engine) -> None:
        self._connection = duckdb.connect(":memory:")
        days = {"held_on", "report_due_on", "report_received_on", "report_shared_on", "consulted_on"}
        columns = ", ".join(
            f"{name} {'INTEGER' if name == 'partnership_id' else 'DATE' if name in days else 'VARCHAR'}"
            for name in _COLUMNS.split(", ")
        )
        self._connection.execute(f"CREATE TABLE flat ({columns})")
        # One area's rows over the wire, the others copied from it: they are the same.
        with engine.connect() as connection:
            rows = connection.exec_driver_sql(f"{_FLAT} WHERE m.partnership_id = {ASKED}").all()
            areas = connection.exec_driver_sql("SELECT max(id) FROM partnerships").scalar_one()
        self._fill([tuple(row) for row in rows], areas)

    def _fill(self, rows: Sequence[tuple[Any, ...]], areas: int) -> None:
        names = _COLUMNS.split(", ")
        self._connection.begin()
        for start in range(0, len(rows), 2000):
            some = rows[start : start + 2000]
            places = ", ".join(f"({', '.join('?' for _ in names)})" for _ in some)
            self._connection.execute(f"INSERT INTO flat VALUES {places}", [value for row in some for value in row])
        self._connection.commit()
        others = ", ".join(name for name in names if name != "partnership_id")
        self._connection.execute(f"INSERT INTO flat SELECT a, {others} FROM flat CROSS JOIN range(2, {areas} + 1) r(a)")

    def count_all(self, days: tuple[Any, Any]) -> list[Any]:
        """The board's question of all areas together."""
        question = (
            f"SELECT agency_type, code, {_COUNTS} FROM flat WHERE held_on BETWEEN ? AND ? GROUP BY agency_type, code"
        )
        return self._connection.execute(question, list(days)).fetchall()

    def close(self) -> None:
        """Give its memory back."""
        self._connection.close()
