"""Which meetings and invitations each role sees, and what it may do to them, by query and row by row."""

from __future__ import annotations

import pytest

from portal.access import meetings
from portal.access.viewer import Hat, Viewer
from portal.database.session import db, writing
from portal.domain.vocabulary import Attendance, MeetingStatus, Role
from portal.models.meetings import Invitation, Meeting
from tests.access.conftest import who
from tests.world import NOW, viewer_of


def test_a_meeting_is_listed_exactly_where_it_may_be_viewed(rows, onlookers, ids, world):
    for onlooker in onlookers:
        viewer = onlooker.viewer
        may = {row.id for row in rows.meetings.values() if meetings.may_view(viewer, row, rows.own(viewer, row))}
        assert ids(meetings.visible_to(viewer)) == may, onlooker.name


def test_each_person_sees_the_meetings_that_the_world_says(onlookers, ids, world):
    for onlooker in onlookers:
        expected = {
            place.id
            for key, place in world.meetings.items()
            if onlooker.person.key in place.seen_by and world.partnerships[key[0]] == onlooker.viewer.partnership_id
        }
        assert ids(meetings.visible_to(onlooker.viewer)) == expected, onlooker.name


def test_an_invitation_is_listed_exactly_where_it_may_be_viewed(rows, onlookers, ids):
    for onlooker in onlookers:
        viewer = onlooker.viewer
        may = {
            row.id
            for row in rows.invitations.values()
            if meetings.may_view_invitation(viewer, row, rows.meetings[row.meeting_id])
        }
        assert ids(meetings.invitations_visible_to(viewer)) == may, onlooker.name


def test_no_invitation_may_be_viewed_through_another_meeting(rows, onlookers):
    """A row that is asked about together with a meeting that is not its own is refused, whoever asks."""
    for onlooker in onlookers:
        for invitation in rows.invitations.values():
            for meeting in rows.meetings.values():
                if meeting.id != invitation.meeting_id:
                    assert not meetings.may_view_invitation(onlooker.viewer, invitation, meeting), onlooker.name


def test_agencies_open_their_own_invitations_and_keepers_all_of_their_meetings(world, onlookers, ids):
    own_sees = {}
    for onlooker in onlookers:
        own_sees[onlooker.person.key, onlooker.viewer.partnership_id] = ids(
            meetings.invitations_visible_to(onlooker.viewer)
        )
    for letter in "ab":
        home = world.partnerships[letter]
        initial, review = world.meeting(f"{letter}.initial"), world.meeting(f"{letter}.review")
        assert initial.invitations["gp"].id in own_sees[f"{letter}.gp.lead", home]
        assert initial.invitations["gp"].id not in own_sees[f"{letter}.police.lead", home]
        assert initial.invitations["other_gp"].id not in own_sees[f"{letter}.other_gp.lead", home]  # not relevant
        assert review.invitations["gp"].id not in own_sees[f"{letter}.gp.lead", home]  # said: not ours
        everything = {invited.id for invited in initial.invitations.values()}
        for keeper in ("chair", "manager", "coordinator"):
            assert everything <= own_sees[f"{letter}.{keeper}", home]
        assert everything.isdisjoint(own_sees[f"{letter}.second_chair", home])


def test_nobody_and_the_system_without_a_partnership_see_nothing(database, ids):
    for viewer in (Viewer.nobody(NOW), Viewer.of_system("tests", NOW)):
        assert ids(meetings.visible_to(viewer)) == set()
        assert ids(meetings.invitations_visible_to(viewer)) == set()


def test_a_command_sees_one_partnership_whole(database, world, rows, ids):
    viewer = Viewer.of_system("tests", NOW, world.partnerships["a"])
    own = {row.id for row in rows.meetings.values() if row.partnership_id == world.partnerships["a"]}
    assert ids(meetings.visible_to(viewer)) == own
    assert {row.id for row in rows.meetings.values() if meetings.may_view(viewer, row, None)} == own
    assert ids(meetings.invitations_visible_to(viewer)) == {
        row.id for row in rows.invitations.values() if row.meeting_id in own
    }


def test_an_agency_lead_without_an_agency_sees_nothing(database, world, ids):
    """No such membership can be stored; should one ever be, "no agency" must not match "no agency"."""
    viewer = viewer_of(world.person("a.chair"))
    hat = Hat(viewer.membership_id, viewer.partnership_id, "A", Role.AGENCY_LEAD)
    stray = Viewer(now=NOW, user_id=viewer.user_id, hat=hat)
    assert ids(meetings.visible_to(stray)) == set()
    assert ids(meetings.invitations_visible_to(stray)) == set()


# verb -> meeting.agency -> who of partnership A may. Nobody of partnership B ever may, nor whoever is not named.
ANSWER = {
    "initial.social_care": {"social_care.lead", "social_care.practitioner"},
    "initial.police": {"police.lead", "police.practitioner", "both"},
    "initial.gp": {"gp.lead", "gp.practitioner"},
    "initial.other_gp": set(),
    "review.social_care": {"social_care.lead", "social_care.east"},
    "review.gp": set(),
    "review.school": {"school.lead", "school.practitioner"},
    "strategy.police": set(),
    "cancelled.police": set(),
}
DECLARE = {
    "initial.police": {"police.lead", "police.practitioner", "both"},
    "initial.other_gp": set(),
    "review.police": set(),
    "strategy.police": set(),
    "cancelled.police": set(),
}
TO_TEAM = {
    "initial.social_care": {"social_care.lead"},
    "initial.police": {"police.lead"},
    "review.social_care": {"social_care.lead"},
    "review.gp": set(),
}
KEEP = {
    "initial": {"chair", "coordinator"},
    "review": set(),
    "strategy": set(),
    "core_group": set(),
    "cancelled": set(),
}
EXPECT = {
    "initial": {"coordinator"},
    "review": {"coordinator"},
    "core_group": {"coordinator"},
    "strategy": set(),
    "past_initial": set(),
}


@pytest.mark.parametrize(
    ("verb", "table"),
    [(meetings.may_answer, ANSWER), (meetings.may_declare, DECLARE)],
    ids=["answer", "declare"],
)
def test_an_agency_speaks_for_itself_alone(verb, table, rows, onlookers, world):
    for place, allowed in table.items():
        meeting, _, agency = place.partition(".")
        invitation = rows.invitations[world.meeting(f"a.{meeting}").invitations[agency].id]
        row = rows.meetings[invitation.meeting_id]
        assert who(onlookers, lambda viewer, i=invitation, m=row: verb(viewer, i, m)) == allowed, place


def test_a_lead_gives_its_agencys_meetings_to_teams(rows, onlookers, world):
    for place, allowed in TO_TEAM.items():
        meeting, _, agency = place.partition(".")
        invitation = rows.invitations[world.meeting(f"a.{meeting}").invitations[agency].id]
        assert who(onlookers, lambda viewer, i=invitation: meetings.may_give_to_team(viewer, i)) == allowed, place


@pytest.mark.parametrize(
    ("verb", "table"),
    [(meetings.may_keep_register, KEEP), (meetings.may_set_expectation, EXPECT)],
    ids=["keep the register", "set expectations"],
)
def test_a_meetings_keepers_keep_it(verb, table, rows, onlookers, world):
    for key, allowed in table.items():
        meeting = rows.meetings[world.meeting(f"a.{key}").id]
        assert who(onlookers, lambda viewer, m=meeting: verb(viewer, m)) == allowed, key


def test_answers_end_with_the_meeting(rows, world):
    place = world.meeting("a.initial")
    invitation, meeting = rows.invitations[place.invitations["police"].id], rows.meetings[place.id]
    viewer = viewer_of(world.person("a.police.lead"))
    assert meetings.may_answer(viewer, invitation, meeting)
    meeting.register_closed_at = NOW
    assert not meetings.may_answer(viewer, invitation, meeting)
    meeting.register_closed_at = None
    for status in set(MeetingStatus) - {MeetingStatus.SCHEDULED}:
        meeting.status = status
        assert not meetings.may_answer(viewer, invitation, meeting)


def test_attendance_is_declared_until_the_chair_has_confirmed_it(rows, world):
    place = world.meeting("a.initial")
    invitation, meeting = rows.invitations[place.invitations["police"].id], rows.meetings[place.id]
    viewer = viewer_of(world.person("a.police.lead"))
    assert meetings.may_declare(viewer, invitation, meeting)
    invitation.confirmed_attendance = Attendance.VIDEO
    assert not meetings.may_declare(viewer, invitation, meeting)


def test_a_closed_register_is_kept_by_nobody(rows, world):
    meeting = rows.meetings[world.meeting("a.initial").id]
    chair, coordinator = (viewer_of(world.person(f"a.{name}")) for name in ("chair", "coordinator"))
    assert meetings.may_keep_register(chair, meeting)
    assert meetings.may_keep_register(coordinator, meeting)
    meeting.register_closed_at = NOW
    assert not meetings.may_keep_register(chair, meeting)
    assert not meetings.may_set_expectation(coordinator, meeting)


def test_an_agency_that_becomes_not_relevant_loses_the_meeting_at_once(database, world, ids):
    viewer = viewer_of(world.person("a.school.lead"))
    place = world.meeting("a.core_group")
    assert place.id in ids(meetings.visible_to(viewer))
    with writing() as session:
        row = session.get(Invitation, place.invitations["school"].id)
        row.expectation = "not_relevant"
    assert place.id not in ids(meetings.visible_to(viewer))


def test_a_chair_loses_a_meeting_with_its_chair(database, world, ids):
    viewer = viewer_of(world.person("a.chair"))
    place = world.meeting("a.initial")
    with writing() as session:
        session.get(Meeting, place.id).chair_membership_id = world.person("a.second_chair").hat.membership_id
    assert place.id not in ids(meetings.visible_to(viewer))
    assert db.session.get(Meeting, place.id) is not None
