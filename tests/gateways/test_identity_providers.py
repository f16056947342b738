"""Providers of single sign-on in conversation: what is kept of them, how the portal shows who it is, who is obeyed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jwt
from joserfc.jwk import RSAKey

from portal.config.providers import CIS2, OTHER
from portal.domain.single_sign_on import ProofRefused, ProviderDown, Refusal
from portal.gateways.client_assertions import KIND
from portal.gateways.identity_providers import DOWN_FOR, KEPT_FOR, IdentityProvider
from tests.identity_provider import CLIENT, SECRET, WELL_KNOWN, LoopbackProvider, consent, running_provider

BACK = "http://localhost/sign-in/with/x/back"
NONCE, VERIFIER = "n" * 43, "v" * 43


@pytest.fixture
def provider():
    with running_provider() as running:
        running.knows("somebody")
        yield running


@pytest.fixture(scope="module")
def pem() -> str:
    key = generate_private_key(65537, 2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def sign_in(found: IdentityProvider, now: datetime | None = None):
    """Leave, sign in there, and have what comes back proven."""
    now = now or datetime.now(UTC)
    address = found.address(now, back=BACK, state="s", nonce=NONCE, verifier=VERIFIER)
    query = parse_qs(urlsplit(consent(address, "somebody")).query)
    return found.prove(now, back=BACK, code=query["code"][0], nonce=NONCE, verifier=VERIFIER)


def test_a_secret_goes_as_the_provider_takes_it(provider: LoopbackProvider):
    found = IdentityProvider(provider.settings(OTHER), seconds=60)
    assert sign_in(found).claims["sub"] == "somebody"
    assert "client_secret" not in provider.shown, "in the header, where the provider does not say"
    provider.about = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    sign_in(IdentityProvider(provider.settings(OTHER), seconds=60))
    assert (provider.shown["client_id"], provider.shown["client_secret"]) == (CLIENT, SECRET)
    assert provider.shown["code_verifier"] == VERIFIER


@pytest.mark.parametrize(("offered", "algorithm"), [(None, "RS256"), (["RS256", "RS512"], "RS512"), ("RS512", "RS256")])
def test_with_a_key_the_portal_signs_who_it_is(provider: LoopbackProvider, pem, offered, algorithm):
    if offered is not None:
        provider.about = {"token_endpoint_auth_signing_alg_values_supported": offered}
    found = IdentityProvider(provider.settings(CIS2, client_secret="", client_key=pem), seconds=60)
    now = datetime.now(UTC).replace(microsecond=0)
    sign_in(found, now)
    first = provider.shown["client_assertion"]
    assert provider.shown["client_assertion_type"] == KIND
    assert "client_secret" not in provider.shown
    (published,) = found.own_keys()
    token = jwt.decode(first, RSAKey.import_key(published), algorithms=[algorithm])
    assert (token.header["alg"], token.header["kid"]) == (algorithm, published["kid"])
    assert token.claims["iss"] == token.claims["sub"] == CLIENT
    assert token.claims["aud"] == f"{provider.issuer}/oauth2/token"
    assert token.claims["exp"] - token.claims["iat"] == 300
    assert token.claims["iat"] == int(now.timestamp())
    sign_in(found, now)
    again = jwt.decode(provider.shown["client_assertion"], RSAKey.import_key(published), algorithms=[algorithm])
    assert again.claims["jti"] != token.claims["jti"], "each is good once"


def test_what_is_published_of_the_key_is_its_public_half(provider: LoopbackProvider, pem):
    (published,) = IdentityProvider(provider.settings(CIS2, client_secret="", client_key=pem), seconds=60).own_keys()
    assert set(published) == {"kty", "n", "e", "kid", "use"}
    assert IdentityProvider(provider.settings(CIS2), seconds=60).own_keys() == []


def test_nobody_is_led_on_to_another_who_says_what_it_is(provider: LoopbackProvider):
    with running_provider() as other:
        provider.leads_to = other.issuer + WELL_KNOWN
        found = IdentityProvider(provider.settings(OTHER), seconds=60)
        with pytest.raises(ProviderDown, match="it answers 302"):
            found.address(datetime.now(UTC), back=BACK, state="s", nonce=NONCE, verifier=VERIFIER)
        assert other.asked == []


@pytest.mark.parametrize(
    ("about", "why"),
    [
        ({"issuer": "https://elsewhere.example"}, "calls itself 'https://elsewhere.example'"),
        ({"token_endpoint": None}, "token_endpoint is missing"),
        ({"jwks_uri": 7}, "jwks_uri is missing"),
        ({"jwks_uri": "http://127.0.0.1:9/keys"}, "it does not answer"),
    ],
)
def test_one_that_does_not_say_what_it_must_is_as_good_as_away(provider: LoopbackProvider, about, why):
    provider.about = about
    assert why in (IdentityProvider(provider.settings(OTHER), seconds=60).fault(datetime.now(UTC)) or "")


def test_an_answer_that_is_no_json_is_none(provider: LoopbackProvider):
    provider.about = {"jwks_uri": f"{provider.issuer}/"}
    assert (
        IdentityProvider(provider.settings(OTHER), seconds=60).fault(datetime.now(UTC))
        == "it does not answer as a provider"
    )


def test_other_ways_to_sign_in_there_are_asked_for_by_setting(provider: LoopbackProvider):
    found = IdentityProvider(provider.settings(CIS2, acr_values="AAL2_OR_AAL3_ANY"), seconds=60)
    address = found.address(datetime.now(UTC), back=BACK, state="s", nonce=NONCE, verifier=VERIFIER)
    asked = parse_qs(urlsplit(address).query)
    assert asked["acr_values"] == ["AAL2_OR_AAL3_ANY"]
    assert "prompt" not in asked
    assert "max_age" not in asked


def test_what_it_says_of_itself_is_kept_for_an_hour(provider: LoopbackProvider):
    found, now = IdentityProvider(provider.settings(OTHER), seconds=60), datetime.now(UTC)
    for at, times in ((now, 1), (now + KEPT_FOR - timedelta(seconds=1), 1), (now + KEPT_FOR, 2)):
        found.address(at, back=BACK, state="s", nonce=NONCE, verifier=VERIFIER)
        assert provider.asked.count(WELL_KNOWN) == times


def test_one_that_is_down_is_not_asked_by_everybody_in_turn(provider: LoopbackProvider):
    found, now = IdentityProvider(provider.settings(OTHER), seconds=60), datetime.now(UTC)
    provider.is_down = True
    for at, times in ((now, 1), (now + DOWN_FOR - timedelta(seconds=1), 1), (now + DOWN_FOR, 2)):
        with pytest.raises(ProviderDown, match="it answers 503"):
            found.address(at, back=BACK, state="s", nonce=NONCE, verifier=VERIFIER)
        assert provider.asked.count(WELL_KNOWN) == times


def test_a_token_of_before_is_none_for_showing_anew(provider: LoopbackProvider):
    found, now = IdentityProvider(provider.settings(OTHER), seconds=60), datetime.now(UTC)
    address = found.address(now, back=BACK, state="s", nonce=NONCE, verifier=VERIFIER, anew=True)
    provider.twist = lambda claims: claims.update(auth_time=int(now.timestamp()) - 61)
    code = parse_qs(urlsplit(consent(address, "somebody")).query)["code"][0]
    with pytest.raises(ProofRefused) as refused:
        found.prove(now, back=BACK, code=code, nonce=NONCE, verifier=VERIFIER, since=now)
    assert refused.value.refusal is Refusal.STALE
