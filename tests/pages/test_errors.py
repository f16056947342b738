"""Pages of refusals and faults: in the frame of whoever is signed in, with a number, and nothing of the inside."""

from __future__ import annotations

import pytest

from portal.factory import MAX_FORM_BYTES


@pytest.mark.parametrize("address", ["/nowhere", "/meetings/none", "/meetings/999999"])
def test_an_address_that_leads_nowhere_keeps_the_frame_of_whoever_asks(client, sign_in, world, address):
    sign_in(client, world.person("a.gp.lead"))
    answer = client.get(address)
    assert answer.status_code == 404
    page = answer.page
    assert page.select_one("form[action='/sign-out']") is not None
    assert [link.get_text() for link in page.select("nav[aria-label=Sections] a")][:2] == ["Home", "Meetings"]


def test_a_stranger_gets_the_same_page_without_sections(client):
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    page = answer.page
    assert page.select_one("nav[aria-label=Sections]") is None
    assert page.select_one("form[action='/sign-out']") is None


def test_a_body_too_large_for_an_address_that_leads_nowhere_is_refused_as_itself(client, sign_in, world):
    sign_in(client, world.person("a.gp.lead"))
    answer = client.post("/nowhere", data={"text": "x" * (MAX_FORM_BYTES + 1)})
    assert answer.status_code == 404
    answer = client.post("/account/password", data={"text": "x" * (MAX_FORM_BYTES + 1)})
    assert answer.status_code == 413


def test_an_address_that_leads_nowhere_stays_that_when_the_database_is_gone(client, sign_in, world, database):
    sign_in(client, world.person("a.gp.lead"))
    with database.lost():
        answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert answer.page.select_one("nav[aria-label=Sections]") is None
    assert client.get("/nowhere").page.select_one("nav[aria-label=Sections]") is not None


def test_a_page_says_that_something_went_wrong_when_the_database_is_gone(client, sign_in, world, database):
    sign_in(client, world.person("a.gp.lead"))
    with database.lost():
        answer = client.get("/meetings")
    assert answer.status_code == 500
    assert answer.page.select_one("h1").get_text(strip=True) == "Something went wrong on our side"
    assert client.get("/meetings").status_code == 200
