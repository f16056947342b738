"""Every way in which somebody might become more than they are, and that it is shut."""

from __future__ import annotations

import pytest

from portal.access.viewer import Viewer
from portal.domain.errors import Invalid, NotPermitted, NotVisible
from portal.domain.vocabulary import AGENCY_ROLES, Post, Role
from portal.models.people import Membership
from portal.services import people, people_list, ways_back
from portal.services.positions import Position
from tests.services.people_steps import (
    NEW,
    PRACTITIONER,
    user_of,
    works,
)
from tests.services.rows import stored
from tests.world import NOW


@pytest.fixture
def foreign_administrator(world, viewer_of) -> Viewer:
    """B's administrator."""
    return viewer_of(world.person("b.administrator"))


class TestEscalation:
    """Ways by which somebody might become more than they are."""

    @pytest.mark.parametrize("role", sorted(set(Role) - AGENCY_ROLES))
    def test_a_lead_gives_no_role_beyond_the_agency(self, lead, role):
        with pytest.raises(NotPermitted):
            people.add_person(lead, **NEW, role=role, agency_id=lead.agency_id)

    @pytest.mark.parametrize("agency", ["a.police", "a.other_gp", "b.gp", "b.police"])
    def test_a_lead_gives_no_role_in_another_agency(self, lead, world, agency):
        with pytest.raises(NotPermitted):
            people.add_person(lead, **NEW, role=Role.PRACTITIONER, agency_id=world.agencies[agency])

    def test_a_lead_gives_no_agency_role_without_an_agency(self, lead):
        with pytest.raises(NotPermitted):
            people.add_person(lead, **NEW, role=Role.PRACTITIONER)

    def test_an_administrator_gives_no_role_in_an_agency_of_another_partnership(self, administrator, world):
        with pytest.raises(NotVisible):
            people.add_person(administrator, **NEW, role=Role.PRACTITIONER, agency_id=world.agencies["b.gp"])
        with pytest.raises(NotVisible):
            people.add_person(administrator, **NEW, role=Role.CHAIR, agency_id=world.agencies["b.gp"])

    def test_an_agency_role_needs_an_agency(self, administrator):
        with pytest.raises(Invalid) as refused:
            people.add_person(administrator, **NEW, role=Role.AGENCY_LEAD)
        assert set(refused.value.errors) == {"agency_id"}

    @pytest.mark.parametrize("key", ["a.gp.practitioner", "a.chair", "a.coordinator", "a.business_manager", "a.board"])
    def test_who_looks_after_nobody_gives_nothing(self, viewer_of, world, key):
        viewer = viewer_of(world.person(key))
        with pytest.raises(NotPermitted):
            people.add_person(viewer, **NEW, role=Role.PRACTITIONER, agency_id=world.agencies["a.gp"])
        for change in (
            lambda row: people.change_membership(viewer, row, PRACTITIONER, version=1),
            lambda row: people.end_membership(viewer, row),
            lambda row: ways_back.reissue_password_link(viewer, row),
            lambda row: ways_back.reset_authenticator(viewer, row),
        ):
            with pytest.raises(NotVisible):
                change(world.person("a.gp.practitioner").hat.membership_id)

    def test_nobody_gives_a_role_to_themselves(self, administrator, lead, world):
        with pytest.raises(NotPermitted):
            people.add_person(administrator, email=administrator.email, name="x", role=Role.CHAIR)
        with pytest.raises(NotPermitted):
            people.add_person(
                lead, email=lead.email.upper(), name="x", role=Role.PRACTITIONER, agency_id=lead.agency_id
            )

    def test_nobody_changes_ends_or_reissues_their_own(self, administrator, lead):
        for viewer in (administrator, lead):
            own = viewer.membership_id
            with pytest.raises(NotPermitted):
                people.change_membership(viewer, own, Position(Role.PRACTITIONER), version=1)
            with pytest.raises(NotPermitted):
                people.end_membership(viewer, own)
            with pytest.raises(NotPermitted):
                ways_back.reissue_password_link(viewer, own)
            with pytest.raises(NotPermitted):
                ways_back.reset_authenticator(viewer, own)
            assert stored(Membership, own).ended_at is None

    def test_a_lead_makes_nobody_of_the_agency_more_than_a_lead(self, lead, world):
        row = stored(Membership, world.person("a.gp.practitioner").hat.membership_id)
        for role in set(Role) - AGENCY_ROLES:
            with pytest.raises(NotPermitted):
                people.change_membership(lead, row.id, Position(role), version=row.version)
        assert people.change_membership(lead, row.id, Position(Role.AGENCY_LEAD), version=row.version)

    @pytest.mark.parametrize(
        "key", ["a.other_gp.practitioner", "a.chair", "a.administrator", "b.gp.practitioner", "both"]
    )
    def test_a_lead_reaches_nobody_elsewhere(self, lead, world, key):
        row = world.person(key).hat.membership_id
        for act in (
            lambda: people.change_membership(lead, row, PRACTITIONER, version=1),
            lambda: people.end_membership(lead, row),
            lambda: ways_back.reissue_password_link(lead, row),
            lambda: ways_back.reset_authenticator(lead, row),
            lambda: people.find_membership(lead, row),
            lambda: people_list.find_person(lead, row),
        ):
            with pytest.raises(NotVisible):
                act()

    def test_an_administrator_reaches_nobody_of_another_partnership(self, administrator, world):
        for key in ("b.gp.practitioner", "b.administrator", "b.chair"):
            row = world.person(key).hat.membership_id
            for act in (
                lambda row=row: people.change_membership(administrator, row, PRACTITIONER, version=1),
                lambda row=row: people.end_membership(administrator, row),
                lambda row=row: ways_back.reissue_password_link(administrator, row),
                lambda row=row: ways_back.reset_authenticator(administrator, row),
            ):
                with pytest.raises(NotVisible):
                    act()

    def test_a_person_of_two_partnerships_is_let_in_anew_by_neither(self, administrator, foreign_administrator, world):
        both = world.person("both")
        for viewer, hat in zip((administrator, foreign_administrator), both.hats, strict=True):
            with pytest.raises(NotPermitted):
                ways_back.reissue_password_link(viewer, hat.membership_id)
            with pytest.raises(NotPermitted):
                ways_back.reset_authenticator(viewer, hat.membership_id)
        assert user_of(both.email).totp_secret == both.totp_secret

    def test_a_lead_does_not_take_over_a_chair_who_also_works_in_the_agency(self, lead, administrator, world):
        chair = world.person("a.chair")
        added = people.add_person(
            lead, email=chair.email, name="x", role=Role.PRACTITIONER, agency_id=world.agencies["a.gp"]
        )
        with pytest.raises(NotPermitted):
            ways_back.reissue_password_link(lead, added.membership.id)
        with pytest.raises(NotPermitted):
            ways_back.reset_authenticator(lead, added.membership.id)
        assert ways_back.reissue_password_link(administrator, added.membership.id)

    def test_a_lead_is_not_handed_the_link_of_a_chair_who_has_not_joined_yet(self, lead, administrator):
        invited = people.add_person(administrator, **NEW, role=Role.CHAIR)
        added = people.add_person(lead, **NEW, role=Role.PRACTITIONER, agency_id=lead.agency_id)
        assert added.joining_token is None
        assert added.needs_other
        assert not works(invited.joining_token)
        assert works(ways_back.reissue_password_link(administrator, added.membership.id))

    def test_a_link_ends_when_its_owner_becomes_more(self, lead, administrator):
        added = people.add_person(lead, **NEW, role=Role.PRACTITIONER, agency_id=lead.agency_id)
        assert works(added.joining_token)
        row = stored(Membership, added.membership.id)
        people.change_membership(administrator, row.id, Position(Role.CHAIR), version=row.version)
        assert not works(added.joining_token)

    def test_a_new_password_link_ends_when_its_owner_gets_another_role(self, lead, administrator, world):
        gp = world.person("a.gp.practitioner")
        token = ways_back.reissue_password_link(lead, gp.hat.membership_id)
        assert works(token)
        people.add_person(administrator, email=gp.email, name="x", role=Role.CHAIR)
        assert not works(token)

    def test_a_link_goes_on_when_only_the_post_changes(self, lead):
        added = people.add_person(lead, **NEW, role=Role.PRACTITIONER, agency_id=lead.agency_id)
        row = stored(Membership, added.membership.id)
        people.change_membership(lead, row.id, Position(Role.PRACTITIONER, Post.NAMED_GP), version=row.version)
        assert works(added.joining_token)

    def test_a_viewer_without_a_hat_gives_nothing(self, world):
        nobody = Viewer(now=NOW, user_id=world.person("a.administrator").user_id)
        with pytest.raises(NotPermitted):
            people.add_person(nobody, **NEW, role=Role.CHAIR)
        with pytest.raises(NotPermitted):
            people.add_person(Viewer.of_system("tests", NOW), **NEW, role=Role.CHAIR)

    def test_only_whoever_runs_the_portal_reissues_by_address(self, administrator, world):
        with pytest.raises(NotPermitted):
            ways_back.reissue_by_operator(administrator, world.person("a.gp.practitioner").email)
