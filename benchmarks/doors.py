"""Two doors to an application, in this process and over a socket: the same requests, with somebody's cookie."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from io import BytesIO
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlencode

from flask import Flask
from flask.testing import FlaskClient

from tests.world import Person

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

HOST = "127.0.0.1"
TIMEOUT = 60.0
_HIDDEN = re.compile(r'<input type="hidden" name="(csrf_token|working_as|version)" value="([^"]*)">')


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: bytes


class Door(Protocol):
    """Asks for pages and sends forms."""

    def get(self, path: str) -> Answer:
        """Ask for a page."""

    def post(self, path: str, fields: Mapping[str, str], *, by_script: bool = False) -> Answer:
        """Send a form, by itself or as the page's script does."""


class InProcess:
    """Calls a WSGI application without a server, so that little but the application's own work is measured."""

    def __init__(self, application: WSGIApplication, cookie: str = "") -> None:
        self._application = application
        self._environ: dict[str, Any] = {
            "REQUEST_METHOD": "GET",
            "SCRIPT_NAME": "",
            "QUERY_STRING": "",
            "SERVER_NAME": HOST,
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": HOST,
            "HTTP_HOST": HOST,
            "HTTP_ACCEPT": "text/html",
            "HTTP_COOKIE": cookie,
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.errors": BytesIO(),
            "wsgi.multithread": False,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }

    def get(self, path: str) -> Answer:
        """Ask for a page."""
        path, _, query = path.partition("?")
        return self._call({"PATH_INFO": path, "QUERY_STRING": query, "wsgi.input": BytesIO()})

    def post(self, path: str, fields: Mapping[str, str], *, by_script: bool = False) -> Answer:
        """Send a form, by itself or as the page's script does."""
        body = urlencode(fields).encode()
        return self._call(
            {
                "REQUEST_METHOD": "POST",
                "PATH_INFO": path,
                "CONTENT_TYPE": "application/x-www-form-urlencoded",
                "CONTENT_LENGTH": str(len(body)),
                "wsgi.input": BytesIO(body),
                **({"HTTP_X_REQUESTED_WITH": "fetch"} if by_script else {}),
            }
        )

    def _call(self, asked: dict[str, Any]) -> Answer:
        statuses: list[str] = []

        def start(status: str, _headers: Any, _fault: Any = None) -> Any:
            statuses.append(status)

        answer = self._application({**self._environ, **asked}, start)
        try:
            body = b"".join(answer)
        finally:
            if hasattr(answer, "close"):
                answer.close()
        return Answer(int(statuses[-1][:3]), body)


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
            return Answer(response.status, response.read())
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
        raise RuntimeError(f"{path} answered {answer.status_code}")


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
