"""A real OpenID provider on loopback (oidc-provider-mock), which can be told to answer wrongly, or not at all."""

from __future__ import annotations

import json
import logging
import os
import threading
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

import flask
import oidc_provider_mock
import requests
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import BaseWSGIServer, make_server

from portal.config.providers import CIS2, DFE, ENTRA, OTHER, SCOPES, TITLES, ProviderSettings

HOST = "127.0.0.1"
WELL_KNOWN = "/.well-known/openid-configuration"
CLIENT, SECRET = "portal-client", "portal-client-secret"
TENANT = "8b1c3a52-0000-4000-8000-000000000001"

SHAPES: dict[str, Callable[[str], dict[str, Any]]] = {
    DFE: lambda code: {
        "organisation": {
            "id": "23F20E54-79EA-4146-8E39-18197576F023",
            "name": "Marker Primary",
            "category": {"id": "001", "name": "Establishment"},
            "urn": code,
            "uid": None,
            "ukprn": "10000001",
        }
    },
    CIS2: lambda code: {
        "nhsid_useruid": "555057896106",
        "nhsid_nrbac_roles": [
            {"person_orgid": "1", "person_roleid": "555254242106", "org_code": code, "role_code": "S8000:G8000:R8001"},
            {
                "person_orgid": "2",
                "person_roleid": "555254242107",
                "org_code": "ZZ999",
                "role_code": "S8000:G8000:R8000",
            },
        ],
        "nhsid_user_orgs": [{"org_code": code, "org_name": "Marker Surgery"}],
        "selected_roleid": "555254242106",
        "acr": "AAL3_ANY",
    },
    ENTRA: lambda _code: {
        "tid": TENANT,
        "oid": "00000000-1111-4222-8333-444444444444",
        "preferred_username": "x@y.example",
    },
    OTHER: lambda _code: {},
}
"""What each kind says of somebody, by the code of their organisation."""


@dataclass
class LoopbackProvider:
    """The provider: where it is, what it says of people, and what it does wrongly."""

    issuer: str = ""
    storage: Any = None
    twist: Callable[[dict[str, Any]], None] | None = None
    """Changes the claims of the next tokens, which are signed anew."""
    header: dict[str, Any] = field(default_factory=dict)
    foreign_key: RSAKey | None = None
    """A key that is not the provider's, with which tokens are signed."""
    is_down: bool = False
    leads_to: str = ""
    """Where it leads whoever asks what it is, instead of saying it."""
    rotates: bool = False
    """Has another key from the next request on."""
    remembers: bool = False
    """Lets people on whom it knows from before, whatever it was asked."""
    about: dict[str, Any] = field(default_factory=dict)
    """What else it says of itself."""
    shown: dict[str, str] = field(default_factory=dict)
    """What was last sent along with a code."""
    challenges: dict[str, str] = field(default_factory=dict)
    """Of each code the challenge (PKCE, S256), which the mock does not keep."""
    wanted: dict[str, str] = field(default_factory=dict)
    """What was last asked of it by a browser."""
    asked: list[str] = field(default_factory=list)

    def knows(self, subject: str, **claims: Any) -> None:
        """Say what the provider knows of somebody."""
        requests.put(f"{self.issuer}/users/{subject}", json=claims, timeout=60).raise_for_status()

    def settings(self, kind: str, name: str = "", **changes: Any) -> ProviderSettings:
        """The portal's settings for it, as a provider of this kind."""
        values: dict[str, Any] = {
            "name": name or kind,
            "kind": kind,
            "title": TITLES[kind] or "Marshland",
            "issuer": self.issuer,
            "client_id": CLIENT,
            "client_secret": SECRET,
            "scopes": SCOPES[kind],
        }
        return ProviderSettings(**(values | changes))

    def before(self) -> Any:
        """Before each request."""
        self.storage = flask.g.oidc_provider_mock_storage
        self.asked.append(flask.request.path)
        if self.rotates:
            self.storage.jwk = type(self.storage.jwk).generate_key(is_private=True)
            self.rotates = False
        if flask.request.path == "/oauth2/authorize":
            self.wanted = flask.request.args.to_dict()
        if flask.request.path == "/oauth2/token":
            self.shown = flask.request.form.to_dict()
            if "client_assertion" in self.shown:
                # The mock knows no such clients; the tests look at what they sign.
                shown = b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
                flask.request.environ["HTTP_AUTHORIZATION"] = f"Basic {shown}"
            verifier = sha256(self.shown.get("code_verifier", "").encode()).digest()
            if urlsafe_b64encode(verifier).decode().rstrip("=") != self.challenges.get(self.shown.get("code", "")):
                return flask.make_response({"error": "invalid_grant"}, 400)
        if self.leads_to and flask.request.path == WELL_KNOWN:
            return flask.redirect(self.leads_to)
        return flask.Response("down", 503) if self.is_down else None

    def after(self, response: flask.Response) -> flask.Response:
        """After each request: tokens say which key they are signed with, and what they are told to."""
        if flask.request.path == "/oauth2/authorize" and response.status_code == 302:
            for code in parse_qs(urlsplit(response.headers["Location"]).query).get("code", []):
                self.challenges[code] = self.wanted.get("code_challenge", "")
        if flask.request.path == WELL_KNOWN and response.status_code == 200:
            response.set_data(json.dumps(json.loads(response.get_data()) | self.about))
        if flask.request.path != "/oauth2/token" or response.status_code != 200:
            return response
        given = json.loads(response.get_data())
        claims = payload_of(given["id_token"])
        if "max_age" in self.wanted:
            claims["auth_time"] = claims["iat"] - (3600 if self.remembers else 0)
        if self.twist is not None:
            self.twist(claims)
        own = RSAKey.import_key(self.storage.jwk.as_dict(is_private=True))
        header = {"alg": "RS256", "kid": own.thumbprint(), **self.header}
        if header["alg"] == "none":
            given["id_token"] = f"{_segment(header)}.{_segment(claims)}."
        else:
            given["id_token"] = jwt.encode(header, claims, self.foreign_key or own)
        response.set_data(json.dumps(given))
        return response


def _segment(content: dict[str, Any]) -> str:
    return urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def payload_of(token: str) -> dict[str, Any]:
    """The claims of a token, unchecked."""
    body = token.split(".")[1]
    found: dict[str, Any] = json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return found


@contextmanager
def running_provider() -> Iterator[LoopbackProvider]:
    """A provider for the time of a test."""
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # the provider's own library insists on https
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    provider = LoopbackProvider()
    app = oidc_provider_mock.app(require_nonce=True)
    app.before_request(provider.before)
    app.after_request(provider.after)
    server: BaseWSGIServer = make_server(HOST, 0, app, threaded=True)
    provider.issuer = f"http://{HOST}:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
        os.environ.pop("AUTHLIB_INSECURE_TRANSPORT", None)


def consent(address: str, subject: str, *, action: str = "") -> str:
    """Sign in at the provider as somebody: the address at which the browser comes back, without the host."""
    form = {"action": action} if action else {"sub": subject}
    answer = requests.post(address, data=form, timeout=60, allow_redirects=False)
    assert answer.status_code == 302, answer.text
    parts = urlsplit(answer.headers["Location"])
    return f"{parts.path}?{parts.query}"
