"""What every answer carries: headers on pages, errors and static files, and the refusal of forged forms."""

from __future__ import annotations

import re

import pytest
from flask import Flask, g
from flask.testing import FlaskClient

from tests.components.bare_app import build_app

POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The component app with a page, a form and a fault."""
    app = build_app(tmp_path_factory.mktemp("answers"))
    app.config["PROPAGATE_EXCEPTIONS"] = False

    @app.get("/token")
    def token() -> str:
        return app.jinja_env.globals["csrf_token"]()

    @app.post("/form")
    def form() -> str:
        return "sent"

    @app.get("/fault")
    def fault() -> str:
        raise RuntimeError("a fault")

    @app.errorhandler(400)
    def refused(_error: object) -> tuple[dict[str, object], int]:
        return {"kept": g.get("refused_form")}, 400

    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser."""
    return app.test_client()


@pytest.mark.parametrize(("path", "status"), [("/token", 200), ("/nowhere", 404), ("/fault", 500)])
def test_pages_and_errors_carry_every_header(client: FlaskClient, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    nonce = re.search(r"'nonce-([\w-]{22})'", answer.headers["Content-Security-Policy"])[1]
    assert answer.headers["Content-Security-Policy"] == POLICY.format(nonce=nonce)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in answer.headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in answer.headers


def test_nonces_differ(client: FlaskClient) -> None:
    policies = {client.get("/token").headers["Content-Security-Policy"] for _ in range(3)}
    assert len(policies) == 3


def test_https_is_kept_to(client: FlaskClient) -> None:
    for path in ("/token", "/static/portal.css"):
        assert "max-age=31536000" in client.get(path, base_url="https://x").headers["Strict-Transport-Security"]


def test_fingerprinted_files_are_kept_for_good(app: Flask, client: FlaskClient) -> None:
    address = app.jinja_env.globals["static_url"]("portal.css")
    assert re.fullmatch(r"/static/portal\.[0-9a-f]{12}\.css", address)
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == 'text/css; charset="utf-8"'
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert "Set-Cookie" not in answer.headers


def test_other_names_are_never_kept(client: FlaskClient) -> None:
    answer = client.get("/static/portal.css")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [("POST", {}, 405), ("GET", {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}, 304), ("HEAD", {}, 200)],
)
def test_every_answer_about_a_file_carries_the_headers(
    client: FlaskClient, method: str, headers: dict[str, str], status: int
) -> None:
    answer = client.open("/static/portal.css", method=method, headers=headers)
    assert answer.status_code == status
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("path", ["/static/src/portal.scss", "/static/../portal/config.py", "/static/", "/static"])
def test_nothing_else_is_served(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_file_that_is_not_there_has_no_address(app: Flask) -> None:
    with pytest.raises(KeyError):
        app.jinja_env.globals["static_url"]("missing.css")


def test_static_css_names_no_other_host_and_no_reserved_typeface(client: FlaskClient) -> None:
    css = client.get("/static/portal.css").get_data(as_text=True)
    assert re.findall(r"url\((?!\"?/static/)[^)]*\)", css) == []
    assert "GDS Transport" not in css
    assert "crown" not in css.lower()
    assert "@import" not in css


def test_a_right_token_is_taken(client: FlaskClient) -> None:
    token = client.get("/token").get_data(as_text=True)
    assert client.post("/form", data={"csrf_token": token}).status_code == 200
    assert client.post("/form", headers={"X-CSRFToken": token}).status_code == 200


@pytest.mark.parametrize("spoil", ["é", "{token}é", "é{token}", "\x00", "", "x.y.z", "{token}x", "\u202e", "ı.ı.ı"])
def test_an_odd_token_is_400(client: FlaskClient, spoil: str) -> None:
    token = client.get("/token").get_data(as_text=True)
    assert client.post("/form", data={"csrf_token": spoil.format(token=token)}).status_code == 400


def test_an_odd_token_in_a_header_is_400(client: FlaskClient) -> None:
    client.get("/token")
    assert client.post("/form", headers={"X-CSRFToken": "\xe9\xff"}).status_code == 400


def test_refused_texts_are_handed_back_but_no_password(client: FlaskClient) -> None:
    long = "Mother brings the children to every appointment."
    posted = {"strengths": long, "short": "no", "password": long, "csrf_token": "x" * 40, "code": long}
    assert client.post("/form", data=posted).json == {"kept": {"strengths": long}}
