"""People and their roles: who gives what to whom, how a role changes, and what its end ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from portal.database.session import db, writing
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.domain.vocabulary import AgencyType, JoiningPurpose, Post, Role
from portal.models.people import JoiningLink, Membership, User
from portal.services import joining, people, ways_back
from portal.services.positions import Position, position_of
from tests.services.people_steps import (
    NEW,
    current_memberships,
    is_over,
    start_session,
    user_of,
    verbs,
    works,
)
from tests.services.racing import at_once
from tests.services.rows import stored
from tests.world import NOW


class TestAdding:
    """Giving somebody a role."""

    def test_somebody_new_gets_a_link_that_works_for_three_days(self, lead):
        added = people.add_person(lead, **NEW, role=Role.PRACTITIONER, agency_id=lead.agency_id, post=Post.NAMED_GP)
        assert added.is_new
        assert not added.needs_other
        link = joining.open_link(added.joining_token, NOW + timedelta(days=2, hours=23))
        assert (link.email, link.name, link.purpose) == (NEW["email"], NEW["name"], JoiningPurpose.JOIN)
        with pytest.raises(joining.LinkOver):
            joining.open_link(added.joining_token, NOW + timedelta(days=3, seconds=1))
        row = stored(Membership, added.membership.id)
        assert (row.role, row.post, row.agency_id, row.ended_at) == (
            Role.PRACTITIONER,
            Post.NAMED_GP,
            lead.agency_id,
            None,
        )

    def test_it_stands_in_the_trail_by_ids(self, lead):
        added = people.add_person(lead, **NEW, role=Role.PRACTITIONER, agency_id=lead.agency_id)
        assert verbs(subject_id=added.membership.user_id, subject="person") == ["person.added", "joining_link.made"]
        assert verbs(subject_id=added.membership.id, subject="membership") == ["membership.added"]

    def test_the_address_is_one_however_it_is_typed(self, lead, administrator):
        first = people.add_person(lead, **NEW, role=Role.PRACTITIONER, agency_id=lead.agency_id)
        again = people.add_person(administrator, email="  Sam.PATEL@Example.org ", name="Somebody", role=Role.CHAIR)
        assert again.membership.user_id == first.membership.user_id
        assert user_of(NEW["email"]).name == NEW["name"]

    @pytest.mark.parametrize(
        "email", ["", "sam", "sam@", "sam@x", "a b@example.org", "sam@exаmple.org", "x" * 250 + "@a.uk"]
    )
    def test_what_is_no_address_is_refused(self, lead, email):
        with pytest.raises(Invalid) as refused:
            people.add_person(lead, email=email, name="Sam", role=Role.PRACTITIONER, agency_id=lead.agency_id)
        assert set(refused.value.errors) == {"email"}

    @pytest.mark.parametrize("name", ["", "   ", "x" * 121, "Sam\x00Patel"])
    def test_what_is_no_name_is_refused(self, lead, name):
        with pytest.raises(Invalid) as refused:
            people.add_person(lead, email="s@example.org", name=name, role=Role.PRACTITIONER, agency_id=lead.agency_id)
        assert set(refused.value.errors) == {"name"}

    def test_somebody_with_a_password_gets_the_role_and_no_link(self, administrator, world):
        police = world.person("b.police.practitioner")
        added = people.add_person(
            administrator,
            email=police.email,
            name="Another Name",
            role=Role.PRACTITIONER,
            agency_id=world.agencies["a.police"],
        )
        assert (added.joining_token, added.is_new, added.needs_other) == (None, False, False)
        assert user_of(police.email).name == police.name
        assert db.session.scalar(select(func.count()).select_from(JoiningLink)) == 0

    def test_the_same_role_twice_is_refused(self, lead, world):
        gp = world.person("a.gp.practitioner")
        with pytest.raises(Invalid) as refused:
            people.add_person(lead, email=gp.email, name="x", role=Role.PRACTITIONER, agency_id=lead.agency_id)
        assert set(refused.value.errors) == {"email"}
        again = people.add_person(lead, email=gp.email, name="x", role=Role.AGENCY_LEAD, agency_id=lead.agency_id)
        assert again.membership.user_id == gp.user_id

    def test_a_role_that_has_ended_can_be_given_again_and_lets_the_person_in(self, administrator, world):
        former = world.person("a.gp.former")
        with writing() as session:
            session.execute(update(User).where(User.id == former.user_id).values(deactivated_at=NOW))
        people.add_person(
            administrator,
            email=former.email,
            name="x",
            role=Role.PRACTITIONER,
            agency_id=world.agencies["a.gp"],
        )
        assert user_of(former.email).deactivated_at is None
        assert "person.reactivated" in verbs(subject_id=former.user_id, subject="person")

    def test_teams_and_sectors_are_only_kept_for_roles_that_have_them(self, administrator, world):
        added = people.add_person(
            administrator,
            **NEW,
            role=Role.CHAIR,
            agency_id=world.agencies["a.social_care"],
            team_id=world.teams["a.east"],
            sector=AgencyType.GP,
        )
        row = stored(Membership, added.membership.id)
        assert (row.team_id, row.sector) == (None, None)

    def test_a_sector_lead_has_a_sector(self, administrator):
        added = people.add_person(administrator, **NEW, role=Role.SECTOR_LEAD, sector=AgencyType.SCHOOL)
        assert stored(Membership, added.membership.id).sector is AgencyType.SCHOOL

    @pytest.mark.parametrize("team", ["a.east", "b.east"])
    def test_a_team_is_one_of_the_agencys_own(self, administrator, lead, world, team):
        for viewer in (administrator, lead):
            with pytest.raises(Invalid) as refused:
                people.add_person(
                    viewer,
                    **NEW,
                    role=Role.PRACTITIONER,
                    agency_id=world.agencies["a.gp"],
                    team_id=world.teams[team],
                )
            assert set(refused.value.errors) == {"team_id"}


class TestChanging:
    """Another role, post, team or sector."""

    def test_it_is_stored_logged_and_ends_their_sessions(self, administrator, world):
        person = world.person("a.social_care.practitioner")
        session_id = start_session(person.user_id)
        other = start_session(world.person("a.gp.lead").user_id)
        row = stored(Membership, person.hat.membership_id)
        wanted = Position(Role.PRACTITIONER, Post.TEAM_MANAGER, world.teams["a.west"])
        assert people.change_membership(administrator, row.id, wanted, version=row.version)
        assert position_of(stored(Membership, row.id)) == wanted
        assert is_over(session_id)
        assert not is_over(other)
        assert verbs(subject_id=row.id, subject="membership") == ["membership.changed"]

    def test_changing_nothing_is_nothing(self, administrator, world):
        person = world.person("a.gp.practitioner")
        session_id = start_session(person.user_id)
        row = stored(Membership, person.hat.membership_id)
        assert not people.change_membership(administrator, row.id, position_of(row), version=row.version)
        assert not is_over(session_id)
        assert verbs(subject_id=row.id, subject="membership") == []

    def test_the_later_of_two_is_told_what_the_earlier_chose(self, administrator, lead, world):
        row = stored(Membership, world.person("a.gp.practitioner").hat.membership_id)
        version = row.version
        people.change_membership(administrator, row.id, Position(Role.PRACTITIONER, Post.NAMED_GP), version=version)
        with pytest.raises(Conflict) as lost:
            people.change_membership(lead, row.id, Position(Role.AGENCY_LEAD), version=version)
        assert lost.value.mine == {"Role": "Agency lead", "Post": "", "Team": "", "Sector": ""}
        assert lost.value.theirs == {"Role": "Practitioner", "Post": "Named GP", "Team": "", "Sector": ""}
        assert stored(Membership, row.id).role is Role.PRACTITIONER

    def test_of_two_at_once_one_is_told(self, app, administrator, lead, world):
        row = world.person("a.gp.practitioner").hat.membership_id
        version = stored(Membership, row).version
        db.session.rollback()
        results = at_once(
            app,
            lambda: people.change_membership(
                administrator, row, Position(Role.PRACTITIONER, Post.HEAD), version=version
            ),
            lambda: people.change_membership(lead, row, Position(Role.PRACTITIONER, Post.NAMED_GP), version=version),
        )
        assert sorted(type(result) for result in results if result is not True) == [Conflict]
        assert verbs(subject_id=row, subject="membership") == ["membership.changed"]

    def test_a_role_that_the_person_has_already_is_refused(self, administrator, world):
        gp = world.person("a.gp.practitioner")
        people.add_person(
            administrator, email=gp.email, name="x", role=Role.AGENCY_LEAD, agency_id=world.agencies["a.gp"]
        )
        row = stored(Membership, gp.hat.membership_id)
        with pytest.raises(Invalid):
            people.change_membership(administrator, row.id, Position(Role.AGENCY_LEAD), version=row.version)

    def test_an_agency_role_is_not_given_to_somebody_without_an_agency(self, administrator, world):
        row = stored(Membership, world.person("a.chair").hat.membership_id)
        with pytest.raises(Invalid):
            people.change_membership(administrator, row.id, Position(Role.PRACTITIONER), version=row.version)

    def test_what_has_ended_is_not_changed(self, administrator, world):
        row = stored(Membership, world.person("a.gp.former").hat.membership_id)
        with pytest.raises(NotPermitted):
            people.change_membership(administrator, row.id, Position(Role.AGENCY_LEAD), version=row.version)


class TestEnding:
    """A role that is over."""

    def test_the_last_role_deactivates_the_person(self, lead, world):
        gp = world.person("a.gp.practitioner")
        session_id = start_session(gp.user_id)
        token = ways_back.reissue_password_link(lead, gp.hat.membership_id)
        assert people.end_membership(lead, gp.hat.membership_id)
        assert user_of(gp.email).deactivated_at == NOW
        assert stored(Membership, gp.hat.membership_id).ended_at == NOW
        assert is_over(session_id)
        assert not works(token)
        assert verbs(subject_id=gp.user_id, subject="person")[-1] == "person.deactivated"

    def test_a_link_of_somebody_who_left_stays_dead_when_they_come_back(self, lead, world):
        gp = world.person("a.gp.practitioner")
        token = ways_back.reissue_password_link(lead, gp.hat.membership_id)
        people.end_membership(lead, gp.hat.membership_id)
        people.add_person(lead, email=gp.email, name="x", role=Role.PRACTITIONER, agency_id=lead.agency_id)
        assert not works(token)

    def test_another_role_keeps_the_person(self, administrator, world):
        both = world.person("both")
        assert not people.end_membership(administrator, both.hats[0].membership_id)
        assert user_of(both.email).deactivated_at is None
        assert stored(Membership, both.hats[1].membership_id).ended_at is None

    def test_ending_twice_ends_once(self, lead, world):
        gp = world.person("a.gp.practitioner").hat.membership_id
        assert people.end_membership(lead, gp)
        later = replace(lead, now=NOW + timedelta(hours=1))
        assert not people.end_membership(later, gp)
        assert stored(Membership, gp).ended_at == NOW
        assert verbs(subject_id=gp, subject="membership") == ["membership.ended"]

    def test_somebody_who_is_given_a_role_while_their_last_one_ends_stays(self, app, administrator, lead, world):
        gp = world.person("a.gp.practitioner")
        db.session.rollback()
        at_once(
            app,
            lambda: people.end_membership(lead, gp.hat.membership_id),
            lambda: people.add_person(administrator, email=gp.email, name="x", role=Role.CHAIR),
        )
        user = user_of(gp.email)
        assert [row.role for row in current_memberships(user.id)] == [Role.CHAIR]
        assert user.deactivated_at is None
