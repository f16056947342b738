"""The API: a key in a header and nothing else, JSON throughout, no leak over agencies and partnerships."""

from __future__ import annotations

import json
import re

import pytest

from portal.domain.api_keys import REQUESTS_PER_KEY
from portal.services.measures import MEASURES
from tests.areas import Area, meeting, part

PATHS = ("/api/v1/measures", "/api/v1/measures/attendance", "/api/v1/indicators", "/api/v1/months")
MAY = "from=2026-05&to=2026-05"
NUMBER = re.compile(r"[2-9A-Z]{4}-[2-9A-Z]{4}")


@pytest.fixture
def ask(client, world):
    """Ask as a machine, with one of the world's keys or another."""

    def get(address: str, key: str | None = "a.whole", **headers: str):
        sent = world.api_keys[key].key if key in world.api_keys else key
        bearer = {} if sent is None else {"Authorization": f"Bearer {sent}"}
        return client.get(address, headers={**bearer, **headers})

    return get


@pytest.fixture
def busy(world):
    """20 reviews of May in A and 30 in B: the police came to all, A's surgery to 8 and B's to 19."""
    for letter, meetings, came in (("a", 20, 8), ("b", 30, 19)):
        area = Area.of(world.partnerships[letter])
        codes = {agency: world.agency_codes[f"{letter}.{agency}"] for agency in ("police", "gp")}
        refs = [f"BUSY-{letter}-{number}" for number in range(meetings)]
        area.meetings(*(meeting(ref, "review_conference", "2026-05-14", trigger_on="2026-02-01") for ref in refs))
        area.attendance(
            *(part(ref, codes["police"], "video") for ref in refs),
            *(part(ref, codes["gp"], "video" if number < came else "") for number, ref in enumerate(refs)),
        )


@pytest.mark.parametrize("path", PATHS)
def test_without_a_key_that_holds_nothing_is_answered(ask, path):
    for key in (None, "", "spk_wrong", "é" * 3):
        answer = ask(path, key)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert answer.mimetype == "application/problem+json"
        assert NUMBER.fullmatch(answer.json["number"])


@pytest.mark.parametrize("path", PATHS)
def test_a_key_in_the_address_or_in_a_form_is_none(client, world, path):
    key = world.api_keys["a.whole"].key
    for name in ("key", "access_token", "api_key"):
        assert client.get(f"{path}?{name}={key}").status_code == 401
    for header in ({"X-API-Key": key}, {"Authorization": f"Basic {key}"}, {"Authorization": key}):
        assert client.get(path, headers=header).status_code == 401
    client.set_cookie("Authorization", f"Bearer {key}")
    assert client.get(path).status_code == 401


@pytest.mark.parametrize("path", PATHS)
def test_being_signed_in_opens_nothing_here_and_a_key_opens_no_page(as_somebody, world, path):
    signed_in = as_somebody("a.manager")
    assert signed_in.get("/figures").status_code == 200
    assert signed_in.get(path).status_code == 401
    key = {"Authorization": f"Bearer {world.api_keys['a.whole'].key}"}
    nobody = as_somebody(None)
    for page in ("/", "/figures", "/scrutiny", "/api-keys", "/meetings"):
        assert nobody.get(page, headers=key).status_code == 302, page


@pytest.fixture
def as_somebody(new_client, sign_in, world):
    """A browser in which somebody has signed in, or nobody."""

    def enter(key: str | None):
        browser = new_client()
        if key is not None:
            sign_in(browser, world.person(key))
        return browser

    return enter


@pytest.mark.parametrize("path", [*PATHS, "/api/openapi.json"])
def test_answers_are_kept_nowhere_and_open_to_no_other_site(ask, path):
    answer = ask(path, Origin="https://elsewhere.example")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert not [name for name, _value in answer.headers if name.startswith("Access-Control")]
    assert "Set-Cookie" not in answer.headers
    assert answer.mimetype == "application/json"


@pytest.mark.parametrize(
    "address",
    [
        "/api/v1/indicators?by=agency",
        "/api/v1/indicators?by=month,month",
        "/api/v1/indicators?from=2026-13",
        "/api/v1/indicators?from=2026-05&to=2026-04",
        "/api/v1/indicators?from=2020-01&to=2026-05",
        "/api/v1/indicators?month=2026-05",
        "/api/v1/indicators?from=2026-05&from=2026-04",
        "/api/v1/measures?id=attendance",
        "/api/v1/measures/attendance?by=chair",
        "/api/v1/measures/attendance?from=May",
        "/api/v1/measures/initial_in_time?by=agency",
        "/api/v1/months?year=2026",
        "/api/openapi.json?version=2",
    ],
)
def test_what_cannot_be_answered_says_why(ask, address):
    answer = ask(address)
    assert answer.status_code == 400, answer.json
    assert answer.mimetype == "application/problem+json"
    assert answer.json["status"] == 400
    assert len(answer.json["detail"]) > 10


def test_what_is_not_there_and_what_is_not_read_are_problem_documents_too(ask, client):
    for address in ("/api/v1/measures/nothing", "/api/v1/nothing", "/api/nothing"):
        answer = ask(address)
        assert (answer.status_code, answer.mimetype) == (404, "application/problem+json"), address
    answer = client.post("/api/v1/months")
    assert (answer.status_code, answer.mimetype) == (405, "application/problem+json")
    assert "GET" in answer.headers["Allow"]
    # An agency's key reads what is counted of its own invitations.
    assert ask("/api/v1/measures/quorate", "a.gp").status_code == 404


def test_too_many_requests_wait(ask):
    answers = [ask("/api/v1/months").status_code for _ in range(REQUESTS_PER_KEY + 1)]
    assert answers == [200] * REQUESTS_PER_KEY + [429]
    answer = ask("/api/v1/months")
    assert answer.mimetype == "application/problem+json"
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert ask("/api/v1/months", "a.gp").status_code == 200


def test_the_measures_are_those_of_the_pages(ask):
    listed = ask("/api/v1/measures").json["measures"]
    assert [one["id"] for one in listed] == list(MEASURES)
    assert all(one["title"] and one["numerator"] and one["rule"] and one["since"] for one in listed)
    own = ask("/api/v1/measures", "a.gp").json["measures"]
    assert {one["source"] for one in own} == {"invitations"}


def test_one_partnership_never_answers_for_the_other(ask, busy, world):
    a, b = (ask(f"/api/v1/indicators?{MAY}&by=agency_type,meeting_type", f"{letter}.whole").json for letter in "ab")
    (a_police,) = _of(a, "police")
    (b_police,) = _of(b, "police")
    assert (a_police["attended"], b_police["attended"]) == (20, 30)
    assert (a["partnership"], b["partnership"]) != (b["partnership"], a["partnership"])


def test_a_key_of_an_agency_answers_for_that_agency_alone(ask, busy, world):
    for address in (
        f"/api/v1/indicators?{MAY}",
        f"/api/v1/indicators?{MAY}&by=agency_type",
        f"/api/v1/measures/attendance?{MAY}",
        f"/api/v1/measures/attendance?{MAY}&by=meeting_type",
    ):
        answer = ask(address, "a.gp")
        assert answer.status_code == 200, address
        assert answer.json["agency"] == world.agency_names["a.gp"]
        told = json.dumps(answer.json["rows"])
        # The police were at 20 of A's and 30 of B's; B's surgery at 19.
        assert not re.search(r"\b(19|30)\b", told), address
        assert '"attended": 20' not in told
        assert '"part": 20' not in told
    for by in ("agency", "agency_type"):
        assert ask(f"/api/v1/measures/attendance?{MAY}&by={by}", "a.gp").status_code == 400


def test_no_small_count_is_answered_to_any_key(ask, busy):
    for key in ("a.whole", "a.gp", "b.whole", "b.gp"):
        for by in ("", "&by=agency_type", "&by=month", "&by=agency_type,meeting_type", "&by=meeting_type,month"):
            answer = ask(f"/api/v1/indicators?from=2026-03&to=2026-06{by}", key).json
            for row in answer["rows"]:
                for name in answer["columns"]:
                    figure = row[name]
                    if isinstance(figure, int):
                        assert figure == 0 or figure > 5, (key, by, name, row)
                    if name in row["withheld"]:
                        assert figure is None
        for measure in ("attendance", "reports"):
            for row in ask(f"/api/v1/measures/{measure}?from=2026-03&to=2026-06", key).json["rows"]:
                assert row["part"] in (None, 0) or row["part"] > 5
                assert not row["withheld"] or (row["part"], row["whole"], row["value"]) == (None, None, None)


def test_nothing_that_is_marked_is_answered(ask, world):
    for key in ("a.whole", "a.gp"):
        for path in PATHS:
            told = ask(path, key).get_data(as_text=True)
            own = {"agency", "partnership"}
            leaked = [marker.text for marker in world.markers if marker.is_in(told) and marker.kind not in own]
            assert not leaked, (key, path)


def test_frozen_months_come_with_their_revision(ask):
    answer = ask("/api/v1/months").json
    assert [(row["month"], row["revision"]) for row in answer["months"]] == [("2026-04", 2)]
    assert ask("/api/v1/months", "b.whole").json["partnership"] != answer["partnership"]


def test_every_request_is_counted_with_its_key(ask, as_somebody):
    ask("/api/v1/months")
    ask("/api/v1/months")
    listed = as_somebody("a.business_manager").get("/api-keys").page.select("tbody tr")
    (whole,) = [row for row in listed if "KEY-WHOLE" in row.get_text()]
    assert whole.find("td", attrs={"data-label": "Requests"}).get_text(strip=True) == "2"


def _of(answer, agency_type: str) -> list[dict]:
    return [
        row
        for row in answer["rows"]
        if row["agency_type"] == agency_type and row["meeting_type"] == "review_conference"
    ]
