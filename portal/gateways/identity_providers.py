"""Providers of single sign-on, by OpenID Connect: authorisation code with PKCE (S256) and nonce.

What a provider publishes about itself, and its keys, are kept for an hour; the keys are fetched anew when a token is
signed with one that is not among them. Every conversation has a time limit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, cast
from urllib.parse import urlencode, urlsplit, urlunsplit

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import Token

from portal.config.providers import CIS2, DFE, ProviderSettings
from portal.domain.single_sign_on import ProofRefused, ProviderDown, Refusal
from portal.gateways import client_assertions, identity_tokens

SECONDS = 10
KEPT_FOR = timedelta(hours=1)
DOWN_FOR = timedelta(seconds=5)
"""How long nobody else is kept waiting for a provider that has just not answered."""

_ASKING = {"Accept": "application/json"}
_WELL_KNOWN = "/.well-known/openid-configuration"
_MUST_SAY = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
_ADDRESSES = (*_MUST_SAY, "userinfo_endpoint", "end_session_endpoint")
_ITS_OWN_FAULT = frozenset({"server_error", "temporarily_unavailable"})
_NOT_OUR_CLIENT = frozenset({"invalid_client", "unauthorized_client"})
_ORGANISATION = {DFE: "organisation", CIS2: "nhsid_nrbac_roles"}


@dataclass(frozen=True, slots=True)
class Proof:
    """What the provider vouches for, checked: its claims, and the token by which it knows the sign-in again."""

    claims: Mapping[str, Any] = field(repr=False)
    id_token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Published:
    """What the provider says about itself, and its keys."""

    about: Mapping[str, Any]
    keys: KeySet
    at: datetime


class IdentityProvider:
    """One provider; safe between threads."""

    def __init__(self, settings: ProviderSettings, seconds: float = SECONDS) -> None:
        self.settings = settings
        self.seconds = seconds
        self._lock = Lock()
        self._kept: _Published | None = None
        self._down: tuple[str, datetime] | None = None

    def address(self, now: datetime, *, back: str, state: str, nonce: str, verifier: str, anew: bool = False) -> str:
        """Where the browser goes to sign in; it comes back to `back`. Raises ProviderDown.

        `anew` asks that the provider lets nobody on whom it only remembers.
        """
        endpoint = str(self._published(now).about["authorization_endpoint"])
        asked = {"prompt": "login", "max_age": "0"} if anew else {}
        if self.settings.acr_values:
            asked["acr_values"] = self.settings.acr_values
        with self._client(back) as client:
            address, _state = client.create_authorization_url(
                endpoint, state=state, nonce=nonce, code_verifier=verifier, **asked
            )
        return str(address)

    def prove(
        self, now: datetime, *, back: str, code: str, nonce: str, verifier: str, since: datetime | None = None
    ) -> Proof:
        """Give the code for a token and check it. Raises ProviderDown and ProofRefused.

        With `since` its person must have signed in there anew since then.
        """
        published = self._published(now)
        given = self._fetch_token(now, published.about, back, code, verifier)
        id_token = given.get("id_token")
        if not isinstance(id_token, str) or not id_token:
            raise ProofRefused(Refusal.CLAIMS)
        token = self._decoded(now, published, id_token)
        claims: dict[str, Any] = token.claims
        identity_tokens.check_claims(
            claims, now, issuer=self.settings.issuer, client_id=self.settings.client_id, nonce=nonce
        )
        identity_tokens.check_access_token(token, given.get("access_token"))
        if since is not None:
            identity_tokens.check_is_anew(claims, since)
        if self._wants_more(claims):
            claims = {**self._user_info(published.about, given, claims["sub"]), **claims}
        return Proof(claims, id_token)

    def leaving(self, now: datetime, *, id_token: str, back: str) -> str | None:
        """Where the browser goes to sign out there too, and comes back to `back`; None where it offers no such place.

        Raises ProviderDown.
        """
        endpoint = self._published(now).about.get("end_session_endpoint")
        if endpoint is None:
            return None
        parts = urlsplit(str(endpoint))
        asked = {
            "id_token_hint": id_token,
            "post_logout_redirect_uri": back,
            "client_id": self.settings.client_id,
        }
        return urlunsplit(parts._replace(query="&".join(filter(None, (parts.query, urlencode(asked))))))

    def fault(self, now: datetime) -> str | None:
        """Why nobody can sign in there now; None where they can, as far as can be seen from here."""
        try:
            self._published(now, anew=True)
        except ProviderDown as fault:
            return str(fault)
        return None

    def own_keys(self) -> list[dict[str, Any]]:
        """The portal's public keys, which this provider fetches; none where the portal has a secret with it."""
        pem = self.settings.client_key
        return [client_assertions.published(pem)] if pem else []

    def _wants_more(self, claims: Mapping[str, Any]) -> bool:
        """Whether the token does not name the organisation, which some providers say only when they are asked."""
        expected = self.settings.claim or _ORGANISATION.get(self.settings.kind, "")
        return bool(expected) and expected not in claims

    def _published(self, now: datetime, *, anew: bool = False) -> _Published:
        kept = self._kept
        if kept is not None and not anew and timedelta(0) <= now - kept.at < KEPT_FOR:
            return kept
        with self._lock:
            if self._kept is not kept and self._kept is not None:
                return self._kept
            if self._down is not None and timedelta(0) <= now - self._down[1] < DOWN_FOR:
                raise ProviderDown(self._down[0])
            try:
                about = self._read_about()
                self._kept = _Published(about, self._read_keys(about), now)
            except ProviderDown as fault:
                self._down = (str(fault), now)
                raise
            self._down = None
            return self._kept

    def _read_about(self) -> Mapping[str, Any]:
        issuer = self.settings.issuer
        about = self._get_json(issuer.rstrip("/") + _WELL_KNOWN)
        if about.get("issuer") != issuer:
            own = str(about.get("issuer"))[:255]
            raise ProviderDown(f"it calls itself {own!r}, which is not how the setting spells it")
        is_here = urlsplit(issuer).scheme == "http"
        for name in _ADDRESSES:
            value = about.get(name)
            if value is None and name not in _MUST_SAY:
                continue
            if not isinstance(value, str) or not (value.startswith("https://") or is_here):
                raise ProviderDown(f"its {name} is missing, or not an https address")
        return about

    def _read_keys(self, about: Mapping[str, Any]) -> KeySet:
        try:
            keys = KeySet.import_key_set(cast(Any, self._get_json(str(about["jwks_uri"]))))
        except (JoseError, KeyError, TypeError, ValueError):
            raise ProviderDown("its keys cannot be read") from None
        return keys

    def _get_json(self, address: str) -> dict[str, Any]:
        return _content(lambda: requests.get(address, headers=_ASKING, timeout=self.seconds, allow_redirects=False))

    def _fetch_token(
        self, now: datetime, about: Mapping[str, Any], back: str, code: str, verifier: str
    ) -> Mapping[str, Any]:
        endpoint = str(about["token_endpoint"])
        with self._client(back) as client:
            client.token_endpoint_auth_method, shown = self._shown(now, about, endpoint)
            try:
                given = client.fetch_token(
                    endpoint,
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=verifier,
                    redirect_uri=back,
                    timeout=self.seconds,
                    allow_redirects=False,
                    **shown,
                )
            except OAuthError as fault:
                if fault.error in _ITS_OWN_FAULT | _NOT_OUR_CLIENT:
                    raise ProviderDown(f"it answers {fault.error}") from None
                raise ProofRefused(Refusal.CODE) from None
            except requests.RequestException as fault:
                raise ProviderDown(_why(fault)) from None
            except ValueError:
                raise ProviderDown("it does not answer as a provider") from None
        return cast(Mapping[str, Any], given)

    def _shown(self, now: datetime, about: Mapping[str, Any], endpoint: str) -> tuple[str, dict[str, str]]:
        """In which way the portal shows who it is, and what goes along with the code for that."""
        if self.settings.client_key:
            offered = about.get("token_endpoint_auth_signing_alg_values_supported")
            said = client_assertions.assertion(
                self.settings.client_key,
                self.settings.client_id,
                endpoint,
                now,
                offered if isinstance(offered, list) else [],
            )
            return "none", {"client_assertion_type": client_assertions.KIND, "client_assertion": said}
        methods = about.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        return ("client_secret_basic" if "client_secret_basic" in methods else "client_secret_post"), {}

    def _decoded(self, now: datetime, published: _Published, id_token: str) -> Token:
        try:
            return identity_tokens.decode(id_token, published.keys)
        except identity_tokens.KeyUnknown:
            pass
        try:
            return identity_tokens.decode(id_token, self._published(now, anew=True).keys)
        except identity_tokens.KeyUnknown:
            raise ProofRefused(Refusal.SIGNATURE) from None

    def _user_info(self, about: Mapping[str, Any], given: Mapping[str, Any], subject: str) -> Mapping[str, Any]:
        """More about the person, which is theirs only where it names the same subject."""
        endpoint, token = about.get("userinfo_endpoint"), given.get("access_token")
        if endpoint is None or not isinstance(token, str):
            return {}
        headers = {**_ASKING, "Authorization": f"Bearer {token}"}
        found = _content(
            lambda: requests.get(str(endpoint), headers=headers, timeout=self.seconds, allow_redirects=False)
        )
        if found.get("sub") != subject:
            raise ProofRefused(Refusal.CLAIMS)
        return found

    def _client(self, back: str) -> Any:
        """A client for one conversation: those of requests are not shared between threads. authlib is untyped."""
        made: Callable[..., Any] = OAuth2Session
        return made(
            client_id=self.settings.client_id,
            client_secret=self.settings.client_secret,
            scope=self.settings.scopes,
            redirect_uri=back,
            code_challenge_method="S256",
            default_timeout=self.seconds,
        )


def _content(ask: Callable[[], requests.Response]) -> dict[str, Any]:
    """What is answered, straight from where it was asked: whoever is led on is led to who knows whom."""
    try:
        answer = ask()
        answer.raise_for_status()
        if answer.status_code != requests.codes.ok:
            raise ProviderDown(f"it answers {answer.status_code}")
        found = answer.json()
    except requests.JSONDecodeError:
        found = None
    except requests.RequestException as fault:
        raise ProviderDown(_why(fault)) from None
    if not isinstance(found, dict):
        raise ProviderDown("it does not answer as a provider")
    return found


def _why(fault: requests.RequestException) -> str:
    """In words that hold no address, code or token."""
    if fault.response is not None:
        return f"it answers {fault.response.status_code}"
    return "it does not answer in time" if isinstance(fault, requests.Timeout) else "it does not answer"
