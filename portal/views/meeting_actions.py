"""What a meeting asked for, a new action of it, and what a conference carries into the plan from other meetings."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid
from portal.forms.meeting_actions import CarryingForm, MeetingActionForm
from portal.services.meeting_actions import carrying, listing, recording
from portal.services.meeting_actions.carrying import CarryingPage, Decision
from portal.services.meeting_actions.recording import MeetingPromise
from portal.web.guards import requires

pages = Blueprint("meeting_actions", __name__)

_TITLE_WORDS = 160


@pages.get("/meetings/<int:meeting_id>/actions")
@requires(Permission.MEETINGS_VIEW)
def index(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """What the meeting asked for, by whom and by when."""
    return render_template("meeting_actions/index.html", listed=listing.actions_of_meeting(viewer, meeting_id))


@pages.route("/meetings/<int:meeting_id>/actions/new", methods=["GET", "POST"])
@requires(Permission.MEETINGS_RECORD)
def add(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """Write down an action of the meeting."""
    facts = recording.recording_of(viewer, meeting_id)
    form = MeetingActionForm()
    owners = [(one.membership_id, f"{one.name}, {one.agency}") for one in facts.owners]
    form.offer(facts.agencies, owners, facts.children)
    form.due_on.earliest = viewer.today
    if form.validate_on_submit() and form.due_on.data is not None:
        promise = MeetingPromise(
            what=form.what.data,
            measure=form.measure.data,
            agency_id=form.agency.data,
            owner_membership_id=form.owner.data,
            owner_name=form.owner_name.data,
            due_on=form.due_on.data,
            child_id=form.child_id,
        )
        try:
            recording.add_meeting_action(viewer, meeting_id, promise)
        except Invalid as refused:
            form.take(refused)
        else:
            flash("The action is written down, and its owner is told.")
            return redirect(url_for("meeting_actions.index", meeting_id=meeting_id), 303)
    page = render_template("meeting_actions/add.html", form=form, facts=facts)
    return page, 400 if form.error_summary else 200


@pages.route("/meetings/<int:meeting_id>/open-actions", methods=["GET", "POST"])
@requires(Permission.MEETINGS_RECORD)
def carry(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """Open actions of the child's other meetings: each carried into the plan, or not because."""
    found = carrying.open_actions(viewer, meeting_id)
    form = _form_of(found)
    lost: Conflict | None = None
    if found.rows and form.validate_on_submit():
        decisions = [Decision(*one) for one in form.decided(row.id for row in found.rows)]
        try:
            carrying.decide(viewer, meeting_id, decisions)
        except Invalid as refused:
            form.take(refused)
        except Conflict as refused:
            # What was typed stays, on the versions as they stand now: saving again is a choice with open eyes.
            lost, found = refused, carrying.open_actions(viewer, meeting_id)
            for row in found.rows:
                if f"version_{row.id}" in form:
                    form[f"version_{row.id}"].data = row.version
        else:
            flash("What was decided is saved.")
            return redirect(url_for("meeting_actions.carry", meeting_id=meeting_id), 303)
    page = render_template("meeting_actions/carry.html", found=found, form=form, lost=lost)
    return page, 409 if lost else 400 if form.error_summary else 200


def _form_of(found: CarryingPage) -> CarryingForm:
    return CarryingForm.of(
        (row.id, row.what[:_TITLE_WORDS], row.carrying, row.reason, row.version) for row in found.rows
    )
