"""A case and its children, for the coordinator who keeps their details."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotVisible
from portal.forms.cases import ChildForm
from portal.services import cases
from portal.web.guards import requires

pages = Blueprint("cases", __name__)


@pages.get("/cases/<int:case_id>")
@requires(Permission.CASES_MANAGE)
def show(viewer: Viewer, case_id: int) -> ResponseReturnValue:
    """The children of a case."""
    return render_template("cases/show.html", case=cases.case_with_children(viewer, case_id))


@pages.route("/cases/<int:case_id>/children/new", methods=["GET", "POST"])
@requires(Permission.CASES_MANAGE)
def add_child(viewer: Viewer, case_id: int) -> ResponseReturnValue:
    """Name a child."""
    case = cases.case_with_children(viewer, case_id)
    form = ChildForm(data={"version": 0})
    if form.validate_on_submit():
        try:
            cases.add_child(viewer, case_id, _facts(form))
        except Invalid as refused:
            form.take(refused)
        else:
            flash("The child was added.")
            return redirect(url_for("cases.show", case_id=case_id), 303)
    return render_template("cases/child.html", case=case, form=form, child=None, theirs={}), 400 if form.errors else 200


@pages.route("/cases/<int:case_id>/children/<int:child_id>", methods=["GET", "POST"])
@requires(Permission.CASES_MANAGE)
def change_child(viewer: Viewer, case_id: int, child_id: int) -> ResponseReturnValue:
    """Correct a child's details."""
    case = cases.case_with_children(viewer, case_id)
    child = next((child for child in case.children if child.id == child_id), None)
    if child is None:
        raise NotVisible("No such child.")
    form = ChildForm(data=cases.shown(child) | {"version": child.version})
    theirs: dict[str, str] = {}
    if form.validate_on_submit():
        try:
            cases.change_child(viewer, case_id, child_id, form.version.data or 0, _facts(form))
        except Invalid as refused:
            form.take(refused)
        except Conflict as lost:
            theirs = lost.theirs
            form.version.data = child.version
        else:
            flash("The child’s details were changed.")
            return redirect(url_for("cases.show", case_id=case_id), 303)
    status = 409 if theirs else 400 if form.errors or form.form_errors else 200
    return render_template("cases/child.html", case=case, form=form, child=child, theirs=theirs), status


def _facts(form: ChildForm) -> cases.ChildFacts:
    return cases.ChildFacts(
        form.given_name.data,
        form.surname.data,
        form.date_of_birth.data,
        form.nhs_number.data,
        form.upn.data,
    )
