"""A session's cookie is looked at once, and still believed only as long as Flask would believe it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask, flash, get_flashed_messages, session
from flask.testing import FlaskClient

from portal.web.cookies import install_cookies


@pytest.fixture
def app() -> Flask:
    """An app that counts and one that leaves notices."""
    app = Flask("cookies", static_folder=None)
    app.secret_key = "k" * 40
    install_cookies(app)

    @app.get("/count")
    def count() -> str:
        session["count"] = session.get("count", 0) + 1
        return str(session["count"])

    @app.get("/look")
    def look() -> str:
        return str(session.get("count", "nothing"))

    @app.get("/leave/<notice>")
    def leave(notice: str) -> str:
        flash(notice)
        return "left"

    @app.get("/notices")
    def notices() -> str:
        return " ".join(get_flashed_messages())

    return app


def cookie_of(client: FlaskClient) -> str:
    """What the browser sends."""
    cookie = client.get_cookie("session")
    assert cookie is not None
    return cookie.value


def test_a_session_goes_on_from_page_to_page(app: Flask) -> None:
    client = app.test_client()
    assert [client.get("/count").text for _ in range(3)] == ["1", "2", "3"]
    assert [client.get("/look").text for _ in range(2)] == ["3", "3"]


def test_what_one_request_changes_no_other_sees_without_its_cookie(app: Flask) -> None:
    client = app.test_client()
    client.get("/count")
    before = cookie_of(client)
    client.get("/count")
    client.set_cookie("session", before)
    assert [client.get("/look").text for _ in range(2)] == ["1", "1"]


def test_a_forged_cookie_is_nobodys(app: Flask) -> None:
    client = app.test_client()
    client.get("/count")
    body, rest = cookie_of(client).split(".", 1)
    for forged in (f"{body}x.{rest}", f"{body}.{rest[:-2]}xx", "rubbish", "é", "."):
        client.set_cookie("session", forged)
        assert [client.get("/look").text for _ in range(2)] == ["nothing", "nothing"], forged


def test_a_cookie_that_was_believed_ages_all_the_same(app: Flask) -> None:
    client = app.test_client()
    with time_machine.travel("2026-06-10T10:00:00Z") as clock:
        client.get("/count")
        assert client.get("/look").text == "1"
        clock.shift(app.permanent_session_lifetime - timedelta(seconds=5))
        assert client.get("/look").text == "1"
        clock.shift(timedelta(seconds=10))
        assert client.get("/look").text == "nothing"


def test_with_another_key_no_cookie_is_believed(app: Flask) -> None:
    client = app.test_client()
    client.get("/count")
    assert client.get("/look").text == "1"
    app.secret_key = "another-" * 5
    assert client.get("/look").text == "nothing"


def test_a_notice_is_shown_once_also_where_its_cookie_comes_again(app: Flask) -> None:
    client = app.test_client()
    client.get("/leave/first")
    client.get("/leave/second")
    cookie = cookie_of(client)
    for _ in range(2):
        client.set_cookie("session", cookie)
        assert client.get("/notices").text == "first second"


def test_without_a_key_there_is_no_session(app: Flask) -> None:
    app.secret_key = None
    with app.test_request_context("/look"):
        assert session.get("count") is None
        with pytest.raises(RuntimeError, match="secret key"):
            session["count"] = 1
