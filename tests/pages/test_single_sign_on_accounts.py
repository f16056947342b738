"""Single sign-on and accounts: who is let in, what holds while a provider is away, and agencies without passwords."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.config.providers import CIS2, DFE, ENTRA, OTHER
from portal.database.session import db, writing
from portal.domain.single_sign_on import Refusal
from portal.models.identities import Identity
from portal.models.people import User
from portal.models.sessions import SignInAttempt
from tests.identity_provider import consent
from tests.pages.reading import words
from tests.pages.sign_in_steps import is_signed_in
from tests.pages.sign_on_steps import (
    SUBJECT,
    knows,
    leave,
    link,
    offer,
    provider,
    refusals,
    refused,
    sign_on,
    somebody,
)
from tests.signing_in import CODE_PAGE
from tests.world import PASSWORD

__all__ = ["offer", "provider", "somebody"]

BACK = "/sign-in/with/other/back"


class TestAccount:
    """No account is made by signing in, and none is opened for another organisation."""

    def test_whoever_is_not_linked_is_told_what_to_do(self, client, world, provider, offer):
        offer(OTHER)
        knows(provider, OTHER, email=world.person("a.business_manager").email, email_verified=True)
        people = db.session.scalar(select(func.count()).select_from(User))
        answer = sign_on(client, OTHER)
        refused(answer, Refusal.UNKNOWN, client, "Your account is not linked with Marshland")
        assert "ask your partnership’s administrator for a link" in words(answer)
        assert db.session.scalar(select(func.count()).select_from(User)) == people
        assert db.session.scalar(select(func.count()).select_from(Identity)) == 0

    def test_the_same_subject_of_another_provider_is_somebody_else(self, client, somebody, provider):
        with writing() as session:
            session.scalars(select(Identity)).one().issuer = "https://elsewhere.example"
        refused(sign_on(client, OTHER), Refusal.UNKNOWN, client)

    def test_a_closed_account_stays_closed(self, client, somebody):
        with writing() as session:
            user = session.get_one(User, somebody.user_id)
            user.deactivated_at = user.created_at
        refused(sign_on(client, OTHER), Refusal.CLOSED, client, "Your account is closed")

    def test_an_account_that_sleeps_is_not_woken(self, client, somebody):
        with writing() as session:
            user = session.get_one(User, somebody.user_id)
            user.asleep_at = user.created_at
        answer = sign_on(client, OTHER)
        assert answer.status_code == 403
        assert "Your account is asleep" in words(answer)
        assert not is_signed_in(client)

    def test_an_identity_of_somebody_else_is_not_linked_again(self, administrator, client, somebody, world):
        other = world.person("a.scrutineer")
        shown = administrator.submit(f"/people/{other.hat.membership_id}/sign-on")
        path = shown.page.find("textarea").get_text().strip().removeprefix("http://localhost")
        answer = client.get(f"{path}/with/other")
        refused(client.get(consent(answer.location, SUBJECT)), Refusal.TAKEN, client, "somebody else’s account")
        assert client.get(path).status_code == 200, "the link still works"

    @pytest.mark.parametrize(
        ("kind", "who", "claims"),
        [
            (DFE, "a.school.lead", {"organisation": {"urn": "654321", "name": "Elsewhere"}}),
            (DFE, "a.school.lead", {"organisation": {"urn": None, "name": "A trust"}}),
            (DFE, "a.school.lead", {"organisation": None}),
            (CIS2, "a.gp.lead", {"selected_roleid": "555254242107"}),
            (CIS2, "a.gp.lead", {"nhsid_nrbac_roles": [], "nhsid_user_orgs": []}),
        ],
    )
    def test_another_organisation_than_the_agency_is_refused_and_told(
        self, client, administrator, world, provider, offer, kind, who, claims
    ):
        person = world.person(who)
        offer(kind)
        knows(provider, kind, **claims)
        link(person, provider, kind)
        answer = sign_on(client, kind)
        refused(answer, Refusal.ORGANISATION, client, "names another organisation")
        assert refusals()[-1] == ("sign_on.refused_organisation", person.user_id)
        assert "the provider named another organisation than their agency" in words(administrator.get("/activity"))

    def test_a_provider_that_names_the_organisation_only_when_asked_is_asked(self, client, world, provider, offer):
        offer(DFE)
        knows(provider, DFE)
        link(world.person("a.school.lead"), provider, DFE)
        provider.twist = lambda claims: claims.pop("organisation")
        assert sign_on(client, DFE).location == CODE_PAGE
        assert "/userinfo" in provider.asked

    def test_what_it_says_of_somebody_else_is_not_taken(self, client, world, provider, offer):
        offer(DFE)
        knows(provider, DFE)
        link(world.person("a.school.lead"), provider, DFE)

        def another(claims):
            claims.pop("organisation")
            claims["sub"] = "another"

        provider.twist = another
        refused(sign_on(client, DFE), Refusal.CLAIMS, client)

    def test_an_agency_without_its_code_agrees_with_none(self, client, world, provider, offer):
        offer(DFE)
        knows(provider, DFE)
        link(world.person("a.school.lead"), provider, DFE, codes=False)
        refused(sign_on(client, DFE), Refusal.ORGANISATION, client)

    def test_a_tenant_is_part_of_who_somebody_is(self, client, world, provider, offer):
        offer(ENTRA)
        knows(provider, ENTRA, tid="another-tenant")
        link(world.person("a.police.lead"), provider, ENTRA)
        refused(sign_on(client, ENTRA), Refusal.UNKNOWN, client)

    def test_strangers_do_not_fill_the_trail(self, client, somebody):
        for _ in range(25):
            assert client.get(f"{BACK}?state=x&code=y").status_code == 403
        assert len(refusals()) == 10
        assert db.session.scalar(select(func.count()).select_from(SignInAttempt)) == 10


class TestProviderDown:
    """It is said plainly, and the portal's own sign-in stands there where the agency allows it."""

    def test_on_the_way_there(self, client, world, somebody, provider):
        provider.is_down = True
        page = client.get("/sign-in/with/other?next=/inbox")
        assert page.status_code == 503
        assert page.page.h1.get_text() == "Marshland does not answer"
        person = world.person("a.business_manager")
        answer = client.send(page, email=person.email, password=PASSWORD)
        assert answer.location == "/inbox"
        assert refusals()[-1] == ("sign_on.provider_down", None)

    def test_on_the_way_back(self, client, somebody, provider):
        path = consent(leave(client, OTHER), SUBJECT)
        provider.is_down = True
        assert client.get(path).status_code == 503
        assert not is_signed_in(client)

    def test_where_the_agency_closed_passwords_they_stay_closed(self, client, administrator, world, provider, offer):
        person = world.person("a.gp.lead")
        offer(CIS2)
        agency = f"/agencies/{person.hat.agency_id}/sign-in"
        assert administrator.submit(agency, way="provider").status_code == 303
        provider.is_down = True
        offer(CIS2)
        page = client.get("/sign-in/with/cis2")
        answer = client.send(page, email=person.email, password=PASSWORD)
        assert answer.status_code == 400
        assert "sign in here by single sign-on" in words(answer)
        assert not is_signed_in(client)

    def test_it_comes_back_by_itself(self, client, somebody, provider, at_world_time):
        provider.is_down = True
        assert client.get("/sign-in/with/other").status_code == 503
        provider.is_down = False
        at_world_time.shift(timedelta(seconds=6))
        assert sign_on(client, OTHER).location == "/"

    @pytest.mark.parametrize("issuer", ["http://127.0.0.1:9", "http://127.0.0.1:1/nowhere"])
    def test_nothing_listens_there(self, client, offer, issuer):
        offer(OTHER, issuer=issuer)
        assert client.get("/sign-in/with/other").status_code == 503


class TestClosedPasswords:
    """An agency whose people sign in by single sign-on only."""

    def test_it_is_an_administrators_to_close(self, administrator, client, as_person, world, provider, offer):
        offer(CIS2)
        person = world.person("a.gp.practitioner")
        inside = as_person("a.gp.practitioner")
        agency = f"/agencies/{person.hat.agency_id}"
        assert "How its people sign in" in words(administrator.get(agency))
        assert administrator.submit(f"{agency}/sign-in", way="provider").location == agency
        assert not is_signed_in(inside), "whoever was signed in with a password is signed out"
        answer = client.submit("/sign-in", email=person.email, password=PASSWORD)
        assert answer.status_code == 400
        assert "ask your partnership’s administrator for a link" in words(answer)
        wrong = client.submit("/sign-in", email=person.email, password="not it at all")
        assert "single sign-on" not in words(wrong), "nothing is told to whoever does not know the password"
        knows(provider, CIS2)
        link(person, provider, CIS2)
        assert sign_on(client, CIS2).location == CODE_PAGE
        assert administrator.submit(f"{agency}/sign-in", way="both").location == agency
        assert (
            client.application.test_client().submit("/sign-in", email=person.email, password=PASSWORD).location
            == CODE_PAGE
        )

    def test_not_without_a_provider(self, administrator, world):
        agency = world.person("a.gp.lead").hat.agency_id
        answer = administrator.submit(f"/agencies/{agency}/sign-in", way="provider")
        assert answer.status_code == 400
        assert "nobody of the agency could sign in" in words(answer)

    def test_a_business_manager_reads_it_and_no_more(self, manager, administrator, world, provider, offer):
        offer(CIS2)
        page = manager.get(f"/agencies/{world.person('a.gp.lead').hat.agency_id}/sign-in")
        assert "An administrator decides on that" in words(page)
        token = page.page.find("input", attrs={"name": "csrf_token"})["value"]
        answer = manager.post(page.request.path, data={"way": "provider", "version": 1, "csrf_token": token})
        assert answer.status_code == 403

    def test_a_version_that_moved_on_is_not_overwritten(self, administrator, world, provider, offer):
        offer(CIS2)
        agency_id = world.person("a.gp.lead").hat.agency_id
        page = administrator.get(f"/agencies/{agency_id}/sign-in")
        administrator.submit(f"/agencies/{agency_id}/change", email="new@surgery.example")
        assert administrator.send(page, way="provider").status_code == 409

    def test_no_password_is_chosen_by_a_link(self, administrator, client, world, provider, offer):
        offer(CIS2)
        person = world.person("a.gp.practitioner")
        administrator.submit(f"/agencies/{person.hat.agency_id}/sign-in", way="provider")
        shown = administrator.submit(f"/people/{person.hat.membership_id}/link")
        page = client.get(shown.page.find("textarea").get_text().strip().removeprefix("http://localhost"))
        assert "choose no password" in words(page)
        assert page.page.find("input", attrs={"name": "password"}) is None
        token = page.page.find("input", attrs={"name": "csrf_token"})
        assert token is None or token["value"]
