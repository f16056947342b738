"""Who reads of the board's own meetings, and who keeps them when."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.access import board_meetings as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.models.board_meetings import BoardGroup, BoardMeeting, BoardMember
from tests.access.conftest import who
from tests.world import NOW, viewer_of
from tests.world_board import PLANNED, READERS

SELECTS = {
    BoardGroup: access.groups_visible_to,
    BoardMember: access.members_visible_to,
    BoardMeeting: access.visible_to,
}
KEEPER = {"business_manager"}


@pytest.fixture
def every(database):
    """Every row of a table, read past every rule."""
    return lambda model: {row.id: row for row in db.session.scalars(select(model))}


@pytest.fixture
def meeting_of(every, world):
    """A meeting by name."""
    return lambda key: every(BoardMeeting)[world.board_meetings[key]]


@pytest.mark.parametrize("model", SELECTS)
def test_rows_are_listed_exactly_where_they_may_be_viewed(every, onlookers, ids, model):
    rows = every(model)
    assert len({row.partnership_id for row in rows.values()}) == 2
    for onlooker in onlookers:
        viewer = onlooker.viewer
        may = {row.id for row in rows.values() if access.may_view(viewer, row)}
        assert ids(SELECTS[model](viewer)) == may, onlooker.name


def test_the_boards_roles_read_their_own_partnerships(meeting_of, onlookers):
    assert who(onlookers, lambda viewer: access.may_view(viewer, meeting_of("a.held"))) == set(READERS)
    theirs = {f"b.{name} (for B)" for name in READERS}
    assert who(onlookers, lambda viewer: access.may_view(viewer, meeting_of("b.held"))) == theirs


@pytest.mark.parametrize(
    ("key", "changed", "recorded", "corrected"),
    [
        ("planned", KEEPER, set(), set()),
        ("due", KEEPER, KEEPER, set()),
        ("held", set(), set(), KEEPER),
    ],
)
def test_what_is_done_when(meeting_of, onlookers, key, changed, recorded, corrected):
    meeting = meeting_of(f"a.{key}")
    assert who(onlookers, lambda viewer: access.may_change(viewer, meeting)) == changed
    assert who(onlookers, lambda viewer: access.may_record(viewer, meeting)) == recorded
    assert who(onlookers, lambda viewer: access.may_correct(viewer, meeting)) == corrected


def test_attendance_is_recorded_from_the_meetings_day_on(meeting_of, world):
    meeting, person = meeting_of("a.planned"), world.person("a.business_manager")
    before = NOW + (PLANNED - NOW.date()) - timedelta(days=1)
    assert not access.may_record(viewer_of(person, now=before), meeting)
    assert access.may_record(viewer_of(person, now=before + timedelta(days=1)), meeting)


def test_who_sets_up_groups_and_plans_for_one_that_still_meets(every, onlookers, world):
    assert who(onlookers, access.may_add) == {"business_manager", "b.business_manager (for B)"}
    group = every(BoardGroup)[world.board_groups["a.board"]]
    assert who(onlookers, lambda viewer: access.may_plan(viewer, group)) == KEEPER
    group.is_active = False
    assert who(onlookers, lambda viewer: access.may_plan(viewer, group)) == set()
    assert who(onlookers, lambda viewer: access.may_keep(viewer, group)) == KEEPER


def test_nobody_and_a_system_viewer(every, world, ids):
    nobody, system = Viewer.nobody(NOW), Viewer.of_system("tests", NOW, world.partnerships["b"])
    assert ids(access.visible_to(nobody)) == set()
    of_b = {row.id for row in every(BoardMeeting).values() if row.partnership_id == world.partnerships["b"]}
    assert ids(access.visible_to(system)) == of_b
