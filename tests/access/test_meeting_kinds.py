"""Who reads the kinds of meetings with their rules, and who changes them."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.access import meeting_kinds
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.models.rule_sets import MeetingType
from tests.access.conftest import who
from tests.world import NOW

READERS = {"business_manager", "scrutineer", "coordinator", "manager"}


@pytest.fixture
def kinds(database) -> dict[int, MeetingType]:
    """Every kind of both partnerships, one of them retired."""
    rows = {row.id: row for row in db.session.scalars(select(MeetingType))}
    next(iter(rows.values())).retired_at = NOW
    db.session.commit()
    return rows


def test_kinds_are_listed_exactly_where_they_may_be_viewed(kinds, onlookers, ids):
    for onlooker in onlookers:
        viewer = onlooker.viewer
        may = {row.id for row in kinds.values() if meeting_kinds.may_view(viewer, row)}
        assert ids(meeting_kinds.visible_to(viewer)) == may, onlooker.name


def test_who_reads_and_who_manages_which(kinds, onlookers, world):
    mine, theirs = kinds[world.meeting_types["a.mase"]], kinds[world.meeting_types["b.mase"]]
    assert who(onlookers, lambda viewer: meeting_kinds.may_view(viewer, mine)) == READERS
    assert who(onlookers, lambda viewer: meeting_kinds.may_view(viewer, theirs)) == {
        f"b.{name} (for B)" for name in READERS
    }
    assert who(onlookers, lambda viewer: meeting_kinds.may_manage(viewer, mine)) == {"business_manager"}
    assert who(onlookers, lambda viewer: meeting_kinds.may_manage(viewer, theirs)) == {"b.business_manager (for B)"}
    managers = {"business_manager", "b.business_manager (for B)"}
    assert who(onlookers, meeting_kinds.may_add) == managers


def test_nobody_and_a_system_viewer(kinds, world, ids):
    nobody, system = Viewer.nobody(NOW), Viewer.of_system("tests", NOW, world.partnerships["b"])
    assert ids(meeting_kinds.visible_to(nobody)) == set()
    assert not any(meeting_kinds.may_view(nobody, row) for row in kinds.values())
    of_b = {row.id for row in kinds.values() if row.partnership_id == world.partnerships["b"]}
    assert ids(meeting_kinds.visible_to(system)) == of_b
