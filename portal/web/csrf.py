"""Forged or stale forms are refused with 400, and what was typed into them is shown again to be copied."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NoReturn

from flask import Flask, current_app, g, request, session
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf, validate_csrf
from wtforms.validators import ValidationError

_NEVER_SHOWN = ("password", "code", "token", "csrf", "secret", "version", "working_as")
_WORTH_KEEPING = 15

WITHOUT_REFERRER = frozenset({"returns", "feedback_answers"})
"""Blueprints whose pages tell nobody where they are, because their address opens something."""


def worth_keeping(fields: dict[str, str]) -> dict[str, str]:
    """Of a refused form, the texts that took somebody time to type; never a password or a code."""
    return {
        name: text
        for name, text in fields.items()
        if len(text) >= _WORTH_KEEPING and not any(word in name.lower() for word in _NEVER_SHOWN)
    }


class PortalCSRF(CSRFProtect):
    """Flask-WTF's protection, with every odd token refused as plainly as a wrong one."""

    def protect(self, apply_exemptions: bool = False) -> None:
        """Check the token, and over https which page the form was on; a page whose address is secret cannot say that.

        Of such a page the browser itself is asked whether it is one of ours, where it tells.
        """
        if request.method not in current_app.config["WTF_CSRF_METHODS"]:
            # Most requests ask for a page; Flask-WTF would look first whether it is exempt from what is not asked.
            return
        if request.blueprint not in WITHOUT_REFERRER:
            super().protect(apply_exemptions)  # type: ignore[no-untyped-call]
        else:
            try:
                validate_csrf(self._get_csrf_token())
            except ValidationError as fault:
                self._error_response(str(fault))
            if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
                self._error_response("The form was on a page of another site.")
            g.csrf_valid = True

    def _get_csrf_token(self) -> str | None:
        # Flask-WTF is untyped.
        token: str | None = super()._get_csrf_token()  # type: ignore[no-untyped-call]
        if token is not None and not token.isascii():
            # Comparing text that is not ASCII raises TypeError further down, which would be a 500.
            self._error_response("The CSRF token is not ASCII.")
        return token

    def _error_response(self, reason: str) -> NoReturn:
        g.refused_form = worth_keeping(request.form.to_dict())
        raise CSRFError(reason)


def csrf_token() -> str:
    """This request's token. It is good for as long as its session, so it is signed once for that, not for each page."""
    token: str | None = g.get("csrf_token")
    if token is None:
        secret = session.get("csrf_token")
        # Where the session has no secret yet, Flask-WTF gives it one. It keeps the token under the same name.
        token = g.csrf_token = generate_csrf() if secret is None else _signed(current_app.secret_key, secret)
    return token


@lru_cache(maxsize=4096)
def _signed(_key: Any, _secret: str) -> str:
    """The token that Flask-WTF signs with this key for this secret, which the session holds."""
    token: str = generate_csrf()
    return token


def install_csrf(app: Flask) -> PortalCSRF:
    """Protect every POST, PUT, PATCH and DELETE; the token lives as long as the session it belongs to.

    errors/400.html shows `g.refused_form`, so the page for 400 needs no handler of its own for this.
    """
    app.config.setdefault("WTF_CSRF_TIME_LIMIT", None)
    # Flask-WTF is untyped.
    protection = PortalCSRF()  # type: ignore[no-untyped-call]
    protection.init_app(app)  # type: ignore[no-untyped-call]
    return protection
