"""Every route x every role x own and other agency x own and other partnership, from the URL map itself."""

from __future__ import annotations

import re

from portal.web.guards import PUBLIC, policies
from tests.access.matrix import (
    ABSENT,
    address_of,
    leaks,
    listed,
    stored,
    with_number,
)
from tests.access.routes import ROUTES


def test_every_route_is_in_the_table_and_the_table_has_no_other(app):
    assert listed(app) == {(method, rule) for rule, by_method in ROUTES.items() for method in by_method}


def test_the_table_and_the_guards_agree_on_what_is_public(app):
    declared = {(row["rule"], method): row["policy"] == PUBLIC for row in policies(app) for method in row["methods"]}
    assert declared == {
        (rule, method): route.public for rule, by_method in ROUTES.items() for method, route in by_method.items()
    }


def test_without_signing_in_everything_but_public_routes_leads_to_signing_in(client, world):
    for rule, by_method in ROUTES.items():
        route = by_method.get("GET")
        if route is None:
            continue
        response = client.get(with_number(rule, ABSENT))
        if route.public or route.keyed:
            assert response.status_code in route.answer, rule
        else:
            assert response.status_code == 302, rule
            assert response.location.startswith("/sign-in"), rule
        # Who answers for the data is told to everybody, and nothing more of a partnership.
        told = [leak for leak in leaks(world, "nobody", response) if rule != "/privacy" or "partnership " not in leak]
        assert not told, rule


def test_without_signing_in_nothing_is_changed(forms, new_client, world, app):
    client = new_client()
    before = stored(app)
    for rule, by_method in ROUTES.items():
        route = by_method.get("POST")
        if route is None:
            continue
        for place in route.places or ("",):
            address = address_of(world, rule, place, "a") if place else with_number(rule, ABSENT)
            # Anew each time: signing out ends the token too.
            token = client.get("/sign-in").page.find("input", attrs={"name": "csrf_token"})["value"]
            response = client.post(address, data={**forms.get((rule, place), {}), "csrf_token": token})
            assert response.status_code in (route.answer if route.public else (302, 303)), address
    after = stored(app)
    assert [table for table in before if after[table] != before[table]] == []


def test_no_form_is_taken_without_its_token(new_client, sign_in, world, app):
    signed_in = new_client()
    sign_in(signed_in, world.person("a.administrator"))
    before = stored(app)
    for client in (signed_in, new_client()):
        for rule, by_method in ROUTES.items():
            if "POST" in by_method:
                for data in ({}, {"csrf_token": "wrong"}, {"csrf_token": "é"}):
                    assert client.post(with_number(rule, 1), data=data).status_code == 400, rule
    assert stored(app) == before


def test_other_methods_are_refused(client, sign_in, world):
    sign_in(client, world.person("a.administrator"))
    for rule, by_method in ROUTES.items():
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - set(by_method):
            response = client.open(with_number(rule, 1), method=method)
            assert response.status_code == 405, f"{method} {rule}"
            assert set(by_method) <= {word.strip() for word in response.headers["Allow"].split(",")}


def test_what_is_no_number_leads_nowhere(client, sign_in, world):
    sign_in(client, world.person("a.coordinator"))
    for rule in ROUTES:
        if "<int:" in rule:
            for text in ("x", "-1", "1.5", "1%20OR%201=1"):
                response = client.get(re.sub(r"<int:\w+>", text, rule))
                assert response.status_code in (404, 405), rule
