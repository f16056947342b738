"""What comes back from a provider and proves nothing: each refused with its page, and noted in the trail."""

from __future__ import annotations

from datetime import timedelta

import pytest
from joserfc.jwk import RSAKey
from sqlalchemy import func, select

from portal.config.providers import OTHER
from portal.database.session import db
from portal.domain.single_sign_on import Refusal
from portal.models.sessions import SignInSession
from tests.identity_provider import CLIENT, consent
from tests.pages.reading import words
from tests.pages.sign_in_steps import cookie_of
from tests.pages.sign_on_steps import SUBJECT, leave, offer, provider, refused, sign_on, somebody

__all__ = ["offer", "provider", "somebody"]

BACK = "/sign-in/with/other/back"


class TestState:
    """A sign-in belongs to the browser that began it, and is taken once."""

    def test_a_forged_one_is_refused(self, client, somebody):
        path = consent(leave(client, OTHER), SUBJECT)
        state = path.partition("state=")[2].partition("&")[0]
        refused(client.get(path.replace(state, "x" * len(state))), Refusal.STATE, client, "Start signing in again")

    def test_none_at_all_is_refused(self, client, somebody):
        refused(client.get(f"{BACK}?code=x"), Refusal.STATE, client)

    def test_one_of_another_browser_is_refused(self, client, new_client, somebody):
        """Who is lured to another's answer would work, and write, in another's account."""
        path = consent(leave(new_client(), OTHER), SUBJECT)
        leave(client, OTHER)
        refused(client.get(path), Refusal.STATE, client)

    def test_one_of_a_browser_without_a_cookie_is_refused(self, client, new_client, somebody):
        path = consent(leave(client, OTHER), SUBJECT)
        stranger = new_client()
        refused(stranger.get(path), Refusal.STATE, stranger)

    def test_one_that_was_taken_is_refused(self, client, new_client, somebody):
        path = consent(leave(client, OTHER), SUBJECT)
        before = cookie_of(client)
        assert client.get(path).location == "/"
        thief = new_client()
        thief.set_cookie("portal_session", before)
        refused(thief.get(path), Refusal.STATE, thief)

    def test_one_that_took_too_long_is_refused(self, client, somebody, at_world_time):
        path = consent(leave(client, OTHER), SUBJECT)
        at_world_time.shift(timedelta(minutes=10, seconds=1))
        refused(client.get(path), Refusal.STATE, client)

    def test_the_answer_of_another_provider_is_refused(self, client, somebody):
        path = consent(leave(client, OTHER), SUBJECT)
        refused(client.get(f"{path}&iss=https://elsewhere.example"), Refusal.ISSUER, client)


class TestCode:
    """The provider decides whether a code is good, and takes it once."""

    def test_one_that_was_spent_is_refused(self, client, somebody):
        path = consent(leave(client, OTHER), SUBJECT)
        assert client.get(path).location == "/"
        client.submit("/account", action="/sign-out")
        spent = path.partition("code=")[2].partition("&")[0]
        fresh = consent(leave(client, OTHER), SUBJECT)
        code = fresh.partition("code=")[2].partition("&")[0]
        refused(client.get(fresh.replace(code, spent)), Refusal.CODE, client, "Start signing in again")

    def test_one_stolen_from_another_browser_lacks_its_verifier(self, client, new_client, somebody):
        stolen = consent(leave(client, OTHER), SUBJECT).partition("code=")[2].partition("&")[0]
        thief = new_client()
        own = consent(leave(thief, OTHER), SUBJECT)
        code = own.partition("code=")[2].partition("&")[0]
        refused(thief.get(own.replace(code, stolen)), Refusal.CODE, thief)

    def test_none_is_refused(self, client, somebody):
        path = consent(leave(client, OTHER), SUBJECT)
        code = path.partition("code=")[2].partition("&")[0]
        refused(client.get(path.replace(f"code={code}", "")), Refusal.CODE, client)

    def test_whoever_stops_there_is_told(self, client, somebody):
        state = leave(client, OTHER).partition("state=")[2].partition("&")[0]
        answer = client.get(f"{BACK}?error=access_denied&error_description=<b>x</b>&state={state}")
        refused(answer, Refusal.DECLINED, client, "You did not finish signing in with Marshland")
        assert "<b>x" not in answer.get_data(as_text=True)


def claim(name, value):
    """A twist that sets one claim."""
    return lambda claims: claims.update({name: value})


def among_others(name):
    """A twist that makes a list of what should be one, with the right one in it."""
    return lambda claims: claims.update({name: [claims[name], "another"]})


def moved(name, seconds):
    """A twist that moves an instant."""
    return lambda claims: claims.update({name: claims[name] + seconds})


class TestToken:
    """What the provider signs must be for this sign-in, for this service, and of now."""

    @pytest.mark.parametrize(
        ("twist", "refusal"),
        [
            (claim("nonce", "another"), Refusal.NONCE),
            (lambda claims: claims.pop("nonce"), Refusal.CLAIMS),
            (claim("aud", "another-service"), Refusal.AUDIENCE),
            (claim("aud", ["another-service"]), Refusal.AUDIENCE),
            (claim("aud", [CLIENT, "another-service"]), Refusal.AUDIENCE),
            (claim("azp", "another-service"), Refusal.AUDIENCE),
            (claim("iss", "https://elsewhere.example"), Refusal.ISSUER),
            (moved("exp", -3600 - 61), Refusal.EXPIRED),
            (moved("iat", 120), Refusal.CLOCK),
            (lambda claims: claims.update(nbf=claims["iat"] + 120), Refusal.CLOCK),
            (lambda claims: claims.pop("exp"), Refusal.CLAIMS),
            (lambda claims: claims.pop("sub"), Refusal.CLAIMS),
            (claim("sub", ""), Refusal.CLAIMS),
            (claim("sub", ["list"]), Refusal.CLAIMS),
            (among_others("nonce"), Refusal.NONCE),
            (among_others("iss"), Refusal.ISSUER),
            (claim("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"), Refusal.CLAIMS),
            (claim("at_hash", 7), Refusal.CLAIMS),
        ],
    )
    def test_one_that_is_not_is_refused(self, client, somebody, provider, twist, refusal):
        provider.twist = twist
        answer = sign_on(client, OTHER)
        refused(answer, refusal, client, "was not accepted")
        assert "tell whoever runs the portal" in words(answer)

    @pytest.mark.parametrize("twist", [moved("exp", -3600 - 45), moved("iat", 45)])
    def test_a_clock_that_is_less_than_a_minute_off_is_taken(self, client, somebody, provider, twist):
        provider.twist = twist
        assert sign_on(client, OTHER).location == "/"

    def test_one_with_a_foreign_signature_is_refused(self, client, somebody, provider):
        provider.foreign_key = RSAKey.generate_key(2048)
        refused(sign_on(client, OTHER), Refusal.SIGNATURE, client)

    def test_one_with_a_key_that_the_provider_does_not_have_is_refused(self, client, somebody, provider):
        provider.foreign_key, provider.header = RSAKey.generate_key(2048), {"kid": "unheard-of"}
        refused(sign_on(client, OTHER), Refusal.SIGNATURE, client)

    def test_one_without_a_signature_is_refused(self, client, somebody, provider):
        provider.header = {"alg": "none"}
        refused(sign_on(client, OTHER), Refusal.SIGNATURE, client)

    def test_a_key_that_the_provider_has_changed_is_fetched_anew(self, client, somebody, provider):
        assert sign_on(client, OTHER).location == "/"
        client.submit("/account", action="/sign-out")
        provider.asked.clear()
        provider.rotates = True
        assert sign_on(client, OTHER).location == "/"
        assert provider.asked.count("/jwks") == 1, "only when a token is signed with a key that is not known"

    def test_what_is_known_of_it_is_kept(self, client, somebody, provider):
        sign_on(client, OTHER)
        client.submit("/account", action="/sign-out")
        provider.asked.clear()
        sign_on(client, OTHER)
        assert "/jwks" not in provider.asked
        assert "/.well-known/openid-configuration" not in provider.asked


def test_nothing_of_a_sign_in_that_was_refused_is_left(client, somebody, provider):
    before = db.session.scalar(select(func.count()).select_from(SignInSession))
    provider.twist = claim("nonce", "another")
    sign_on(client, OTHER)
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(SignInSession)) == before
