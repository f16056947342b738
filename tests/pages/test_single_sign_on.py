"""Single sign-on through the pages: each kind of provider, linking, the second step, and signing out there too."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy import select

from portal.config.providers import CIS2, DFE, ENTRA, OTHER
from portal.database.session import db, writing
from portal.domain.signing_in import SignInWay
from portal.models.identities import Identity, ProvidedSession, SignOnAttempt
from portal.models.people import User
from portal.models.sessions import SignInSession
from tests.identity_provider import CLIENT, consent
from tests.pages.reading import words
from tests.pages.sign_in_steps import is_signed_in
from tests.pages.sign_on_steps import SUBJECT, knows, leave, link, offer, provider, sign_on
from tests.signing_in import CODE_PAGE

__all__ = ["offer", "provider"]

KINDS = (DFE, CIS2, ENTRA, OTHER)
WHO = {DFE: "a.school.lead", CIS2: "a.gp.lead", ENTRA: "a.police.lead", OTHER: "a.social_care.lead"}


@pytest.fixture(scope="module")
def client_key():
    """A private key of the portal's own, as PEM."""
    key = generate_private_key(65537, 2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.mark.parametrize("kind", KINDS)
def test_somebody_who_is_linked_signs_in_and_gives_their_code(client, world, provider, offer, kind):
    person = world.person(WHO[kind])
    offer(kind)
    knows(provider, kind)
    link(person, provider, kind)
    answer = sign_on(client, kind)
    assert answer.location == CODE_PAGE, "a second step that the settings do not trust is taken here"
    assert client.submit(CODE_PAGE, code=person.code).location == "/"
    assert is_signed_in(client)
    held = db.session.scalars(select(SignInSession).order_by(SignInSession.id.desc()).limit(1)).one()
    assert (held.user_id, held.way) == (person.user_id, SignInWay.PROVIDER)
    identity = db.session.scalars(select(Identity)).one()
    assert identity.last_used_at is not None


def test_where_the_browser_goes_says_what_openid_connect_asks(client, provider, offer):
    offer(DFE)
    address = leave(client, DFE)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert asked["response_type"] == "code"
    assert asked["client_id"] == CLIENT
    assert asked["redirect_uri"] == "http://localhost/sign-in/with/dfe/back"
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["code_challenge"]) == 43
    assert "organisation" in asked["scope"].split()
    assert min(len(asked["state"]), len(asked["nonce"])) >= 43
    row = db.session.scalars(select(SignOnAttempt)).one()
    assert asked["nonce"] == row.nonce
    assert asked["state"].encode() not in (row.state_digest, row.browser_digest)


def test_several_are_offered_and_none_where_none_is_set(client, provider, offer):
    assert "employer" not in words(client.get("/sign-in"))
    offer(CIS2)
    page = client.get("/sign-in?next=/inbox")
    assert (
        page.page.find("a", string=lambda text: text and "NHS CIS2" in text)["href"] == "/sign-in/with/cis2?next=/inbox"
    )
    assert page.page.find("input", attrs={"name": "password"}) is not None


def test_one_is_led_on_to_the_page_that_was_wanted(client, world, provider, offer):
    person = world.person("a.business_manager")
    offer(OTHER)
    knows(provider, OTHER)
    link(person, provider, OTHER)
    assert sign_on(client, OTHER, "?next=/inbox").location == "/inbox"


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "/\tevil",
        "/inbox?x=%0d%0aSet-Cookie:x=y",
        "/inbox\r\nSet-Cookie:x=y",
    ],
)
def test_nobody_is_led_away_from_the_portal(client, world, provider, offer, wanted):
    offer(OTHER)
    knows(provider, OTHER)
    link(world.person("a.business_manager"), provider, OTHER)
    answer = client.get("/sign-in/with/other", query_string={"next": wanted})
    back = client.get(consent(answer.location, SUBJECT))
    assert urlsplit(back.location).netloc == ""
    assert "evil" not in back.location
    assert not [value for value in back.headers.getlist("Set-Cookie") if value.startswith("x=")]


def test_a_hostile_host_does_not_get_the_code(client, provider, offer):
    offer(DFE)
    answer = client.get("/sign-in/with/dfe", headers={"X-Forwarded-Host": "evil.example"})
    assert parse_qs(urlsplit(answer.location).query)["redirect_uri"] == ["http://localhost/sign-in/with/dfe/back"]


@pytest.mark.parametrize(
    ("kind", "claims", "changes"),
    [
        (CIS2, {"acr": "AAL3_ANY"}, {"trusted_acr": frozenset({"AAL3_ANY"})}),
        (ENTRA, {"amr": ["pwd", "mfa"]}, {"trusted_amr": frozenset({"mfa"})}),
    ],
)
def test_a_second_step_there_counts_where_the_settings_trust_its_words(
    client, world, provider, offer, kind, claims, changes
):
    person = world.person(WHO[kind])
    offer(kind, **changes)
    knows(provider, kind, **claims)
    link(person, provider, kind)
    with writing() as session:
        # They never set up an app here: what the provider says stands for it, at every request.
        user = session.get_one(User, person.user_id)
        user.totp_secret = user.totp_confirmed_at = None
    assert sign_on(client, kind).location == "/"
    assert is_signed_in(client)


def test_without_that_word_the_app_is_set_up_here(client, world, provider, offer):
    person = world.person(WHO[ENTRA])
    offer(ENTRA, trusted_amr=frozenset({"mfa"}))
    knows(provider, ENTRA, amr=["pwd"])
    link(person, provider, ENTRA)
    with writing() as session:
        user = session.get_one(User, person.user_id)
        user.totp_secret = user.totp_confirmed_at = None
    assert sign_on(client, ENTRA).location == "/sign-in/set-up-code"


class TestSigningOut:
    """Otherwise whoever sits down next is one click from being signed in."""

    def test_one_is_led_on_to_sign_out_there(self, client, world, provider, offer):
        offer(OTHER)
        knows(provider, OTHER)
        link(world.person("a.business_manager"), provider, OTHER)
        sign_on(client, OTHER)
        token = db.session.scalar(select(ProvidedSession.id_token))
        page = client.submit("/account", action="/sign-out")
        assert page.page.h1.get_text() == "You have signed out of the portal"
        there = page.page.find("a", string=lambda text: text and "Sign out of Marshland" in text)["href"]
        asked = parse_qs(urlsplit(there).query)
        assert there.startswith(f"{provider.issuer}/oauth2/end_session?")
        assert asked["id_token_hint"] == [token]
        assert asked["post_logout_redirect_uri"] == ["http://localhost/sign-in"]
        assert page.page.find("meta", attrs={"http-equiv": "refresh"})["content"] == f"0; url={there}"
        assert not is_signed_in(client)
        db.session.rollback()
        assert db.session.scalar(select(ProvidedSession.id_token)) is None, "it is not kept longer than it is needed"

    def test_where_the_provider_is_gone_one_is_signed_out_here_and_told(self, client, world, provider, offer):
        offer(OTHER)
        knows(provider, OTHER)
        link(world.person("a.business_manager"), provider, OTHER)
        sign_on(client, OTHER)
        provider.is_down = True
        offer(OTHER)  # nothing of it is remembered
        page = client.submit("/account", action="/sign-out")
        assert "You are still signed in with Marshland" in words(page)
        assert not is_signed_in(client)

    def test_whoever_came_with_a_password_is_signed_out_as_ever(self, client, sign_in, world, provider, offer):
        offer(OTHER)
        sign_in(client, world.person("a.business_manager"))
        assert client.submit("/account", action="/sign-out").location == "/sign-in"


@pytest.mark.parametrize("path", ["/sign-in/with/nobody", "/sign-in/with/nobody/back", "/join/x/with/nobody"])
def test_a_provider_that_is_not_set_is_not_there(client, path):
    assert client.get(path).status_code == 404


def test_a_provider_fetches_the_portals_key_and_nothing_where_it_has_a_secret(client, provider, offer, client_key):
    offer(CIS2)
    assert client.get("/sign-in/with/cis2/keys").status_code == 404
    offer(CIS2, client_secret="", client_key=client_key)
    answer = client.get("/sign-in/with/cis2/keys")
    (key,) = answer.get_json()["keys"]
    assert set(key) == {"kty", "n", "e", "kid", "use"}


def test_somebody_signs_in_where_the_portal_shows_a_key(client, world, provider, offer, client_key):
    person = world.person(WHO[CIS2])
    offer(CIS2, client_secret="", client_key=client_key)
    knows(provider, CIS2)
    link(person, provider, CIS2)
    assert sign_on(client, CIS2).location == CODE_PAGE
    assert set(provider.shown) >= {"client_assertion", "client_assertion_type", "client_id", "code_verifier"}


def test_whoever_is_signed_in_need_not_leave(lead, provider, offer):
    offer(OTHER)
    assert lead.get("/sign-in/with/other?next=/inbox").location == "/inbox"


def test_pages_take_few_queries(administrator, client, world, provider, offer, count_queries):
    offer(OTHER)
    person = world.person("a.gp.lead").hat
    for browser, path in (
        (client, "/sign-in"),
        (administrator, f"/people/{person.membership_id}/sign-on"),
        (administrator, f"/agencies/{person.agency_id}/sign-in"),
    ):
        with count_queries() as statements:
            assert browser.get(path).status_code == 200
        assert len(statements) <= 10, statements
