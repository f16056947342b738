"""Two doors to an application, in this process and over a socket: the same requests, with somebody's cookie."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from typing import Protocol
from urllib.parse import urlencode

from flask import Flask
from flask.testing import FlaskClient

from benchmarks.in_process import HOST, Answer
from tests.world import Person

TIMEOUT = 60.0
_HIDDEN = re.compile(r'<input type="hidden" name="(csrf_token|working_as|version)" value="([^"]*)">')


class Door(Protocol):
    """Asks for pages and sends forms."""

    def get(self, path: str) -> Answer:
        """Ask for a page."""

    def post(self, path: str, fields: Mapping[str, str], *, by_script: bool = False) -> Answer:
        """Send a form, by itself or as the page's script does."""


class Loopback:
    """Asks a served application over a socket, on one connection for as long as the server keeps it."""

    def __init__(self, port: int, cookie: str = "") -> None:
        self._connection = HTTPConnection(HOST, port, timeout=TIMEOUT)
        self._headers = {"Accept": "text/html", "Cookie": cookie}

    def get(self, path: str) -> Answer:
        """Ask for a page."""
        return self._ask("GET", path, None, self._headers)

    def post(self, path: str, fields: Mapping[str, str], *, by_script: bool = False) -> Answer:
        """Send a form, by itself or as the page's script does."""
        headers = {**self._headers, "Content-Type": "application/x-www-form-urlencoded"}
        if by_script:
            headers["X-Requested-With"] = "fetch"
        return self._ask("POST", path, urlencode(fields), headers)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Answer:
        try:
            self._connection.request(method, path, body, headers)
            response = self._connection.getresponse()
            return Answer(response.status, response.read(), response.getheader("Location") or "")
        except (OSError, HTTPException):
            # Whatever is left of the answer belongs to nobody.
            self._connection.close()
            raise


def sign_in(app: Flask, person: Person) -> str:
    """Type address, password and code into the sign-in pages; the cookie is good for the served app too."""
    client = app.test_client()
    send(client, "/sign-in", email=person.email, password=person.password)
    send(client, "/sign-in/code", code=person.code)
    # The first page puts the secret of all forms into the cookie.
    client.get("/account")
    return cookie_of(client)


def send(client: FlaskClient, path: str, **fields: str) -> None:
    """Open a page and send its form; it has to lead on."""
    hidden = hidden_fields(client.get(path).get_data())
    answer = client.post(path, data=hidden | fields)
    if answer.status_code != 302:
        raise RuntimeError(f"{path} answered {answer.status_code}: {_said(answer.get_data(as_text=True))}")


def _said(page: str) -> str:
    """What a page that does not lead on says is wrong."""
    found = re.search(r'class="error-summary".*?</ul>', page, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found[0] if found else page).split())[:300]


def cookie_of(client: FlaskClient) -> str:
    """What a browser would send."""
    name = client.application.config["SESSION_COOKIE_NAME"]
    cookie = client.get_cookie(name)
    if cookie is None:
        raise RuntimeError("no cookie was set")
    return f"{name}={cookie.value}"


def fetch(door: Door, path: str) -> bytes:
    """A page that has to be there."""
    answer = door.get(path)
    if answer.status != 200:
        raise RuntimeError(f"{path} answered {answer.status}")
    return answer.body


def hidden_fields(page: bytes) -> dict[str, str]:
    """The hidden fields of a page's forms: the token, the membership, and what a save is based on."""
    return dict(_HIDDEN.findall(page.decode()))
