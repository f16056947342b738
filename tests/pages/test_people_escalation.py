"""The people pages under the hands of those who would be more than they are."""

from __future__ import annotations

import pytest

from portal.domain.vocabulary import Role
from tests.pages.people_steps import held_by, links, page_of
from tests.pages.reading import words


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
        path = f"{page_of(world, 'a.gp.practitioner')}/change"
        answer = self.forge(lead, path, role="chair")
        assert answer.status_code == 400
        assert [row.role for row in held_by(world.person("a.gp.practitioner").email)] == [Role.PRACTITIONER]

    def test_a_form_without_a_version_changes_nothing(self, lead, world):
        path = f"{page_of(world, 'a.gp.practitioner')}/change"
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
        target = page_of(world, "a.gp.practitioner")
        for path in (f"{target}/end", f"{target}/link", f"{target}/authenticator", f"{target}/change", "/people/new"):
            assert lead.post(path, data={"role": "agency_lead"}).status_code == 400
        assert [row.ended_at for row in held_by(world.person("a.gp.practitioner").email)] == [None]


class TestOneselfAndOthers:
    """Whom the pages reach."""

    def test_ones_own_page_offers_nothing_to_change(self, administrator, lead, world):
        for browser, key in ((administrator, "a.administrator"), (lead, "a.gp.lead")):
            target = page_of(world, key)
            page = browser.get(target)
            assert "Nobody changes their own role" in words(page)
            assert not {f"{target}/{act}" for act in ("change", "end", "link", "authenticator")} & links(page)
            for act in ("change", "end", "link", "authenticator"):
                assert browser.get(f"{target}/{act}").status_code == 403

    @pytest.mark.parametrize("key", ["a.other_gp.practitioner", "a.chair", "b.gp.practitioner", "b.administrator"])
    def test_a_lead_finds_nobody_elsewhere(self, lead, world, key):
        target = page_of(world, key)
        missing = lead.get("/people/999999")
        for path in (target, f"{target}/change", f"{target}/end", f"{target}/link", f"{target}/authenticator"):
            answer = lead.get(path)
            assert answer.status_code == 404
            assert words(answer).split("quote")[0] == words(missing).split("quote")[0]

    def test_an_administrator_finds_nobody_in_another_partnership(self, administrator, world):
        for key in ("b.gp.practitioner", "b.chair", "b.administrator"):
            assert administrator.get(page_of(world, key)).status_code == 404

    def test_a_number_beyond_all_numbers_is_nobody(self, administrator, as_person, new_client):
        for number in ("99999999999999999999999", "9" * 5000, str(2**31), str(2**63)):
            assert administrator.get(f"/people/{number}").status_code == 404
        assert as_person("a.social_care.lead").get("/people/teams/99999999999999999999").status_code == 404
        assert as_person("a.chair").get("/people/99999999999999999999").status_code == 403
        assert new_client().get("/people/99999999999999999999").status_code == 302

    def test_somebody_who_also_works_elsewhere_is_not_let_in_anew(self, administrator, world):
        target = page_of(world, "both")
        page = administrator.get(target)
        assert "a role that you do not look after" in words(page)
        assert f"{target}/change" in links(page)
        for act in ("link", "authenticator"):
            assert f"{target}/{act}" not in links(page)
            assert administrator.get(f"{target}/{act}").status_code == 403
