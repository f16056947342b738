"""When an agency is closed, and who covers: for its lead to keep, for those who chase to see."""

from __future__ import annotations

from datetime import date
from typing import cast

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.access import closures as access
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.forms.closures import ChangedClosureForm, ClosureForm, RemovedClosureForm
from portal.services.audits import closures
from portal.services.audits.closures import ClosureDetails, ClosureRow
from portal.web.guards import requires

pages = Blueprint("closures", __name__)


@pages.get("/agencies/closures")
@requires(Permission.AGENCIES_VIEW)
def index(viewer: Viewer) -> ResponseReturnValue:
    """The closures that the viewer sees and that are not over."""
    if not access.may_list(viewer):
        raise NotPermitted("Closures are for those who answer audits, and those who chase them.")
    return render_template("closures/index.html", listed=closures.list_closures(viewer), may_add=access.may_add(viewer))


@pages.route("/agencies/closures/new", methods=["GET", "POST"])
@requires(Permission.AUDITS_LEAD)
def add(viewer: Viewer) -> ResponseReturnValue:
    """Say when the agency is closed."""
    form = ClosureForm()
    form.offer(closures.colleagues(viewer))
    if form.validate_on_submit():
        try:
            closures.add_closure(viewer, _written(form))
        except Invalid as refused:
            form.take(refused)
        else:
            flash("The closure is saved. What would fall due in it is due on the first working day after.")
            return redirect(url_for("closures.index"), 303)
    return render_template("closures/add.html", form=form), 400 if form.error_summary else 200


@pages.route("/agencies/closures/<int:closure_id>", methods=["GET", "POST"])
@requires(Permission.AUDITS_LEAD)
def change(viewer: Viewer, closure_id: int) -> ResponseReturnValue:
    """Change a closure that is not over."""
    closure = _own(viewer, closure_id)
    now = closure.details
    form = ChangedClosureForm(
        data={
            "name": now.name,
            "begins_on": now.begins_on,
            "ends_on": now.ends_on,
            "cover_name": now.cover_name,
            "cover_contact": now.cover_contact,
            "cover_membership": now.cover_membership_id,
            "version": closure.version,
        }
    )
    form.offer(closures.colleagues(viewer))
    lost: Conflict | None = None
    if form.validate_on_submit():
        try:
            closures.change_closure(viewer, closure_id, _written(form), version=form.version.data or 0)
        except Invalid as refused:
            form.take(refused)
        except Conflict as refused:
            lost = refused
            form.version.data = _own(viewer, closure_id).version
        else:
            flash("The closure is saved.")
            return redirect(url_for("closures.index"), 303)
    page = render_template("closures/change.html", form=form, closure=closure, lost=lost)
    return page, 409 if lost else 400 if form.error_summary else 200


@pages.route("/agencies/closures/<int:closure_id>/remove", methods=["GET", "POST"])
@requires(Permission.AUDITS_LEAD)
def remove(viewer: Viewer, closure_id: int) -> ResponseReturnValue:
    """Take a closure away."""
    closure = _own(viewer, closure_id)
    form = RemovedClosureForm()
    if form.validate_on_submit():
        closures.remove_closure(viewer, closure_id)
        flash("The closure is taken away.")
        return redirect(url_for("closures.index"), 303)
    return render_template("closures/remove.html", form=form, closure=closure)


def _own(viewer: Viewer, closure_id: int) -> ClosureRow:
    closure = closures.find_closure(viewer, closure_id)
    if not closure.may_change:
        raise NotPermitted("This closure is over.")
    return closure


def _written(form: ClosureForm) -> ClosureDetails:
    return ClosureDetails(
        name=form.name.data,
        begins_on=cast(date, form.begins_on.data),
        ends_on=cast(date, form.ends_on.data),
        cover_name=form.cover_name.data,
        cover_contact=form.cover_contact.data,
        cover_membership_id=form.cover_membership.data,
    )
