"""Who reads the system's own trail, and who reads who has read a child's record."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.access import activity
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.record_readings import READINGS
from portal.models.activity import Activity
from portal.services.activity import record_reading, record_refusal
from tests.access.conftest import who
from tests.world import NOW, viewer_of

ALL_PARTNERSHIP = {"manager", "coordinator"}


def places(rows) -> set[tuple[int, int]]:
    """Entries are known by their place in their chain."""
    return {(row.chain_id, row.sequence) for row in rows}


@pytest.fixture
def read(world) -> None:
    """In each partnership everybody who may has read a record, and one was refused."""
    for letter in "ab":
        case_id = world.cases[f"{letter}.1"]
        for name in ("gp.lead", "gp.practitioner", "police.practitioner", "school.lead", "chair", "coordinator"):
            record_reading(viewer_of(world.person(f"{letter}.{name}")), "case.read", "case", [case_id])
        record_reading(viewer_of(world.person(f"{letter}.gp.lead")), "report.read", "report", [1])
        record_refusal(viewer_of(world.person(f"{letter}.gp.lead")), "cases.show", case_id)
    record_reading(Viewer.of_system("tests", NOW), "case.read", "case", [1])


def test_an_entry_is_listed_exactly_where_it_may_be_viewed(database, world, onlookers):
    record_refusal(viewer_of(world.person("b.chair")), "meeting", 1)
    record_refusal(Viewer.of_system("tests", NOW), "meeting", 1)  # the system's own chain
    stored = db.session.scalars(select(Activity)).all()
    assert {row.partnership_id for row in stored} == {*world.partnerships.values(), None}
    for onlooker in onlookers:
        may = places(row for row in stored if activity.may_view(onlooker.viewer, row))
        assert places(db.session.scalars(activity.visible_to(onlooker.viewer))) == may, onlooker.name


def test_administrators_read_their_own_partnerships_trail(database, onlookers):
    for row in db.session.scalars(select(Activity)):
        letter = "" if row.partnership_id == 1 else "b."
        suffix = "" if row.partnership_id == 1 else " (for B)"
        may = who(onlookers, lambda viewer, r=row: activity.may_view(viewer, r))
        assert may == {f"{letter}administrator{suffix}"}


def test_the_systems_own_entries_are_no_partnerships(database, onlookers):
    record_refusal(Viewer.of_system("tests", NOW), "meeting", 1)
    row = db.session.scalars(select(Activity).where(Activity.partnership_id.is_(None))).one()
    assert who(onlookers, lambda viewer: activity.may_view(viewer, row)) == set()
    system = Viewer.of_system("tests", NOW)
    assert not activity.may_view(system, row)
    assert places(db.session.scalars(activity.visible_to(system))) == set()


def test_a_reading_is_listed_exactly_where_it_may_be_viewed(database, onlookers, read):
    stored = db.session.scalars(select(Activity)).all()
    seen = set()
    for onlooker in onlookers:
        may = places(row for row in stored if activity.may_view_reading(onlooker.viewer, row))
        assert places(db.session.scalars(activity.readings_visible_to(onlooker.viewer))) == may, onlooker.name
        seen |= may
    assert seen == places(row for row in stored if row.verb in READINGS and row.partnership_id is not None)


def test_a_lead_sees_the_readings_of_their_own_people_and_the_manager_everybodys(database, world, onlookers, read):
    def sees(key: str) -> set[str]:
        reader = viewer_of(world.person(key))
        row = db.session.scalars(
            select(Activity).where(Activity.membership_id == reader.membership_id, Activity.verb == "case.read")
        ).one()
        return who(onlookers, lambda viewer: activity.may_view_reading(viewer, row))

    assert sees("a.gp.practitioner") == ALL_PARTNERSHIP | {"gp.lead"}
    assert sees("a.gp.lead") == ALL_PARTNERSHIP | {"gp.lead"}
    assert sees("a.school.lead") == ALL_PARTNERSHIP | {"school.lead"}
    assert sees("a.chair") == ALL_PARTNERSHIP
    assert sees("a.coordinator") == ALL_PARTNERSHIP
    # The force serves both partnerships: somebody who leads it in B sees what was read in B, and nothing of A.
    assert sees("a.police.practitioner") == ALL_PARTNERSHIP | {"police.lead"}


def test_whoever_searches_takes_along_and_sees_anchors(database, onlookers):
    administrators = {"administrator", "b.administrator (for B)"}
    assert who(onlookers, activity.may_search) == administrators
    assert who(onlookers, activity.may_export) == administrators
    assert who(onlookers, activity.may_see_anchors) == administrators
    assert who(onlookers, activity.sees_all_readings) == ALL_PARTNERSHIP | {
        "b.manager (for B)",
        "b.coordinator (for B)",
    }
