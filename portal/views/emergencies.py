"""Opening a closed record in an emergency, what was opened, and the review of it."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.forms.restrictions import OpenRecordForm, ReviewForm
from portal.services.restrictions import openings
from portal.web.guards import requires

pages = Blueprint("emergencies", __name__)

_ONE = "/emergencies/<int:opening_id>"
_MOST_PAGES = 100_000
_NO_PAGES = frozenset({"static", "health"})


def install_reading_log(app: Flask) -> None:
    """Note every page that somebody reads while they have a closed record open, before it is shown to them."""
    app.after_request(_note_page)


@pages.route("/emergency", methods=["GET", "POST"])
@requires(Permission.GLASS_BREAK)
def open_record(viewer: Viewer) -> ResponseReturnValue:
    """Open a record that is closed to the viewer."""
    form = OpenRecordForm()
    if form.validate_on_submit():
        try:
            asked = openings.open_record(viewer, form.reference.data, form.reason.data)
        except Invalid as refused:
            form.take(refused)
        else:
            if asked.opening_id is None:
                flash("This record is not closed to you. Nothing was opened, and nobody is told.", "notice")
                return redirect(url_for("timelines.show", case_id=asked.case_id), 303)
            flash("The record is open to you for 24 hours. Those who keep it have been told.")
            return redirect(url_for("emergencies.show", opening_id=asked.opening_id), 303)
    return render_template("restrictions/open.html", form=form), 400 if form.error_summary else 200


@pages.get("/emergencies")
@requires(Permission.RESTRICTIONS_KEEP)
def index(viewer: Viewer) -> ResponseReturnValue:
    """What was opened in an emergency, those that wait for a review first."""
    listed = openings.list_openings(viewer, min(request.args.get("page", 1, int), _MOST_PAGES))
    return render_template("restrictions/openings.html", listed=listed)


@pages.get(_ONE)
@requires(Permission.RESTRICTIONS_KEEP)
def show(viewer: Viewer, opening_id: int) -> ResponseReturnValue:
    """One opening: who, why, what was read, and what a review said."""
    opening, read = openings.read_opening(viewer, opening_id)
    form = ReviewForm(None, data={"version": opening.version})
    return render_template("restrictions/opening.html", one=opening, read=read, form=form, lost=None)


@pages.post(_ONE)
@requires(Permission.RESTRICTIONS_KEEP)
def review(viewer: Viewer, opening_id: int) -> ResponseReturnValue:
    """Say whether it was justified."""
    form = ReviewForm()
    lost: Conflict | None = None
    if form.validate_on_submit():
        try:
            openings.review(viewer, opening_id, form.version.data or 0, form.verdict.data, form.words.data)
        except Invalid as refused:
            form.take(refused)
        except Conflict as refused:
            lost = refused
        else:
            flash("The review is kept, and whoever opened the record is told.")
            return redirect(url_for("emergencies.show", opening_id=opening_id), 303)
    opening, read = openings.read_opening(viewer, opening_id)
    if not opening.may_review:
        # They were shown no form: its faults would lead nowhere.
        raise NotPermitted(openings.ANOTHERS_TO_REVIEW)
    if lost:
        # It was closed again meanwhile: as it stands now, with what was typed, which can be sent once more.
        form.version.data = opening.version
    page = render_template("restrictions/opening.html", one=opening, read=read, form=form, lost=lost)
    return page, 409 if lost else 400


@pages.post(f"{_ONE}/close")
@requires(Permission.GLASS_BREAK)
def close(viewer: Viewer, opening_id: int) -> ResponseReturnValue:
    """Close it again before its time."""
    openings.close_opening(viewer, opening_id)
    flash("The record is closed to you again.")
    return redirect(url_for("emergencies.show", opening_id=opening_id), 303)


def _shows_something(response: Response) -> bool:
    """Whether it is a page or a file: also what answers a form, such as a search, and a form that comes back."""
    if request.method == "GET":
        return response.status_code < 400
    return response.status_code in {200, 400}


def _note_page(response: Response) -> Response:
    viewer: Viewer | None = g.get("viewer")
    if viewer is None or not viewer.opened or not _shows_something(response):
        return response
    if request.endpoint is None or request.blueprint in _NO_PAGES or request.endpoint in _NO_PAGES:
        return response
    ids = [value for value in (request.view_args or {}).values() if isinstance(value, int)]
    openings.note_page(viewer, request.endpoint, ids[0] if ids else None)
    return response
