"""Sessions in signed cookies, as Flask has them, with the signature of each cookie looked at once."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from itsdangerous import BadSignature

_KEPT = 4096
"""So many cookies, of those who came last."""

_UNCHANGING = (str, bool, int, float, type(None))


class KeptSessions(SecureCookieSessionInterface):
    """A browser sends the same cookie with every page, and to check it is a tenth of the work of a small one."""

    def __init__(self, app: Flask) -> None:
        @lru_cache(maxsize=_KEPT)
        def opened(_key: Any, cookie: str) -> tuple[dict[str, Any], datetime]:
            serializer = self.get_signing_serializer(app)
            if serializer is None:
                raise BadSignature("there is no key")
            content, signed_at = serializer.loads(cookie, return_timestamp=True)
            return content, signed_at

        self._opened = opened

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """What a cookie holds, unless it is forged, or older than Flask lets one be."""
        if not app.secret_key:
            return None
        cookie = request.cookies.get(self.get_cookie_name(app))
        if not cookie:
            return self.session_class()
        try:
            content, signed_at = self._opened(app.secret_key, cookie)
        except BadSignature:
            return self.session_class()
        if datetime.now(UTC) - signed_at > app.permanent_session_lifetime:
            return self.session_class()
        if all(isinstance(value, _UNCHANGING) for value in content.values()):
            return self.session_class(content)
        # What can be changed in place, such as notices, must not be shared between requests.
        return super().open_session(app, request)


def install_cookies(app: Flask) -> None:
    """Open sessions this way."""
    app.session_interface = KeptSessions(app)
