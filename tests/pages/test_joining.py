"""Joining through the pages: a link that is opened, used, used again, and what must not leak."""

from __future__ import annotations

from datetime import timedelta

import pytest
import structlog

from portal.database.session import db, writing
from portal.domain.vocabulary import JoiningPurpose
from portal.models.people import User
from portal.services import joining
from portal.services.changes import changing
from tests.pages.reading import words
from tests.signing_in import CODE_PAGE
from tests.world import viewer_of

NEW = "copper violet hinge 9"


@pytest.fixture
def make_link(database, world, gp):
    """The path of a new link for the practitioner."""

    def make(purpose=JoiningPurpose.NEW_PASSWORD):
        with changing(viewer_of(world.person("a.gp.lead"))) as change:
            token = joining.make_link(change, gp.user_id, purpose)
        return joining.link_address("", token)

    return make


def test_a_newcomer_chooses_a_password_and_goes_on_to_set_up_the_app(client, gp, make_link):
    with writing() as session:
        user = session.get(User, gp.user_id)
        user.password_hash = user.totp_secret = user.totp_confirmed_at = None
    link = make_link(JoiningPurpose.JOIN)
    page = client.get(link)
    assert page.page.h1.get_text() == "Join the portal"
    assert gp.email in words(page)
    assert page.page.find(id="name")["value"] == gp.name
    answer = client.send(page, name="Ann Onymous", password=NEW)
    assert answer.location == "/sign-in/set-up-code"
    assert client.get(answer.location).status_code == 200


def test_a_forgotten_password_is_replaced_and_the_app_still_asked_for(client, gp, make_link):
    page = client.get(make_link())
    assert page.page.h1.get_text() == "Choose a new password"
    assert client.send(page, password=NEW).location == CODE_PAGE
    assert client.submit(CODE_PAGE, code=gp.code).location == "/"
    assert client.get("/account").status_code == 200


def test_opening_the_link_uses_nothing_up(client, new_client, make_link):
    link = make_link()
    for _ in range(3):
        assert new_client().get(link).status_code == 200
    assert client.submit(link, password=NEW).status_code == 302


def test_a_poor_password_gives_the_form_again(client, make_link):
    link = make_link()
    answer = client.submit(link, name="Ann Onymous", password="password1234")
    assert answer.status_code == 400
    assert answer.page.select_one(".govuk-error-summary a")["href"] == "#password"
    assert answer.page.find(id="name")["value"] == "Ann Onymous"
    assert "password1234" not in answer.get_data(as_text=True)
    assert client.send(answer, password=NEW).status_code == 302


def test_used_replaced_expired_and_unknown_links_give_the_same_page(client, new_client, make_link, at_world_time):
    used, replaced = make_link(), None
    client.submit(used, password=NEW)
    replaced = make_link()
    expired = make_link()
    at_world_time.shift(timedelta(days=3))
    pages = [new_client().get(link) for link in (used, replaced, expired, "/join/unknown")]
    assert [page.status_code for page in pages] == [404] * 4
    assert len({words(page) for page in pages}) == 1
    assert "ask whoever sent you the link for a new one" in words(pages[0])


def test_a_form_that_was_open_when_the_link_was_used_is_refused(client, new_client, make_link):
    link = make_link()
    open_form = client.get(link)
    new_client().submit(link, password=NEW)
    assert client.send(open_form, password="marble thicket 44 swan").status_code == 404


def test_using_it_signs_out_whoever_sat_there(client, sign_in, gp, make_link, world):
    administrator = world.person("a.administrator")
    sign_in(client, administrator)
    client.submit(make_link(), password=NEW)
    client.submit(CODE_PAGE, code=gp.code)
    assert gp.email in words(client.get("/account"))


def test_using_it_signs_the_person_out_everywhere(client, sign_in, new_client, gp, make_link):
    sign_in(client, gp)
    new_client().submit(make_link(), password=NEW)
    assert client.get("/account").location.startswith("/sign-in")
    assert "because your password was changed" in words(client.get("/sign-in"))


def test_the_pages_address_is_told_to_nobody(client, make_link):
    page = client.get(make_link())
    assert page.page.find("meta", attrs={"name": "referrer"})["content"] == "strict-origin"
    assert not page.page.select("a[href^=http]")


def test_the_token_is_not_in_the_log(client, make_link, caplog, monkeypatch):
    lines = []
    monkeypatch.setattr(structlog.WriteLogger, "info", lambda _logger, line: lines.append(line))
    link = make_link()
    token = link.rsplit("/", 1)[1]
    client.submit(link, password="short")
    client.submit(link, password=NEW)
    client.get(link)
    client.post(link)
    assert sum("/join/<token>" in line for line in lines) == 6
    assert token not in "".join(lines)
    assert token not in caplog.text


def test_the_token_is_in_no_table(client, make_link):
    link = make_link()
    token = link.rsplit("/", 1)[1]
    client.submit(link, password=NEW)
    with db.engine.connect() as connection:
        for table in ("joining_links", "activity", "sign_in_sessions", "users"):
            assert token not in repr(connection.exec_driver_sql(f"SELECT * FROM {table}").all())
