"""The cookie by which a browser is known again: signed, and taken whatever the clock showed when it was."""

from __future__ import annotations

from copy import deepcopy
from functools import lru_cache
from typing import Any

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from itsdangerous import BadSignature, URLSafeTimedSerializer


class TimelessCookie(SecureCookieSessionInterface):
    """Flask's own, but that no age is asked of it: a clock that is put back would sign everybody out.

    Flask takes no cookie that was signed later than now. How long a sign-in holds, its row says and not the cookie.
    """

    def __init__(self) -> None:
        self._made: tuple[tuple[object, ...], URLSafeTimedSerializer | None] | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """What signs and reads cookies with the app's keys; made once for them, not twice for each answer."""
        keys = app.secret_key, *(app.config["SECRET_KEY_FALLBACKS"] or ())
        if self._made is None or self._made[0] != keys:
            self._made = keys, super().get_signing_serializer(app)
        return self._made[1]

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """What the cookie holds; nothing where it is not ours."""
        serializer = self.get_signing_serializer(app)
        if serializer is None:
            return None
        held = request.cookies.get(self.get_cookie_name(app))
        try:
            return self.session_class(deepcopy(_read(serializer, held))) if held else self.session_class()
        except BadSignature:
            return self.session_class()


@lru_cache(maxsize=4096)
def _read(serializer: URLSafeTimedSerializer, held: str) -> dict[str, Any]:
    """What a cookie holds, if the keys of `serializer` have signed it: which it has for good, or never.

    A browser sends the same one with each of its requests. Whether the sign-in in it still holds, its row says.
    """
    found: dict[str, Any] = serializer.loads(held)
    return found


def install_session_cookie(app: Flask) -> None:
    """Have the app know its browsers by it."""
    app.session_interface = TimelessCookie()
