"""Calls of a WSGI application without a server. It needs the standard library alone: the peer uses it too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: bytes
    location: str = ""
    """Where it leads on to."""
    cookies: tuple[str, ...] = ()


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
        begun: list[tuple[str, list[tuple[str, str]]]] = []

        def start(status: str, headers: list[tuple[str, str]], _fault: Any = None) -> Any:
            begun.append((status, headers))

        answer = self._application({**self._environ, **asked}, start)
        try:
            body = b"".join(answer)
        finally:
            if hasattr(answer, "close"):
                answer.close()
        status, headers = begun[-1]
        location = next((value for name, value in headers if name == "Location"), "")
        cookies = tuple(value.partition(";")[0] for name, value in headers if name == "Set-Cookie")
        return Answer(int(status[:3]), body, location, cookies)
