"""The ways back in through the people pages: a new link, an authenticator set up anew."""

from __future__ import annotations

from tests.pages.people_steps import NEW_PASSWORD, held_by, link_on, page_of
from tests.pages.reading import words
from tests.world import PASSWORD


class TestLettingIn:
    """Forgotten passwords and lost telephones."""

    def test_a_forgotten_password_is_replaced_by_a_link(self, lead, new_client, as_person, world):
        gp = world.person("a.gp.practitioner")
        answer = lead.submit(f"{page_of(world, 'a.gp.practitioner')}/link")
        assert answer.status_code == 200
        new_client().submit(link_on(answer), name=gp.name, password=NEW_PASSWORD)
        browser = new_client()
        assert browser.submit("/sign-in", email=gp.email, password=PASSWORD).status_code == 400
        assert browser.submit("/sign-in", email=gp.email, password=NEW_PASSWORD).status_code == 302

    def test_asking_for_the_page_makes_no_link(self, lead, world):
        page = lead.get(f"{page_of(world, 'a.gp.practitioner')}/link")
        assert "Whoever holds the link can become" in words(page)
        assert "/join/" not in page.get_data(as_text=True)

    def test_a_newer_link_ends_the_older(self, lead, new_client, world):
        path = f"{page_of(world, 'a.gp.practitioner')}/link"
        older, newer = link_on(lead.submit(path)), link_on(lead.submit(path))
        assert new_client().get(older).page.find("input", attrs={"name": "password"}) is None
        assert new_client().get(newer).page.find("input", attrs={"name": "password"}) is not None

    def test_a_lost_telephone_is_replaced(self, lead, as_person, new_client, world):
        gp = world.person("a.gp.practitioner")
        practitioner = as_person("a.gp.practitioner")
        answer = lead.submit(f"{page_of(world, 'a.gp.practitioner')}/authenticator")
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
