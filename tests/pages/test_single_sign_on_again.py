"""Step-up for whoever came by a provider: it is asked to have them sign in anew, and must say that it did."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from portal.config.providers import CIS2, OTHER
from portal.database.session import db, writing
from portal.domain.single_sign_on import Refusal
from portal.models.identities import Identity, ProvidedSession, SignOnAttempt
from portal.models.people import User
from tests.identity_provider import consent
from tests.pages.passkey_steps import verbs
from tests.pages.reading import words
from tests.pages.sign_in_steps import cookie_of, is_signed_in, replay
from tests.pages.sign_on_steps import SUBJECT, knows, link, offer, provider, refusals, sign_on
from tests.signing_in import CODE_PAGE
from tests.world import NOW

__all__ = ["offer", "provider"]

ASKS = "/people/new"
PROVE = f"/account/prove?next={ASKS}"
LEAVE = f"/account/prove/at-provider?next={ASKS}"
LATER = timedelta(minutes=10)


@pytest.fixture
def trusted(client, world, provider, offer, at_world_time):
    """Somebody whose role asks for a second step, taken at the provider; ten minutes ago they signed in."""
    person = world.person("a.gp.lead")
    offer(CIS2, trusted_acr=frozenset({"AAL3_ANY"}))
    knows(provider, CIS2)
    link(person, provider, CIS2)
    assert sign_on(client, CIS2).location == "/"
    at_world_time.shift(LATER)
    return person


@pytest.fixture
def coded(client, world, provider, offer, at_world_time):
    """Somebody whose provider is trusted for no second step: ten minutes ago they signed in, with a code of the app."""
    person = world.person("a.gp.lead")
    offer(OTHER)
    knows(provider, OTHER)
    link(person, provider, OTHER)
    assert sign_on(client, OTHER).location == CODE_PAGE
    client.submit(CODE_PAGE, code=person.code)
    at_world_time.shift(LATER)
    return person


def back(client, address=LEAVE, subject=SUBJECT):
    """Leave for the provider, sign in there, and come back."""
    answer = client.get(address)
    assert answer.status_code == 302, answer.page.h1
    return client.get(consent(answer.location, subject))


def stays_unproven(client, person, answer, refusal, heading):
    """A page says so, they are signed in as before, and the trail knows who it was."""
    assert answer.status_code == 403
    assert heading in answer.page.h1.get_text()
    assert "You are signed in as before" in words(answer)
    assert refusals()[-1] == (f"sign_on.refused_{refusal}", person.user_id)
    assert is_signed_in(client)
    assert client.get(ASKS).status_code == 302


def test_the_page_offers_the_provider_and_no_password(client, trusted):
    assert client.get(ASKS).location == PROVE
    page = client.get(PROVE)
    assert page.page.find("a", string="Sign in again with NHS CIS2")["href"] == LEAVE
    assert page.page.find("input", attrs={"name": "password"}) is None
    assert page.page.find("input", attrs={"name": "code"}) is None


def test_it_is_asked_to_have_them_sign_in_anew(client, trusted):
    asked = parse_qs(urlsplit(client.get(LEAVE).location).query)
    assert (asked["prompt"], asked["max_age"]) == (["login"], ["0"])
    db.session.rollback()
    attempt = db.session.scalars(select(SignOnAttempt).order_by(SignOnAttempt.id.desc()).limit(1)).one()
    assert attempt.session_id == db.session.scalar(select(ProvidedSession.session_id))


def test_whoever_does_goes_on_to_what_they_wanted_with_a_new_cookie(client, new_client, trusted):
    before = cookie_of(client)
    answer = back(client)
    assert answer.location == PROVE
    assert client.get(PROVE).location == ASKS
    assert client.get(ASKS).status_code == 200
    assert verbs(trusted.user_id)[-1] == "session.proved"
    assert replay(new_client, before).location.startswith("/sign-in")


def test_the_provider_is_signed_out_with_its_newest_token(client, trusted):
    before = db.session.scalar(select(ProvidedSession.id_token))
    back(client)
    db.session.rollback()
    assert db.session.scalar(select(ProvidedSession.id_token)) not in (None, before)


def test_what_was_sent_is_kept_and_sent_by_one_press(client, trusted, at_world_time):
    back(client)
    page = client.get(ASKS)
    at_world_time.shift(LATER)
    asked = client.send(page, name="Newly Come", email="newly.come@example.org", role="practitioner")
    assert asked.location == f"/account/prove?send={ASKS}"
    leave = client.get(asked.location).page.find("a", string="Sign in again with NHS CIS2")["href"]
    assert client.get(back(client, leave).location).location == f"/account/carry-on?send={ASKS}"
    assert "Nothing was lost" in words(client.get(f"/account/carry-on?send={ASKS}"))


def test_a_provider_that_only_remembers_them_proves_nothing(client, trusted, provider):
    provider.remembers = True
    stays_unproven(client, trusted, back(client), Refusal.STALE, "NHS CIS2 did not ask you to sign in")


@pytest.mark.parametrize("said", [None, "now", True])
def test_one_that_does_not_say_when_proves_nothing(client, trusted, provider, said):
    provider.twist = lambda claims: claims.update(auth_time=said) if said is not None else claims.pop("auth_time")
    stays_unproven(client, trusted, back(client), Refusal.STALE, "did not ask you to sign in")


def test_somebody_else_at_the_provider_proves_nothing(client, trusted, provider, world):
    colleague = world.person("a.gp.practitioner")
    with writing() as session:
        session.add(
            Identity(
                user_id=colleague.user_id,
                provider=CIS2,
                issuer=provider.issuer,
                subject="colleague",
                linked_at=NOW,
            )
        )
    provider.knows("colleague", acr="AAL3_ANY")
    stays_unproven(client, trusted, back(client, subject="colleague"), Refusal.ANOTHER, "as somebody else")


def test_a_stranger_at_the_provider_proves_nothing(client, trusted, provider):
    provider.knows("stranger", acr="AAL3_ANY")
    stays_unproven(client, trusted, back(client, subject="stranger"), Refusal.ANOTHER, "as somebody else")


def test_without_the_second_step_that_the_role_asks_for_it_proves_nothing(client, trusted, provider):
    with writing() as session:
        user = session.get_one(User, trusted.user_id)
        user.totp_secret = user.totp_confirmed_at = None
    provider.twist = lambda claims: claims.update(acr="AAL1_USERPASS")
    stays_unproven(client, trusted, back(client), Refusal.WEAKER, "A second step is missing")


@pytest.mark.parametrize(
    ("name", "value", "refusal"), [("nonce", "another", Refusal.NONCE), ("aud", "x", Refusal.AUDIENCE)]
)
def test_a_token_that_is_refused_leaves_them_signed_in(client, trusted, provider, name, value, refusal):
    provider.twist = lambda claims: claims.update({name: value})
    stays_unproven(client, trusted, back(client), refusal, "was not accepted")


def test_an_answer_to_another_sign_in_of_the_browser_proves_nothing(client, new_client, trusted, provider):
    path = consent(client.get(LEAVE).location, SUBJECT)
    thief = new_client()
    assert thief.get(path).status_code == 403
    client.submit("/account", action="/sign-out")
    assert sign_on(client, CIS2).location == "/", "the same person, in the same browser, and another sign-in"
    assert client.get(path).status_code == 403
    assert refusals()[-1][0] == "sign_on.refused_state"


def test_where_the_provider_is_away_nothing_is_lost(client, trusted, provider, offer):
    provider.is_down = True
    offer(CIS2)
    page = client.get(LEAVE)
    assert page.status_code == 503
    assert "You are signed in as before" in words(page)
    assert page.page.find("input", attrs={"name": "password"}) is None
    assert page.page.find("a", string="Try again")["href"] == PROVE
    assert is_signed_in(client)


class TestCode:
    """Where the provider's second step is not trusted, a code follows, as it does when signing in."""

    def test_the_providers_word_is_half_of_it(self, client, coded):
        answer = back(client)
        assert answer.location == PROVE
        page = client.get(PROVE)
        assert "Marshland has confirmed that it is you" in words(page)
        assert page.page.find("input", attrs={"name": "password"}) is None
        assert client.get(ASKS).status_code == 302, "not yet"
        assert client.submit(PROVE, code="000000").status_code == 400
        assert client.submit(PROVE, code=coded.code).location == ASKS
        assert client.get(ASKS).status_code == 200
        assert verbs(coded.user_id)[-3:] == ["sign_on.vouched_anew", "session.code_refused", "session.proved"]

    def test_a_code_alone_is_not_enough(self, client, coded):
        page = client.get(PROVE)
        assert page.page.find("input", attrs={"name": "code"}) is None
        token = client.get("/account").page.find("input", attrs={"name": "csrf_token"})["value"]
        client.post(PROVE, data={"csrf_token": token, "code": coded.code, "password": ""})
        assert client.get(ASKS).status_code == 302

    def test_the_providers_word_is_good_for_ten_minutes(self, client, coded, at_world_time):
        back(client)
        at_world_time.shift(LATER)
        assert client.get(PROVE).page.find("input", attrs={"name": "code"}) is None

    def test_where_the_provider_is_set_no_longer_the_password_serves(self, client, coded, offer):
        offer(OTHER, name="new")
        assert client.get(PROVE).page.find("input", attrs={"name": "password"}) is not None
        assert client.get(LEAVE).location == PROVE


def test_whoever_came_with_a_password_is_asked_for_it(client, sign_in, world, offer, at_world_time):
    offer(OTHER)
    sign_in(client, world.person("a.administrator"))
    at_world_time.shift(LATER)
    assert client.get(PROVE).page.find("input", attrs={"name": "password"}) is not None
    assert client.get(LEAVE).location == PROVE


def test_nobody_leaves_who_is_not_signed_in(client, offer):
    offer(OTHER)
    assert client.get(LEAVE).location.startswith("/sign-in?next=")


def test_the_page_takes_few_queries(client, trusted, count_queries):
    with count_queries() as statements:
        assert client.get(PROVE).status_code == 200
    assert len(statements) <= 10, statements
