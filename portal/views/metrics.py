"""Numbers about the queue and the work in the background, for whoever collects them with the token."""

from __future__ import annotations

import hmac

from flask import Blueprint, Response, abort, current_app, request
from flask.typing import ResponseReturnValue

from portal.access.viewer import Viewer
from portal.services import metrics
from portal.web.guards import public

pages = Blueprint("metrics", __name__)


# Public: what asks is a program without an account. It shows METRICS_TOKEN instead; without one set, nothing is here.
@pages.get("/metrics")
@public
def show(viewer: Viewer) -> ResponseReturnValue:
    """The numbers in Prometheus's text format; 404 without the token, as if there were no such page."""
    token: str = current_app.extensions["settings"].metrics_token
    scheme, _space, shown = request.headers.get("Authorization", "").partition(" ")
    # compare_digest() takes as long for a wrong token as for a nearly right one.
    is_right = hmac.compare_digest(shown.strip().encode(), token.encode())
    if not token or scheme.lower() != "bearer" or not is_right:
        abort(404)
    return Response(metrics.exposition(viewer.now), content_type=metrics.CONTENT_TYPE)
