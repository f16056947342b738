"""Which agencies know the children of a case, for the coordinator who writes it down."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access import cases as cases_access
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.forms.involvements import EndInvolvementForm, InvolvementForm
from portal.services import involvements, kept_forms
from portal.services.cases import case_with_children
from portal.services.involvements import Knowing
from portal.views.lost_races import lost_race
from portal.web.guards import requires

pages = Blueprint("involvements", __name__)


@pages.route("/cases/<int:case_id>/agencies", methods=["GET", "POST"])
@requires(Permission.CASES_MANAGE)
def index(viewer: Viewer, case_id: int) -> ResponseReturnValue:
    """The agencies that know the children of a case, and another one to add."""
    case = case_with_children(viewer, case_id)
    if not cases_access.may_manage(viewer, case):
        raise NotPermitted("Only the coordinator writes down who knows a child.")
    names = {child.id: f"{child.given_name} {child.surname}" for child in case.children}
    typed: Any = request.form if request.method == "POST" else kept_forms.take(viewer, request.path)
    form = InvolvementForm(typed)
    form.offer(involvements.agencies_to_choose(viewer), names.items())
    form.process(typed, data={"child_ids": list(names) if len(names) == 1 else []})
    form.since.latest = viewer.today
    if form.validate_on_submit():
        try:
            added = involvements.add_involvements(viewer, case_id, _knowing(form))
        except Invalid as refused:
            form.take(refused)
        else:
            flash("It is written down." if added == 1 else f"It is written down for {added} children.")
            return redirect(url_for("involvements.index", case_id=case_id), 303)
    known = involvements.known_in_case(viewer, case_id)
    page = render_template("involvements/index.html", case=case, form=form, known=known, names=names)
    return page, 400 if form.error_summary else 200


@pages.route("/cases/<int:case_id>/agencies/<int:involvement_id>/end", methods=["GET", "POST"])
@requires(Permission.CASES_MANAGE)
def end(viewer: Viewer, case_id: int, involvement_id: int) -> ResponseReturnValue:
    """Say that an agency knows a child no longer; it stays on the page, with its last day."""
    case = case_with_children(viewer, case_id)
    known = involvements.find_involvement(viewer, case_id, involvement_id)
    if known.until is not None:
        raise NotPermitted("This has ended already.")
    form = EndInvolvementForm(data={"until": viewer.today, "version": known.version})
    form.until.latest = viewer.today
    back = url_for("involvements.index", case_id=case_id)
    if form.validate_on_submit():
        until = cast(date, form.until.data)
        try:
            involvements.end_involvement(viewer, case_id, involvement_id, until, version=form.version.data or 0)
        except Invalid as refused:
            form.take(refused)
        except Conflict as lost:
            return lost_race(lost, version=known.version, back=back)
        else:
            flash("It is written down that this has ended.")
            return redirect(back, 303)
    child = next(child for child in case.children if child.id == known.child_id)
    page = render_template("involvements/end.html", case=case, known=known, child=child, form=form)
    return page, 400 if form.error_summary else 200


def _knowing(form: InvolvementForm) -> Knowing:
    return Knowing(tuple(form.child_ids.data), form.agency_id.data, form.reason.data, form.since.data)
