"""The door of the API: a key in the header Authorization, and nothing else; refusals as problem documents.

No cookie is looked at: whoever is signed in in a browser is nobody here, so that no page of another site can ask in
their name. A key in the address is not looked at either, because addresses stand in logs.
"""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, Response, current_app, g, request

from portal.access.viewer import Viewer
from portal.services.api_keys.admitting import NoKey, TooManyRequests, admit, seconds_until
from portal.web.errors import problem
from portal.web.guards import PUBLIC

_SCHEME = "bearer"


def install_door(pages: Blueprint) -> None:
    """Let only requests with a key come to the blueprint's routes, but for the public ones."""
    pages.before_request(_come_in)
    pages.register_error_handler(NoKey, _no_key)
    pages.register_error_handler(TooManyRequests, _too_many)


def _come_in() -> None:
    now = datetime.now(UTC)
    view = current_app.view_functions[request.endpoint or ""]
    if getattr(view, "policy", None) == PUBLIC:
        g.viewer = Viewer.nobody(now)
        return
    g.viewer = admit(now, _sent_key(), request.remote_addr or "")


def _sent_key() -> str | None:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    return key.strip() if scheme.lower() == _SCHEME else None


def _no_key(_refused: Exception) -> Response:
    answer = problem(401, "Send a key that holds in the header Authorization, after the word Bearer.")
    answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def _too_many(refused: Exception) -> Response:
    assert isinstance(refused, TooManyRequests)  # noqa: S101 - it is registered for nothing else
    answer = problem(429, "Too many requests in the last minute. Wait, and ask less often.")
    answer.headers["Retry-After"] = str(seconds_until(refused.until, datetime.now(UTC)))
    return answer
