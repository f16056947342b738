"""Who reads of a family at a meeting, who keeps it, and who says which children an agency knows."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.access import families
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.models.families import ChildViews, FamilyAttendance, InvitationChild
from tests.access.conftest import who
from tests.world import NOW
from tests.world_families import KEPT_FROM_AGENCIES, SEEN

KEEPERS = {
    "initial": {"chair", "coordinator"},
    "review": {"second_chair", "coordinator"},
    "core_group": {"coordinator"},
    "cancelled": set(),
}


@pytest.fixture
def people(database) -> dict[int, FamilyAttendance]:
    """Everybody of any family, at any meeting."""
    return {row.id: row for row in db.session.scalars(select(FamilyAttendance))}


@pytest.fixture
def all_views(database) -> dict[int, ChildViews]:
    """All that children think."""
    return {row.id: row for row in db.session.scalars(select(ChildViews))}


@pytest.fixture
def said(database) -> dict[int, InvitationChild]:
    """All that agencies say of children."""
    return {row.id: row for row in db.session.scalars(select(InvitationChild))}


def test_somebody_is_read_of_exactly_where_they_may_be_viewed(people, rows, onlookers, ids):
    for onlooker in onlookers:
        viewer = onlooker.viewer
        may = {
            number
            for number, row in people.items()
            if families.may_view(
                viewer, row, rows.meetings[row.meeting_id], rows.own(viewer, rows.meetings[row.meeting_id])
            )
        }
        assert ids(families.visible_to(viewer)) == may, onlooker.name


def test_views_are_read_exactly_where_they_may_be_viewed(all_views, rows, onlookers, ids):
    for onlooker in onlookers:
        viewer = onlooker.viewer
        may = {
            number
            for number, row in all_views.items()
            if families.may_view_views(
                viewer, row, rows.meetings[row.meeting_id], rows.own(viewer, rows.meetings[row.meeting_id])
            )
        }
        assert ids(families.views_visible_to(viewer)) == may, onlooker.name


def test_what_is_said_of_children_is_read_exactly_where_it_may_be_viewed(said, rows, onlookers, ids):
    for onlooker in onlookers:
        viewer, may = onlooker.viewer, set()
        for number, row in said.items():
            invitation = rows.invitations[row.invitation_id]
            if families.may_view_said(viewer, row, invitation, rows.meetings[invitation.meeting_id]):
                may.add(number)
        assert ids(families.said_visible_to(viewer)) == may, onlooker.name


def test_of_a_meeting_for_named_people_those_who_are_not_read_nothing(people, all_views, said, rows, onlookers):
    for meeting in rows.meetings.values():
        meeting.named_people_only = True
    named = 0
    for onlooker in onlookers:
        viewer = onlooker.viewer
        for rule, every in ((families.may_view, people), (families.may_view_views, all_views)):
            for row in every.values():
                meeting = rows.meetings[row.meeting_id]
                named += rule(viewer, row, meeting, rows.own(viewer, meeting))
                assert not rule(viewer, row, meeting, rows.own(viewer, meeting), is_named=False), onlooker.name
        for row in said.values():
            invitation = rows.invitations[row.invitation_id]
            meeting = rows.meetings[invitation.meeting_id]
            named += families.may_view_said(viewer, row, invitation, meeting)
            assert not families.may_view_said(viewer, row, invitation, meeting, is_named=False), onlooker.name
    assert named > 0


def test_the_agencies_read_of_whom_nothing_is_kept_from_them(people, rows, onlookers, world):
    table = {
        "mother": SEEN["initial"] | {"both"},
        "father": KEPT_FROM_AGENCIES["initial"],
        "aunt": KEPT_FROM_AGENCIES["initial"],
        "uncle": KEPT_FROM_AGENCIES["initial"],
    }
    for key, allowed in table.items():
        row = people[world.attendees[f"a.initial.{key}"]]
        meeting = rows.meetings[row.meeting_id]
        found = who(onlookers, lambda viewer, r=row, m=meeting: families.may_view(viewer, r, m, rows.own(viewer, m)))
        assert found == allowed, key


def test_nothing_is_read_through_another_meeting(people, all_views, said, rows, onlookers):
    for onlooker in onlookers:
        viewer = onlooker.viewer
        for meeting in rows.meetings.values():
            own = rows.own(viewer, meeting)
            for row in people.values():
                assert meeting.id == row.meeting_id or not families.may_view(viewer, row, meeting, own)
            for row in all_views.values():
                assert meeting.id == row.meeting_id or not families.may_view_views(viewer, row, meeting, own)
            for row in said.values():
                for invitation in rows.invitations.values():
                    if invitation.id != row.invitation_id:
                        assert not families.may_view_said(viewer, row, invitation, meeting)


def test_chair_and_coordinator_keep_it_and_nobody_does_where_it_was_cancelled(rows, onlookers, world):
    for key, allowed in KEEPERS.items():
        meeting = rows.meetings[world.meeting(f"a.{key}").id]
        assert who(onlookers, lambda viewer, m=meeting: families.may_keep(viewer, m)) == allowed, key


def test_who_says_which_children_an_agency_knows(rows, onlookers, world):
    table = {
        "initial.police": {"police.lead", "police.practitioner", "both", "coordinator"},
        "initial.gp": {"gp.lead", "gp.practitioner", "coordinator"},
        "initial.other_gp": {"coordinator"},
        "past_initial.other_gp": {"other_gp.lead", "other_gp.practitioner"},
        "past_initial.school": set(),
        "cancelled.police": set(),
    }
    for key, allowed in table.items():
        meeting_key, _, agency = key.partition(".")
        place = world.meeting(f"a.{meeting_key}")
        invitation, meeting = rows.invitations[place.invitations[agency].id], rows.meetings[place.id]
        report = next((row for row in rows.reports.values() if row.invitation_id == invitation.id), None)
        may = who(onlookers, lambda viewer, i=invitation, m=meeting, r=report: families.may_say(viewer, i, m, r))
        assert may == allowed, key


def test_the_coordinator_deals_with_what_is_not_an_agencys_own(rows, onlookers, world):
    meeting = rows.meetings[world.meeting("a.initial").id]
    assert who(onlookers, lambda viewer: families.may_settle(viewer, meeting)) == {"coordinator"}


def test_nobody_reads_nothing_and_a_command_one_partnership_whole(people, all_views, said, world, ids):
    nobody = Viewer.nobody(NOW)
    system = Viewer.of_system("tests", NOW, world.partnerships["a"])
    for visible_to, table in (
        (families.visible_to, people),
        (families.views_visible_to, all_views),
        (families.said_visible_to, said),
    ):
        assert ids(visible_to(nobody)) == set()
        own = {number for number, row in table.items() if row.partnership_id == world.partnerships["a"]}
        assert own
        assert ids(visible_to(system)) == own
