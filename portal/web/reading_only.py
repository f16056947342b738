"""While only a replica of the database answers: pages without a child go on, and whoever changes something is told."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from flask import Flask, g, render_template, request
from flask.typing import ResponseReturnValue

from portal.web.csrf import worth_keeping
from portal.web.errors import API, problem
from portal.web.guards import current_viewer

log = structlog.get_logger("portal.errors")

ASK_AGAIN = "30"
"""Seconds after which a browser or a machine may try again."""

_READING = ("GET", "HEAD", "OPTIONS")


def install_reading_only(
    app: Flask, *, away: type[Exception], begin: Callable[[], None], is_on: Callable[[], bool]
) -> None:
    """Answer `away` with its page, and refuse what is posted before any of it is done.

    `begin` forgets what an earlier request was read from; `is_on` says whether this one is read from the replica.
    """

    @app.before_request
    def refuse_changes() -> None:
        begin()
        if request.method in _READING or request.endpoint is None:
            return
        # Whoever has signed in is looked up in whichever database answers; a stranger's form meets it in its service.
        current_viewer()
        if is_on():
            raise away("nothing can be changed while only the replica answers")

    @app.context_processor
    def reading_only() -> dict[str, bool]:
        return {"reading_only": is_on()}

    app.register_error_handler(away, _away)


def _away(_error: Exception) -> ResponseReturnValue:
    """503: what was typed stands in the page, and nothing of the record does."""
    log.warning("only the replica answers", method=request.method, endpoint=request.endpoint)
    wrote = request.method not in _READING
    if request.path.startswith(API):
        answer = problem(503, "The portal can only be read in part at the moment.")
        answer.headers["Retry-After"] = ASK_AGAIN
        return answer
    g.refused_form = worth_keeping(request.form.to_dict()) if wrote else {}
    return render_template("errors/reading_only.html", wrote=wrote), 503, {"Retry-After": ASK_AGAIN}
