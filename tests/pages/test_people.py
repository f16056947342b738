"""The people pages, as leads and administrators use them: the list, adding, changing and ending."""

from __future__ import annotations

import pytest

from portal.domain.vocabulary import Role
from tests.pages.people_steps import NEW_PASSWORD, held_by, link_on, links, page_of
from tests.pages.reading import errors, words
from tests.world import PASSWORD


class TestTheList:
    """Who stands on it, and how it is narrowed."""

    def test_a_lead_sees_the_agencys_people(self, lead, world):
        page = lead.get("/people")
        shown = words(page)
        assert "People of ZQ-A-AGENCY-GP-QZ" in shown
        assert "ZQ-A-GP-PRACTITIONER-QZ" in shown
        for marker in world.hidden_from("a.gp.lead"):
            assert not marker.is_in(page.get_data(as_text=True)), marker
        assert "ZQ-A-CHAIR-QZ" not in shown
        assert page.page.find("select", id="agency_id") is None

    def test_an_administrator_sees_the_partnerships(self, administrator, world):
        page = administrator.get("/people")
        assert "ZQ-A-CHAIR-QZ" in words(page)
        for marker in world.hidden_from("a.administrator"):
            assert not marker.is_in(page.get_data(as_text=True)), marker

    def test_it_is_narrowed_by_its_address(self, administrator, world):
        rows = administrator.get("/people?role=chair").page.select("tbody tr")
        assert len(rows) == 2
        page = administrator.get(f"/people?agency_id={world.agencies['a.school']}&search=lead")
        assert len(page.page.select("tbody tr")) == 1
        assert page.page.find("input", id="search")["value"] == "lead"
        assert "ZQ-A-GP-FORMER-QZ" in words(administrator.get("/people?state=ended"))
        assert "Nobody fits these filters" in words(administrator.get("/people?search=nobody-of-this-name"))

    @pytest.mark.parametrize(
        "query",
        ["role=king", "agency_id=x", "agency_id=99999", "state=x", "page=-1", "page=x", "page=999999999999999999999"],
    )
    def test_a_filter_that_means_nothing_is_ignored(self, administrator, query):
        page = administrator.get(f"/people?{query}")
        assert page.status_code == 200
        assert len(page.page.select("tbody tr")) > 10

    def test_an_agency_of_another_partnership_shows_nobody(self, administrator, world):
        page = administrator.get(f"/people?agency_id={world.agencies['b.gp']}")
        assert "ZQ-B-" not in page.get_data(as_text=True)

    def test_an_agency_that_rests_on_one_person_is_pointed_out(self, lead, administrator, world):
        assert "rests on one person" not in words(administrator.get("/people"))
        lead.submit(f"{page_of(world, 'a.gp.practitioner')}/end")
        assert "1 agency rests on one person" in words(administrator.get("/people"))
        assert f"/people?agency_id={world.agencies['a.gp']}" in links(administrator.get("/people"))
        assert "One person alone answers for ZQ-A-AGENCY-GP-QZ" in words(lead.get("/people"))

    @pytest.mark.parametrize("key", ["a.gp.practitioner", "a.chair", "a.business_manager", "a.board", "a.manager"])
    def test_other_roles_have_no_such_pages(self, as_person, world, key):
        browser = as_person(key)
        target = page_of(world, "a.gp.lead")
        for path in ("/people", target, "/people/new", f"{target}/change", f"{target}/end", f"{target}/link"):
            assert browser.get(path).status_code == 403
        assert browser.get("/people/teams").status_code == 403

    def test_it_takes_few_queries(self, administrator, lead, world, count_queries):
        for browser, path, most in (
            (administrator, "/people", 5),
            (lead, "/people", 5),
            (administrator, page_of(world, "a.gp.lead"), 4),
            (administrator, "/people/new", 2),
        ):
            with count_queries() as statements:
                assert browser.get(path).status_code == 200
            assert len(statements) <= most, statements


class TestAdding:
    """From the form to the first sign-in."""

    def test_somebody_new_is_added_and_joins_by_the_link(self, lead, new_client):
        answer = lead.submit(
            "/people/new", email="Sam.Patel@example.org", name="Sam Patel", role="practitioner", post="named_gp"
        )
        assert answer.status_code == 200
        assert "The link for Sam Patel" in words(answer)
        assert "until Saturday 13 June, 11:00" in words(answer)
        newcomer = new_client()
        joined = newcomer.submit(link_on(answer), name="Sam Patel", password=NEW_PASSWORD)
        assert joined.status_code in (302, 303)
        (row,) = held_by("sam.patel@example.org")
        assert (row.role, row.post.value) == (Role.PRACTITIONER, "named_gp")
        again = lead.get(f"/people/{row.id}")
        assert "/join/" not in again.get_data(as_text=True)

    def test_the_link_is_shown_once_and_works_once(self, lead, new_client):
        answer = lead.submit("/people/new", email="sam@example.org", name="Sam", role="practitioner")
        path = link_on(answer)
        (row,) = held_by("sam@example.org")
        for page in ("/people", f"/people/{row.id}", f"/people/{row.id}/link"):
            assert path not in lead.get(page).get_data(as_text=True)
        new_client().submit(path, name="Sam", password=NEW_PASSWORD)
        late = new_client().get(path)
        assert late.status_code != 200 or late.page.find("input", attrs={"name": "password"}) is None

    def test_an_administrator_chooses_agency_and_any_role(self, administrator, world):
        answer = administrator.submit(
            "/people/new",
            email="lee@example.org",
            name="Lee",
            role="agency_lead",
            agency_id=str(world.agencies["a.school"]),
        )
        assert "The link for Lee" in words(answer)
        answer = administrator.submit(
            "/people/new", email="kim@example.org", name="Kim", role="sector_lead", sector="gp"
        )
        assert "The link for Kim" in words(answer)
        assert [row.role for row in held_by("kim@example.org")] == [Role.SECTOR_LEAD]

    def test_what_is_missing_is_said_at_its_field_and_what_was_typed_is_kept(self, administrator):
        answer = administrator.submit("/people/new", email="no address", name="Kept Name", role="practitioner")
        assert answer.status_code == 400
        assert errors(answer) == [
            "Enter an email address in the usual form, like name@example.org",
            "Choose the agency that this role is for",
        ]
        assert answer.page.find("input", id="name")["value"] == "Kept Name"
        answer = administrator.submit("/people/new", email="kim@example.org", name="Kim", role="sector_lead")
        assert errors(answer) == ["Choose the sector that they look after"]
        answer = administrator.submit("/people/new")
        assert errors(answer) == [
            "Enter the person’s email address",
            "Enter the person’s name",
            "Choose the person’s role",
        ]

    def test_somebody_with_an_account_gets_no_link(self, administrator, world):
        police = world.person("b.police.practitioner")
        answer = administrator.submit(
            "/people/new",
            email=police.email,
            name="Whatever",
            role="practitioner",
            agency_id=str(world.agencies["a.police"]),
        )
        assert answer.status_code == 303
        page = administrator.get(answer.location)
        assert "They have an account already" in words(page)
        assert "/join/" not in page.get_data(as_text=True)

    def test_sending_it_twice_makes_one(self, lead):
        page = lead.get("/people/new")
        fields = {"email": "sam@example.org", "name": "Sam", "role": "practitioner"}
        assert lead.send(page, **fields).status_code == 200
        again = lead.send(page, **fields)
        assert (again.status_code, errors(again)) == (400, ["This person has this role already"])
        assert len(held_by("sam@example.org")) == 1

    def test_a_lead_puts_somebody_into_a_team(self, as_person, world):
        lead = as_person("a.social_care.lead")
        lead.submit(
            "/people/new", email="sam@example.org", name="Sam", role="practitioner", team_id=str(world.teams["a.east"])
        )
        assert [row.team_id for row in held_by("sam@example.org")] == [world.teams["a.east"]]


class TestChanging:
    """Roles, teams and their end."""

    def test_a_change_holds_from_the_persons_next_page_on(self, administrator, as_person, world):
        practitioner = as_person("a.gp.practitioner")
        assert practitioner.get("/people").status_code == 403
        path = f"{page_of(world, 'a.gp.practitioner')}/change"
        answer = administrator.submit(path, role="agency_lead")
        assert answer.status_code == 303
        assert "The role is changed" in words(administrator.get(answer.location))
        turned_away = practitioner.get("/people")
        assert turned_away.status_code == 302
        assert turned_away.location.startswith("/sign-in")

    def test_saving_what_is_there_signs_nobody_out(self, administrator, as_person, world):
        practitioner = as_person("a.gp.practitioner")
        answer = administrator.submit(f"{page_of(world, 'a.gp.practitioner')}/change")
        assert "Nothing was changed" in words(administrator.get(answer.location))
        assert practitioner.get("/account").status_code == 200

    def test_the_later_of_two_gets_a_409_with_what_the_earlier_saved(self, administrator, lead, world):
        path = f"{page_of(world, 'a.gp.practitioner')}/change"
        drawn = lead.get(path)
        administrator.submit(path, post="named_gp")
        late = lead.send(drawn, role="agency_lead")
        assert late.status_code == 409
        assert "Somebody else changed this while you were writing" in words(late)
        assert "Post Named GP" in words(late)
        assert late.page.find("input", id="role-2")["value"] == "agency_lead"
        assert late.page.find("input", id="role-2").has_attr("checked")
        settled = lead.send(late, post="named_gp")
        assert settled.status_code == 303
        (row,) = held_by(world.person("a.gp.practitioner").email)
        assert (row.role, row.post.value) == (Role.AGENCY_LEAD, "named_gp")

    def test_a_lead_moves_somebody_to_another_team(self, as_person, world):
        lead = as_person("a.social_care.lead")
        lead.submit(f"{page_of(world, 'a.social_care.east')}/change", team_id=str(world.teams["a.west"]))
        assert [row.team_id for row in held_by(world.person("a.social_care.east").email)] == [world.teams["a.west"]]

    def test_ending_the_last_role_shuts_the_person_out_at_once(self, lead, as_person, new_client, world):
        practitioner = as_person("a.gp.practitioner")
        answer = lead.submit(f"{page_of(world, 'a.gp.practitioner')}/end")
        assert answer.status_code == 303
        assert "cannot sign in any more" in words(lead.get(answer.location))
        assert practitioner.get("/account").status_code == 302
        refused = new_client().submit("/sign-in", email=world.person("a.gp.practitioner").email, password=PASSWORD)
        assert refused.status_code == 400

    def test_ending_it_twice_ends_it_once(self, lead, world):
        path = f"{page_of(world, 'a.gp.practitioner')}/end"
        page = lead.get(path)
        assert lead.send(page).status_code == 303
        assert lead.send(page).status_code == 303

    def test_ending_the_only_other_persons_role_warns(self, lead, as_person, world):
        lead.submit(f"{page_of(world, 'a.gp.practitioner')}/end")
        administrator = as_person("a.administrator")
        assert "Nobody else answers for" in words(administrator.get(f"{page_of(world, 'a.gp.lead')}/end"))

    def test_an_ended_role_offers_nothing(self, administrator, world):
        target = page_of(world, "a.gp.former")
        assert "Ended" in words(administrator.get(target))
        for act in ("change", "end", "link", "authenticator"):
            assert f"{target}/{act}" not in links(administrator.get(target))
            assert administrator.get(f"{target}/{act}").status_code == 403
