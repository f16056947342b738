"""Exports, roles and bulk views ask anew who sits there: every one of them, and by hand-written table nothing else."""

from __future__ import annotations

import inspect
import json
from datetime import timedelta
from types import FunctionType

import flask
import pytest

from portal.domain.signing_in import PROOF_LASTS_FOR
from portal.services import kept_forms
from portal.web import downloads
from portal.web.guards import PUBLIC
from tests.access.changes import FILLINGS, holder_of, open_changes
from tests.access.fresh_routes import EXPORTS, FILES_WITHOUT, FRESH, READ_WITHOUT
from tests.access.matrix import address_of, listed, stored, with_number
from tests.access.routes import ROUTES
from tests.pages.passkey_steps import token
from tests.world import viewer_of

PROVE = "/account/prove"
GIVERS = (downloads.download, downloads.spreadsheet, downloads.attachment, flask.send_file)
"""By what every view gives a file."""


def asking(app):
    """Every method of every route that asks, as the guards say it."""
    return {
        (rule.rule, method)
        for rule in app.url_map.iter_rules()
        if getattr(app.view_functions[rule.endpoint], "fresh", False)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def test_the_table_and_the_guards_agree_on_what_asks(app):
    in_table = {(rule, method) for method, rule in listed(app) if rule in FRESH}
    assert asking(app) == in_table - READ_WITHOUT
    assert in_table >= READ_WITHOUT
    assert FRESH.keys() <= {rule for _method, rule in listed(app)}


def gives_file(view, seen=frozenset()):
    """Whether a view gives a file, itself or by a function beside it."""
    found = inspect.unwrap(view)
    for name in found.__code__.co_names:
        used = found.__globals__.get(name)
        if not isinstance(used, FunctionType) or used in seen:
            continue
        if used in GIVERS or (used.__module__ == found.__module__ and gives_file(used, seen | {used})):
            return True
    return False


def test_no_route_gives_a_file_that_is_not_thought_of(app):
    """A new export asks, or says in the table why it need not."""
    files = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if gives_file(view := app.view_functions[rule.endpoint]) and view.policy != PUBLIC
    }
    assert len(files) > 20
    assert files - EXPORTS.keys() == FILES_WITHOUT.keys()
    assert EXPORTS.keys() <= files


def test_the_policy_is_printed_as_before(command):
    rows = json.loads(command("policy", "--json").stdout)
    assert {frozenset(row) for row in rows} == {frozenset({"rule", "methods", "endpoint", "policy"})}
    assert {row["rule"] for row in rows} >= FRESH.keys()


def test_after_ten_minutes_each_leads_to_showing_who_one_is(new_client, sign_in, world, app, at_world_time):
    browsers = {}
    for rule, method in sorted(asking(app)):
        route = ROUTES[rule][method]
        names = {name for place in route.places.values() for name in place.opens_to} or route.roles
        name = min(names & route.roles)
        if name not in browsers:
            browsers[name] = new_client()
            sign_in(browsers[name], world.person(f"a.{name}"))
    tokens = {name: token(browser, "/account") for name, browser in browsers.items()}
    at_world_time.shift(PROOF_LASTS_FOR)
    before = stored(app)
    for rule, method in sorted(asking(app)):
        route = ROUTES[rule][method]
        names = {name for place in route.places.values() for name in place.opens_to} or route.roles
        name = min(names & route.roles)
        data = {"csrf_token": tokens[name], "note": "What somebody has typed here"} if method == "POST" else None
        answer = browsers[name].open(with_number(rule, 1), method=method, data=data)
        assert answer.status_code in (302, 303), (rule, method)
        assert answer.location.startswith(f"{PROVE}?"), (rule, method)
    after = stored(app)
    assert [table for table in before if after[table] != before[table]] == ["kept_forms"]


def test_of_no_form_that_asks_a_field_is_left_out_when_it_is_kept(world):
    """Passwords and codes are never kept, and files cannot be: a form with one must not ask after it was filled in."""
    viewer, kept = viewer_of(world.person("a.administrator")), 0
    for place, form in FILLINGS.items():
        rule = place if isinstance(place, str) else place[0]
        if rule not in FRESH or not form.fields:
            continue
        assert not form.upload, rule
        assert kept_forms.keep_for_proof(viewer, rule, [(name, "x") for name in form.fields])
        assert [name for name, _text in kept_forms.to_send_again(viewer, rule)] == list(form.fields), rule
        kept += 1
    assert kept > 8


def test_whose_role_has_it_not_is_told_so_and_proves_nothing(client, sign_in, world, at_world_time):
    sign_in(client, world.person("a.gp.practitioner"))
    at_world_time.shift(timedelta(minutes=11))
    assert client.get("/people/new").status_code == 403
    assert client.get("/activity").status_code == 403


@pytest.mark.parametrize("rule", ["/people/<int:membership_id>/change", "/api-keys/<int:key_id>/end"])
def test_just_after_signing_in_nobody_is_asked(rule, client, sign_in, world, at_world_time):
    place = next(place for found, place in open_changes() if found == rule)
    sign_in(client, world.person(f"a.{holder_of(rule, place)}"))
    at_world_time.shift(timedelta(minutes=9))
    assert client.get(address_of(world, rule, place, "a")).status_code == 200
