"""Sending a form twice: the second one leads to what the first made, and says that it was taken once."""

from __future__ import annotations

from tests.page_client import form_values


def test_going_back_and_sending_again_leads_to_the_first(client, sign_in, world):
    sign_in(client, world.person("a.coordinator"))
    address = f"/cases/{world.cases['a.1']}/children/new"
    data = {**form_values(_form(client.get(address))), "given_name": "Twice", "surname": "Sent"}
    first = client.post(address, data=data)
    client.get(first.location)
    once = client.get(first.location).page.get_text(" ", strip=True).count("Twice Sent")
    # The page is drawn anew when one goes back, with another token.
    again = client.post(address, data={**data, "csrf_token": form_values(_form(client.get(address)))["csrf_token"]})
    assert (again.status_code, again.location) == (303, first.location)
    shown = client.get(again.location)
    said = shown.page.get_text(" ", strip=True)
    assert "You sent exactly this today at" in said
    assert said.count("Twice Sent") == once > 0


def test_a_second_one_that_differs_is_taken(client, sign_in, world):
    sign_in(client, world.person("a.coordinator"))
    address = f"/cases/{world.cases['a.1']}/children/new"
    for name in ("First", "Second"):
        shown = client.get(client.submit(address, given_name=name, surname="Sent").location)
    assert "First Sent" in shown.page.get_text(" ", strip=True)
    assert "Second Sent" in shown.page.get_text(" ", strip=True)


def _form(page):
    return next(form for form in page.page.find_all("form", method="post") if form.get("action") != "/sign-out")
