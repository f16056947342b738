"""How long the sign-in of a page that lies open still lasts: asked by its script, which says so before and after."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal.access.viewer import Viewer
from portal.views import signed_in
from portal.web.guards import public

pages = Blueprint("time_left", __name__)


@pages.get("/signed-in/left")
@public
def left(viewer: Viewer) -> ResponseReturnValue:
    """Seconds until the sign-in of this browser ends by itself, 0 where there is none. Asking prolongs nothing."""
    return _left(viewer)


@pages.post("/signed-in/stay")
@public
def stay(viewer: Viewer) -> ResponseReturnValue:
    """The same, of a sign-in that goes on for being asked: somebody sits there, and types or pressed a button."""
    return _left(viewer)


def _left(viewer: Viewer) -> dict[str, int]:
    held = signed_in.standing()
    return {"seconds": max(0, int((held.ends_at - viewer.now).total_seconds())) if held else 0}
