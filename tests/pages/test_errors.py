"""Pages of refusals and faults: in the frame of whoever is signed in, with a number, and nothing of the inside."""

from __future__ import annotations

import pytest


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
