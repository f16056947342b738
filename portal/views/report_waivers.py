"""Whether a report is needed: said not to be, with the reason, and asked for after all."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.forms.report_sharing import WaiverForm
from portal.services import kept_forms
from portal.services.report_sharing import waiving
from portal.web.guards import requires

pages = Blueprint("report_waivers", __name__)

AT = "/meetings/<int:meeting_id>/reports/<int:invitation_id>/not-needed"


@pages.route(AT, methods=["GET", "POST"])
@requires(Permission.MEETINGS_RECORD)
def show(viewer: Viewer, meeting_id: int, invitation_id: int) -> ResponseReturnValue:
    """Why a report is not needed, or the question; and what was decided before."""
    form = WaiverForm(kept_forms.take(viewer, request.path) if request.method == "GET" else request.form)
    if form.validate_on_submit():
        try:
            waiving.waive(viewer, meeting_id, invitation_id, form.reason.data, form.words.data)
        except Invalid as refused:
            form.take(refused)
        except Conflict as refused:
            page = waiving.waiver_page(viewer, meeting_id, invitation_id)
            return render_template("report_waivers/show.html", page=page, form=form, lost=str(refused)), 409
        else:
            flash("The report is not needed. It is due no more, and the figures do not ask for it.")
            return redirect(url_for("report_sharing.index", meeting_id=meeting_id), 303)
    page = waiving.waiver_page(viewer, meeting_id, invitation_id)
    if form.error_summary and not page.may_waive:
        raise NotPermitted(waiving.NONE_DUE)
    shown = render_template("report_waivers/show.html", page=page, form=form)
    return shown, 400 if form.error_summary else 200


@pages.post(f"{AT}/take-back")
@requires(Permission.MEETINGS_RECORD)
def take_back(viewer: Viewer, meeting_id: int, invitation_id: int) -> ResponseReturnValue:
    """Ask for the report after all."""
    try:
        waiving.ask_after_all(viewer, meeting_id, invitation_id)
    except Conflict as refused:
        flash(str(refused), "notice")
    else:
        flash("The report is asked for again.")
    return redirect(url_for("report_sharing.index", meeting_id=meeting_id), 303)
