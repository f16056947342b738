"""Signing in and out through the pages, as people and as those who would be somebody else do."""

from __future__ import annotations

from datetime import datetime, time

import pyotp
import pytest
import segno
from sqlalchemy import update

from portal.access.viewer import LONDON
from portal.database.session import writing
from portal.models.people import User
from tests.pages.reading import words
from tests.pages.sign_in_steps import ACCOUNT, is_signed_in, type_password
from tests.signing_in import CODE_PAGE
from tests.world import NOW, PASSWORD

HEADER = "Sign out"
WRONG = "The email address or password is not right"


@pytest.fixture
def board(world):
    return world.person("a.board")


@pytest.fixture
def newcomer(gp):
    """Somebody whose role asks for an app that they have not set up."""
    with writing() as session:
        session.execute(update(User).where(User.id == gp.user_id).values(totp_secret=None, totp_confirmed_at=None))
    return gp


# The steps


def test_a_board_member_signs_in_with_a_password(client, board):
    answer = type_password(client, board)
    assert (answer.status_code, answer.location) == (302, "/")
    assert is_signed_in(client)


def test_a_practitioner_signs_in_with_a_password_and_a_code(client, gp):
    answer = type_password(client, gp)
    assert (answer.status_code, answer.location) == (302, CODE_PAGE)
    answer = client.submit(CODE_PAGE, code=gp.code)
    assert (answer.status_code, answer.location) == (302, "/")
    assert is_signed_in(client)


def test_the_page_shows_the_same_for_unknown_wrong_and_deactivated(client, new_client, gp, world):
    def shown(email, password):
        page = new_client().submit("/sign-in", email=email, password=password)
        assert page.status_code == 400
        page.page.find("input", id="email")["value"] = ""
        for token in page.page.find_all("input", attrs={"name": "csrf_token"}):
            token["value"] = ""
        return words(page)

    unknown = shown("nobody@example.org", PASSWORD)
    assert WRONG in unknown
    assert shown(gp.email, "not the password") == unknown
    assert shown(world.person("a.gp.deactivated").email, PASSWORD) == unknown


def test_what_was_typed_stays_but_the_password(client, gp):
    page = type_password(client, gp, "not the password").page
    assert page.find(id="email")["value"] == gp.email
    assert page.find(id="password").get("value") is None


def test_the_form_says_what_is_missing(client):
    answer = client.submit("/sign-in", email="", password="")
    assert answer.status_code == 400
    links = answer.page.select(".govuk-error-summary a")
    assert [(link.get_text(), link["href"]) for link in links] == [
        ("Enter your email address", "#email"),
        ("Enter your password", "#password"),
    ]


def test_without_an_agency_the_page_says_so(client, world):
    answer = type_password(client, world.person("a.gp.former"))
    assert answer.status_code == 400
    assert "Your account is not connected to an agency at present" in words(answer)
    assert not is_signed_in(client)


def test_a_wrong_code_is_refused_at_its_field(client, gp):
    type_password(client, gp)
    answer = client.submit(CODE_PAGE, code="000000")
    assert answer.status_code == 400
    assert answer.page.select_one(".govuk-error-summary a")["href"] == "#code"
    assert not is_signed_in(client)


def test_nobody_gets_to_the_second_step_without_the_first(client):
    for path in (CODE_PAGE, "/sign-in/recovery-code", "/sign-in/set-up-code"):
        answer = client.get(path)
        assert (answer.status_code, answer.location) == (302, "/sign-in")


def test_a_pending_sign_in_opens_only_its_step(client, gp):
    type_password(client, gp)
    for path in ("/", ACCOUNT, "/account/password", "/working-as"):
        answer = client.get(path)
        assert answer.status_code == 302
        assert answer.location.startswith(CODE_PAGE)
    assert client.get("/sign-in/set-up-code").location == CODE_PAGE
    assert HEADER not in client.get(CODE_PAGE).page.header.get_text()


def test_a_pending_sign_in_that_posts_is_sent_to_its_step(client, gp):
    type_password(client, gp)
    token = client.get(CODE_PAGE).page.find("input", attrs={"name": "csrf_token"})["value"]
    answer = client.post("/working-as", data={"csrf_token": token, "membership": gp.hat.membership_id})
    assert answer.location.startswith(CODE_PAGE)


def test_a_pending_sign_in_may_start_again_as_somebody_else(client, gp, board):
    type_password(client, gp)
    assert client.send(client.get(CODE_PAGE), action="/sign-out").location == "/sign-in"
    assert type_password(client, board).location == "/"
    assert is_signed_in(client)


def test_whoever_is_signed_in_is_not_asked_again(client, sign_in, gp):
    sign_in(client, gp)
    for path in ("/sign-in", CODE_PAGE, "/sign-in/set-up-code"):
        assert client.get(path).location == "/"
    assert client.get("/sign-in?next=/account").location == ACCOUNT


def test_the_app_is_set_up_at_the_first_sign_in(client, newcomer, new_client):
    assert (
        type_password(client, newcomer, path="/sign-in?next=/account").location == "/sign-in/set-up-code?next=/account"
    )
    page = client.get("/sign-in/set-up-code?next=/account")
    assert page.page.find("svg", attrs={"height": True}) is not None
    key = "".join(group.get_text() for group in page.page.select("ol .app-number"))
    assert len(key) == 32
    wrong = client.send(page, code="000000")
    assert wrong.status_code == 400
    assert key == "".join(group.get_text() for group in wrong.page.select("ol .app-number"))
    done = client.send(wrong, code=pyotp.TOTP(key).now())
    assert done.status_code == 200
    codes = [code.get_text() for code in done.page.select("ul .app-number")]
    assert len(set(codes)) == 10
    assert done.page.find("a", string=lambda text: text and "continue" in text)["href"] == ACCOUNT
    assert is_signed_in(client)
    assert not any(code in client.get(ACCOUNT).get_data(as_text=True) for code in codes)
    other = new_client()
    assert type_password(other, newcomer).location == CODE_PAGE
    answer = other.submit("/sign-in/recovery-code", code=codes[0])
    assert answer.location == "/"
    assert "9 are left" in words(other.get("/"))


def test_the_qr_code_says_what_the_key_says(client, newcomer):
    """Drawn from the address that apps read: the same modules as segno makes of it."""
    type_password(client, newcomer)
    page = client.get("/sign-in/set-up-code").page
    key = "".join(group.get_text() for group in page.select("ol .app-number"))
    address = pyotp.TOTP(key).provisioning_uri(name=newcomer.email, issuer_name="Safeguarding portal")
    expected = segno.make(address, error="m", micro=False).svg_inline(scale=5, border=4, light="#fff", lineclass=None)
    lines = [path["d"] for path in page.select("[role=img] svg path")]
    assert lines
    assert all(line in expected for line in lines)


# Wrong guesses


def test_after_ten_wrong_passwords_a_page_says_when_to_try_again(client, at_world_time, board):
    for _ in range(10):
        assert type_password(client, board, "not the password").status_code == 400
    answer = type_password(client, board)
    assert answer.status_code == 429
    assert "Try again at 11:0" in words(answer)
    again = time.fromisoformat(words(answer).split("Try again at ")[1][:5])
    assert 0 < int(answer.headers["Retry-After"]) <= 300
    at_world_time.move_to(datetime.combine(NOW, again, LONDON))
    assert type_password(client, board).location == "/"


def test_wrong_codes_end_in_the_same_page(client, gp):
    type_password(client, gp)
    for _ in range(10):
        assert client.submit(CODE_PAGE, code="000000").status_code == 400
    assert client.submit(CODE_PAGE, code=gp.code).status_code == 429
    assert not is_signed_in(client)


# Where signing in leads


@pytest.mark.parametrize("wanted", ["/account", "/account?a=1&b=%2F", "/people?q=anna", "/%2F%2Fx", "/a//b"])
def test_it_leads_on_to_the_page_that_was_asked_for(app, client, board, wanted, monkeypatch):
    monkeypatch.setattr("tests.page_client.check_response", lambda *_: None)  # not all of these exist
    answer = client.post(
        "/sign-in",
        query_string={"next": wanted},
        data={
            "csrf_token": client.get("/sign-in").page.find("input", attrs={"name": "csrf_token"})["value"],
            "email": board.email,
            "password": PASSWORD,
        },
    )
    assert answer.location == wanted


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "\t//evil.example",
        "/\n/evil.example",
        "/\r/evil.example",
        "/account\r\nSet-Cookie: a=b",
        " //evil.example",
        "https://evil.example",
        "HTTPS:evil.example",
        "//user@evil.example/account",
        "javascript:alert(1)",
        "data:text/html,x",
        "account",
        "?next=/",
        "/\x00/evil.example",
        "/account\\..\\",
        "/" + "x" * 2000,
        "",
    ],
)
def test_it_leads_to_no_other_site(client, board, wanted):
    token = client.get("/sign-in").page.find("input", attrs={"name": "csrf_token"})["value"]
    data = {"csrf_token": token, "email": board.email, "password": PASSWORD}
    answer = client.post("/sign-in", query_string={"next": wanted}, data=data)
    assert (answer.status_code, answer.location) == (302, "/")


def test_the_page_asked_for_is_kept_through_every_step(client, gp):
    assert client.get("/account?a=1").location == "/sign-in?next=/account?a%3D1"
    answer = type_password(client, gp, path="/sign-in?next=/account?a%3D1")
    assert answer.location == "/sign-in/code?next=/account?a%3D1"
    answer = client.submit(answer.location, code=gp.code)
    assert answer.location == "/account?a=1"


@pytest.mark.parametrize("host", ["evil.example", "localhost:80@evil.example", "evil.example:80"])
def test_no_address_is_built_from_the_host_header(client, board, host):
    for path in ("/sign-in", "/account", "/join/abc"):
        answer = client.get(path, headers={"Host": host})
        assert "evil" not in answer.get_data(as_text=True)
        assert "evil" not in answer.headers.get("Location", "")
