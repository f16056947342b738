"""Every route x every role x own and other agency x own and other partnership, from the URL map itself."""

from __future__ import annotations

import re
from collections import defaultdict

import pytest

from portal.web.guards import PUBLIC, policies
from tests.access.changes import TAKEN, harvest, holder_of, open_changes
from tests.access.matrix import (
    ABSENT,
    address_of,
    leaks,
    listed,
    questions,
    stored,
    token_of,
    with_number,
)
from tests.access.routes import ROUTES
from tests.access.who import EVERYBODY
from tests.page_client import PageClient, without_what_varies
from tests.world import World

WHO = [*sorted(EVERYBODY), "both in A", "both in B"]


@pytest.fixture(params=WHO)
def somebody(request, client: PageClient, sign_in, world: World) -> tuple[PageClient, str, str, str]:
    """Somebody signed in: the browser, their key, the name that the table knows them by, and their partnership."""
    name = request.param
    if name in EVERYBODY:
        sign_in(client, world.person(f"a.{name}"))
        return client, f"a.{name}", name, "a"
    person = world.person("both")
    sign_in(client, person)
    letter = name[-1].lower()
    hat = person.hats["ab".index(letter)]
    answer = client.submit("/working-as", action="/working-as", membership=str(hat.membership_id))
    assert answer.status_code in (302, 303)
    return client, "both", "police.practitioner" if letter == "a" else "police.lead", letter


@pytest.fixture(scope="session")
def harvested() -> dict[str, dict]:
    """The filled-in forms of each backend, gathered once: the world is the same in every copy."""
    return {}


@pytest.fixture
def forms(harvested, backend, world, new_client) -> dict:
    """What somebody who may would post, for each change and place."""
    if backend not in harvested:
        harvested[backend] = harvest(world, new_client)
    return harvested[backend]


def test_every_route_is_in_the_table_and_the_table_has_no_other(app):
    assert listed(app) == {(method, rule) for rule, by_method in ROUTES.items() for method in by_method}


def test_the_table_and_the_guards_agree_on_what_is_public(app):
    declared = {(row["rule"], method): row["policy"] == PUBLIC for row in policies(app) for method in row["methods"]}
    assert declared == {
        (rule, method): route.public for rule, by_method in ROUTES.items() for method, route in by_method.items()
    }


def test_every_page_answers_each_role_as_the_table_says(somebody, world):
    client, key, name, letter = somebody
    wrong, leaked, absent = [], [], defaultdict(set)
    for asked in questions(world, "GET", name, letter):
        response = client.get(asked.address)
        leaked += [f"{asked.address}: {leak}" for leak in leaks(world, key, response)]
        if response.status_code in (302, 303):
            # Where one is led, the reason is shown; otherwise it would be on the next page asked for.
            leaked += [f"{asked.address}: {leak}" for leak in leaks(world, key, client.get(response.location))]
        if response.status_code not in asked.expected:
            wrong.append(f"GET {asked.address} ({asked.rule}): {response.status_code}, not {asked.expected}")
        if response.status_code == 404:
            absent[asked.rule].add(without_what_varies(response))
    assert not leaked
    assert not wrong, "\n".join(wrong)
    telling = [rule for rule, pages in absent.items() if len(pages) > 1]
    assert not telling, f"what is not there and what is not shown answer differently: {telling}"


def test_every_change_is_refused_to_whom_the_table_says(forms, somebody, world, app):
    client, key, name, letter = somebody
    token, before, wrong, leaked, tried = token_of(client), stored(app), [], [], set()
    hat = world.person(key).hats[-1 if letter == "b" else 0]
    # Naming somebody else's membership in the form must not lend it.
    lent = world.person(f"{letter}.administrator" if name != "administrator" else f"{letter}.coordinator").hat
    for asked in questions(world, "POST", name, letter):
        if not set(asked.expected) <= {403, 404}:
            continue
        # Once for each route is enough: it is the guard that reads the name, and it is the same for every row.
        for worn in (hat,) if asked.rule in tried else (hat, lent):
            filled = forms.get((asked.rule, asked.place)) or forms.get((asked.rule, ""), {})
            data = {**filled, "csrf_token": token, "working_as": worn.membership_id}
            response = client.post(asked.address, data=data)
            leaked += [f"{asked.address}: {leak}" for leak in leaks(world, key, response)]
            if response.status_code not in asked.expected:
                wrong.append(f"POST {asked.address} ({asked.rule}): {response.status_code}, not {asked.expected}")
        tried.add(asked.rule)
    assert not leaked
    assert not wrong, "\n".join(wrong)
    after = stored(app)
    assert [table for table in before if after[table] != before[table]] == []


@pytest.mark.parametrize(("rule", "place"), open_changes())
def test_a_change_that_is_ones_own_is_taken(rule, place, forms, new_client, sign_in, world):
    """Were the forms not good, their refusal to others would say nothing."""
    client, person = new_client(), world.person(f"a.{holder_of(rule, place)}")
    sign_in(client, person)
    address = address_of(world, rule, place, "a")
    response = client.post(address, data={**forms[rule, place], "csrf_token": token_of(client)})
    assert response.status_code in TAKEN
    assert not leaks(world, person.key, response)


@pytest.mark.parametrize(("rule", "place"), open_changes())
def test_an_empty_form_is_no_fault_of_ours(rule, place, client, sign_in, world):
    person = world.person(f"a.{holder_of(rule, place)}")
    sign_in(client, person)
    response = client.post(address_of(world, rule, place, "a"), data={"csrf_token": token_of(client)})
    assert response.status_code in {200, 302, 303, 400, 409, 422}
    assert not leaks(world, person.key, response)


def test_without_signing_in_everything_but_public_routes_leads_to_signing_in(client, world):
    for rule, by_method in ROUTES.items():
        route = by_method.get("GET")
        if route is None:
            continue
        response = client.get(with_number(rule, ABSENT))
        if route.public:
            assert response.status_code in route.answer, rule
        else:
            assert response.status_code == 302, rule
            assert response.location.startswith("/sign-in"), rule
        assert not leaks(world, "nobody", response), rule


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
