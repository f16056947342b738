"""The people pages, as leads, administrators and those who would be more than they are use them."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select, update

from portal.database.session import db, writing
from portal.domain.vocabulary import Role
from portal.models.partnerships import Team
from portal.models.people import Membership, User
from tests.world import PASSWORD

NEW_PASSWORD = "walnut harbour 93 cello"
LINK = re.compile(r"http://localhost(/join/\S+)")


@pytest.fixture
def as_person(new_client, sign_in, world):
    """A browser in which somebody has signed in."""

    def enter(key: str):
        browser = new_client()
        sign_in(browser, world.person(key))
        return browser

    return enter


@pytest.fixture
def lead(as_person):
    """A's surgery's lead, signed in."""
    return as_person("a.gp.lead")


@pytest.fixture
def administrator(as_person):
    """A's administrator, signed in."""
    return as_person("a.administrator")


def words(response) -> str:
    return " ".join(response.page.main.get_text(" ", strip=True).split())


def errors(response) -> list[str]:
    return [link.get_text(strip=True) for link in response.page.select(".govuk-error-summary__list li")]


def links(response) -> set[str]:
    return {link["href"] for link in response.page.main.select("a[href]")}


def place(world, key: str) -> str:
    return f"/people/{world.person(key).hat.membership_id}"


def link_on(response) -> str:
    found = LINK.search(response.page.find("textarea", id="address").get_text())
    assert found, words(response)
    return found[1]


def held_by(email: str) -> list[Membership]:
    db.session.rollback()
    rows = select(Membership).join(User, User.id == Membership.user_id).where(User.email == email)
    return list(db.session.scalars(rows.order_by(Membership.id)))


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
        lead.submit(f"{place(world, 'a.gp.practitioner')}/end")
        assert "1 agency rests on one person" in words(administrator.get("/people"))
        assert f"/people?agency_id={world.agencies['a.gp']}" in links(administrator.get("/people"))
        assert "One person alone answers for ZQ-A-AGENCY-GP-QZ" in words(lead.get("/people"))

    @pytest.mark.parametrize("key", ["a.gp.practitioner", "a.chair", "a.business_manager", "a.board", "a.manager"])
    def test_other_roles_have_no_such_pages(self, as_person, world, key):
        browser = as_person(key)
        target = place(world, "a.gp.lead")
        for path in ("/people", target, "/people/new", f"{target}/change", f"{target}/end", f"{target}/link"):
            assert browser.get(path).status_code == 403
        assert browser.get("/people/teams").status_code == 403

    def test_it_takes_few_queries(self, administrator, lead, world, count_queries):
        for browser, path, most in (
            (administrator, "/people", 5),
            (lead, "/people", 5),
            (administrator, place(world, "a.gp.lead"), 4),
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


class TestForgedForms:
    """What the page does not offer is not taken either."""

    def forge(self, browser, path: str, **fields: object):
        """Send the page's form with fields of one's own."""
        page = browser.get(path)
        values = {
            field["name"]: field.get("value", "")
            for field in page.page.main.select("input[type=hidden]")
            if field.get("name")
        }
        return browser.post(path, data=values | {name: str(value) for name, value in fields.items()})

    @pytest.mark.parametrize("role", ["chair", "administrator", "safeguarding_manager", "board_member", "king"])
    def test_a_lead_forges_a_role(self, lead, role):
        answer = self.forge(lead, "/people/new", email="sam@example.org", name="Sam", role=role)
        assert answer.status_code == 400
        assert held_by("sam@example.org") == []

    def test_a_lead_forges_an_agency(self, lead, world):
        for agency in ("a.police", "b.gp"):
            email = f"{agency}@example.org"
            agency_id = world.agencies[agency]
            self.forge(lead, "/people/new", email=email, name="Sam", role="practitioner", agency_id=agency_id)
            assert [row.agency_id for row in held_by(email)] == [world.agencies["a.gp"]]

    def test_a_lead_forges_a_team(self, lead, as_person, world):
        self.forge(
            lead, "/people/new", email="sam@example.org", name="Sam", role="practitioner", team_id=world.teams["a.east"]
        )
        assert [row.team_id for row in held_by("sam@example.org")] == [None]
        social_care = as_person("a.social_care.lead")
        answer = self.forge(
            social_care,
            "/people/new",
            email="lee@example.org",
            name="Lee",
            role="practitioner",
            team_id=world.teams["b.east"],
        )
        assert answer.status_code == 400
        assert held_by("lee@example.org") == []

    def test_an_administrator_forges_an_agency_of_another_partnership(self, administrator, world):
        answer = self.forge(
            administrator,
            "/people/new",
            email="sam@example.org",
            name="Sam",
            role="practitioner",
            agency_id=world.agencies["b.gp"],
        )
        assert answer.status_code == 400
        assert held_by("sam@example.org") == []

    @pytest.mark.parametrize("membership", ["b.administrator", "b.gp.lead", "a.chair"])
    def test_the_membership_that_a_form_was_drawn_for_must_be_ones_own(self, lead, world, membership):
        answer = self.forge(
            lead,
            "/people/new",
            email="sam@example.org",
            name="Sam",
            role="chair",
            working_as=world.person(membership).hat.membership_id,
        )
        assert answer.status_code == 400
        assert held_by("sam@example.org") == []

    def test_a_lead_makes_somebody_a_chair_by_the_change_form(self, lead, world):
        path = f"{place(world, 'a.gp.practitioner')}/change"
        answer = self.forge(lead, path, role="chair")
        assert answer.status_code == 400
        assert [row.role for row in held_by(world.person("a.gp.practitioner").email)] == [Role.PRACTITIONER]

    def test_a_form_without_a_version_changes_nothing(self, lead, world):
        path = f"{place(world, 'a.gp.practitioner')}/change"
        for version in ("", "x", "-1", "9" * 30):
            answer = self.forge(lead, path, role="agency_lead", version=version)
            assert answer.status_code == 400
        assert [row.role for row in held_by(world.person("a.gp.practitioner").email)] == [Role.PRACTITIONER]

    def test_ones_own_address_is_refused(self, administrator, lead, world):
        own = world.person("a.administrator").email
        assert self.forge(administrator, "/people/new", email=own, name="Me", role="chair").status_code == 403
        own = world.person("a.gp.lead").email
        assert self.forge(lead, "/people/new", email=own, name="Me", role="practitioner").status_code == 403

    def test_without_a_token_nothing_is_done(self, lead, world):
        target = place(world, "a.gp.practitioner")
        for path in (f"{target}/end", f"{target}/link", f"{target}/authenticator", f"{target}/change", "/people/new"):
            assert lead.post(path, data={"role": "agency_lead"}).status_code == 400
        assert [row.ended_at for row in held_by(world.person("a.gp.practitioner").email)] == [None]


class TestOneselfAndOthers:
    """Whom the pages reach."""

    def test_ones_own_page_offers_nothing_to_change(self, administrator, lead, world):
        for browser, key in ((administrator, "a.administrator"), (lead, "a.gp.lead")):
            target = place(world, key)
            page = browser.get(target)
            assert "Nobody changes their own role" in words(page)
            assert not {f"{target}/{act}" for act in ("change", "end", "link", "authenticator")} & links(page)
            for act in ("change", "end", "link", "authenticator"):
                assert browser.get(f"{target}/{act}").status_code == 403

    @pytest.mark.parametrize("key", ["a.other_gp.practitioner", "a.chair", "b.gp.practitioner", "b.administrator"])
    def test_a_lead_finds_nobody_elsewhere(self, lead, world, key):
        target = place(world, key)
        missing = lead.get("/people/999999")
        for path in (target, f"{target}/change", f"{target}/end", f"{target}/link", f"{target}/authenticator"):
            answer = lead.get(path)
            assert answer.status_code == 404
            assert words(answer).split("quote")[0] == words(missing).split("quote")[0]

    def test_an_administrator_finds_nobody_in_another_partnership(self, administrator, world):
        for key in ("b.gp.practitioner", "b.chair", "b.administrator"):
            assert administrator.get(place(world, key)).status_code == 404

    def test_a_number_beyond_all_numbers_is_nobody(self, administrator, as_person, new_client):
        for number in ("99999999999999999999999", "9" * 5000, str(2**31), str(2**63)):
            assert administrator.get(f"/people/{number}").status_code == 404
        assert as_person("a.social_care.lead").get("/people/teams/99999999999999999999").status_code == 404
        assert as_person("a.chair").get("/people/99999999999999999999").status_code == 403
        assert new_client().get("/people/99999999999999999999").status_code == 302

    def test_somebody_who_also_works_elsewhere_is_not_let_in_anew(self, administrator, world):
        target = place(world, "both")
        page = administrator.get(target)
        assert "a role that you do not look after" in words(page)
        assert f"{target}/change" in links(page)
        for act in ("link", "authenticator"):
            assert f"{target}/{act}" not in links(page)
            assert administrator.get(f"{target}/{act}").status_code == 403


class TestChanging:
    """Roles, teams and their end."""

    def test_a_change_holds_from_the_persons_next_page_on(self, administrator, as_person, world):
        practitioner = as_person("a.gp.practitioner")
        assert practitioner.get("/people").status_code == 403
        path = f"{place(world, 'a.gp.practitioner')}/change"
        answer = administrator.submit(path, role="agency_lead")
        assert answer.status_code == 303
        assert "The role is changed" in words(administrator.get(answer.location))
        turned_away = practitioner.get("/people")
        assert turned_away.status_code == 302
        assert turned_away.location.startswith("/sign-in")

    def test_saving_what_is_there_signs_nobody_out(self, administrator, as_person, world):
        practitioner = as_person("a.gp.practitioner")
        answer = administrator.submit(f"{place(world, 'a.gp.practitioner')}/change")
        assert "Nothing was changed" in words(administrator.get(answer.location))
        assert practitioner.get("/account").status_code == 200

    def test_the_later_of_two_gets_a_409_with_what_the_earlier_saved(self, administrator, lead, world):
        path = f"{place(world, 'a.gp.practitioner')}/change"
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
        lead.submit(f"{place(world, 'a.social_care.east')}/change", team_id=str(world.teams["a.west"]))
        assert [row.team_id for row in held_by(world.person("a.social_care.east").email)] == [world.teams["a.west"]]

    def test_ending_the_last_role_shuts_the_person_out_at_once(self, lead, as_person, new_client, world):
        practitioner = as_person("a.gp.practitioner")
        answer = lead.submit(f"{place(world, 'a.gp.practitioner')}/end")
        assert answer.status_code == 303
        assert "cannot sign in any more" in words(lead.get(answer.location))
        assert practitioner.get("/account").status_code == 302
        refused = new_client().submit("/sign-in", email=world.person("a.gp.practitioner").email, password=PASSWORD)
        assert refused.status_code == 400

    def test_ending_it_twice_ends_it_once(self, lead, world):
        path = f"{place(world, 'a.gp.practitioner')}/end"
        page = lead.get(path)
        assert lead.send(page).status_code == 303
        assert lead.send(page).status_code == 303

    def test_ending_the_only_other_persons_role_warns(self, lead, as_person, world):
        lead.submit(f"{place(world, 'a.gp.practitioner')}/end")
        administrator = as_person("a.administrator")
        assert "Nobody else answers for" in words(administrator.get(f"{place(world, 'a.gp.lead')}/end"))

    def test_an_ended_role_offers_nothing(self, administrator, world):
        target = place(world, "a.gp.former")
        assert "Ended" in words(administrator.get(target))
        for act in ("change", "end", "link", "authenticator"):
            assert f"{target}/{act}" not in links(administrator.get(target))
            assert administrator.get(f"{target}/{act}").status_code == 403


class TestLettingIn:
    """Forgotten passwords and lost telephones."""

    def test_a_forgotten_password_is_replaced_by_a_link(self, lead, new_client, as_person, world):
        gp = world.person("a.gp.practitioner")
        answer = lead.submit(f"{place(world, 'a.gp.practitioner')}/link")
        assert answer.status_code == 200
        new_client().submit(link_on(answer), name=gp.name, password=NEW_PASSWORD)
        browser = new_client()
        assert browser.submit("/sign-in", email=gp.email, password=PASSWORD).status_code == 400
        assert browser.submit("/sign-in", email=gp.email, password=NEW_PASSWORD).status_code == 302

    def test_asking_for_the_page_makes_no_link(self, lead, world):
        page = lead.get(f"{place(world, 'a.gp.practitioner')}/link")
        assert "Whoever holds the link can become" in words(page)
        assert "/join/" not in page.get_data(as_text=True)

    def test_a_newer_link_ends_the_older(self, lead, new_client, world):
        path = f"{place(world, 'a.gp.practitioner')}/link"
        older, newer = link_on(lead.submit(path)), link_on(lead.submit(path))
        assert new_client().get(older).page.find("input", attrs={"name": "password"}) is None
        assert new_client().get(newer).page.find("input", attrs={"name": "password"}) is not None

    def test_a_lost_telephone_is_replaced(self, lead, as_person, new_client, world):
        gp = world.person("a.gp.practitioner")
        practitioner = as_person("a.gp.practitioner")
        answer = lead.submit(f"{place(world, 'a.gp.practitioner')}/authenticator")
        assert answer.status_code == 303
        assert practitioner.get("/account").status_code == 302
        signed_in = new_client().submit("/sign-in", email=gp.email, password=PASSWORD)
        assert signed_in.location.startswith("/sign-in/set-up-code")

    def test_somebody_invited_is_shown_as_such(self, lead):
        lead.submit("/people/new", email="sam@example.org", name="Sam Patel", role="practitioner")
        (row,) = held_by("sam@example.org")
        assert "Invited" in words(lead.get("/people?search=sam"))
        shown = words(lead.get(f"/people/{row.id}"))
        assert "Works until Saturday 13 June, 11:00" in shown
        assert "Make a new joining link" in shown

    def test_a_chair_who_has_not_joined_is_not_handed_to_a_lead(self, lead, administrator):
        administrator.submit("/people/new", email="sam@example.org", name="Sam", role="chair", agency_id="")
        answer = lead.submit("/people/new", email="sam@example.org", name="Sam", role="practitioner")
        assert answer.status_code == 303
        page = lead.get(answer.location)
        assert "an administrator can give them a joining link" in words(page)
        assert "/join/" not in page.get_data(as_text=True)


class TestTeams:
    """Forming and naming them."""

    def test_a_lead_forms_and_renames_a_team(self, as_person, world):
        lead = as_person("a.social_care.lead")
        assert "/people/teams" in links(lead.get("/people"))
        assert lead.submit("/people/teams", name="North").status_code == 303
        team_id = db.session.scalars(select(Team.id).where(Team.name == "North")).one()
        answer = lead.submit(f"/people/teams/{team_id}", name="Northern team")
        assert answer.status_code == 303
        assert "Northern team" in words(lead.get("/people/teams"))

    def test_a_name_that_is_taken_is_said_at_its_field(self, as_person, world):
        lead = as_person("a.social_care.lead")
        answer = lead.submit("/people/teams", name="zq-a-team-east-qz")
        assert (answer.status_code, errors(answer)) == (400, ["Another team of this agency has this name"])
        assert lead.submit("/people/teams", name="").status_code == 400

    def test_the_later_of_two_gets_a_409(self, as_person, world):
        lead = as_person("a.social_care.lead")
        path = f"/people/teams/{world.teams['a.east']}"
        drawn = lead.get(path)
        with writing() as session:
            session.execute(update(Team).where(Team.id == world.teams["a.east"]).values(name="Theirs", version=7))
        late = lead.send(drawn, name="Mine")
        assert late.status_code == 409
        assert "Theirs" in words(late)
        assert lead.send(late).status_code == 303
        assert db.session.scalars(select(Team.name).where(Team.id == world.teams["a.east"])).one() == "Mine"

    def test_another_agencys_team_is_not_there(self, lead, world):
        for team in ("a.east", "b.east"):
            assert lead.get(f"/people/teams/{world.teams[team]}").status_code == 404

    def test_an_agency_without_teams_is_told_so(self, lead):
        assert "There are no teams" in words(lead.get("/people/teams"))
        assert lead.get("/people/new").page.find("select", id="team_id") is None
