"""Forms sent from elsewhere: without this browser's own token none is taken, by no route of the policy."""

from __future__ import annotations

import pytest

from portal.web.guards import policies
from tests.access.changes import holder_of, open_changes
from tests.access.matrix import address_of, stored, with_number
from tests.services.file_steps import TellingScanner
from tests.signing_in import token_of

# The token is looked at before any database is: one of them is enough.
pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)

SORTS = (
    "absent",
    "empty",
    "wrong",
    "another person's",
    "one's own of before",
    "not ASCII",
    "in the address",
    "in a cookie",
)


def posts(app) -> list[str]:
    """Every rule of the policy that takes a POST, PUT, PATCH or DELETE."""
    return sorted({row["rule"] for row in policies(app) if set(row["methods"]) - {"GET"}})


@pytest.fixture
def another_token(new_client, sign_in, world) -> str:
    """The token of somebody else's browser, good there."""
    other = new_client()
    sign_in(other, world.person("a.manager"))
    return token_of(other)


@pytest.fixture
def former_token(new_client, sign_in, world) -> str:
    """The token of a sign-in that has ended."""
    client = new_client()
    sign_in(client, world.person("a.gp.lead"))
    token = token_of(client)
    assert client.post("/sign-out", data={"csrf_token": token}).status_code == 302
    return token


def forged(sort: str, own: str, anothers: str, former: str) -> dict:
    """What a request of this sort carries besides the form's own fields."""
    return {
        "absent": {},
        "empty": {"data": {"csrf_token": ""}},
        "wrong": {"data": {"csrf_token": own[:-4] + "AAAA"}},
        "another person's": {"data": {"csrf_token": anothers}},
        "one's own of before": {"data": {"csrf_token": former}},
        "not ASCII": {"data": {"csrf_token": f"{own}é"}},
        "in the address": {"query_string": {"csrf_token": own}},
        "in a cookie": {},
    }[sort]


def sent(client, address: str, sort: str, own: str, more: dict, data: dict):
    """The answer to a form that carries the token in the wrong way, or the wrong one."""
    if sort == "in a cookie":
        client.set_cookie("csrf_token", own)
    answer = client.post(address, **{**more, "data": {**data, **more.get("data", {})}})
    client.delete_cookie("csrf_token")
    return answer


@pytest.mark.parametrize("sort", SORTS)
def test_no_route_of_the_policy_takes_a_forged_form(sort, app, client, sign_in, world, another_token, former_token):
    sign_in(client, world.person("a.coordinator"))
    own, before = token_of(client), stored(app)
    rules = posts(app)
    assert len(rules) > 150
    for rule in rules:
        answer = sent(client, with_number(rule, 1), sort, own, forged(sort, own, another_token, former_token), {})
        assert answer.status_code == 400, rule
    assert stored(app) == before
    assert client.get("/account").status_code == 200, "nobody was signed out by it"


def test_no_form_that_would_be_taken_is_taken_forged(
    forms, app, new_client, sign_in, world, another_token, former_token, use_filing
):
    """The same with every form filled in by somebody who may send it: only the token is at fault, of every sort."""
    use_filing(scanner=TellingScanner())
    changes = list({rule: (rule, place) for rule, place in reversed(open_changes())}.values())
    clients = {}
    for name in {holder_of(rule, place) for rule, place in changes}:
        client = new_client()
        sign_in(client, world.person(f"a.{name}"))
        clients[name] = client, token_of(client)
    before, tried = stored(app), 0
    for rule, place in changes:
        client, own = clients[holder_of(rule, place)]
        address = address_of(world, rule, place, "a")
        for sort in SORTS:
            more = forged(sort, own, another_token, former_token)
            answer = sent(client, address, sort, own, more, forms[rule, place])
            assert answer.status_code == 400, f"{sort}: {rule}"
        tried += 1
    assert tried > 150
    assert {table for table, rows in stored(app).items() if rows != before[table]} <= {"sign_in_attempts"}


def test_no_change_answers_to_a_reading_method(app, client, sign_in, world):
    """What changes something is posted: an image or a link on another page cannot ask for it."""
    sign_in(client, world.person("a.administrator"))
    before = stored(app)
    for rule in posts(app):
        for method in ("GET", "HEAD", "OPTIONS"):
            assert client.open(with_number(rule, 1), method=method).status_code < 500, rule
    assert stored(app) == before


def test_the_cookie_goes_to_no_other_sites_forms(client):
    lines = client.get("/sign-in").headers.getlist("Set-Cookie")
    assert lines
    for line in lines:
        assert line.startswith("portal_session=")
        assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in line.split(";")}, line
