"""Refusals and faults as pages in the portal's look, with a number that also stands in the log."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from http import HTTPStatus

import structlog
from flask import Flask, Response, g, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.web.csrf import worth_keeping
from portal.web.guards import current_viewer
from portal.web.uploads import too_large_words

log = structlog.get_logger("portal.errors")

PAGES = (400, 403, 404, 405, 409, 413, 429, 500)
NEVER_SHOWN_AGAIN = ("password", "code", "secret")
"""What stands in the name of a field whose form nobody is shown again: it is typed anew."""
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"

API = "/api/"
"""Addresses of machines, which are answered in JSON."""

_PROBLEMS = {
    400: "The request could not be read.",
    403: "This key does not read that.",
    404: "There is nothing at this address.",
    405: "Figures are read only: use GET.",
    500: "Something is wrong on our side. Give the number when you report it.",
}

LogRefusal = Callable[[Viewer, str, int | None], None]


def install_error_pages(app: Flask, log_refusal: LogRefusal) -> None:
    """Turn errors into pages. `log_refusal` writes a refusal to the trail: (viewer, endpoint, row's id)."""

    def refusal(code: int) -> ResponseReturnValue:
        _write_refusal(log_refusal)
        return error_page(code)

    app.register_error_handler(NotVisible, lambda _error: refusal(404))
    app.register_error_handler(NotPermitted, lambda _error: refusal(403))
    app.register_error_handler(Conflict, lambda error: error_page(409, message=str(error)))
    app.register_error_handler(Invalid, lambda error: error_page(400, message=str(error)))
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _fault)


def _write_refusal(log_refusal: LogRefusal) -> None:
    viewer: Viewer | None = g.get("viewer")
    if viewer is None or not viewer.is_signed_in:
        return
    ids = [value for value in (request.view_args or {}).values() if isinstance(value, int)]
    try:
        log_refusal(viewer, (request.endpoint or "unknown")[:32], ids[0] if ids else None)
    except Exception:
        # The refusal stands whether or not the trail could be written; the log says that it was not.
        log.exception("refusal not written to the trail")


def _fault(_error: Exception) -> ResponseReturnValue:
    """A fault of ours or of what we stand on: what was posted stands in the page, to be sent again as it was."""
    g.unsent = _unsent()
    return error_page(500)


def _unsent() -> dict[str, object] | None:
    """The form that was posted, with where it goes; None where there is none, or where it holds a password."""
    if request.method != "POST" or request.endpoint is None or request.path.startswith(("//", API)):
        return None
    try:
        fields = [(name, text) for name, text in request.form.items(multi=True) if name != "csrf_token"]
        has_files = any(file.filename for file in request.files.values())
    except Exception:
        # The body itself could not be read, and there is nothing to show.
        return None
    if not fields or any(word in name.lower() for name, _text in fields for word in NEVER_SHOWN_AGAIN):
        return None
    typed = worth_keeping(request.form.to_dict())
    return {"to": request.full_path.rstrip("?"), "fields": fields, "typed": typed, "has_files": has_files}


def _http_error(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    if code < 400:
        return error.get_response()
    shown = code if code in PAGES else 400 if code < 500 else 500
    if request.routing_exception is not None:
        _look_for_viewer()
    body, _status = error_page(shown, message=too_large_words() if code == 413 else "")
    # The status stays the true one (say 415); only the words are shared.
    return body, code, {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}


def _look_for_viewer() -> None:
    """Find who asked for an address that no page has, before any guard: whoever is signed in keeps their own frame."""
    try:
        current_viewer()
    except Exception:
        # No database, or a body that cannot be read: the answer is the same page in a stranger's frame.
        log.exception("who asked is not known")
        g.viewer = None


def error_page(code: int, *, message: str = "", heading: str = "") -> tuple[str | Response, int]:
    """The page for an error, and a line in the log under the same number; for the API a problem document.

    `message` and `heading` stand in place of the words that the code has otherwise.
    """
    if request.path.startswith(API):
        return problem(code, message), code
    number = _noted(code)
    said = {"code": code, "error_number": number, "message": message, "heading": heading}
    return render_template("errors/error.html", **said), code


def problem(code: int, message: str = "") -> Response:
    """What a machine is told of an error (RFC 9457), under the number that stands in the log."""
    title = HTTPStatus(code).phrase
    said = {
        "type": "about:blank",
        "title": title,
        "status": code,
        "detail": message or _PROBLEMS.get(code, title),
        "number": _noted(code),
    }
    return Response(json.dumps(said, ensure_ascii=False), status=code, mimetype="application/problem+json")


def _noted(code: int) -> str:
    """Write an error into the log, and return the number under which it stands there."""
    number = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    number = f"{number[:4]}-{number[4:]}"
    write = log.exception if code >= 500 else log.info
    write("error page", code=code, number=number, method=request.method, endpoint=request.endpoint)
    return number
