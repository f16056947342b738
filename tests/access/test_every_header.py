"""The headers of every answer: each route by each method, and each kind of refusal, also behind a proxy.

What they must be stands in tests/page_checks.py, which every page test goes through; here every route is gone to.
"""

from __future__ import annotations

import re

import pytest

from portal.factory import MAX_FORM_BYTES
from tests.access.matrix import address_of, listed, with_number
from tests.access.routes import ROUTES
from tests.harness import make_app, make_settings
from tests.page_checks import HEADERS, POLICY
from tests.signing_in import token_of

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)

TELLING = ("Server", "X-Powered-By", "X-AspNet-Version", "Via", "X-Runtime", "Access-Control-Allow-Origin")
"""Headers that tell strangers what stands behind, or let other sites read."""

_CHARSET = re.compile(r'charset="?utf-8"?$', re.IGNORECASE)
MET = {200, 302, 400, 403, 404, 405, 413}
"""The answers that this must have come across."""


def faults_of(answer) -> list[str]:
    """What is missing from an answer's headers."""
    found = [
        f"{name} is {answer.headers.get(name)!r}"
        for name, value in HEADERS.items()
        if name != "Referrer-Policy" and answer.headers.get(name) != value
    ]
    policy = answer.headers.get("Content-Security-Policy", "")
    found += [f"the policy lacks {part}" for part in POLICY if part not in policy]
    found += [f"{name} tells too much" for name in TELLING if name in answer.headers and name != "Server"]
    if answer.headers.get("Referrer-Policy") not in ("same-origin", "no-referrer"):
        found.append("Referrer-Policy")
    if answer.get_data() and answer.mimetype.startswith("text/") and not _CHARSET.search(answer.content_type):
        found.append(f"Content-Type is {answer.content_type}")
    return found


def gone_to(world, rule: str, method: str) -> str:
    """A row of A where the route has rows."""
    route = ROUTES[rule].get(method)
    return address_of(world, rule, next(iter(route.places)), "a") if route and route.places else with_number(rule, 1)


@pytest.mark.parametrize("name", ["nobody", "coordinator"])
def test_every_route_by_every_method_has_every_header(name, app, client, sign_in, world):
    token = "none"
    if name != "nobody":
        sign_in(client, world.person(f"a.{name}"))
        token = token_of(client)
    faults, met = [], set()
    for _method, rule in sorted(listed(app)):
        for method in ("GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE", "POST"):
            if rule == "/sign-out" and method == "POST":
                continue
            data = {"csrf_token": token} if method == "POST" else None
            address = gone_to(world, rule, "GET" if method == "HEAD" else method)
            answer = client.open(address, method=method, data=data)
            met.add(answer.status_code)
            faults += [f"{method} {address} ({answer.status_code}): {fault}" for fault in faults_of(answer)]
            assert answer.status_code < 500, f"{method} {address}"
    assert not faults, "\n".join(faults[:20])
    assert met >= ({200, 302, 400, 405} if name == "nobody" else {200, 400, 403, 404, 405})


def test_every_kind_of_refusal_has_every_header(client, sign_in, world):
    sign_in(client, world.person("a.coordinator"))
    token = token_of(client)
    answers = [
        client.get("/account"),
        client.get("/static/portal.css"),
        client.get("/static/nothing.css"),
        client.get("/people/1"),
        client.get("/nowhere"),
        client.get("/meetings/999999999999999999999999"),
        client.delete("/account"),
        client.open("/account", method="TRACE"),
        client.post("/account/password"),
        client.post("/account/password", data={"csrf_token": token, "text": "x" * (MAX_FORM_BYTES + 1)}),
        client.get("/api/nothing"),
        client.get("/sign-in"),
    ]
    for answer in answers:
        assert not faults_of(answer), f"{answer.request.path} ({answer.status_code})"
    assert {answer.status_code for answer in answers} >= MET


def test_no_method_repeats_what_was_sent(client):
    answer = client.open("/sign-in", method="TRACE", headers={"X-Secret": "ZQ-SECRET-QZ"})
    assert answer.status_code == 405
    assert "ZQ-SECRET-QZ" not in answer.get_data(as_text=True) + str(answer.headers)


@pytest.fixture
def https(app, databases, tmp_path):
    """The same portal at an https address, behind the one proxy that it trusts."""
    made = make_app(make_settings(tmp_path, databases.url("portal"), base_url="https://portal.example"))
    return made.test_client()


THROUGH_PROXY = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}


def test_behind_a_proxy_every_answer_insists_on_https(https):
    for path in ("/sign-in", "/nowhere", "/static/portal.css", "/health/live", "/account", "/api/nothing"):
        answer = https.get(path, headers=THROUGH_PROXY)
        told = answer.headers["Strict-Transport-Security"]
        assert "max-age=31536000" in told, path
        assert "includeSubDomains" in told, path


def test_behind_a_proxy_the_cookie_is_the_hosts_own(https):
    answer = https.get("/sign-in", headers=THROUGH_PROXY)
    lines = answer.headers.getlist("Set-Cookie")
    assert lines
    for line in lines:
        parts = {part.strip() for part in line.split(";")}
        assert line.startswith("__Host-portal_session="), line
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= parts, line
        assert not any(part.lower().startswith("domain=") for part in parts), line


def test_nobody_but_the_proxy_says_whose_address_it_is(https):
    """Of a list that somebody made up, the last entry is the proxy's own: the ones before it count for nothing."""
    told = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "127.0.0.1, 198.51.100.7, 203.0.113.9"}
    for headers in (told, {**told, "X-Real-IP": "127.0.0.1", "Forwarded": "for=127.0.0.1"}):
        seen = []
        https.application.before_request_funcs.setdefault(None, []).append(lambda seen=seen: seen.append(_address()))
        https.get("/health/live", headers=headers)
        assert seen == ["203.0.113.9"]
        https.application.before_request_funcs[None].pop()


def _address() -> str | None:
    from flask import request  # only inside a request is there one

    return request.remote_addr
