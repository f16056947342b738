"""The cookie: read once for its text, which leaves nothing of one request to the next, and never without its key."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, session
from flask.testing import FlaskClient

from portal.web import session_cookie
from portal.web.session_cookie import TimelessCookie, install_session_cookie


@pytest.fixture
def app() -> Flask:
    """An app whose pages put something into the session, and tell what is in it."""
    made = Flask(__name__)
    made.secret_key = "first" * 8
    install_session_cookie(made)

    @made.get("/set")
    def set_it() -> str:
        session["words"] = ["one"]
        return ""

    @made.get("/told")
    def tell() -> dict[str, Any]:
        return dict(session)

    @made.get("/spoilt")
    def spoil() -> str:
        # Without telling the session: no cookie is sent for it, so nobody may read it again.
        session["words"].append("two")
        return ""

    return made


def given(app: Flask) -> FlaskClient:
    """A browser that has been given a cookie."""
    client = app.test_client()
    client.get("/set")
    return client


def test_what_a_request_does_to_it_is_not_there_in_the_next(app: Flask) -> None:
    client = given(app)
    for _ in range(3):
        assert client.get("/told").json == {"words": ["one"]}
        client.get("/spoilt")


def test_its_signature_is_looked_at_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    client = given(app)
    looked: list[str] = []
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    loads = serializer.loads
    monkeypatch.setattr(serializer, "loads", lambda text: looked.append(text) or loads(text))
    for _ in range(3):
        client.get("/told")
    assert len(looked) == 1


def test_a_key_that_is_taken_away_opens_nothing_that_was_read_before(app: Flask) -> None:
    client = given(app)
    assert client.get("/told").json == {"words": ["one"]}
    app.secret_key = "second" * 8
    assert client.get("/told").json == {}
    app.config["SECRET_KEY_FALLBACKS"] = ["first" * 8]
    assert client.get("/told").json == {"words": ["one"]}
    app.config["SECRET_KEY_FALLBACKS"] = []
    assert client.get("/told").json == {}


def test_a_cookie_that_nobody_signed_stays_one(app: Flask) -> None:
    client = given(app)
    held = client.get_cookie("session")
    assert held is not None
    session_cookie._read.cache_clear()
    client.set_cookie("session", held.value[:-3] + ("abc" if held.value[-3:] != "abc" else "abd"))
    for _ in range(3):
        assert client.get("/told").json == {}
    assert session_cookie._read.cache_info().currsize == 0


def test_each_browser_is_given_its_own(app: Flask) -> None:
    first, second = given(app), app.test_client()
    assert isinstance(app.session_interface, TimelessCookie)
    for _ in range(2):
        assert first.get("/told").json == {"words": ["one"]}
        assert second.get("/told").json == {}
