"""The pages that people open all day look up what they show, and never go through all of a partnership for it.

SQLite says how it will search, and knows no numbers of rows: the few of a test are searched like hundreds of thousands.
(PostgreSQL knows them, and reads a small table whole.) What each may be searched by is an index that holds a few rows
alone, or the columns after the partnership's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from portal.database.declarative import Base
from portal.database.session import db

GROWING = frozenset(
    {
        *("meetings", "invitations", "reports", "cases", "children", "invitation_children", "meeting_cases"),
        *(
            "report_sharings",
            "report_answers",
            "report_waivers",
            "consultations",
            "outcomes",
            "sent_papers",
        ),
        *("family_attendances", "child_views", "strategy_records", "meeting_moves", "actions", "escalation_proposals"),
    }
)
"""What there is more of with each meeting. Contests are few: nobody contests but now and then."""

_STEP = re.compile(r"(SCAN|SEARCH) (\w+)(?: USING (?:COVERING )?INDEX (\w+))?(?: \((.*)\))?")
_NOTHING = re.compile(r"FROM \w+ \nWHERE 0 = 1( ORDER BY [^()]*)?$")
_BY_PARTNERSHIP = "partnership_id=?"

KEEPERS = ("a.chair", "a.coordinator", "a.manager")
AGENCIES = ("a.police.practitioner", "a.gp.practitioner", "a.school.lead")
PAGES = {
    "/": (*KEEPERS, *AGENCIES),
    "/meetings": (*KEEPERS, *AGENCIES),
    "/meetings?when=past": (*KEEPERS, *AGENCIES),
    "/meetings/{id}": (*KEEPERS, *AGENCIES),
    "/meetings/{id}/register": ("a.chair",),
    "/meetings/{id}/register/close": ("a.chair",),
    "/meetings/{id}/report": ("a.school.lead",),
    "/meetings/{id}/views": KEEPERS,
    "/meetings/{id}/family-reports": KEEPERS,
}


@pytest.fixture(autouse=True)
def on_sqlite(database):
    if database.backend != "sqlite":
        pytest.skip("PostgreSQL searches by how many rows there are")


@pytest.fixture(scope="module")
def small() -> frozenset[str]:
    """The indexes that hold some rows alone."""
    indexes = [index for table in Base.metadata.sorted_tables for index in table.indexes]
    return frozenset(str(index.name) for index in indexes if index.dialect_options["sqlite"]["where"] is not None)


@contextmanager
def plans() -> Iterator[dict[str, list[str]]]:
    """How each statement meanwhile is searched for, step by step."""
    found: dict[str, list[str]] = {}

    def look(connection, cursor, statement, parameters, context, executemany) -> None:
        # What nobody is shown is not searched for, whatever the plan says.
        if statement.startswith("SELECT") and not executemany and not _NOTHING.search(statement):
            rows = cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            found[statement] = [row[3] for row in rows]

    event.listen(db.engine, "after_cursor_execute", look)
    try:
        yield found
    finally:
        event.remove(db.engine, "after_cursor_execute", look)


def long_searches(steps: list[str], names: dict[str, str], small: frozenset[str]) -> list[str]:
    """The steps that go through a whole table, or through all of a partnership's rows."""
    found = []
    for step in steps:
        kind, name, index, by = _STEP.match(step).groups() if _STEP.match(step) else ("", "", "", "")
        if names.get(name, name) in GROWING and index not in small and (kind == "SCAN" or by == _BY_PARTNERSHIP):
            found.append(step)
    return found


@pytest.mark.parametrize(("path", "key"), [(path, key) for path, keys in PAGES.items() for key in keys])
def test_no_page_goes_through_all_of_a_partnership(as_person, place, small, path, key):
    browser = as_person(key)
    with plans() as searched:
        assert browser.get(path.format(id=place.id)).status_code == 200
    assert len(searched) > 2
    aliases = {
        alias: table
        for statement in searched
        for table, alias in re.findall(r"\b(?:FROM|JOIN) (\w+) AS (\w+)", statement)
    }
    faults = {
        statement: faults for statement, steps in searched.items() if (faults := long_searches(steps, aliases, small))
    }
    assert not faults, "\n".join(f"{steps}: {statement[:3000]}" for statement, steps in faults.items())


def test_a_long_search_is_found():
    aliases = {"closed": "meetings"}
    steps = [
        "SEARCH invitations USING INDEX ix_invitations_received (partnership_id=?)",
        "SCAN report_sharings",
        "SEARCH closed USING COVERING INDEX sqlite_autoindex_meetings_1 (partnership_id=?)",
    ]
    fine = [
        "SEARCH invitations USING INDEX sqlite_autoindex_invitations_2 (meeting_id=?)",
        "SEARCH invitations USING INDEX ix_invitations_agency (partnership_id=? AND agency_id=?)",
        "SEARCH closed USING INDEX ix_meetings_for_named_people (partnership_id=?)",
        "SEARCH meeting_types USING INDEX uq (partnership_id=?)",
        "USE TEMP B-TREE FOR ORDER BY",
    ]
    assert long_searches([*steps, *fine], aliases, frozenset({"ix_meetings_for_named_people"})) == steps
