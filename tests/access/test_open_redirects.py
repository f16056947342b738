"""No address of ours sends a browser elsewhere: not by a return address, a host's name, a header or a line break.

tests/pages/test_sign_in.py has the same list for signing in itself.
"""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from portal.domain.saved_views import is_of_figures
from portal.web.local_addresses import local_address
from tests.access.matrix import address_of, listed, with_number
from tests.access.routes import ROUTES
from tests.signing_in import token_of
from tests.world import PASSWORD

# Where one is sent on to is worked out of the request: which database there is makes no difference.
pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)

HOSTILE = (
    "//evil.example",
    "///evil.example/",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r/evil.example",
    "\t//evil.example",
    "\\evil.example",
    "\\\\evil.example",
    "/\\evil.example",
    "/\\/evil.example",
    "https://evil.example",
    "https:evil.example",
    "HTTP://localhost@evil.example/",
    "//localhost@evil.example/",
    "//evil%E3%80%82example",
    "javascript:alert('evil.example')",
    "data:text/html,evil.example",
    "/account\r\nLocation: https://evil.example",
    "/account\r\nSet-Cookie: evil=evil.example",
    "/\x00//evil.example",
    " //evil.example",
)
NAMES = ("next", "back", "return", "return_to", "url", "address", "to", "from", "continue", "redirect_uri", "wanted")
HOSTS = ("evil.example", "localhost@evil.example", "evil.example:443", "localhost.evil.example")
TELLS_A_HOST = {
    "X-Forwarded-Host": "{host}",
    "X-Forwarded-Server": "{host}",
    "X-Host": "{host}",
    "X-Original-URL": "//{host}/",
    "X-Rewrite-URL": "//{host}/",
    "Forwarded": "host={host};proto=https",
}
LINE_ENDS = ("\r\n", "\n", "\r", "%0d%0a", "\u010d\u010a", "\u2028")
PROVING = ("/account/prove", "/account/carry-on", "/account/prove/at-provider")
LEADS_ON = (
    "/sign-in",
    "/sign-in/code",
    "/sign-in/recovery-code",
    "/sign-in/set-up-code",
    "/working-as",
    *PROVING,
)
"""Every page that takes where to go on to."""


def leads_away(answer) -> list[str]:
    """Where the answer sends a browser that is not the portal, by header or by link."""
    places = [answer.headers.get(name, "") for name in ("Location", "Refresh", "Link", "Content-Location")]
    if answer.mimetype == "text/html":
        for name in ("href", "src", "action", "formaction"):
            places += [str(tag[name]) for tag in answer.page.find_all(attrs={name: True})]
    return [place for place in places if is_elsewhere(place)]


def is_elsewhere(place: str) -> bool:
    """Whether a browser would leave for the hostile host, as browsers read addresses: tabs out, backslashes turned."""
    seen = "".join(character for character in place if character > " ").replace("\\", "/").lower()
    # After a scheme they take any number of slashes, and none. In a page's own address it may stand, as what was asked.
    host = re.match(r"(?:https?:/*|//+)([^/?#]*)", seen)
    return seen.startswith(("javascript:", "data:")) or (host is not None and "evil" in host[1])


@pytest.mark.usefixtures("backend")
def test_what_leads_elsewhere_is_known_when_it_is_seen():
    there = [place for place in HOSTILE if not place.startswith(("/account", "\\evil"))]
    assert [place for place in there if not is_elsewhere(place)] == []
    assert not any(map(is_elsewhere, ("/", "/account?next=//evil.example", "http://localhost/evil", "#evil")))


@pytest.mark.usefixtures("backend")
@pytest.mark.parametrize("wanted", HOSTILE)
def test_no_such_address_counts_as_ours(wanted):
    assert local_address(wanted) is None
    assert not is_of_figures(wanted)


@pytest.mark.parametrize("wanted", HOSTILE)
def test_no_page_that_leads_on_leads_elsewhere(client, sign_in, world, wanted):
    person = world.person("a.gp.lead")
    for path in LEADS_ON:
        assert not leads_away(client.get(path, query_string={"next": wanted}))
    answer = client.post(
        "/sign-in",
        query_string={"next": wanted},
        data={
            "csrf_token": client.get("/sign-in").page.find("input", attrs={"name": "csrf_token"})["value"],
            "email": person.email,
            "password": PASSWORD,
        },
    )
    assert answer.status_code == 302
    assert not leads_away(answer)
    assert "evil" not in answer.location
    answer = client.submit("/sign-in/code", code=person.code)
    assert answer.location == "/"
    for path in LEADS_ON:
        assert not leads_away(client.get(path, query_string={"next": wanted}))


@pytest.mark.parametrize("wanted", HOSTILE)
def test_showing_once_more_who_one_is_leads_nowhere_else(client, sign_in, world, at_world_time, wanted):
    person = world.person("a.gp.lead")
    sign_in(client, person)
    at_world_time.shift(timedelta(minutes=11))
    query, token = {"next": wanted, "send": wanted, "file": "yes"}, token_of(client)
    for path in PROVING:
        assert not leads_away(client.get(path, query_string=query)), path
    for path, fields in (
        ("/account/prove/passkey", {"credential": "{}"}),
        ("/account/prove", {"password": PASSWORD, "code": person.code}),
    ):
        answer = client.post(path, query_string=query, data={"csrf_token": token, **fields})
        assert answer.status_code in (302, 303), path
        assert not leads_away(answer), path
    assert answer.location == "/account"


@pytest.mark.parametrize("wanted", HOSTILE)
def test_a_passkey_leads_nowhere_else(client, wanted):
    token = client.get("/sign-in").page.find("input", attrs={"name": "csrf_token"})["value"]
    answer = client.post(
        "/sign-in/passkey", query_string={"next": wanted}, data={"csrf_token": token, "credential": "{}"}
    )
    assert (answer.status_code, answer.location) == (303, "/sign-in")


@pytest.mark.parametrize("wanted", HOSTILE)
def test_changing_what_one_works_as_leads_nowhere_else(client, sign_in, world, wanted):
    both = world.person("both")
    sign_in(client, both)
    answer = client.post(
        "/working-as",
        query_string={"next": wanted},
        data={"csrf_token": token_of(client), "membership": str(both.hats[1].membership_id)},
    )
    assert (answer.status_code, answer.location) == (302, "/")


@pytest.mark.parametrize("wanted", HOSTILE)
def test_a_saved_view_is_of_our_figures_or_is_not_kept(client, sign_in, world, wanted):
    sign_in(client, world.person("a.board"))
    data = {"csrf_token": token_of(client), "name": "Mine", "address": wanted, "send_every": "never"}
    for rule, by_method in ROUTES.items():
        if "saved" in rule and "POST" in by_method:
            assert not leads_away(client.post(with_number(rule, 1), data=data))


def test_no_page_takes_an_address_under_any_other_name(client, sign_in, world, app):
    """Whatever a page calls it, and whether or not it takes one at all."""
    sign_in(client, world.person("a.coordinator"))
    asked = 0
    for number, (method, rule) in enumerate(sorted(listed(app))):
        if method != "GET":
            continue
        route = ROUTES[rule]["GET"]
        address = address_of(world, rule, next(iter(route.places)), "a") if route.places else with_number(rule, 1)
        wanted = HOSTILE[number % len(HOSTILE)]
        answer = client.get(address, query_string=dict.fromkeys(NAMES, wanted))
        assert not leads_away(answer), (address, wanted)
        asked += 1
    assert asked > 200


def test_no_page_and_no_header_repeats_a_hostile_host(client, sign_in, world, app):
    """Each page by one of them, in turn; where one is led to and signs in, by all."""
    sign_in(client, world.person("a.administrator"))
    rules = sorted(rule for method, rule in listed(app) if method == "GET" and "<" not in rule)
    asked = [(rule, HOSTS[number % len(HOSTS)]) for number, rule in enumerate(rules)]
    asked += [(rule, host) for rule in (*LEADS_ON, "/", "/account", "/nowhere") for host in HOSTS]
    for rule, host in asked:
        told = {name: text.format(host=host) for name, text in TELLS_A_HOST.items()}
        for headers in (told, {**told, "Host": host}):
            answer = client.get(rule, headers=headers)
            assert "evil" not in str(answer.headers), rule
            assert "evil" not in answer.get_data(as_text=True), rule


@pytest.mark.parametrize(
    "sender", ["https://evil.example/account", "//evil.example/account", "http://localhost@evil.example/"]
)
def test_a_form_from_another_site_does_not_say_where_to_go_on(client, world, sender):
    """Signed out while writing, one is led to sign in and back to one's page; a sender elsewhere names no page."""
    token = client.get("/sign-in").page.find("input", attrs={"name": "csrf_token"})["value"]
    answer = client.post("/account/password", data={"csrf_token": token}, headers={"Referer": sender})
    assert answer.status_code in (302, 303)
    assert not leads_away(answer)
    assert "evil" not in answer.location


def test_no_line_break_begins_a_header(client, sign_in, world, app):
    """Each page by one of them, in turn; where one is led on, by all."""
    sign_in(client, world.person("a.coordinator"))
    rules = sorted(rule for method, rule in listed(app) if method == "GET")
    asked = [(rule, LINE_ENDS[number % len(LINE_ENDS)]) for number, rule in enumerate(rules)]
    asked += [(rule, end) for rule in (*LEADS_ON, "/sign-out", "/nowhere") for end in LINE_ENDS]
    for rule, end in asked:
        planted = f"x{end}X-Planted: yes{end}{end}<script>"
        answer = client.get(with_number(rule, 1), query_string=dict.fromkeys((*NAMES, "q", "page", "month"), planted))
        assert "X-Planted" not in answer.headers, rule
        assert all("\r" not in value and "\n" not in value for value in answer.headers.values()), rule
        assert answer.status_code < 500, rule
