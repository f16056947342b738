"""What a cookie is worth: before, during and after a sign-in, in whoever's hands; and forms without their token."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.database.session import db, writing
from portal.domain.vocabulary import Role
from portal.models.people import User
from portal.services import people
from portal.services.positions import Position
from tests.harness import make_app, make_settings
from tests.pages.reading import words
from tests.pages.sign_in_steps import ACCOUNT, cookie_of, is_signed_in, replay, type_password
from tests.signing_in import CODE_PAGE
from tests.world import NOW, PASSWORD, viewer_of


@pytest.fixture
def board(world):
    return world.person("a.board")


def sign_in_rows(text):
    with db.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM sign_in_sessions").all()
    return sum(text in repr(row) for row in rows)


def test_each_step_gives_a_new_cookie_and_the_one_before_opens_nothing(client, new_client, gp):
    client.get("/sign-in")
    first = cookie_of(client)
    type_password(client, gp)
    second = cookie_of(client)
    client.submit(CODE_PAGE, code=gp.code)
    third = cookie_of(client)
    assert len({first, second, third}) == 3
    assert replay(new_client, first).location.startswith("/sign-in?")
    assert replay(new_client, second).location.startswith("/sign-in?")
    assert replay(new_client, third).status_code == 200


def test_a_cookie_planted_before_signing_in_is_worth_nothing_after(client, new_client, board):
    attacker = new_client()
    attacker.get("/sign-in")
    planted = cookie_of(attacker)
    client.set_cookie("portal_session", planted)
    type_password(client, board)
    assert is_signed_in(client)
    assert not is_signed_in(attacker)
    token = attacker.get("/sign-in").page.find("input", attrs={"name": "csrf_token"})["value"]
    answer = client.post("/working-as", data={"csrf_token": token, "membership": board.hat.membership_id})
    assert answer.status_code == 400


def test_signing_in_again_replaces_the_sign_in_of_this_browser(client, new_client, board, world):
    form = client.get("/sign-in")
    other_tab = form.page.find("input", attrs={"name": "csrf_token"})["value"]
    type_password(client, board)
    before = cookie_of(client)
    assert client.post("/sign-in", data={"csrf_token": other_tab}).status_code == 400
    token = client.get(ACCOUNT).page.find("input", attrs={"name": "csrf_token"})["value"]
    somebody = world.person("a.scrutineer")
    client.post("/sign-in", data={"csrf_token": token, "email": somebody.email, "password": PASSWORD})
    assert somebody.name in words(client.get(ACCOUNT))
    assert replay(new_client, before).status_code == 302


def test_a_forged_cookie_opens_nothing(client):
    for cookie in ("x", "eyJfdXNlcl9pZCI6IjEifQ.aaaa.bbbb", "é", "a" * 4000):
        client.set_cookie("portal_session", cookie)
        assert not is_signed_in(client)


def test_the_cookie_holds_a_random_token_alone_and_is_closed_to_scripts(app, client, gp):
    answer = type_password(client, gp)
    header = answer.headers["Set-Cookie"]
    assert "HttpOnly" in header
    assert "SameSite=Lax" in header
    assert "Path=/" in header
    shown = app.session_interface.get_signing_serializer(app).loads(cookie_of(client))
    assert set(shown) <= {"_user_id", "csrf_token"}
    assert len(shown["_user_id"]) == 43
    assert sign_in_rows(shown["_user_id"]) == 0
    assert client.get_cookie("remember_token") is None


def test_after_signing_out_the_cookie_opens_nothing(client, sign_in, new_client, gp):
    sign_in(client, gp)
    kept = cookie_of(client)
    answer = client.send(client.get(ACCOUNT), action="/sign-out")
    assert answer.location == "/sign-in"
    assert "You have signed out" in words(client.get("/sign-in"))
    assert "You have signed out" not in words(client.get("/sign-in"))
    assert replay(new_client, kept).location.startswith("/sign-in?")


def test_signing_out_takes_a_post(client, sign_in, board):
    sign_in(client, board)
    assert client.get("/sign-out").status_code == 405
    assert is_signed_in(client)


def test_deactivation_ends_it_at_the_next_request(client, sign_in, gp):
    sign_in(client, gp)
    with writing() as session:
        session.get(User, gp.user_id).deactivated_at = NOW
    assert client.get(ACCOUNT).location.startswith("/sign-in?")


def test_a_changed_role_ends_it_at_the_next_request(client, sign_in, new_client, gp, world):
    sign_in(client, gp)
    elsewhere = new_client()
    sign_in(elsewhere, gp)
    lead = viewer_of(world.person("a.gp.lead"))
    people.change_membership(lead, gp.hat.membership_id, Position(Role.AGENCY_LEAD), version=1)
    for browser in (client, elsewhere):
        assert browser.get(ACCOUNT).location.startswith("/sign-in?")
        assert "because your access was changed" in words(browser.get("/sign-in"))
    sign_in(client, gp)
    assert "Agency lead" in words(client.get(ACCOUNT))


def test_an_ended_role_ends_it_at_the_next_request(client, sign_in, world):
    both = world.person("both")
    sign_in(client, both)
    administrator = viewer_of(world.person("b.administrator"))
    people.end_membership(administrator, both.hats[1].membership_id)
    assert client.get(ACCOUNT).location.startswith("/sign-in?")
    sign_in(client, both)
    assert both.hats[1].partnership_name not in words(client.get(ACCOUNT))


def test_what_ends_it_in_one_worker_ends_it_in_every_other(client, sign_in, databases, tmp_path, gp):
    other_worker = make_app(make_settings(tmp_path, databases.url("portal"))).test_client()
    sign_in(client, gp)
    cookie = cookie_of(client)
    other_worker.set_cookie("portal_session", cookie)
    assert is_signed_in(other_worker)
    client.send(client.get(ACCOUNT), action="/sign-out")
    other_worker.set_cookie("portal_session", cookie)
    assert not is_signed_in(other_worker)


def test_idle_for_twenty_minutes_ends_it_and_the_page_says_why(client, sign_in, at_world_time, gp):
    sign_in(client, gp)
    at_world_time.shift(timedelta(minutes=19))
    assert is_signed_in(client)
    at_world_time.shift(timedelta(minutes=20))
    assert client.get(ACCOUNT).location == "/sign-in?next=/account"
    said = words(client.get("/sign-in"))
    assert "You were signed out after 20 minutes without activity" in said
    assert "Nothing is lost" not in said


def test_a_script_is_told_that_nobody_is_signed_in(client):
    for headers in ({"Accept": "application/json"}, {"X-Requested-With": "fetch"}):
        answer = client.get(ACCOUNT, headers=headers)
        assert answer.status_code == 401
        assert answer.json["error"] == "signed_out"


# Forged and stale forms


@pytest.mark.parametrize("token", [None, "", "wrong", "é☂", "ImFhYSI.aaaa.bbbb"])
@pytest.mark.parametrize("path", ["/sign-in", CODE_PAGE, "/sign-in/set-up-code", "/sign-out", "/join/abc"])
def test_a_form_without_its_token_is_refused(client, board, path, token):
    client.get("/sign-in")
    data = {"email": board.email, "password": PASSWORD, "code": "123456"}
    answer = client.post(path, data=data if token is None else data | {"csrf_token": token})
    assert answer.status_code == 400
    assert PASSWORD not in answer.get_data(as_text=True)
    assert not is_signed_in(client)


def test_somebody_elses_token_is_refused(client, new_client, board):
    token = new_client().get("/sign-in").page.find("input", attrs={"name": "csrf_token"})["value"]
    client.get("/sign-in")
    answer = client.post("/sign-in", data={"csrf_token": token, "email": board.email, "password": PASSWORD})
    assert answer.status_code == 400
