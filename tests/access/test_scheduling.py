"""Who opens, moves and cancels meetings, who reads what became of their days, and who sees who knows a child."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.access import cases, involvements, scheduling
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.vocabulary import MeetingStatus
from portal.models.cases import Case, Child
from portal.models.involvements import Involvement
from portal.models.meetings import Meeting
from portal.models.moves import MeetingMove
from tests.access.conftest import who
from tests.access.who import CHAIRS, seen_by
from tests.services.rows import change, stored
from tests.world import NOW


@pytest.fixture
def known(database) -> dict[int, Involvement]:
    """Every involvement there is."""
    return {row.id: row for row in db.session.scalars(select(Involvement))}


@pytest.fixture
def moves(database) -> dict[int, MeetingMove]:
    """Every line of every meeting's days."""
    return {row.id: row for row in db.session.scalars(select(MeetingMove))}


def test_an_involvement_is_seen_exactly_where_the_rules_say(onlookers, known, ids, world):
    assert len(known) == 6
    for onlooker in onlookers:
        viewer = onlooker.viewer
        children = set(db.session.scalars(cases.children_visible_to(viewer).with_only_columns(Child.id)))
        may = {
            row.id for row in known.values() if involvements.may_view(viewer, row, sees_child=row.child_id in children)
        }
        assert ids(involvements.visible_to(viewer)) == may, onlooker.name


@pytest.mark.parametrize(
    ("key", "readers"),
    [
        ("2.other_gp", {"other_gp.lead", "other_gp.practitioner", "second_chair", "manager", "coordinator"}),
        ("2.school", {"school.lead", "school.practitioner", "second_chair", "manager", "coordinator"}),
        ("1.gp", {"gp.lead", "gp.practitioner", "chair", "manager", "coordinator"}),
    ],
)
def test_an_agency_sees_its_own_part_and_those_who_run_meetings_all(onlookers, ids, world, key, readers):
    number = world.involvements[f"a.{key}"]
    assert who(onlookers, lambda viewer: number in ids(involvements.visible_to(viewer))) == readers


def test_the_coordinator_alone_keeps_and_ends_them(onlookers, known, world):
    case = db.session.get_one(Case, world.cases["a.2"])
    assert who(onlookers, lambda viewer: involvements.may_keep(viewer, case)) == {"coordinator"}
    row, ended = (known[world.involvements[f"a.{key}"]] for key in ("2.school", "1.gp"))
    assert who(onlookers, lambda viewer: involvements.may_end(viewer, row)) == {"coordinator"}
    assert who(onlookers, lambda viewer: involvements.may_end(viewer, ended)) == set()


def test_what_became_of_a_day_is_seen_by_whoever_sees_the_meeting(onlookers, moves, rows, ids, world):
    assert len(moves) == 2
    for onlooker in onlookers:
        viewer = onlooker.viewer
        may = {
            row.id
            for row in moves.values()
            if scheduling.may_view_move(
                viewer, row, rows.meetings[row.meeting_id], rows.own(viewer, rows.meetings[row.meeting_id])
            )
        }
        assert ids(scheduling.moves_visible_to(viewer)) == may, onlooker.name
    number = world.moves["a.review"]
    seen = who(onlookers, lambda viewer: number in ids(scheduling.moves_visible_to(viewer)))
    # Somebody who works for the police in both partnerships is one of its people here.
    assert seen == seen_by("review")["review"] | {"both"}


def test_a_line_is_not_seen_by_another_meeting(moves, rows, world, viewer_of):
    move = moves[world.moves["a.review"]]
    manager = viewer_of(world.person("a.manager"))
    other = rows.meetings[world.meeting("a.initial").id]
    assert not scheduling.may_view_move(manager, move, other, None)


def test_notes_are_for_those_who_run_meetings(onlookers):
    agencies = {one.person.key for one in onlookers if one.viewer.agency_id is not None}
    readers = {one.person.key for one in onlookers if scheduling.may_read_notes(one.viewer)}
    assert not agencies & readers
    assert {"a.chair", "a.manager", "a.coordinator"} <= readers


def test_the_coordinator_opens_meetings_and_a_chair_what_goes_on_from_their_own(onlookers, rows, world):
    planners = {one.person.key for one in onlookers if scheduling.may_open(one.viewer)}
    assert planners == {"a.coordinator", "b.coordinator"}
    meeting = rows.meetings[world.meeting("a.initial").id]
    assert who(onlookers, lambda viewer: scheduling.may_open(viewer, meeting)) - {"b.coordinator (for B)"} == {
        "chair",
        "coordinator",
    }


@pytest.mark.parametrize("key", ["initial", "review", "core_group"])
def test_the_coordinator_moves_a_meeting_to_come(onlookers, rows, world, key):
    meeting = rows.meetings[world.meeting(f"a.{key}").id]
    assert who(onlookers, lambda viewer: scheduling.may_move(viewer, meeting)) == {"coordinator"}
    assert who(onlookers, lambda viewer: scheduling.may_change_chair(viewer, meeting)) == {"coordinator"}


@pytest.mark.parametrize("key", ["strategy", "past_initial", "cancelled"])
def test_nobody_moves_one_that_was_held_or_cancelled(onlookers, rows, world, key):
    meeting = rows.meetings[world.meeting(f"a.{key}").id]
    assert who(onlookers, lambda viewer: scheduling.may_move(viewer, meeting)) == set()
    assert who(onlookers, lambda viewer: scheduling.may_change_chair(viewer, meeting)) == set()


def test_nobody_moves_one_whose_register_is_closed(onlookers, world):
    number = world.meeting("a.review").id
    change(Meeting, number, register_closed_at=NOW)
    meeting = stored(Meeting, number)
    assert meeting.status is MeetingStatus.SCHEDULED
    assert who(onlookers, lambda viewer: scheduling.may_move(viewer, meeting)) == set()
    assert who(onlookers, lambda viewer: scheduling.may_change_chair(viewer, meeting)) == set()


def test_an_agency_that_has_answered_confirms_for_itself(onlookers, rows, world):
    place = world.meeting("a.review")
    meeting = rows.meetings[place.id]
    for agency, expected in (
        ("social_care", {"social_care.lead", "social_care.east"}),
        ("school", set()),
        ("gp", set()),
    ):
        invitation = rows.invitations[place.invitations[agency].id]
        found = who(onlookers, lambda viewer, one=invitation: scheduling.may_confirm(viewer, one, meeting))
        assert found == expected, agency


def test_who_is_busy_is_asked_by_those_who_plan_and_chair(onlookers):
    asking = {one.person.key.partition(".")[2] for one in onlookers if scheduling.may_ask_who_is_busy(one.viewer)}
    assert asking == {"coordinator"} | CHAIRS


def test_nobody_and_the_system(known, moves, ids, world):
    nobody = Viewer.nobody(NOW)
    assert ids(involvements.visible_to(nobody)) == ids(scheduling.moves_visible_to(nobody)) == set()
    assert not scheduling.may_open(nobody)
    assert not scheduling.may_ask_who_is_busy(nobody)
    system = Viewer.of_system("tests", NOW, world.partnerships["a"])
    assert ids(scheduling.moves_visible_to(system)) == {world.moves["a.review"]}
    assert len(ids(involvements.visible_to(system))) == 3
