"""Signatories: people who are invited to sign an agency's audit return, and for nothing else."""

from __future__ import annotations

import pytest

from portal.access.roles import CODE_ROLES
from portal.domain.errors import Invalid, NotPermitted
from portal.domain.vocabulary import Post, Role
from portal.models.people import Membership
from portal.services import agencies, people, people_list
from portal.services.home.page import home
from portal.services.invitations.asked import open_invitations
from portal.services.positions import Position
from tests.services.rows import stored

NEW = {"email": "sam.patel@example.org", "name": "Sam Patel", "role": Role.SIGNATORY}


@pytest.mark.parametrize("by", ["a.social_care.lead", "a.administrator"])
def test_a_lead_or_an_administrator_invites_one_with_a_post_and_without_a_team(world, viewer_of, by):
    added = people.add_person(
        viewer_of(world.person(by)),
        **NEW,
        agency_id=world.agencies["a.social_care"],
        post=Post.EXECUTIVE,
        team_id=world.teams["a.east"],
    )
    row = stored(Membership, added.membership.id)
    assert (row.role, row.post, row.team_id) == (Role.SIGNATORY, Post.EXECUTIVE, None)
    assert added.joining_token is not None
    assert Role.SIGNATORY not in CODE_ROLES


@pytest.mark.parametrize("post", [None, Post.LINE_MANAGER, Post.NAMED_GP])
def test_the_post_is_one_that_signs(lead, world, post):
    with pytest.raises(Invalid) as refused:
        people.add_person(lead, **NEW, agency_id=lead.agency_id, post=post)
    assert set(refused.value.errors) == {"post"}
    row = stored(Membership, world.person("a.gp.practitioner").hat.membership_id)
    with pytest.raises(Invalid):
        people.change_membership(lead, row.id, Position(Role.SIGNATORY, post), version=row.version)


def test_one_stands_for_an_agency_and_a_lead_for_their_own(lead, world, viewer_of):
    with pytest.raises(Invalid) as refused:
        people.add_person(viewer_of(world.person("a.administrator")), **NEW, post=Post.GOVERNOR)
    assert set(refused.value.errors) == {"agency_id"}
    with pytest.raises(NotPermitted):
        people.add_person(lead, **NEW, agency_id=world.agencies["a.school"], post=Post.GOVERNOR)


def test_one_answers_for_nobody(world, viewer_of):
    """An agency with one practitioner and a signatory hangs on one person all the same."""
    administrator, school = viewer_of(world.person("a.administrator")), world.agencies["a.school"]
    assert school not in [agency.id for agency in people_list.lone_agencies(administrator)]
    people.end_membership(administrator, world.person("a.school.practitioner").hat.membership_id)
    assert school in [agency.id for agency in people_list.lone_agencies(administrator)]
    assert agencies.find_agency(administrator, school).people == 1


@pytest.mark.parametrize("key", ["a.school.governor", "a.school.head", "a.police.executive", "b.school.governor"])
def test_one_sees_no_invitation_and_no_meeting_on_home(world, viewer_of, key):
    viewer = viewer_of(world.person(key))
    assert open_invitations(viewer) == []
    found = home(viewer)
    assert (found.coming, found.next, found.done) == ((), None, None)
    assert [task for task in found.tasks if task.meeting_id is not None] == []
