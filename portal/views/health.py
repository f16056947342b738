"""Whether the process lives, and whether it can serve."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal.access.viewer import Viewer
from portal.services import readiness
from portal.web.guards import public

pages = Blueprint("health", __name__)


@pages.get("/health/live")
@public
def live(_viewer: Viewer) -> ResponseReturnValue:
    """The process answers."""
    return {"status": "ok"}


@pages.get("/health/ready")
@public
def ready(_viewer: Viewer) -> ResponseReturnValue:
    """The database answers and stands at the newest migration; 503 with no detail otherwise."""
    faults = readiness.faults()
    return ({"status": "not ready"}, 503) if faults else ({"status": "ok"}, 200)
