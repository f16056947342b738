"""Whoever sends again what was taken once is led to what it made."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, Response, flash, g, redirect
from flask.typing import ResponseReturnValue

from portal.access.viewer import Viewer
from portal.domain.errors import SentAlready
from portal.web.errors import error_page
from portal.web.filters import time_of_day

Remember = Callable[[Viewer, str], None]


def install_sent_forms(app: Flask, remember: Remember) -> None:
    """Lead whoever sends a form twice to what the first made; `remember` keeps where that was: (viewer, address)."""

    def keep_address(response: Response) -> Response:
        viewer: Viewer | None = g.get("viewer")
        taken = viewer is not None and viewer.posted is not None and viewer.posted.is_taken
        if viewer is not None and taken and response.status_code in (302, 303) and response.location:
            remember(viewer, response.location)
        return response

    app.after_request(keep_address)
    app.register_error_handler(SentAlready, _sent_already)


def _sent_already(sent: SentAlready) -> ResponseReturnValue:
    said = f"You sent exactly this today at {time_of_day(sent.at)}, and it was taken once."
    if sent.leads_to is None:
        return error_page(409, heading="You sent this already", message=f"{said} Nothing was made a second time.")
    flash(f"{said} If you mean another one, say in it what is different.", "notice")
    return redirect(sent.leads_to, 303)
