"""Who sees which people, and who gives, changes and ends what they may do."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.access import people
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.vocabulary import AGENCY_ROLES, Role
from portal.models.people import Membership
from tests.access.conftest import who
from tests.world import NOW, viewer_of


@pytest.fixture
def memberships(database) -> dict[int, Membership]:
    """Every membership there is, ended ones too."""
    return {row.id: row for row in db.session.scalars(select(Membership))}


@pytest.fixture
def of(memberships, world):
    """Somebody's only (or first) membership."""
    return lambda key: memberships[world.person(key).hat.membership_id]


def test_a_person_is_listed_exactly_where_they_may_be_viewed(memberships, onlookers, ids):
    for onlooker in onlookers:
        may = {row.id for row in memberships.values() if people.may_view(onlooker.viewer, row)}
        assert ids(people.visible_to(onlooker.viewer)) == may, onlooker.name


def test_leads_see_their_own_agency_and_administrators_their_partnership(onlookers, of):
    table = {
        "a.gp.practitioner": {"gp.lead", "administrator"},
        "a.gp.former": {"gp.lead", "administrator"},
        "a.police.practitioner": {"police.lead", "administrator"},
        "both": {"police.lead", "administrator"},
        "a.chair": {"administrator"},
        "a.administrator": {"administrator"},
    }
    for key, allowed in table.items():
        row = of(key)
        assert who(onlookers, lambda viewer, m=row: people.may_view(viewer, m)) == allowed, key


def test_nobody_changes_their_own_role(memberships, onlookers):
    for onlooker in onlookers:
        for row in memberships.values():
            if row.user_id == onlooker.viewer.user_id:
                assert not people.may_manage(onlooker.viewer, row), onlooker.name
        assert not people.may_give_to(onlooker.viewer, onlooker.viewer.user_id)


def test_who_changes_a_membership(onlookers, of):
    table = {
        "a.gp.practitioner": {"gp.lead", "administrator"},
        "a.gp.lead": {"administrator"},
        "a.gp.former": set(),  # ended: nothing left to change
        "a.chair": {"administrator"},
        "a.administrator": set(),
        "b.gp.practitioner": {"b.gp.lead (for B)", "b.administrator (for B)"},
    }
    for key, allowed in table.items():
        row = of(key)
        assert who(onlookers, lambda viewer, m=row: people.may_manage(viewer, m)) == allowed, key


def test_a_new_password_is_handed_out_only_by_whoever_reaches_all_that_it_opens(onlookers, memberships, world, of):
    both = [memberships[hat.membership_id] for hat in world.person("both").hats]
    table = [
        ([of("a.gp.practitioner")], {"gp.lead", "administrator"}),
        ([of("a.gp.practitioner"), of("a.chair")], {"administrator"}),
        (both, set()),
        # An ended membership opens nothing any more, and so asks nothing.
        ([of("a.gp.practitioner"), of("a.gp.former")], {"gp.lead", "administrator"}),
        ([of("a.gp.former")], set()),
        ([], set()),
    ]
    for held, allowed in table:
        assert who(onlookers, lambda viewer, h=held: people.may_reissue(viewer, h)) == allowed
        assert who(onlookers, lambda viewer, h=held: people.may_hand_link(viewer, h)) == allowed


def test_whoever_runs_the_portal_may_hand_out_the_first_link(of):
    assert people.may_hand_link(Viewer.of_system("tests", NOW), [of("a.administrator")])


def test_leads_give_the_roles_of_their_agency_and_administrators_all(onlookers, world):
    gp, police = world.agencies["a.gp"], world.agencies["a.police"]
    everywhere = {"administrator", "b.administrator (for B)"}
    for role in AGENCY_ROLES:
        assert who(onlookers, lambda viewer, r=role: people.may_give(viewer, r, gp)) == everywhere | {"gp.lead"}
        assert who(onlookers, lambda viewer, r=role: people.may_give(viewer, r, None)) == everywhere
        assert "gp.lead" not in who(onlookers, lambda viewer, r=role: people.may_give(viewer, r, police))
    for role in set(Role) - AGENCY_ROLES:
        assert who(onlookers, lambda viewer, r=role: people.may_give(viewer, r, gp)) == everywhere
    assert people.roles_to_give(viewer_of(world.person("a.gp.lead"))) == (
        Role.PRACTITIONER,
        Role.AGENCY_LEAD,
        Role.SIGNATORY,
    )
    assert people.roles_to_give(viewer_of(world.person("a.administrator"))) == tuple(Role)
    assert people.roles_to_give(viewer_of(world.person("a.gp.practitioner"))) == ()


def test_somebody_else_may_be_given_a_role_by_a_person_or_by_a_command(world):
    lead, colleague = world.person("a.gp.lead"), world.person("a.gp.practitioner")
    assert people.may_give_to(viewer_of(lead), colleague.user_id)
    assert people.may_give_to(Viewer.of_system("tests", NOW), colleague.user_id)


def test_nobody_sees_no_person(database, ids, of):
    for viewer in (Viewer.nobody(NOW), Viewer.of_system("tests", NOW)):
        assert ids(people.visible_to(viewer)) == set()
        assert not people.may_manage(viewer, of("a.gp.practitioner"))
