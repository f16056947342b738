"""Writing the improvement plan: areas, actions, their leads and measures; stopping an action, opening one again."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.improvement import may_add
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.improvement_actions import ActionDetails
from portal.domain.improvement_timing import Timing
from portal.domain.improvement_vocabulary import ByWhen, ImprovementSource, ImprovementStep
from portal.domain.row_numbers import row_number
from portal.forms.improvement import ActionForm, AreaForm, ChangedActionForm, ChangedAreaForm, MeasuresForm
from portal.forms.improvement_updates import ReopenForm, StopForm
from portal.services.improvement import actions, adding, areas, leads, listing, measures, origins, page, updates
from portal.services.improvement.areas import AreaDetails
from portal.services.improvement.measures import MeasureLink
from portal.services.improvement.updates import Said
from portal.services.measures import MEASURES
from portal.web.guards import requires

pages = Blueprint("improvement_keeping", __name__)


@pages.route("/improvement/areas/new", methods=["GET", "POST"])
@requires(Permission.IMPROVEMENT_KEEP)
def add_area(viewer: Viewer) -> ResponseReturnValue:
    """Add an area to the plan."""
    form = AreaForm(data={"number": areas.next_number(viewer)})
    if form.validate_on_submit():
        try:
            areas.add_area(viewer, _area(form))
        except Invalid as refused:
            form.take(refused)
        else:
            flash("The area is added. Add its actions next.")
            return redirect(url_for("improvement.index"), 303)
    drawn = render_template("improvement/add_area.html", form=form)
    return drawn, 400 if form.error_summary else 200


@pages.route("/improvement/areas/<int:area_id>", methods=["GET", "POST"])
@requires(Permission.IMPROVEMENT_KEEP)
def change_area(viewer: Viewer, area_id: int) -> ResponseReturnValue:
    """Change an area, with its history."""
    found = areas.find_area(viewer, area_id)
    now = found.details
    form = ChangedAreaForm(data={"number": now.number, "title": now.title, "aim": now.aim, "version": found.version})
    lost: Conflict | None = None
    if form.validate_on_submit():
        try:
            areas.change_area(viewer, area_id, _area(form), version=form.version.data or 0)
        except Invalid as refused:
            form.take(refused)
        except Conflict as refused:
            lost, found = refused, areas.find_area(viewer, area_id)
            form.version.data = found.version
        else:
            flash("The area is saved.")
            return redirect(url_for("improvement.index"), 303)
    drawn = render_template("improvement/change_area.html", form=form, found=found, lost=lost)
    return drawn, 409 if lost else 400 if form.error_summary else 200


@pages.route("/improvement/actions/new", methods=["GET", "POST"])
@requires(Permission.IMPROVEMENT_KEEP)
def add(viewer: Viewer) -> ResponseReturnValue:
    """Add an action to the plan, also one that an audit round or a sample recommends: `round` or `sample`."""
    return _add(viewer, request.args.get("sample", type=row_number))


@pages.route("/improvement/recommendations/<int:sample_id>", methods=["GET", "POST"])
@requires(Permission.SAMPLES_DRAW)
def recommend(viewer: Viewer, sample_id: int) -> ResponseReturnValue:
    """Add to the plan what a sample of practice recommends, by whoever draws samples."""
    return _add(viewer, sample_id)


def _add(viewer: Viewer, sample_id: int | None) -> ResponseReturnValue:
    sample = None if sample_id is None else origins.sample_to_choose(viewer, sample_id)
    if sample_id is not None and sample is None:
        raise NotVisible("There is no such sample.")
    offered = listing.areas_to_choose(viewer)
    if not offered:
        flash("The plan needs an area first: every action belongs to one.", "notice")
        return redirect(url_for("improvement.index"))
    area_id = request.args.get("area", 0, type=row_number)
    area_id = area_id if area_id in {number for number, _ in offered} else offered[0][0]
    rounds = origins.rounds_to_choose(viewer)
    round_id = request.args.get("round", 0, type=row_number)
    is_from_round = sample is None and round_id in {number for number, _ in rounds}
    beginning = ActionDetails(
        area_id=area_id,
        reference=adding.suggested_reference(viewer, area_id),
        what="",
        timing=Timing(ByWhen.DAY),
        leads=(),
        source=ImprovementSource.AUDIT_ROUND if is_from_round else sample[0] if sample else ImprovementSource.PLAN,
        source_name=sample[1] if sample else "",
        round_id=round_id if is_from_round else None,
    )
    form = ActionForm(data={**ActionForm.shown(beginning, viewer.today), "by_when": None})
    form.offer(offered, leads.who_can_lead(viewer), [] if sample else rounds)
    if form.validate_on_submit():
        details = form.details
        if sample is not None:
            # What it came from is the sample, whatever the form says.
            details = replace(details, source=sample[0], sample_id=sample_id, round_id=None)
        try:
            action_id = adding.add_action(viewer, details)
        except Invalid as refused:
            form.take(refused)
        else:
            flash(f"Action {form.reference.data} is in the plan.")
            return _to_action(action_id)
    drawn = render_template("improvement/add.html", form=form)
    return drawn, 400 if form.error_summary else 200


@pages.route("/improvement/actions/<int:improvement_id>/change", methods=["GET", "POST"])
@requires(Permission.IMPROVEMENT_KEEP)
def change(viewer: Viewer, improvement_id: int) -> ResponseReturnValue:
    """Change what is said of an action: its wording, its leads, by when."""
    found = actions.find_details(viewer, improvement_id)
    form = ChangedActionForm(data={**ActionForm.shown(found.details, viewer.today), "version": found.version})
    form.offer(listing.areas_to_choose(viewer), leads.who_can_lead(viewer), origins.rounds_to_choose(viewer))
    form.keep_on_offer((one.lead, one.in_full) for one in found.leads)
    lost: Conflict | None = None
    if form.validate_on_submit():
        # The sample behind it is no question of the form.
        sampled = form.details.source is found.details.source
        details = replace(form.details, sample_id=found.details.sample_id if sampled else None)
        try:
            actions.change_action(viewer, improvement_id, details, version=form.version.data or 0)
        except Invalid as refused:
            form.take(refused)
        except Conflict as refused:
            lost = refused
            form.version.data = actions.find_details(viewer, improvement_id).version
        else:
            flash(f"Action {form.reference.data} is saved.")
            return _to_action(improvement_id)
    drawn = render_template("improvement/change.html", form=form, found=found, lost=lost)
    return drawn, 409 if lost else 400 if form.error_summary else 200


@pages.route("/improvement/actions/<int:improvement_id>/measures", methods=["GET", "POST"])
@requires(Permission.IMPROVEMENT_KEEP)
def choose_measures(viewer: Viewer, improvement_id: int) -> ResponseReturnValue:
    """Choose the measures that stand beside an action."""
    found = page.brief(viewer, improvement_id)
    if not found.may_change:
        raise NotPermitted("This action is not the viewer's to change, or not open.")
    shown: dict[str, object] = {"version": found.version}
    for number, link in enumerate(found.measures, start=1):
        shown |= {
            f"measure_{number}": link.measure_id,
            f"agency_type_{number}": link.agency_type,
            f"meeting_type_{number}": link.meeting_type,
        }
    form = MeasuresForm(data=shown)
    form.offer([(one.id, one.title) for one in MEASURES.values()], measures.meeting_types(viewer))
    lost: Conflict | None = None
    if form.validate_on_submit():
        chosen = [MeasureLink(measure_id, kind, meeting) for _, measure_id, kind, meeting in form.chosen]
        places = [number for number, *_ in form.chosen]
        try:
            measures.choose_measures(viewer, improvement_id, chosen, version=form.version.data or 0)
        except Invalid as refused:
            form.take(measures.at_places(refused, places))
        except Conflict as refused:
            lost, found = refused, page.brief(viewer, improvement_id)
            form.version.data = found.version
        else:
            flash("The measures are saved.")
            return _to_action(improvement_id)
    drawn = render_template("improvement/measures.html", form=form, found=found, lost=lost)
    return drawn, 409 if lost else 400 if form.error_summary else 200


@pages.route("/improvement/actions/<int:improvement_id>/stop", methods=["GET", "POST"])
@requires(Permission.IMPROVEMENT_KEEP)
def stop(viewer: Viewer, improvement_id: int) -> ResponseReturnValue:
    """Stop an action that is not wanted any more."""
    return _step(viewer, improvement_id, ImprovementStep.STOPPED)


@pages.route("/improvement/actions/<int:improvement_id>/reopen", methods=["GET", "POST"])
@requires(Permission.IMPROVEMENT_KEEP)
def reopen(viewer: Viewer, improvement_id: int) -> ResponseReturnValue:
    """Open an action again that was complete or stopped."""
    return _step(viewer, improvement_id, ImprovementStep.REOPENED)


def _step(viewer: Viewer, improvement_id: int, step: ImprovementStep) -> ResponseReturnValue:
    found = page.brief(viewer, improvement_id)
    is_stop = step is ImprovementStep.STOPPED
    if request.method == "GET" and not (found.may_change if is_stop else found.may_reopen):
        raise NotPermitted("This step is not to be taken with the action as it stands.")
    if not may_add(viewer):
        raise NotPermitted("Writing the improvement plan is not part of this role.")
    form = (StopForm if is_stop else ReopenForm)(data={"version": found.version})
    lost: Conflict | None = None
    if form.validate_on_submit():
        try:
            updates.say(viewer, improvement_id, Said(step, form.text.data), version=form.version.data or 0)
        except Invalid as refused:
            form.take(refused)
        except Conflict as refused:
            lost, found = refused, page.brief(viewer, improvement_id)
            form.version.data = found.version
        else:
            flash(f"Action {found.reference} is {'stopped' if is_stop else 'open again'}.")
            return _to_action(improvement_id)
    drawn = render_template("improvement/step.html", form=form, found=found, lost=lost, is_stop=is_stop)
    return drawn, 409 if lost else 400 if form.error_summary else 200


def _area(form: AreaForm) -> AreaDetails:
    return AreaDetails(form.number.number or 0, form.title.data, form.aim.data)


def _to_action(improvement_id: int) -> ResponseReturnValue:
    return redirect(url_for("improvement.show", improvement_id=improvement_id), 303)
