"""The lists of people: who is shown to whom, and what is said of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import update

from portal.access.viewer import Hat
from portal.database.session import writing
from portal.domain.vocabulary import Role
from portal.models.people import Membership, User
from portal.services import people, people_list
from portal.services.changes import changing
from tests.services.people_steps import (
    NEW,
)
from tests.world import NOW

POLICE_IN_B = ("b.police.lead", "b.police.practitioner", "b.police.executive", "both")


class TestTheList:
    """What the pages show."""

    def test_a_lead_sees_the_agency_and_an_administrator_the_partnership(self, lead, administrator, world):
        names = {row.name for row in people_list.list_people(lead).rows}
        assert names == {world.person(key).name for key in ("a.gp.lead", "a.gp.practitioner", "a.gp.deactivated")}
        everybody = people_list.list_people(administrator)
        assert everybody.total == len(world.everybody("a")) - 1  # one role has ended
        assert world.person("both").name in {row.name for row in everybody.rows}
        assert not any("ZQ-B-" in row.name for row in everybody.rows)

    def test_it_is_narrowed_by_words_role_agency_and_state(self, administrator, world):
        def names(**wanted: object) -> set[str]:
            return {row.name for row in people_list.list_people(administrator, **wanted).rows}

        assert names(search="zq-a-chair") == {world.person("a.chair").name}
        assert names(search=world.person("a.board").email.upper()) == {world.person("a.board").name}
        assert names(search="%") == set()
        assert names(search="ZQ-B-") == set()
        assert names(role=Role.CHAIR) == {world.person("a.chair").name, world.person("a.second_chair").name}
        assert names(agency_id=world.agencies["a.school"]) == {
            world.person(f"a.school.{name}").name for name in ("lead", "practitioner", "head", "governor")
        }
        assert names(ended=True) == {world.person("a.gp.former").name}
        assert names(agency_id=world.agencies["b.gp"]) == set()

    def test_it_has_pages_of_fifty(self, administrator, world):
        with writing() as session:
            for number in range(60):
                user = User(email=f"p{number}@example.org", name=f"Person {number:02}", created_at=NOW)
                session.add(user)
                session.flush()
                session.add(
                    Membership(
                        partnership_id=world.partnerships["a"],
                        user_id=user.id,
                        agency_id=world.agencies["a.gp"],
                        role=Role.PRACTITIONER,
                        created_at=NOW,
                    )
                )
        first, second, beyond = (
            people_list.list_people(administrator, search="Person", page=page) for page in (1, 2, 10**30)
        )
        assert (first.total, len(first.rows), len(second.rows)) == (60, 50, 10)
        assert {row.id for row in first.rows}.isdisjoint(row.id for row in second.rows)
        assert (beyond.number, beyond.rows) == (2, second.rows)
        assert people_list.list_people(administrator, search="Person", page=-3).number == 1

    def test_it_takes_the_same_queries_for_one_person_as_for_fifty(self, administrator, world, count_queries):
        with count_queries() as few:
            people_list.list_people(administrator, search="zq-a-chair")
        with count_queries() as many:
            people_list.list_people(administrator)
        assert len(few) == len(many) == 2

    def test_somebody_without_a_password_is_invited_and_their_link_is_shown_to_be_open(self, lead):
        added = people.add_person(lead, **NEW, role=Role.PRACTITIONER, agency_id=lead.agency_id)
        entry = people_list.find_person(lead, added.membership.id)
        assert entry.row.standing is people_list.Standing.INVITED
        assert entry.link_until == NOW + timedelta(days=3)
        assert (
            people_list.find_person(replace(lead, now=NOW + timedelta(days=4)), added.membership.id).link_until is None
        )

    def test_a_person_page_shows_only_roles_that_the_viewer_sees(self, administrator, lead, world):
        both = world.person("both")
        entry = people_list.find_person(administrator, both.hats[0].membership_id)
        assert entry.other_roles == []
        assert (entry.may_change, entry.may_reissue) == (True, False)
        chair = people.add_person(
            administrator, email=world.person("a.gp.practitioner").email, name="x", role=Role.CHAIR
        )
        gp = world.person("a.gp.practitioner").hat.membership_id
        assert [row.id for row in people_list.find_person(administrator, gp).other_roles] == [chair.membership.id]
        seen_by_lead = people_list.find_person(lead, gp)
        assert seen_by_lead.other_roles == []
        assert not seen_by_lead.may_reissue

    def test_agencies_that_rest_on_one_person_are_named(self, administrator, lead, world):
        assert people_list.lone_agencies(administrator) == []
        with changing(administrator) as change:
            change.session.execute(
                update(Membership)
                .where(Membership.id == world.person("a.gp.practitioner").hat.membership_id)
                .values(ended_at=NOW)
            )
            change.log("membership.ended", "membership", None)
        alone = [(agency.id, agency.name) for agency in people_list.lone_agencies(administrator)]
        # The surgery's third person is deactivated, and so answers nothing.
        assert alone == [(world.agencies["a.gp"], world.agency_names["a.gp"])]
        assert [agency.id for agency in people_list.lone_agencies(lead)] == [world.agencies["a.gp"]]
        assert people_list.lone_agencies(administrator, world.agencies["a.school"]) == []

    def test_a_hat_in_another_partnership_opens_nothing_here(self, world, viewer_of):
        lead_in_b: Hat = world.person("both").hats[1]
        viewer = viewer_of(world.person("both"), hat=lead_in_b)
        names = {row.name for row in people_list.list_people(viewer).rows}
        assert names == {world.person(key).name for key in POLICE_IN_B}
