"""Who reads the system's own trail."""

from __future__ import annotations

from sqlalchemy import select

from portal.access import activity
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.models.activity import Activity
from portal.services.activity import record_refusal
from tests.access.conftest import who
from tests.world import NOW, viewer_of


def places(rows) -> set[tuple[int, int]]:
    """Entries are known by their place in their chain."""
    return {(row.chain_id, row.sequence) for row in rows}


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
