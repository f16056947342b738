"""A meeting that is not sure of its quorum: what it lacks, whom to call, and asking them again."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.services.quoracy.asking import ask_again, quoracy_page
from portal.web.guards import requires

pages = Blueprint("quoracy", __name__)


@pages.get("/meetings/<int:meeting_id>/quoracy")
@requires(Permission.REGISTER_KEEP)
def show(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """Who is missing, and whom to call there."""
    return render_template("quoracy/show.html", page=quoracy_page(viewer, meeting_id))


@pages.post("/meetings/<int:meeting_id>/quoracy")
@requires(Permission.REGISTER_KEEP)
def ask(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """Ask the agencies that the meeting still needs."""
    asked = ask_again(viewer, meeting_id)
    if asked:
        flash(f"{asked} {'agency was' if asked == 1 else 'agencies were'} asked again.")
    else:
        flash("Nobody is left to ask: they were asked today already, or the meeting needs nobody more.", "notice")
    return redirect(url_for("quoracy.show", meeting_id=meeting_id), 303)
