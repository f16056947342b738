"""Step-up: after ten minutes an export, a role or a bulk view asks who sits there, and nothing typed is lost by it."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from portal.database.session import db
from tests.pages.passkey_steps import PROVE, SCRIPT, add, prove_with, token, verbs
from tests.pages.reading import errors, words
from tests.pages.sign_in_steps import ACCOUNT, cookie_of, is_signed_in, replay
from tests.soft_passkeys import SoftPasskey
from tests.world import PASSWORD
from tests.world_passkeys import passkey_of

NEW_PERSON = "/people/new"
LATER = timedelta(minutes=10)


@pytest.fixture
def admin(world):
    return world.person("a.administrator")


def prove(client, person, address):
    """Type password and code into the page that asks."""
    fields = {"password": PASSWORD}
    if person.totp_secret:
        fields["code"] = person.code
    return client.submit(address, **fields)


def test_a_page_asks_after_ten_minutes_and_is_gone_back_to(client, sign_in, admin, at_world_time):
    sign_in(client, admin)
    assert client.get(NEW_PERSON).status_code == 200
    at_world_time.shift(LATER)
    asked = client.get(f"{NEW_PERSON}?role=chair")
    assert (asked.status_code, asked.location) == (302, f"{PROVE}?next=/people/new?role%3Dchair")
    page = client.get(asked.location)
    assert "Show that it is you" in words(page)
    answer = prove(client, admin, asked.location)
    assert (answer.status_code, answer.location) == (302, f"{NEW_PERSON}?role=chair")
    assert client.get(answer.location).status_code == 200
    assert verbs(admin.user_id)[-1] == "session.proved"


def test_it_holds_for_ten_minutes_more(client, sign_in, admin, at_world_time):
    sign_in(client, admin)
    at_world_time.shift(LATER)
    prove(client, admin, f"{PROVE}?next={NEW_PERSON}")
    at_world_time.shift(timedelta(minutes=9))
    assert client.get(NEW_PERSON).status_code == 200
    at_world_time.shift(timedelta(minutes=1))
    assert client.get(NEW_PERSON).status_code == 302


def test_other_pages_do_not_ask(client, sign_in, admin, at_world_time):
    sign_in(client, admin)
    at_world_time.shift(timedelta(minutes=19))
    for address in ("/", ACCOUNT, "/people", "/inbox"):
        assert client.get(address).status_code == 200, address


def test_what_was_sent_is_kept_and_sent_by_one_press(client, sign_in, admin, at_world_time, world):
    sign_in(client, admin)
    page = client.get(NEW_PERSON)
    at_world_time.shift(LATER)
    typed = {"name": "Newly Come", "email": "newly.come@example.org", "role": "chair"}
    asked = client.send(page, **typed)
    assert (asked.status_code, asked.location) == (303, f"{PROVE}?send={NEW_PERSON}")
    assert "What you have just sent is kept" in words(client.get(asked.location))
    assert db.session.scalar(db.text("SELECT count(*) FROM users WHERE email = 'newly.come@example.org'")) == 0
    answer = prove(client, admin, asked.location)
    assert answer.location == f"/account/carry-on?send={NEW_PERSON}"
    carry_on = client.get(answer.location)
    assert "Nothing was lost" in words(carry_on)
    sent = client.send(carry_on, action=NEW_PERSON)
    assert sent.status_code in (200, 303)
    db.session.rollback()
    assert db.session.scalar(db.text("SELECT count(*) FROM users WHERE email = 'newly.come@example.org'")) == 1
    assert db.session.scalar(db.text("SELECT count(*) FROM kept_forms")) == 0
    assert client.get(answer.location).location == ACCOUNT


def test_a_fault_in_what_was_kept_is_said_at_its_field(client, sign_in, admin, at_world_time):
    sign_in(client, admin)
    page = client.get(NEW_PERSON)
    at_world_time.shift(LATER)
    asked = client.send(page, name="Newly Come", email="no address", role="chair")
    answer = prove(client, admin, asked.location)
    sent = client.send(client.get(answer.location), action=NEW_PERSON)
    assert sent.status_code == 400
    assert errors(sent)
    assert sent.page.find("input", id="name")["value"] == "Newly Come"


def test_nobody_else_finds_what_was_kept(client, new_client, sign_in, admin, world, at_world_time):
    sign_in(client, admin)
    page = client.get(NEW_PERSON)
    at_world_time.shift(LATER)
    client.send(page, name="Newly Come", email="newly.come@example.org", role="chair")
    for key in ("b.administrator", "a.gp.lead"):
        other = new_client()
        sign_in(other, world.person(key))
        answer = other.get(f"/account/carry-on?send={NEW_PERSON}")
        assert answer.location == ACCOUNT
    # Before it is shown anew who sits there, the page is of no use either: sending asks again.
    carry_on = client.get(f"/account/carry-on?send={NEW_PERSON}")
    assert client.send(carry_on, action=NEW_PERSON).location.startswith(PROVE)


def test_a_file_is_fetched_by_one_press_more(client, sign_in, world, at_world_time):
    person = world.person("a.chair")
    sign_in(client, person)
    at_world_time.shift(LATER)
    asked = client.get("/plans/panel.csv")
    assert parse_qs(urlsplit(asked.location).query) == {"next": ["/plans/panel.csv"], "file": ["yes"]}
    answer = prove(client, person, asked.location)
    page = client.get(answer.location)
    assert "Your file is ready" in words(page)
    assert page.page.find("a", string="Get the file")["href"] == "/plans/panel.csv"
    assert client.get("/plans/panel.csv").mimetype == "text/csv"


def test_a_passkey_does_it_too(client, sign_in, world, at_world_time):
    person, device = world.person("a.other_gp.lead"), passkey_of("a")
    sign_in(client, person)
    at_world_time.shift(LATER)
    answer = prove_with(client, device, f"{PROVE}?next={NEW_PERSON}")
    assert (answer.status_code, answer.location) == (302, NEW_PERSON)
    assert client.get(NEW_PERSON).status_code == 200


@pytest.mark.parametrize("lies", [{"origin": "http://evil.example"}, {"verified": False}, {"count": 7}])
def test_a_passkey_that_is_not_right_proves_nothing(client, sign_in, world, at_world_time, lies):
    person, device = world.person("a.other_gp.lead"), passkey_of("a")
    sign_in(client, person)
    at_world_time.shift(LATER)
    answer = prove_with(client, device, f"{PROVE}?next={NEW_PERSON}", **lies)
    assert answer.location == f"{PROVE}?next={NEW_PERSON}"
    assert "was not accepted" in words(client.get(answer.location))
    assert client.get(NEW_PERSON).status_code == 302
    wanted = "passkey.counter_went_back" if "count" in lies else "session.passkey_refused"
    assert verbs(person.user_id)[-1] == wanted


def test_another_persons_passkey_proves_nothing(client, sign_in, admin, at_world_time):
    sign_in(client, admin)
    add(client, SoftPasskey("admin"))
    at_world_time.shift(LATER)
    answer = prove_with(client, passkey_of("a"), f"{PROVE}?next={NEW_PERSON}")
    assert answer.location.startswith(PROVE)
    assert client.get(NEW_PERSON).status_code == 302


def test_a_wrong_password_or_code_proves_nothing(client, sign_in, admin, at_world_time):
    sign_in(client, admin)
    at_world_time.shift(LATER)
    for fields, sentence in (
        ({"password": "wrong password 1", "code": admin.code}, "This is not your current password"),
        ({"password": PASSWORD, "code": "000000"}, "This code is not right, or was used before"),
        ({"password": "", "code": ""}, "Enter your password"),
    ):
        answer = client.submit(f"{PROVE}?next={NEW_PERSON}", **fields)
        assert answer.status_code == 400
        assert errors(answer)[0] == sentence
        assert client.get(NEW_PERSON).status_code == 302
    assert verbs(admin.user_id)[-2:] == ["person.password_refused", "session.code_refused"]


def test_a_code_that_was_used_to_sign_in_is_not_taken_again(client, admin, at_world_time, sign_in):
    sign_in(client, admin)
    at_world_time.shift(LATER)
    code = admin.code
    assert client.submit(f"{PROVE}?next={NEW_PERSON}", password=PASSWORD, code=code).status_code == 302
    at_world_time.shift(timedelta(seconds=1))
    page = client.post(PROVE, data={"csrf_token": token(client, ACCOUNT), "password": PASSWORD, "code": code})
    assert page.status_code == 400


def test_whoever_signs_in_with_a_password_alone_shows_it_alone(client, sign_in, world, at_world_time):
    keeper = world.person("a.business_manager")
    assert keeper.totp_secret is None
    sign_in(client, keeper)
    at_world_time.shift(LATER)
    asked = client.get("/escalations/log.csv")
    assert asked.location.startswith(PROVE)
    assert not client.get(asked.location).page.find("input", id="code")
    assert prove(client, keeper, asked.location).status_code == 302
    assert client.get("/escalations/log.csv").mimetype == "text/csv"


def test_guesses_are_counted_with_those_of_signing_in(client, sign_in, admin, at_world_time):
    sign_in(client, admin)
    at_world_time.shift(LATER)
    answers = [client.submit(PROVE, password="wrong password 1", code="1").status_code for _ in range(11)]
    assert answers == [400] * 10 + [429]


def test_the_cookie_is_a_new_one_and_the_one_before_opens_nothing(client, new_client, sign_in, admin, at_world_time):
    sign_in(client, admin)
    before = cookie_of(client)
    at_world_time.shift(LATER)
    prove(client, admin, PROVE)
    assert cookie_of(client) != before
    assert is_signed_in(client)
    assert replay(new_client, before).location.startswith("/sign-in")


def test_what_is_being_typed_in_another_tab_is_still_taken(client, sign_in, admin, at_world_time):
    sign_in(client, admin)
    other_tab = client.get(NEW_PERSON)
    at_world_time.shift(LATER)
    prove(client, admin, PROVE)
    sent = client.send(other_tab, name="Newly Come", email="newly.come@example.org", role="chair")
    assert sent.status_code in (200, 303)


@pytest.mark.parametrize("hostile", ["//evil.example", "/\t/evil.example", "/\\evil.example", "https://evil.example"])
@pytest.mark.parametrize("name", ["next", "send"])
def test_nobody_is_led_away_from_the_portal(client, sign_in, admin, at_world_time, name, hostile):
    sign_in(client, admin)
    assert client.get(f"{PROVE}?{name}={quote(hostile)}").location == ACCOUNT
    assert client.get(f"/account/carry-on?{name}={quote(hostile)}").location == ACCOUNT
    at_world_time.shift(LATER)
    assert prove(client, admin, f"{PROVE}?{name}={quote(hostile)}&file=yes").location == ACCOUNT


def test_a_script_is_told_and_not_led_elsewhere(client, sign_in, admin, at_world_time):
    sign_in(client, admin)
    at_world_time.shift(LATER)
    answer = client.get(NEW_PERSON, headers=SCRIPT)
    assert answer.status_code == 401
    assert answer.get_json()["error"] == "not_fresh"


def test_a_new_password_alone_makes_nobody_fresh(client, sign_in, admin, at_world_time):
    """It asks for the old one, and not for the code."""
    sign_in(client, admin)
    at_world_time.shift(LATER)
    client.submit("/account/password", password=PASSWORD, new_password="gander orchard 58 velvet")
    assert client.get(NEW_PERSON).location.startswith(PROVE)


def test_what_is_too_long_to_be_kept_is_shown_to_be_copied(client, sign_in, admin, at_world_time):
    sign_in(client, admin)
    page = client.get(NEW_PERSON)
    at_world_time.shift(LATER)
    answer = client.send(page, name="A very long name indeed " * 30_000, email="x@example.org", role="chair")
    assert answer.status_code == 400
    assert "A very long name indeed" in answer.get_data(as_text=True)


def test_it_is_asked_of_a_sign_in_from_before_this_was_noted(client, sign_in, admin):
    sign_in(client, admin)
    with db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE sign_in_sessions SET proved_at = NULL, way = NULL, browser = NULL")
    assert client.get(NEW_PERSON).location.startswith(PROVE)
    assert "Not known" in words(client.get("/account/sessions"))


def test_the_page_asks_the_database_little(client, sign_in, admin, at_world_time, count_queries):
    sign_in(client, admin)
    at_world_time.shift(LATER)
    with count_queries() as statements:
        assert client.get(f"{PROVE}?next=/people/new").status_code == 200
    assert len(statements) <= 2, statements
