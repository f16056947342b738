"""The token of a session's forms: signed once for the session, good for its forms alone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine
from flask import Flask, session
from flask.testing import FlaskClient

from portal.web.csrf import csrf_token
from tests.components.bare_app import build_app

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The component app with a page that shows its token, a form, and a fresh start as signing in makes one."""
    app = build_app(tmp_path_factory.mktemp("tokens"))

    @app.get("/token")
    def token() -> str:
        return f"{csrf_token()} {csrf_token()}"

    @app.post("/form")
    def form() -> str:
        return "sent"

    @app.get("/fresh")
    def fresh() -> str:
        session.clear()
        return csrf_token()

    return app


def token_of(client: FlaskClient) -> str:
    """The one token of a page."""
    first, second = client.get("/token").text.split()
    assert first == second
    return first


def test_each_page_of_a_session_has_the_same_token_and_its_forms_are_taken(app: Flask) -> None:
    client = app.test_client()
    with time_machine.travel(NOON, tick=False) as clock:
        first = token_of(client)
        clock.shift(60)
        token = token_of(client)
        clock.shift(60)
        assert token_of(client) == token
        for good in (first, token):
            assert client.post("/form", data={"csrf_token": good}).text == "sent"


def test_another_session_has_another_token_and_neither_takes_the_others(app: Flask) -> None:
    client, other = app.test_client(), app.test_client()
    token, theirs = token_of(client), token_of(other)
    assert token != theirs
    assert client.post("/form", data={"csrf_token": theirs}).status_code == 400
    assert other.post("/form", data={"csrf_token": token}).status_code == 400


def test_a_session_that_starts_anew_has_a_new_token(app: Flask) -> None:
    client = app.test_client()
    before = token_of(client)
    after = client.get("/fresh").text
    assert after != before
    assert token_of(client) == after
    assert client.post("/form", data={"csrf_token": before}).status_code == 400


def test_another_key_signs_other_tokens(app: Flask) -> None:
    client = app.test_client()
    before = token_of(client)
    with client.session_transaction() as kept:
        secret = kept["csrf_token"]
    app.secret_key, key = "another-" * 5, app.secret_key
    try:
        with client.session_transaction() as kept:
            kept["csrf_token"] = secret
        assert token_of(client) != before
    finally:
        app.secret_key = key
