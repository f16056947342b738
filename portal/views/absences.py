"""When you are away: days away with a deputy, one's own and those of one's people."""

from __future__ import annotations

from datetime import date
from typing import cast

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.domain.labels import role_name
from portal.forms.absences import AbsenceForm, ChangedAbsenceForm, RemovedAbsenceForm
from portal.services import handover
from portal.services.absences import listing, planning
from portal.services.absences.listing import AbsenceDetails, AbsenceRow
from portal.services.absences.planning import Planning
from portal.views.people_upkeep import form_for, handed_over
from portal.web.guards import requires

pages = Blueprint("absences", __name__)


@pages.get("/absences")
@requires(Permission.ABSENCES_PLAN)
def index(viewer: Viewer) -> ResponseReturnValue:
    """What is planned: one's own days away, those in which one stands in, and those of one's people."""
    return render_template("absences/index.html", planned=listing.list_absences(viewer))


@pages.route("/absences/for/<int:membership_id>", methods=["GET", "POST"])
@requires(Permission.ABSENCES_PLAN)
def plan(viewer: Viewer, membership_id: int) -> ResponseReturnValue:
    """Plan days away."""
    whose = planning.planning_for(viewer, membership_id)
    form = AbsenceForm()
    _offer(form, whose)
    if whose.deputies and form.validate_on_submit():
        try:
            absence_id = planning.plan_absence(viewer, membership_id, _written(form))
        except Invalid as refused:
            form.take(refused)
        else:
            return _saved(viewer, absence_id, "The days away are planned, and the deputy is told.")
    return render_template("absences/plan.html", form=form, whose=whose), 400 if form.error_summary else 200


@pages.route("/absences/<int:absence_id>", methods=["GET", "POST"])
@requires(Permission.ABSENCES_PLAN)
def change(viewer: Viewer, absence_id: int) -> ResponseReturnValue:
    """Change days away that are not over, or who stands in."""
    absence = _own(viewer, absence_id)
    whose = planning.planning_for(viewer, absence.membership_id)
    now = absence.details
    form = ChangedAbsenceForm(
        data={
            "begins_on": now.begins_on,
            "ends_on": now.ends_on,
            "deputy": now.deputy_membership_id,
            "version": absence.version,
        }
    )
    _offer(form, whose)
    lost: Conflict | None = None
    if form.validate_on_submit():
        try:
            planning.change_absence(viewer, absence_id, _written(form), version=form.version.data or 0)
        except Invalid as refused:
            form.take(refused)
        except Conflict as refused:
            lost = refused
            form.version.data = _own(viewer, absence_id).version
        else:
            return _saved(viewer, absence_id, "The days away are saved.")
    page = render_template("absences/change.html", form=form, absence=absence, whose=whose, lost=lost)
    return page, 409 if lost else 400 if form.error_summary else 200


@pages.route("/absences/<int:absence_id>/remove", methods=["GET", "POST"])
@requires(Permission.ABSENCES_PLAN)
def remove(viewer: Viewer, absence_id: int) -> ResponseReturnValue:
    """Take days away back."""
    absence = _own(viewer, absence_id)
    form = RemovedAbsenceForm()
    if form.validate_on_submit():
        planning.remove_absence(viewer, absence_id)
        flash("The days away are taken back. Messages come as usual.")
        return redirect(url_for("absences.index"), 303)
    return render_template("absences/remove.html", form=form, absence=absence)


@pages.route("/absences/<int:absence_id>/hand-over", methods=["GET", "POST"])
@requires(Permission.ABSENCES_PLAN)
def hand_over(viewer: Viewer, absence_id: int) -> ResponseReturnValue:
    """Give what falls into the days away, and is bound to one person, to others."""
    absence = _own(viewer, absence_id)
    work = handover.work_in_absence(viewer, absence_id)
    form = form_for(work)
    if work.work and form.validate_on_submit():
        try:
            number = handover.hand_over_absence(viewer, absence_id, form.takers)
        except Invalid as refused:
            form.take(refused)
        else:
            flash(handed_over(number))
            return redirect(url_for("absences.index"), 303)
    page = render_template("absences/hand_over.html", form=form, work=work, absence=absence)
    return page, 400 if form.error_summary else 200


def _saved(viewer: Viewer, absence_id: int, said: str) -> ResponseReturnValue:
    """On to what falls into the days, where there is any."""
    flash(said)
    waits = handover.work_in_absence(viewer, absence_id).work
    if waits:
        return redirect(url_for("absences.hand_over", absence_id=absence_id), 303)
    return redirect(url_for("absences.index"), 303)


def _own(viewer: Viewer, absence_id: int) -> AbsenceRow:
    absence = listing.find_absence(viewer, absence_id)
    if not absence.may_change:
        raise NotPermitted("These days away are over, or somebody else’s.")
    return absence


def _offer(form: AbsenceForm, whose: Planning) -> None:
    form.offer((one.membership_id, f"{one.name} ({role_name(one.role).lower()})") for one in whose.deputies)


def _written(form: AbsenceForm) -> AbsenceDetails:
    return AbsenceDetails(
        begins_on=cast(date, form.begins_on.data),
        ends_on=cast(date, form.ends_on.data),
        deputy_membership_id=cast(int, form.deputy.data),
    )
