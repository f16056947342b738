"""Who sees which actions, who reads their history, and who takes which step."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from portal.access import actions, meetings
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import ActionSource, ActionStatus
from portal.domain.vocabulary import Answer, Expectation, Post, Role
from portal.models.actions import Action
from portal.models.audits import AuditReturn
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import Agency
from tests.access.conftest import who
from tests.access.who import seen_by
from tests.services.rows import change
from tests.world import NOW, viewer_of

OWNERS = {"gp.lead", "gp.practitioner"}
BOARD = {"board", "business_manager", "scrutineer"}
IN_MEETING = set(seen_by()["strategy"])


@pytest.fixture
def everything(database):
    """Every action there is, past every rule, and each agency's type."""
    types = dict(db.session.execute(select(Agency.id, Agency.agency_type)).all())
    return {row.id: row for row in db.session.scalars(select(Action))}, types


@pytest.fixture
def part_of(database):
    """What a viewer has to do with an action's meeting, asked of the meeting's own rules and by hand."""
    rows = {row.id: row for row in db.session.scalars(select(Meeting))}
    invited = list(db.session.scalars(select(Invitation)))

    def part(viewer, action) -> actions.MeetingPart:
        if action.meeting_id is None:
            return actions.NO_MEETING
        meeting = rows[action.meeting_id]
        own = next((one for one in invited if (one.meeting_id, one.agency_id) == (meeting.id, viewer.agency_id)), None)
        has_part = (
            own is not None
            and own.expectation is not Expectation.NOT_RELEVANT
            and own.answer is not Answer.NOT_OURS
            and not meeting.named_people_only
        )
        return actions.MeetingPart(meetings.may_view(viewer, meeting, own), has_part, meeting.chair_membership_id)

    return part


def test_an_action_is_listed_exactly_where_it_may_be_viewed(everything, onlookers, ids, part_of):
    rows, types = everything
    assert len(rows) == 8
    for onlooker in onlookers:
        viewer = onlooker.viewer
        may = {
            row.id for row in rows.values() if actions.may_view(viewer, row, types[row.agency_id], part_of(viewer, row))
        }
        assert ids(actions.visible_to(viewer)) == may, onlooker.name


def test_who_sees_each_action(everything, onlookers, world, part_of):
    rows, types = everything
    expected_of = {
        "a.gp": OWNERS | BOARD | {"sector_lead"},
        "a.social_care": {"social_care.lead"} | BOARD,
        "a.strategy_gp": IN_MEETING | {"both"},
        "a.strategy_police": IN_MEETING | {"both"},
    }
    for key, expected in expected_of.items():
        row = rows[world.actions[key]]
        may = who(onlookers, lambda v, r=row: actions.may_view(v, r, types[r.agency_id], part_of(v, r)))
        assert may == expected, key


def test_the_board_never_sees_nor_counts_what_a_meeting_asked_for(everything, onlookers, ids):
    rows, _ = everything
    of_meetings = {row.id for row in rows.values() if row.source is ActionSource.MEETING}
    board = [one for one in onlookers if one.viewer.role in actions.BOARDS_WORLD | {Role.ADMINISTRATOR}]
    assert len(board) == 10
    for onlooker in board:
        assert ids(actions.visible_to(onlooker.viewer)).isdisjoint(of_meetings), onlooker.name


def test_an_owner_in_another_team_sees_their_action_while_their_agency_has_a_part(world, ids):
    """The meeting is the west team's; its action is owned by somebody of the east team."""
    number, owner = world.actions["a.strategy_gp"], world.person("a.social_care.east")
    viewer = viewer_of(owner)
    assert number not in ids(actions.visible_to(viewer))
    change(
        Action,
        number,
        agency_id=world.agencies["a.social_care"],
        owner_membership_id=owner.hat.membership_id,
    )
    assert number in ids(actions.visible_to(viewer))
    invitation = world.meeting("a.strategy").invitations["social_care"].id
    change(Invitation, invitation, answer=Answer.NOT_OURS)
    assert number not in ids(actions.visible_to(viewer))
    change(Invitation, invitation, answer=None)
    change(Meeting, world.meeting("a.strategy").id, named_people_only=True)
    assert number not in ids(actions.visible_to(viewer))


def test_a_list_of_an_agency_holds_its_own_alone(world, ids, everything):
    rows, _ = everything
    viewer = viewer_of(world.person("a.gp.lead"))
    listed = ids(actions.visible_to(viewer).where(actions.listed_where(viewer)))
    assert {rows[number].agency_id for number in listed} == {world.agencies["a.gp"]}
    assert listed < ids(actions.visible_to(viewer))


def test_who_reads_what_is_said_about_it(everything, onlookers, world):
    rows, types = everything
    row = rows[world.actions["a.gp"]]
    may = who(
        onlookers,
        lambda viewer: actions.may_view(viewer, row, types[row.agency_id]) and actions.may_read_history(viewer, row),
    )
    assert may == OWNERS | {"business_manager", "scrutineer"}


def test_who_reads_what_is_said_about_a_meetings_action(everything, onlookers, world, part_of):
    rows, types = everything
    row = rows[world.actions["a.strategy_gp"]]
    may = who(
        onlookers,
        lambda viewer: (
            actions.may_view(viewer, row, types[row.agency_id], part_of(viewer, row))
            and actions.may_read_history(viewer, row)
        ),
    )
    assert may == OWNERS | {"chair", "manager", "coordinator"}


def test_who_checks_a_meetings_action(everything, onlookers, world, part_of, ids):
    rows, _ = everything
    row = rows[world.actions["a.strategy_police"]]
    assert who(onlookers, lambda viewer: actions.may_check(viewer, row, part_of(viewer, row))) == {"chair"}
    chair = viewer_of(world.person("a.chair"))
    assert ids(select(Action).where(actions.checkable_where(chair))) == {row.id}
    # Another chair checks nothing of it, though they should see the meeting.
    second = viewer_of(world.person("a.second_chair"))
    assert not actions.may_check(second, row, actions.MeetingPart(True, False, chair.membership_id))
    west = viewer_of(world.person("a.social_care.west"))
    team_manager = replace(west, hat=replace(west.hat, post=Post.TEAM_MANAGER))
    assert actions.may_check(team_manager, row, part_of(team_manager, row))
    assert ids(select(Action).where(actions.checkable_where(team_manager))) == {row.id}
    # Of another team's meeting they check nothing.
    east = viewer_of(world.person("a.social_care.east"))
    elsewhere = replace(east, hat=replace(east.hat, post=Post.TEAM_MANAGER))
    assert not actions.may_check(elsewhere, row, part_of(elsewhere, row))
    assert ids(select(Action).where(actions.checkable_where(elsewhere))) == set()
    row.done_by_id = world.person("a.chair").user_id
    assert who(onlookers, lambda viewer: actions.may_check(viewer, row, part_of(viewer, row))) == set()


def test_who_adds_to_a_meeting_and_keeps_what_stands_before_it(onlookers, world, database):
    rows = {row.id: row for row in db.session.scalars(select(Meeting))}

    def may(rule, key):
        return who(onlookers, lambda viewer: rule(viewer, rows[world.meeting(f"a.{key}").id]))

    assert may(actions.may_add_to_meeting, "strategy") == {"chair", "coordinator"}
    assert may(actions.may_add_to_meeting, "review") == set()
    assert may(actions.may_record, "review") == {"second_chair", "coordinator"}
    assert may(actions.may_record, "cancelled") == set()


def test_what_stands_before_a_conference_is_for_its_keepers(onlookers, world, ids):
    """A panel about the same family, which the conference's chair did not chair."""
    panel, conference = world.meeting("a.strategy").id, world.meeting("a.review").id
    change(Meeting, panel, case_id=world.cases["a.2"])
    row = db.session.get_one(Meeting, conference)
    both = {world.actions["a.strategy_gp"], world.actions["a.strategy_police"]}
    for onlooker in onlookers:
        keeps = onlooker.person.key in {"a.second_chair", "a.coordinator"}
        assert ids(actions.standing_before(onlooker.viewer, row)) == (both if keeps else set()), onlooker.name
    change(Meeting, panel, named_people_only=True)
    chair = viewer_of(world.person("a.second_chair"))
    assert ids(actions.standing_before(chair, db.session.get_one(Meeting, conference))) == set()


def test_who_takes_which_step(everything, onlookers, world):
    rows, _ = everything
    gp, done = rows[world.actions["a.gp"]], rows[world.actions["a.social_care"]]
    assert who(onlookers, lambda viewer: actions.may_work_on(viewer, gp)) == OWNERS
    assert who(onlookers, lambda viewer: actions.may_work_on(viewer, done)) == set()
    assert who(onlookers, lambda viewer: actions.may_check(viewer, gp)) == set()
    assert who(onlookers, lambda viewer: actions.may_check(viewer, done)) == {"business_manager"}
    done.done_by_id = world.person("a.business_manager").user_id
    assert who(onlookers, lambda viewer: actions.may_check(viewer, done)) == set()
    gp.status = ActionStatus.CLOSED
    assert who(onlookers, lambda viewer: actions.may_work_on(viewer, gp)) == set()


def test_who_adds_to_which_return(onlookers, world, database):
    rows = {row.id: row for row in db.session.scalars(select(AuditReturn))}

    def may(place, *, given=False, on_panel=False):
        row = rows[world.returns[place].id]
        return who(onlookers, lambda viewer: actions.may_add(viewer, row, given=given, on_panel=on_panel))

    assert may("a.gp") == {"gp.lead"}
    assert may("a.gp", given=True) == OWNERS
    assert may("a.gp", on_panel=True) == {"gp.lead"}
    assert may("a.social_care") == {"social_care.lead", "business_manager"}
    assert may("a.social_care", given=True) == {"social_care.lead", "business_manager"}
    assert may("a.school", on_panel=True) == {"school.lead", "sector_lead"} | BOARD


def test_a_command_sees_one_partnerships(everything, world, ids):
    rows, _ = everything
    own = {row.id for row in rows.values() if row.partnership_id == world.partnerships["b"]}
    assert ids(actions.visible_to(Viewer.of_system("tests", NOW, world.partnerships["b"]))) == own
    assert ids(actions.visible_to(Viewer.of_system("tests", NOW))) == set()
    assert ids(actions.visible_to(Viewer.nobody(NOW))) == set()
