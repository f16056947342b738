"""Linking accounts with providers: by an invitation, by an administrator's link, and by nothing else."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select

from portal.config.providers import OTHER
from portal.database.session import db, writing
from portal.domain.vocabulary import JoiningPurpose
from portal.models.identities import Identity
from portal.models.people import User
from portal.services import joining
from portal.services.changes import changing
from tests.identity_provider import consent
from tests.pages.reading import words
from tests.pages.sign_in_steps import is_signed_in, type_password
from tests.pages.sign_on_steps import SUBJECT, knows, link, offer, provider, sign_on
from tests.world import viewer_of

__all__ = ["offer", "provider"]


@pytest.fixture
def joining_link(world):
    """The path of a new link for somebody, made by A's administrator."""

    def make(person, purpose=JoiningPurpose.JOIN):
        with changing(viewer_of(world.person("a.administrator"))) as change:
            return joining.link_address("", joining.make_link(change, person.user_id, purpose))

    return make


class TestLinking:
    """An account is linked by an invitation or by an administrator, and by nothing else."""

    def test_an_invited_person_joins_without_a_password(self, client, world, provider, offer, joining_link):
        person = world.person("a.business_manager")
        with writing() as session:
            session.get_one(User, person.user_id).password_hash = None
        offer(OTHER)
        knows(provider, OTHER)
        path = joining_link(person)
        page = client.get(path)
        assert "Sign in with Marshland" in words(page)
        answer = client.get(page.page.find("a", string="Sign in with Marshland")["href"])
        back = client.get(consent(answer.location, SUBJECT))
        assert back.location == "/"
        assert "Your account is linked with Marshland" in words(client.get("/"))
        assert client.get(path).status_code == 404, "the link works once"
        identity = db.session.scalars(select(Identity)).one()
        assert (identity.user_id, identity.subject) == (person.user_id, SUBJECT)
        assert identity.linked_by_id == world.person("a.administrator").user_id

    def test_the_account_has_joined_and_has_a_password_that_nobody_knows(
        self, client, world, provider, offer, joining_link
    ):
        person = world.person("a.business_manager")
        with writing() as session:
            session.get_one(User, person.user_id).password_hash = None
        offer(OTHER)
        knows(provider, OTHER)
        answer = client.get(f"{joining_link(person)}/with/other")
        client.get(consent(answer.location, SUBJECT))
        hashed = db.session.scalar(select(User.password_hash).where(User.id == person.user_id))
        assert hashed.startswith("$argon2id$")
        assert type_password(client.application.test_client(), person).status_code == 400

    def test_an_administrator_opens_a_link_for_an_account(self, administrator, new_client, world, provider, offer):
        person = world.person("a.business_manager")
        offer(OTHER)
        knows(provider, OTHER)
        shown = administrator.submit(f"/people/{person.hat.membership_id}/sign-on")
        path = urlsplit(shown.page.find("textarea").get_text().strip()).path
        browser = new_client()
        page = browser.get(path)
        assert page.page.h1.get_text() == "Link your account"
        assert page.page.find("input", attrs={"name": "password"}) is None
        answer = browser.get(f"{path}/with/other")
        assert browser.get(consent(answer.location, SUBJECT)).location == "/"
        again = administrator.get(f"/people/{person.hat.membership_id}/sign-on")
        assert "Marshland" in words(again)
        assert SUBJECT not in again.get_data(as_text=True)

    def test_what_such_a_link_opens_sets_no_password(self, client, world, provider, offer, joining_link, lead):
        offer(OTHER)
        path = joining_link(world.person("a.business_manager"), JoiningPurpose.SIGN_ON)
        token = lead.get("/account").page.find("input", attrs={"name": "csrf_token"})["value"]
        answer = lead.post(path, data={"name": "X", "password": "copper violet hinge 9", "csrf_token": token})
        assert answer.status_code == 404

    def test_a_link_for_a_new_password_links_nothing(self, client, world, provider, offer, joining_link):
        offer(OTHER)
        path = joining_link(world.person("a.business_manager"), JoiningPurpose.NEW_PASSWORD)
        assert "Marshland" not in words(client.get(path))
        assert client.get(f"{path}/with/other").status_code == 404

    def test_nobody_but_an_administrator_opens_one(self, lead, manager, world, provider, offer):
        offer(OTHER)
        colleague = world.person("a.gp.practitioner").hat.membership_id
        page = lead.get(f"/people/{colleague}/sign-on")
        assert "Only an administrator" in words(page)
        token = page.page.find("input", attrs={"name": "csrf_token"})["value"]
        assert lead.post(f"/people/{colleague}/sign-on", data={"csrf_token": token}).status_code == 403
        assert manager.get(f"/people/{colleague}/sign-on").status_code == 403

    def test_a_link_may_end_while_its_holder_is_away(self, client, world, provider, offer, joining_link):
        person = world.person("a.business_manager")
        offer(OTHER)
        knows(provider, OTHER)
        answer = client.get(f"{joining_link(person)}/with/other")
        joining_link(person)  # a newer one ends it
        assert client.get(consent(answer.location, SUBJECT)).status_code == 404
        assert db.session.scalar(select(func.count()).select_from(Identity)) == 0

    def test_ending_it_ends_their_sign_ins(self, administrator, client, world, provider, offer):
        person = world.person("a.business_manager")
        offer(OTHER)
        knows(provider, OTHER)
        link(person, provider, OTHER)
        sign_on(client, OTHER)
        assert is_signed_in(client)
        answer = administrator.submit(f"/people/{person.hat.membership_id}/sign-on/end")
        assert answer.status_code == 303
        assert not is_signed_in(client)
        assert sign_on(client, OTHER).status_code == 403
        answer = administrator.get(f"/people/{person.hat.membership_id}/sign-on/end")
        assert answer.status_code == 303, "nothing is left to end"
