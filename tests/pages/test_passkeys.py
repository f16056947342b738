"""Passkeys: added, used as the second step and as the whole of a sign-in, and refused where anything is not right."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from portal.database.session import db, writing
from portal.gateways.mail import SmtpSender
from portal.models.messages import Mail
from portal.models.passkeys import Passkey, PasskeyChallenge
from portal.models.people import Membership, User
from portal.services import passkeys, ways_back
from tests.harness import make_app
from tests.pages.passkey_steps import (
    LIST,
    NEW,
    PROVE,
    SCRIPT,
    SIGN_IN,
    add,
    challenge,
    prove_with,
    second_step_with,
    send,
    sign_in_with,
    token,
    verbs,
)
from tests.pages.reading import errors, rows, words
from tests.pages.sign_in_steps import ACCOUNT, is_signed_in, type_password
from tests.signing_in import CODE_PAGE
from tests.soft_passkeys import SoftPasskey
from tests.world import NOW, viewer_of
from tests.world_passkeys import passkey_of

REFUSED = "This passkey was not accepted"


@pytest.fixture
def owner(world):
    """Who has a passkey in the world."""
    return world.person("a.other_gp.lead")


@pytest.fixture
def device():
    """What it stands on."""
    return passkey_of("a")


def said_after(client, answer):
    """What the page says to which an answer leads."""
    return words(client.get(answer.location))


# Added and removed


def test_a_passkey_is_added_and_stands_in_the_list(client, sign_in, gp):
    sign_in(client, gp)
    assert "You have no passkey" in words(client.get(LIST))
    answer = add(client, SoftPasskey("gp"), "Laptop in room 3")
    assert (answer.status_code, answer.location) == (303, LIST)
    page = client.get(LIST)
    assert "The passkey is added" in words(page)
    assert rows(page) == ["Laptop in room 3 10 Jun 2026 Never Remove Laptop in room 3"]
    assert "Laptop in room 3" in words(client.get(ACCOUNT))
    assert verbs(gp.user_id)[-2:] == ["passkey.begun", "passkey.added"]


def test_its_name_is_not_kept_in_clear(client, sign_in, gp):
    sign_in(client, gp)
    add(client, SoftPasskey("gp"), "Laptop in room 3")
    with db.engine.connect() as connection:
        stored = connection.exec_driver_sql("SELECT name FROM passkeys").scalars()
        assert not any(b"room 3" in bytes(name) for name in stored)


def test_the_person_is_told_by_mail_that_one_was_added_and_removed(client, sign_in, gp, use_mailing):
    use_mailing(SmtpSender.at("smtp://127.0.0.1:1", "no-reply@portal.example"))
    sign_in(client, gp)
    add(client, SoftPasskey("gp"))
    with db.session() as session:
        passkey_id = session.scalar(select(Passkey.id).where(Passkey.user_id == gp.user_id))
    client.submit(f"{LIST}/{passkey_id}/remove")
    db.session.rollback()
    keys = list(db.session.scalars(select(Mail.key).where(Mail.user_id == gp.user_id).order_by(Mail.id)))
    assert [key.partition(":")[0] for key in keys] == ["passkey_added", "passkey_removed"]


@pytest.mark.parametrize(
    "lies", [{"origin": "http://localhost.evil.example"}, {"site": "evil.example"}, {"verified": False}]
)
def test_one_made_elsewhere_or_without_a_finger_is_not_kept(client, sign_in, gp, lies):
    sign_in(client, gp)
    answer = add(client, SoftPasskey("gp"), "Laptop in room 3", **lies)
    assert answer.status_code == 303
    page = client.get(answer.location)
    assert "No passkey was added" in words(page)
    assert page.page.find("input", id="name")["value"] == "Laptop in room 3"
    assert "You have no passkey" in words(client.get(LIST))


def test_what_was_sent_once_makes_no_second_one(client, sign_in, gp):
    sign_in(client, gp)
    made = SoftPasskey("gp").make(challenge(client, f"{LIST}/challenge", NEW))
    data = {"csrf_token": token(client, NEW), "name": "Twice", "credential": made}
    assert client.post(NEW, data=data).location == LIST
    assert client.post(NEW, data=data).location == LIST  # led to what the first made
    assert "it was taken once" in words(client.get(LIST))
    assert client.post(NEW, data={**data, "name": "Once more"}).location != LIST
    assert len(rows(client.get(LIST))) == 1


def test_a_device_that_somebody_has_already_is_not_taken(client, sign_in, gp, device):
    sign_in(client, gp)
    assert "No passkey was added" in said_after(client, add(client, device))


def test_what_is_no_answer_at_all_is_refused_plainly(client, sign_in, gp):
    sign_in(client, gp)
    for answer in ("", "{}", "[]", "null", "x" * 30_000, '{"response": 5}', '{"response": {"clientDataJSON": "é"}}'):
        for address, page in ((NEW, NEW), (f"{PROVE}/passkey", ACCOUNT)):
            sent = send(client, answer, address, page)
            assert sent.status_code in (302, 303), answer[:40]
    client.send(client.get(ACCOUNT), action="/sign-out")
    for answer in ("", "{}", '{"response": {"clientDataJSON": "AA", "x": []}, "rawId": 3}'):
        assert send(client, answer).location == "/sign-in"
    assert not is_signed_in(client)


def test_nobody_has_more_than_ten(client, sign_in, gp, monkeypatch):
    monkeypatch.setattr(passkeys, "MOST_PER_PERSON", 1)
    sign_in(client, gp)
    add(client, SoftPasskey("gp"))
    answer = client.post(f"{LIST}/challenge", data={"csrf_token": token(client, NEW)}, headers=SCRIPT)
    assert answer.status_code == 422
    assert "Remove one" in answer.get_json()["message"]


def test_a_removed_one_opens_nothing_and_other_browsers_are_signed_out(client, new_client, owner, device, world):
    elsewhere = new_client()
    second_step_with(elsewhere, owner, device)
    assert is_signed_in(elsewhere)
    sign_in_with(client, device)
    answer = client.submit(f"{LIST}/{world.passkeys['a.other_gp']}/remove")
    assert answer.location == LIST
    assert "opens nothing any more" in words(client.get(LIST))
    assert is_signed_in(client)
    assert not is_signed_in(elsewhere)
    stranger = new_client()
    assert REFUSED in said_after(stranger, sign_in_with(stranger, device))
    assert verbs(owner.user_id).count("passkey.removed") == 1


def test_another_persons_cannot_be_looked_at_or_removed(client, sign_in, gp, world):
    sign_in(client, gp)
    for letter in ("a", "b"):
        address = f"{LIST}/{world.passkeys[f'{letter}.other_gp']}/remove"
        assert client.get(address).status_code == 404
        assert client.post(address, data={"csrf_token": token(client, ACCOUNT)}).status_code == 404
    assert db.session.scalar(select(Passkey.id).where(Passkey.id == world.passkeys["a.other_gp"])) is not None


def without_app(person):
    """Take a person's authenticator app away, as when they were never asked for one."""
    with writing() as session:
        session.execute(
            update(User)
            .where(User.id == person.user_id)
            .values(totp_secret=None, totp_confirmed_at=None, totp_last_step=None)
        )


def test_the_last_second_step_of_whoever_needs_one_stays(client, owner, device, world):
    without_app(owner)
    assert second_step_with(client, owner, device).location == "/"
    address = f"{LIST}/{world.passkeys['a.other_gp']}/remove"
    page = client.get(address)
    assert "the only second step" in words(page)
    assert not page.page.select('main form[method="post"]')
    sent = client.post(address, data={"csrf_token": token(client, ACCOUNT)})
    assert sent.status_code == 400
    assert "the only second step" in errors(sent)[0] if errors(sent) else "the only second step" in words(sent)
    add(client, SoftPasskey("second"))
    assert client.submit(address).location == LIST


def test_whoever_has_a_passkey_alone_is_not_let_set_up_an_app_by_the_password(client, owner):
    without_app(owner)
    assert type_password(client, owner).location == CODE_PAGE
    said = words(client.get(CODE_PAGE))
    assert "Use your passkey" in said
    assert client.get("/sign-in/set-up-code").location == CODE_PAGE


def test_setting_the_second_step_up_anew_takes_the_passkeys_away(client, owner, device, world):
    ways_back.reset_authenticator(viewer_of(world.person("a.administrator")), owner.hat.membership_id)
    assert db.session.scalar(select(Passkey.id).where(Passkey.user_id == owner.user_id)) is None
    assert REFUSED in said_after(client, sign_in_with(client, device))


# Signing in


def test_a_passkey_is_a_whole_sign_in(client, owner, device):
    answer = sign_in_with(client, device)
    assert (answer.status_code, answer.location) == (302, "/")
    page = client.get(ACCOUNT)
    assert owner.name in words(page)
    assert "10 Jun" in rows(client.get(LIST))[0]
    assert verbs(owner.user_id)[-1] == "session.started"
    assert "Passkey" in rows(client.get("/account/sessions"))[0]


def test_it_leads_on_to_the_page_that_was_wanted_and_never_away(client, new_client, device):
    for wanted, leads_to in ((LIST, LIST), ("//evil.example", "/"), ("/\t/evil.example", "/"), ("/\\evil", "/")):
        browser = new_client()
        signed = device.sign(challenge(browser))
        data = {"csrf_token": token(browser), "credential": signed}
        answer = browser.post(SIGN_IN, query_string={"next": wanted}, data=data)
        assert answer.location == leads_to, wanted


def test_it_takes_the_place_of_the_code(client, owner, device):
    answer = second_step_with(client, owner, device)
    assert answer.location == "/"
    assert is_signed_in(client)
    assert "Password and passkey" in rows(client.get("/account/sessions"))[0]


def test_the_second_step_names_its_persons_passkeys_and_the_whole_sign_in_nobodys(client, new_client, owner, device):
    assert challenge(new_client())["allowCredentials"] == []
    type_password(client, owner)
    listed = challenge(client, page=CODE_PAGE)["allowCredentials"]
    assert len(listed) == 1
    assert listed[0]["transports"] == ["internal"]


def test_it_is_always_asked_for_a_finger_a_face_or_a_pin(client, owner, device):
    assert challenge(client)["userVerification"] == "required"
    assert REFUSED in said_after(client, sign_in_with(client, device, verified=False))
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    "lies",
    [
        {"origin": "http://localhost.evil.example"},
        {"origin": "https://localhost"},
        {"origin": "http://localhost:8080"},
        {"site": "evil.example"},
        {"handle": b"somebody else's"},
    ],
    ids=["origin", "scheme", "port", "site", "handle"],
)
def test_what_was_signed_for_another_place_or_person_is_refused_and_logged(client, owner, device, lies):
    assert REFUSED in said_after(client, sign_in_with(client, device, **lies))
    assert not is_signed_in(client)
    assert verbs(owner.user_id) == ["session.passkey_refused"]


def test_without_a_handle_it_is_nobodys_sign_in(client, owner, device):
    device.handle = b""
    assert REFUSED in said_after(client, sign_in_with(client, device))
    assert not is_signed_in(client)


def test_an_answer_is_taken_once(client, new_client, owner, device):
    options = challenge(client)
    signed = device.sign(options)
    assert send(client, signed).location == "/"
    client.send(client.get(ACCOUNT), action="/sign-out")
    assert REFUSED in said_after(client, send(client, signed))
    # Nor is its challenge, signed anew.
    assert REFUSED in said_after(client, send(client, device.sign(options)))
    assert not is_signed_in(client)
    assert verbs(owner.user_id)[-2:] == ["session.passkey_refused", "session.passkey_refused"]


def test_a_challenge_is_used_up_by_a_wrong_answer_too(client, device):
    options = challenge(client)
    send(client, device.sign(options, origin="http://evil.example"))
    assert REFUSED in said_after(client, send(client, device.sign(options)))


def test_a_challenge_is_good_in_its_own_browser_alone(client, new_client, device):
    options = challenge(client)
    other = new_client()
    assert REFUSED in said_after(other, send(other, device.sign(options)))
    assert not is_signed_in(other)


def test_a_challenge_is_good_for_what_it_was_given_for_alone(client, new_client, owner, device, at_world_time):
    second_step_with(client, owner, device)
    options = challenge(client, f"{LIST}/challenge", NEW)
    proof = send(client, device.sign(options), f"{PROVE}/passkey", ACCOUNT)
    assert proof.location.startswith(PROVE)
    options = challenge(client, f"{PROVE}/challenge", ACCOUNT)
    data = {
        "csrf_token": token(client, NEW),
        "name": "x",
        "credential": SoftPasskey("x").make({**options, "user": {"id": "eA"}}),
    }
    assert client.post(NEW, data=data).location.startswith(NEW)


def test_a_challenge_lasts_five_minutes(client, device, at_world_time):
    options = challenge(client)
    at_world_time.shift(timedelta(minutes=5))
    assert REFUSED in said_after(client, send(client, device.sign(options)))
    challenge(client)
    with db.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM passkey_challenges").scalar() == 1


def test_an_invented_challenge_is_refused(client, device):
    assert REFUSED in said_after(client, send(client, device.sign({"challenge": "AAAA"})))


def test_another_persons_passkey_is_no_second_step(client, gp, owner, device):
    assert REFUSED in said_after(client, second_step_with(client, gp, device))
    assert not is_signed_in(client)
    # It stands in the trail of whose sign-in it was to be.
    assert verbs(gp.user_id)[-1] == "session.passkey_refused"
    assert verbs(owner.user_id) == []


def test_a_passkey_of_the_other_partnership_is_no_second_step(client, owner):
    assert REFUSED in said_after(client, second_step_with(client, owner, passkey_of("b")))
    assert not is_signed_in(client)


def test_a_count_that_went_back_is_refused_and_logged(client, owner, device):
    for count in (7, 1, 0):
        assert REFUSED in said_after(client, sign_in_with(client, device, count=count))
    assert not is_signed_in(client)
    assert verbs(owner.user_id) == ["passkey.counter_went_back"] * 3
    # The one that was not copied still works.
    assert sign_in_with(client, device, count=9).location == "/"


def test_a_wrong_signature_with_an_old_count_is_not_called_a_copy(client, owner, device):
    forged = SoftPasskey("somebody else", handle=device.handle)
    options = challenge(client)
    signed = json.loads(forged.sign(options, count=1))
    signed["id"] = signed["rawId"] = json.loads(device.sign(options))["rawId"]
    send(client, json.dumps(signed))
    assert verbs(owner.user_id) == ["session.passkey_refused"]


def test_a_device_that_counts_nothing_may_be_used_again_and_again(client, sign_in, gp):
    device = SoftPasskey("gp", counts=False)
    sign_in(client, gp)
    add(client, device)
    for _ in range(2):
        client.send(client.get(ACCOUNT), action="/sign-out")
        assert sign_in_with(client, device).location == "/"


@pytest.mark.parametrize(
    ("column", "words_said"),
    [("deactivated_at", REFUSED), ("asleep_at", "Your account is asleep")],
)
def test_an_account_that_is_closed_or_asleep_is_not_opened(client, owner, device, column, words_said):
    with writing() as session:
        setattr(session.get(User, owner.user_id), column, NOW)
    assert words_said in said_after(client, sign_in_with(client, device))
    assert not is_signed_in(client)


def test_whoever_has_no_role_any_more_is_told_so(client, owner, device):
    with writing() as session:
        session.execute(update(Membership).where(Membership.user_id == owner.user_id).values(ended_at=NOW))
    assert "not connected to an agency" in said_after(client, sign_in_with(client, device))
    assert not is_signed_in(client)


def test_many_wrong_answers_are_taken_no_more(client, gp, device):
    type_password(client, gp)
    codes = set()
    for _ in range(11):
        codes.add(send(client, "{}", page=CODE_PAGE).status_code)
    assert codes == {303, 429}


def test_too_many_challenges_that_wait_are_given_no_more(client, monkeypatch):
    monkeypatch.setattr("portal.services.passkey_challenges.MOST_WAITING", 3)
    for _ in range(3):
        challenge(client)
    answer = client.post(f"{SIGN_IN}/challenge", data={"csrf_token": token(client)}, headers=SCRIPT)
    assert answer.status_code == 429


def test_an_old_sign_in_goes_with_what_was_asked_of_it(client, owner, device, at_world_time):
    """Its challenges hang on it, and nobody may be kept from signing in by them."""
    type_password(client, owner)
    challenge(client, page=CODE_PAGE)
    at_world_time.shift(timedelta(days=31))
    type_password(client, owner)
    db.session.rollback()
    assert db.session.scalar(select(PasskeyChallenge.id)) is None


# Where it does not work


def test_the_sign_in_page_has_one_form_and_its_button_waits_for_the_script(client):
    page = client.get("/sign-in").page
    assert len(page.select("main form")) == 1
    assert page.select_one("[data-passkey]").has_attr("hidden")


def test_at_an_address_that_is_a_number_none_is_offered(databases, tmp_path, owner, at_world_time, sign_in):
    app = make_app(databases.settings(tmp_path, "portal", base_url="http://127.0.0.1:5000"))
    client = app.test_client()
    assert not client.get("/sign-in").page.select("[data-passkey]")
    answer = client.post(f"{SIGN_IN}/challenge", data={"csrf_token": token(client)}, headers=SCRIPT)
    assert answer.status_code == 422
    sign_in(client, owner)
    assert "No passkey can be made here" in words(client.get(LIST))
    assert "No passkey can be made here" in words(client.get(NEW))
    assert send(client, "{}", f"{PROVE}/passkey", ACCOUNT).status_code == 303


def test_a_script_that_is_signed_in_already_is_told_so(client, owner, sign_in):
    sign_in(client, owner)
    answer = client.post(f"{SIGN_IN}/challenge", data={"csrf_token": token(client, ACCOUNT)}, headers=SCRIPT)
    assert answer.status_code == 422


@pytest.mark.parametrize(("address", "most"), [(LIST, 1), (NEW, 0), (ACCOUNT, 2), ("/account/sessions", 1)])
def test_the_pages_ask_the_database_little(client, sign_in, owner, count_queries, address, most):
    sign_in(client, owner)
    client.get(address)
    with count_queries() as statements:
        assert client.get(address).status_code == 200
    assert len(statements) <= most, statements


def test_proving_by_a_passkey_that_was_removed_meanwhile_is_refused(client, owner, device, at_world_time):
    sign_in_with(client, device)
    with writing() as session:
        session.execute(delete(Passkey).where(Passkey.user_id == owner.user_id))
    at_world_time.shift(timedelta(minutes=11))
    assert "This passkey was not accepted" in said_after(client, prove_with(client, device))
