"""For those who look after it: how the mails and the work in the background go, and what mails say."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.services import watching
from portal.web.guards import requires

pages = Blueprint("messages", __name__)


@pages.get("/messages")
@requires(Permission.MESSAGES_WATCH)
def index(viewer: Viewer) -> ResponseReturnValue:
    """What waits, is stuck or has failed, and when the work was last done."""
    found = watching.watch(viewer, page=request.args.get("page", 1, type=int))
    return render_template("messages/index.html", watch=found)


@pages.post("/messages/<int:mail_id>/retry")
@requires(Permission.MESSAGES_WATCH)
def retry(viewer: Viewer, mail_id: int) -> ResponseReturnValue:
    """Have a mail that failed tried again."""
    watching.retry(viewer, mail_id)
    flash("The mail is in the queue again.")
    return redirect(url_for("messages.index"), 303)


@pages.get("/messages/templates")
@requires(Permission.MESSAGES_WATCH)
def templates(_viewer: Viewer) -> ResponseReturnValue:
    """Every kind of mail as it reads."""
    return render_template("messages/templates.html", previews=watching.mail_previews())
