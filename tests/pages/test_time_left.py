"""What a page that lies open asks about its sign-in: how long it lasts, and that it may go on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.pages.sign_in_steps import ACCOUNT, is_signed_in

LEFT, STAY = "/signed-in/left", "/signed-in/stay"


@pytest.fixture
def signed_in(client, sign_in, gp, at_world_time):
    sign_in(client, gp)
    return client


def left(client):
    return client.get(LEFT).json["seconds"]


def about(seconds):
    """So many, but for what the test itself takes."""
    return pytest.approx(seconds - 10, abs=10)


def stay(client):
    token = client.get(ACCOUNT).page.find("input", attrs={"name": "csrf_token"})["value"]
    return lambda: client.post(STAY, headers={"X-CSRFToken": token})


def test_asking_how_long_prolongs_nothing(signed_in, at_world_time):
    assert left(signed_in) == about(1200)
    at_world_time.shift(timedelta(minutes=19))
    assert left(signed_in) == about(60)
    at_world_time.shift(timedelta(minutes=1))
    assert left(signed_in) == 0
    assert not is_signed_in(signed_in)


def test_staying_and_every_page_do(signed_in, at_world_time):
    go_on = stay(signed_in)
    at_world_time.shift(timedelta(minutes=19))
    assert go_on().json == {"seconds": about(1200)}
    at_world_time.shift(timedelta(minutes=19))
    assert is_signed_in(signed_in)
    assert left(signed_in) == about(1200)


def test_ten_hours_after_its_beginning_staying_ends(signed_in, at_world_time):
    go_on = stay(signed_in)
    for _ in range(39):
        at_world_time.shift(timedelta(minutes=15))
        go_on()
    assert left(signed_in) == about(900)
    at_world_time.shift(timedelta(minutes=10))
    assert go_on().json == {"seconds": about(300)}
    at_world_time.shift(timedelta(minutes=5))
    assert left(signed_in) == 0
    assert not is_signed_in(signed_in)


def test_who_is_not_signed_in_or_not_yet_stays_nothing(client, gp, signed_in, new_client, at_world_time):
    go_on = stay(signed_in)
    stranger = new_client()
    assert left(stranger) == 0
    assert stranger.post(STAY).status_code == 400
    at_world_time.shift(timedelta(minutes=20))
    assert go_on().json == {"seconds": 0}
    assert left(signed_in) == 0
    assert not is_signed_in(signed_in)


def test_staying_sends_nothing_so_what_is_kept_for_the_page_stays_kept(client, sign_in, at_world_time, gp, world):
    report = f"/meetings/{world.meeting('a.initial').id}/report"
    sign_in(client, gp)
    page = client.get(report)
    at_world_time.shift(timedelta(minutes=30))
    client.send(page, button="save", worries="Two missed appointments.")
    sign_in(client, gp)
    page = client.get(report).page
    token = page.find("input", attrs={"name": "csrf_token"})["value"]
    headers = {"X-CSRFToken": token, "Referer": f"http://localhost{report}"}
    assert client.post(STAY, headers=headers).status_code == 200
    assert client.get(report).page.find(id="worries").get_text().strip() == "Two missed appointments."


def test_staying_takes_a_token(signed_in, at_world_time):
    at_world_time.shift(timedelta(minutes=15))
    assert signed_in.post(STAY).status_code == 400
    at_world_time.shift(timedelta(minutes=5))
    assert not is_signed_in(signed_in)


def test_pages_say_for_how_long_and_whether_they_were_sent_back(signed_in):
    body = signed_in.get(ACCOUNT).page.body
    assert (body["data-idle"], body["data-warning"]) == ("1200", "120")
    assert not body.has_attr("data-sent-back")
    refused = signed_in.submit("/account/password", password="x" * 12, new_password="short")
    assert refused.page.body.has_attr("data-sent-back")
    assert not signed_in.get("/privacy").page.body.has_attr("data-sent-back")
