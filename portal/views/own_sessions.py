"""Where somebody is signed in, and how they end that in other browsers."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.services import own_sessions
from portal.web.guards import requires

pages = Blueprint("own_sessions", __name__)


@pages.get("/account/sessions")
@requires(Permission.OWN_ACCOUNT)
def index(viewer: Viewer) -> ResponseReturnValue:
    """The viewer's open sign-ins."""
    return render_template("account/sessions.html", sessions=own_sessions.list_open(viewer))


@pages.post("/account/sessions/<int:session_id>/end")
@requires(Permission.OWN_ACCOUNT)
def end(viewer: Viewer, session_id: int) -> ResponseReturnValue:
    """End one in another browser."""
    own_sessions.end_one(viewer, session_id)
    flash("That browser is signed out.")
    return redirect(url_for("own_sessions.index"), 303)


@pages.post("/account/sessions/end-others")
@requires(Permission.OWN_ACCOUNT)
def end_others(viewer: Viewer) -> ResponseReturnValue:
    """End all but the one that asks."""
    own_sessions.end_others(viewer)
    flash("You are signed out everywhere else.")
    return redirect(url_for("own_sessions.index"), 303)
