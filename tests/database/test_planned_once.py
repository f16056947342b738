"""Statements that PostgreSQL is told to plan once for all values, and no other statement with them."""

from __future__ import annotations

import pytest
from sqlalchemy import Select, bindparam, select, text

from portal.database.planned_once import PLANNED_ONCE
from portal.database.session import db
from portal.models.meetings import Meeting
from portal.services.meetings.listing import Filters, list_meetings

OFTEN = 14
"""The driver prepares a statement at its sixth turn, and PostgreSQL weighs plans from the sixth after that."""


@pytest.fixture(autouse=True)
def on_postgresql(database):
    """SQLite plans a statement once in any event."""
    if database.backend == "sqlite":
        pytest.skip("SQLite knows one plan for a statement")


def listed(name: str, **options: bool) -> Select[int]:
    """A first page whose LIMIT is bound: PostgreSQL takes it for a tenth of all rows."""
    asked = select(Meeting.id.label(name)).order_by(Meeting.scheduled_on).limit(bindparam("rows"))
    return asked.execution_options(**options)


def plans_of(part: str) -> tuple[int, int]:
    """How often what the connection keeps prepared with these words was planned for all values, and for its own."""
    kept = text(
        "SELECT sum(generic_plans), sum(custom_plans) FROM pg_prepared_statements WHERE strpos(statement, :part) > 0"
    )
    once, anew = db.session.execute(kept, {"part": part}).one()
    return once or 0, anew or 0


def test_it_is_planned_for_all_values_from_the_first_time_on(world):
    connection = db.session.connection()
    for rows in range(OFTEN):
        connection.execute(listed("planned_once", **PLANNED_ONCE), {"rows": rows})
        connection.execute(listed("left_to_itself"), {"rows": rows})
    once, anew = plans_of("AS planned_once")
    assert (once > 0, anew) == (True, 0)
    _, anew = plans_of("AS left_to_itself")
    assert anew > 0


def test_it_is_asked_of_nothing_else(world):
    connection = db.session.connection()
    connection.execute(listed("planned_once", **PLANNED_ONCE), {"rows": 1})
    assert connection.exec_driver_sql("SHOW plan_cache_mode").scalar() == "auto"


@pytest.mark.parametrize("person", ["a.coordinator", "a.police.lead", "a.gp.practitioner"])
def test_the_list_of_meetings_is(viewer_of, world, person):
    one = viewer_of(world.person(person))
    for _ in range(OFTEN):
        list_meetings(one, Filters())
    once, anew = plans_of("SELECT meetings.id, meetings.reference, meetings.meeting_type_id")
    assert (once > 0, anew) == (True, 0)
