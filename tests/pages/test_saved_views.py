"""Saved views: from a page of figures to its name, and back."""

from __future__ import annotations

from tests.pages.reading import words

ROOM = "/figures/room"


def test_a_view_is_saved_from_its_page_and_opened_again(client, sign_in, people):
    sign_in(client, people["a.board"])
    page = client.get(f"{ROOM}?span=quarter").page
    link = page.main.find("a", string="Save this view")["href"]
    answer = client.submit(link, name="The quarter", send_every="month")
    assert answer.status_code == 303
    page = client.get("/figures/views").page
    assert "The quarter is saved." in page.get_text()
    opened = page.main.find("a", string="The quarter")["href"]
    assert client.get(opened, follow_redirects=False).location.endswith(f"{ROOM}?span=quarter")


def test_a_view_needs_a_name(client, sign_in, people):
    sign_in(client, people["a.board"])
    answer = client.submit(f"/figures/views/new?address={ROOM}", name="")
    assert answer.status_code == 400
    assert "Enter a name, such as Police at reviews" in answer.get_data(as_text=True)


def test_an_address_elsewhere_is_refused(client, sign_in, people):
    sign_in(client, people["a.board"])
    answer = client.submit("/figures/views/new?address=//evil.example/figures", name="Elsewhere")
    assert answer.status_code == 400


def test_a_view_is_changed_and_removed(client, sign_in, people, world):
    sign_in(client, people["a.board"])
    view = world.saved_views["a.board"]
    answer = client.submit(f"/figures/views/{view}/change", name="Reviews", send_every="never")
    assert answer.status_code == 303
    assert "Reviews" in words(client.get("/figures/views"))
    answer = client.submit("/figures/views", action=f"/figures/views/{view}/remove")
    assert answer.status_code == 303
    assert "You have saved no view yet." in words(client.get("/figures/views"))
