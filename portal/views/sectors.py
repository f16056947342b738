"""A sector lead's agencies: how they stand, reminding them, and remarks that support them."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.forms.sectors import ChangedRemarkForm, RemarkForm, ReminderForm
from portal.services import kept_forms
from portal.services.sectors import chasing, standing
from portal.web.guards import requires

pages = Blueprint("sectors", __name__)


@pages.get("/sector")
@requires(Permission.SECTOR_CHASE)
def index(viewer: Viewer) -> ResponseReturnValue:
    """The agencies of the sector, those that are behind first."""
    return render_template("sectors/index.html", page=standing.sector_page(viewer))


@pages.get("/sector/agencies/<int:agency_id>")
@requires(Permission.AGENCIES_VIEW)
def remarks(viewer: Viewer, agency_id: int) -> ResponseReturnValue:
    """What was said to one agency, and what of it is behind."""
    found = chasing.remarks_of(viewer, agency_id)
    return render_template(
        "sectors/remarks.html", found=found, standing=standing.agency_standing(viewer, agency_id), form=ReminderForm()
    )


@pages.post("/sector/agencies/<int:agency_id>/remind")
@requires(Permission.SECTOR_CHASE)
def remind(viewer: Viewer, agency_id: int) -> ResponseReturnValue:
    """Remind the agency's leads."""
    form = ReminderForm()
    if form.validate_on_submit():
        try:
            told = chasing.remind(viewer, agency_id)
        except Invalid as refused:
            flash(f"{refused}.", "notice")
        else:
            flash("Its lead is reminded." if told == 1 else f"Its {told} leads are reminded.")
    return redirect(url_for("sectors.remarks", agency_id=agency_id), 303)


@pages.route("/sector/agencies/<int:agency_id>/remarks/new", methods=["GET", "POST"])
@requires(Permission.SECTOR_CHASE)
def write(viewer: Viewer, agency_id: int) -> ResponseReturnValue:
    """Write a remark to the agency."""
    agency = standing.find_agency(viewer, agency_id)
    if not agency.may_chase:
        raise NotPermitted("Agencies are written to by the lead of their sector.")
    form = RemarkForm(kept_forms.take(viewer, request.path) if request.method == "GET" else request.form)
    if form.validate_on_submit():
        try:
            chasing.write_remark(viewer, agency_id, form.text.data)
        except Invalid as refused:
            form.take(refused)
        else:
            flash("Your remark is saved. The agency’s leads have been told.")
            return redirect(url_for("sectors.remarks", agency_id=agency_id), 303)
    page = render_template("sectors/write.html", form=form, agency=agency)
    return page, 400 if form.error_summary else 200


@pages.route("/sector/remarks/<int:remark_id>", methods=["GET", "POST"])
@requires(Permission.SECTOR_CHASE)
def change(viewer: Viewer, remark_id: int) -> ResponseReturnValue:
    """Word a remark anew."""
    agency, remark = chasing.find_remark(viewer, remark_id)
    kept = kept_forms.take(viewer, request.path) if request.method == "GET" else request.form
    form = ChangedRemarkForm(kept, data={"text": remark.text, "version": remark.version})
    lost: Conflict | None = None
    if form.validate_on_submit():
        try:
            chasing.change_remark(viewer, remark_id, form.text.data, version=form.version.data or 0)
        except Invalid as refused:
            form.take(refused)
        except Conflict as refused:
            lost = refused
            form.version.data = chasing.find_remark(viewer, remark_id)[1].version
        else:
            flash("Your remark is saved.")
            return redirect(url_for("sectors.remarks", agency_id=agency.id), 303)
    page = render_template("sectors/change.html", form=form, agency=agency, lost=lost)
    return page, 409 if lost else 400 if form.error_summary else 200
