"""The inbox: what a person was told under all of their memberships, and which of it they get by email."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid
from portal.domain.notice_words import words_of
from portal.forms.messages import NO, YES, choice_form
from portal.services.notices import choices, inbox
from portal.views.notice_pages import address_of
from portal.web.guards import requires

pages = Blueprint("inbox", __name__)


@pages.get("/inbox")
@requires(Permission.INBOX)
def show(viewer: Viewer) -> ResponseReturnValue:
    """What the viewer was told, the newest first."""
    listed = inbox.list_inbox(viewer, page=request.args.get("page", 1, type=int))
    return render_template("inbox/show.html", listed=listed, words_of=words_of)


@pages.post("/inbox/<int:notice_id>/open")
@requires(Permission.INBOX)
def open_one(viewer: Viewer, notice_id: int) -> ResponseReturnValue:
    """Mark one as read, and lead on to its page under the membership that it is for."""
    return redirect(address_of(inbox.open_notice(viewer, notice_id)), 303)


@pages.post("/inbox/read")
@requires(Permission.INBOX)
def mark_all_read(viewer: Viewer) -> ResponseReturnValue:
    """Mark all as read."""
    if inbox.mark_all_read(viewer):
        flash("All your messages are marked as read.")
    return redirect(url_for("inbox.show"), 303)


@pages.route("/account/messages", methods=["GET", "POST"])
@requires(Permission.OWN_ACCOUNT)
def choose(viewer: Viewer) -> ResponseReturnValue:
    """Choose what comes by email, and when."""
    now = choices.read_choices(viewer)
    form = choice_form(
        choices.HOURS,
        now.optional,
        {
            "version": now.version,
            "wants_digest": YES if now.wants_digest else NO,
            "digest_hour": now.digest_hour,
            "muted": [kind for kind in now.optional if kind in now.muted],
        },
    )
    lost: Conflict | None = None
    if form.validate_on_submit():
        try:
            choices.save_choices(
                viewer,
                wants_digest=form.wants_digest.data == YES,
                digest_hour=form.digest_hour.data,
                muted=form.muted.data,
                version=form.version.data or 0,
            )
        except Invalid as refused:
            form.take(refused)
        except Conflict as refused:
            lost = refused
            form.version.data = choices.read_choices(viewer).version
        else:
            flash("Your choice is saved.")
            return redirect(url_for("account.show"), 303)
    page = render_template("inbox/choose.html", form=form, always=now.always, words_of=words_of, lost=lost)
    return page, 409 if lost else 400 if form.error_summary else 200
