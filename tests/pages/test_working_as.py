"""Choosing which of one's memberships one works as."""

from __future__ import annotations

import pytest

from tests.world import PASSWORD

PAGE = "/working-as"


@pytest.fixture
def both(world):
    return world.person("both")


def hat_line(response):
    return response.page.select_one(".app-header__hat").get_text(" ", strip=True)


def test_the_page_lists_the_memberships_with_the_present_one_chosen(client, sign_in, both):
    sign_in(client, both)
    page = client.get(PAGE).page
    shown = {int(box["value"]): box.has_attr("checked") for box in page.select("input[name=membership]")}
    assert shown == {both.hats[0].membership_id: True, both.hats[1].membership_id: False}
    for hat in both.hats:
        assert hat.partnership_name in page.main.get_text()


def test_the_header_links_to_it_only_where_there_is_a_choice(client, sign_in, new_client, both, world):
    sign_in(client, both)
    assert client.get("/account").page.select(f"header a[href='{PAGE}']")
    other = new_client()
    sign_in(other, world.person("a.board"))
    assert not other.get("/account").page.select(f"header a[href='{PAGE}']")


def test_the_choice_holds_from_the_next_page_on(client, sign_in, both):
    sign_in(client, both)
    assert both.hats[0].partnership_name in hat_line(client.get("/account"))
    answer = client.submit(PAGE, membership=str(both.hats[1].membership_id))
    assert (answer.status_code, answer.location) == (302, "/")
    assert both.hats[1].partnership_name in hat_line(client.get("/account"))


def test_the_choice_holds_at_the_next_sign_in(client, sign_in, new_client, both):
    sign_in(client, both)
    client.submit(PAGE, membership=str(both.hats[1].membership_id))
    other = new_client()
    sign_in(other, both)
    assert both.hats[1].partnership_name in hat_line(other.get("/account"))


def test_it_does_not_change_what_another_browser_works_as(client, sign_in, new_client, both):
    other = new_client()
    sign_in(other, both)
    sign_in(client, both)
    client.submit(PAGE, membership=str(both.hats[1].membership_id))
    assert both.hats[0].partnership_name in hat_line(other.get("/account"))


@pytest.mark.parametrize(
    ("wanted", "leads_to"),
    [("/account", "/account"), ("//evil.example", "/"), ("/\\evil.example", "/"), ("https://evil.example", "/")],
)
def test_it_leads_back_to_the_page_that_was_left(client, sign_in, both, wanted, leads_to):
    sign_in(client, both)
    path = f"{PAGE}?next={wanted}"
    assert client.get(path).page.find("a", string="Cancel")["href"] == leads_to
    assert client.submit(path, membership=str(both.hats[1].membership_id)).location == leads_to


def test_nobody_works_as_somebody_else(client, sign_in, both, world):
    sign_in(client, both)
    page = client.get(PAGE).page
    token = page.find("input", attrs={"name": "csrf_token"})["value"]
    for membership in (world.person("a.chair").hat.membership_id, "x", "", "9" * 40, "-1", "1.0"):
        answer = client.post(PAGE, data={"csrf_token": token, "membership": str(membership)})
        assert answer.status_code == 400
    assert both.hats[0].partnership_name in hat_line(client.get("/account"))


def test_a_form_naming_somebody_elses_membership_is_sent_as_oneself(client, sign_in, both, world):
    sign_in(client, both)
    token = client.get(PAGE).page.find("input", attrs={"name": "csrf_token"})["value"]
    theirs = world.person("a.chair").hat.membership_id
    client.post("/account/password", data={"csrf_token": token, "working_as": theirs, "password": PASSWORD})
    assert both.hats[0].partnership_name in hat_line(client.get("/account"))
