"""What an agency told the chair by telephone: written down, read, and confirmed or corrected by the agency."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid
from portal.forms.consultations import WRONG, SettleForm, TalkForm
from portal.services import kept_forms
from portal.services.consultations import talking
from portal.web.guards import requires

pages = Blueprint("consultations", __name__)


@pages.route("/meetings/<int:meeting_id>/reports/<int:invitation_id>/talk", methods=["GET", "POST"])
@requires(Permission.OUTCOMES_DECIDE)
def record(viewer: Viewer, meeting_id: int, invitation_id: int) -> ResponseReturnValue:
    """Write down a talk with an agency."""
    invitation = talking.part_to_talk_of(viewer, meeting_id, invitation_id)
    agency_name = invitation.agency.name
    form = TalkForm(kept_forms.take(viewer, request.path) if request.method == "GET" else request.form)
    if form.validate_on_submit():
        try:
            talking.record_talk(
                viewer,
                meeting_id,
                invitation_id,
                talked_on=form.talked_on.data,
                talked_with=form.talked_with.data,
                said=form.said.data,
            )
        except Invalid as refused:
            form.take(refused)
            invitation = talking.part_to_talk_of(viewer, meeting_id, invitation_id)
        else:
            flash(f"It is kept. {agency_name} is asked to confirm it.")
            return redirect(url_for("report_sharing.index", meeting_id=meeting_id), 303)
    page = render_template("consultations/record.html", form=form, invitation=invitation)
    return page, 400 if form.error_summary else 200


@pages.route("/meetings/<int:meeting_id>/talks/<int:talk_id>", methods=["GET", "POST"])
@requires(Permission.REPORTS_READ)
def show(viewer: Viewer, meeting_id: int, talk_id: int) -> ResponseReturnValue:
    """What was said, as the chair wrote it down; its agency confirms it here, or puts it right."""
    page = talking.read_talk(viewer, meeting_id, talk_id)
    kept = kept_forms.take(viewer, request.path) if request.method == "GET" else request.form
    form = SettleForm(kept, data={"version": page.talk.version})
    # Whoever has no form before them is told why by the service, whatever they send.
    if form.validate_on_submit() or (request.method == "POST" and not page.may_settle):
        correction = form.correction.data or "" if form.answer.data == WRONG else ""
        back = url_for("consultations.show", meeting_id=meeting_id, talk_id=talk_id)
        try:
            talking.settle_talk(
                viewer,
                meeting_id,
                talk_id,
                form.version.data or 0,
                correction,
                is_read_out=form.is_read_out.data,
            )
        except Invalid as refused:
            form.take(refused)
            page = talking.read_talk(viewer, meeting_id, talk_id)
        except Conflict as refused:
            # It is settled for good: what was typed stays on the page, to be told to the chair.
            page = talking.read_talk(viewer, meeting_id, talk_id)
            return render_template("consultations/show.html", page=page, form=form, lost=refused), 409
        else:
            flash("Thank you. Your correction stands beside it." if correction else "Thank you. You have confirmed it.")
            return redirect(back, 303)
    shown = render_template("consultations/show.html", page=page, form=form, lost=None)
    return shown, 400 if form.error_summary else 200


@pages.post("/meetings/<int:meeting_id>/talks/<int:talk_id>/take-back")
@requires(Permission.OUTCOMES_DECIDE)
def take_back(viewer: Viewer, meeting_id: int, talk_id: int) -> ResponseReturnValue:
    """Take back what was written down of the wrong agency or family."""
    talking.take_back_talk(viewer, meeting_id, talk_id)
    flash("It was taken back. Nobody can read it any more.")
    return redirect(url_for("report_sharing.index", meeting_id=meeting_id), 303)
