"""Views of the figures that somebody keeps: saved from the page that shows one, opened by their names."""

from __future__ import annotations

from typing import Any, cast

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid
from portal.domain.saved_views import SendEvery
from portal.forms.saved_views import ChangedViewForm, SavedViewForm
from portal.services.saved_views import keeping
from portal.web.guards import requires

pages = Blueprint("saved_views", __name__)


@pages.get("/figures/views")
@requires(Permission.VIEWS_SAVE)
def index(viewer: Viewer) -> ResponseReturnValue:
    """The viewer's own views."""
    return render_template("saved_views/index.html", views=keeping.list_views(viewer))


@pages.route("/figures/views/new", methods=["GET", "POST"])
@requires(Permission.VIEWS_SAVE)
def save(viewer: Viewer) -> ResponseReturnValue:
    """Save the page of figures whose address is handed over."""
    address = request.values.get("address", "")
    form = SavedViewForm(data={"send_every": SendEvery.NEVER, "name": request.args.get("name", "")})
    if form.validate_on_submit():
        try:
            keeping.save_view(viewer, form.name.data, address, form.send_every.data)
        except Invalid as refused:
            form.take(refused)
        else:
            flash(f"{form.name.data} is saved.")
            return redirect(url_for("saved_views.index"), 303)
    page = render_template("saved_views/save.html", form=form, address=address)
    return page, 400 if form.error_summary else 200


@pages.get("/figures/views/<int:view_id>")
@requires(Permission.VIEWS_SAVE)
def open_view(viewer: Viewer, view_id: int) -> ResponseReturnValue:
    """Lead on to what was saved, counted anew."""
    return redirect(keeping.find_view(viewer, view_id).address, 303)


@pages.route("/figures/views/<int:view_id>/change", methods=["GET", "POST"])
@requires(Permission.VIEWS_SAVE)
def change(viewer: Viewer, view_id: int) -> ResponseReturnValue:
    """Rename a view, or say how often a link to it comes."""
    view = keeping.find_view(viewer, view_id)
    form = ChangedViewForm(data={"name": view.name, "send_every": view.send_every, "version": view.version})
    lost: Conflict | None = None
    if form.validate_on_submit():
        try:
            keeping.change_view(viewer, view_id, form.name.data, form.send_every.data, version=form.version.data or 0)
        except Conflict as refused:
            lost = refused
            form.version.data = keeping.find_view(viewer, view_id).version
        else:
            flash("The view is saved.")
            return redirect(url_for("saved_views.index"), 303)
    page = render_template("saved_views/change.html", form=form, view=view, lost=lost)
    return page, _status(lost, cast(Any, form.error_summary))


@pages.post("/figures/views/<int:view_id>/remove")
@requires(Permission.VIEWS_SAVE)
def remove(viewer: Viewer, view_id: int) -> ResponseReturnValue:
    """Remove a view, and with it the emails."""
    keeping.remove_view(viewer, view_id)
    flash("The view is removed.")
    return redirect(url_for("saved_views.index"), 303)


def _status(lost: Conflict | None, faults: object) -> int:
    if lost is not None:
        return 409
    return 400 if faults else 200
