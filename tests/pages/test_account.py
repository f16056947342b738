"""One's own account: what stands there, the password, the recovery codes."""

from __future__ import annotations

import pytest

from tests.pages.reading import words
from tests.pages.sign_in_steps import ACCOUNT
from tests.signing_in import CODE_PAGE
from tests.world import PASSWORD

CHANGE = "/account/password"
CODES = "/account/recovery-codes"
NEW = "copper violet hinge 9"


def test_it_shows_who_one_is_and_what_one_works_as(client, sign_in, world):
    both = world.person("both")
    sign_in(client, both)
    said = words(client.get(ACCOUNT))
    assert both.name in said
    assert both.email in said
    for hat in both.hats:
        assert hat.partnership_name in said
        assert hat.agency_name in said


@pytest.mark.parametrize("path", [ACCOUNT, CHANGE, CODES])
def test_it_is_only_for_those_who_are_signed_in(client, path):
    answer = client.get(path)
    assert (answer.status_code, answer.location) == (302, f"/sign-in?next={path}")


def test_a_changed_password_signs_out_everywhere_else(client, sign_in, new_client, gp):
    elsewhere = new_client()
    sign_in(elsewhere, gp)
    sign_in(client, gp)
    before = client.get_cookie("portal_session").value
    answer = client.submit(CHANGE, password=PASSWORD, new_password=NEW)
    assert answer.location == ACCOUNT
    assert "Your password was changed" in words(client.get(ACCOUNT))
    assert elsewhere.get(ACCOUNT).status_code == 302
    assert "because your password was changed" in words(elsewhere.get("/sign-in"))
    thief = new_client()
    thief.set_cookie("portal_session", before)
    assert thief.get(ACCOUNT).status_code == 302
    fresh = new_client()
    assert fresh.submit("/sign-in", email=gp.email, password=PASSWORD).status_code == 400
    assert fresh.submit("/sign-in", email=gp.email, password=NEW).location == CODE_PAGE


@pytest.mark.parametrize(
    ("password", "new_password", "field"),
    [
        ("", NEW, "password"),
        ("not the password", NEW, "password"),
        (PASSWORD, "", "new_password"),
        (PASSWORD, PASSWORD, "new_password"),
        (PASSWORD, "password1234", "new_password"),
        (PASSWORD, "x" * 300, "new_password"),
    ],
)
def test_a_refused_change_says_where_and_changes_nothing(
    client, sign_in, new_client, gp, password, new_password, field
):
    sign_in(client, gp)
    answer = client.submit(CHANGE, password=password, new_password=new_password)
    assert answer.status_code == 400
    assert answer.page.select_one(".govuk-error-summary a")["href"] == f"#{field}"
    assert new_client().submit("/sign-in", email=gp.email, password=PASSWORD).location == CODE_PAGE


@pytest.mark.parametrize("path", [CHANGE, CODES])
def test_the_password_is_guessed_at_ten_times(client, sign_in, gp, path):
    sign_in(client, gp)
    typed = {"password": "not the password", "new_password": NEW} if path == CHANGE else {"password": "not it either"}
    for _ in range(10):
        assert client.submit(path, **typed).status_code == 400
    assert client.submit(path, **typed | {"password": PASSWORD}).status_code == 429


def test_recovery_codes_are_made_anew_and_shown_once(client, sign_in, new_client, gp):
    sign_in(client, gp)
    assert "None left" in words(client.get(ACCOUNT))
    shown = client.submit(CODES, password=PASSWORD)
    assert shown.status_code == 200
    codes = [code.get_text() for code in shown.page.select("ul .app-number")]
    assert len(set(codes)) == 10
    for path in (ACCOUNT, CODES):
        assert not any(code in client.get(path).get_data(as_text=True) for code in codes)
    assert "10 left" in words(client.get(ACCOUNT))
    other = new_client()
    other.submit("/sign-in", email=gp.email, password=PASSWORD)
    other.submit("/sign-in/recovery-code", code=codes[3])
    assert "9 left" in words(other.get(ACCOUNT))


def test_whoever_needs_no_app_needs_no_recovery_codes(client, sign_in, world):
    sign_in(client, world.person("a.board"))
    assert "Recovery codes" not in words(client.get(ACCOUNT))
    assert client.get(CODES).location == ACCOUNT
