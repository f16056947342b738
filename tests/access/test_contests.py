"""Who sees, raises, takes back and decides contests: by query and row by row."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.access import contests
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.vocabulary import Expectation
from portal.models.contests import Contest
from portal.models.meetings import Invitation, Meeting
from tests.access.conftest import who
from tests.access.who import AGENCIES, POLICE, SCHOOL, seen_by
from tests.services.rows import change
from tests.world import NOW


@pytest.fixture
def found(rows) -> dict[int, tuple[Contest, Invitation, Meeting]]:
    """Every contest with its invitation and meeting, whoever may see it."""
    listed = {}
    for contest in db.session.scalars(select(Contest)):
        invitation = rows.invitations[contest.invitation_id]
        listed[contest.id] = (contest, invitation, rows.meetings[invitation.meeting_id])
    return listed


def test_a_contest_is_listed_exactly_where_it_may_be_viewed(found, onlookers, ids):
    for onlooker in onlookers:
        viewer = onlooker.viewer
        may = {number for number, row in found.items() if contests.may_view(viewer, *row)}
        assert ids(contests.visible_to(viewer)) == may, onlooker.name
        assert may <= ids(contests.outcomes_visible_to(viewer)), onlooker.name


def test_the_agency_and_the_meetings_keepers_see_it(found, onlookers, world):
    table = {
        "a.strategy": SCHOOL | {"chair", "manager", "coordinator"},
        "a.past_initial": POLICE | {"both", "second_chair", "manager", "coordinator"},
    }
    for key, allowed in table.items():
        row = found[world.contests[key]]
        assert who(onlookers, lambda viewer, r=row: contests.may_view(viewer, *r)) == allowed, key


def test_no_contest_is_viewed_through_another_invitation(found, onlookers, rows):
    for onlooker in onlookers:
        for contest, _own, _meeting in found.values():
            for invitation in rows.invitations.values():
                if invitation.id != contest.invitation_id:
                    meeting = rows.meetings[invitation.meeting_id]
                    assert not contests.may_view(onlooker.viewer, contest, invitation, meeting)


def test_each_agency_contests_its_own_and_nobody_else_does(rows, onlookers, world):
    for key, seen in seen_by().items():
        place = world.meeting(f"a.{key}")
        for agency, invited in place.invitations.items():
            row = rows.invitations[invited.id], rows.meetings[place.id]
            own = {name for name in seen & AGENCIES if name.startswith(f"{agency}.")}
            allowed = own | ({"both"} if own & POLICE else set()) if key != "cancelled" else set()
            assert who(onlookers, lambda viewer, r=row: contests.may_contest(viewer, *r)) == allowed, (key, agency)


def test_who_takes_back_and_who_decides(found, onlookers, world):
    is_open, is_decided = found[world.contests["a.strategy"]], found[world.contests["a.past_initial"]]
    assert who(onlookers, lambda viewer: contests.may_withdraw(viewer, *is_open)) == SCHOOL
    assert who(onlookers, lambda viewer: contests.may_decide(viewer, *is_open)) == {"coordinator"}
    assert who(onlookers, lambda viewer: contests.may_withdraw(viewer, *is_decided)) == set()
    assert who(onlookers, lambda viewer: contests.may_decide(viewer, *is_decided)) == set()


def test_an_outcome_that_ended_their_sight_is_for_the_lead_and_whoever_raised_it(onlookers, ids, world):
    """The contest itself is not theirs to open any more, nor is anything of the meeting."""
    number = world.contests["a.strategy"]
    change(
        Invitation,
        world.meeting("a.strategy").invitations["school"].id,
        expectation=Expectation.NOT_RELEVANT,
    )
    keepers = {"chair", "manager", "coordinator"}
    assert who(onlookers, lambda viewer: number in ids(contests.visible_to(viewer))) == keepers
    assert who(onlookers, lambda viewer: number in ids(contests.outcomes_visible_to(viewer))) == {
        "school.lead",
        *keepers,
    }
    teacher = world.person("a.school.practitioner").hat.membership_id
    change(Contest, number, raised_by_membership_id=teacher)
    assert who(onlookers, lambda viewer: number in ids(contests.outcomes_visible_to(viewer))) == SCHOOL | keepers


def test_nobody_and_a_system_viewer(found, ids, world):
    assert ids(contests.visible_to(Viewer.nobody(NOW))) == set()
    assert ids(contests.outcomes_visible_to(Viewer.nobody(NOW))) == set()
    system = Viewer.of_system("tests", NOW, world.partnerships["b"])
    assert ids(contests.visible_to(system)) == {
        number for number, row in found.items() if row[0].partnership_id == world.partnerships["b"]
    }
