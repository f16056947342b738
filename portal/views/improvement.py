"""The improvement plan: the list, one action with all that became of it, and what those who lead it say."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.improvement import may_add, may_close
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.improvement_vocabulary import ImprovementStatus, ImprovementStep
from portal.domain.months import Month
from portal.forms.frozen_months import month_number, numbered_month
from portal.forms.improvement_updates import (
    ALL,
    COMPLETE,
    LATE,
    OPEN,
    STOPPED,
    CompleteForm,
    PlanFilter,
    TickForm,
    UntickForm,
    UpdateForm,
)
from portal.services.improvement import listing, origins, page, ticks, updates
from portal.services.improvement.listing import Wanted
from portal.services.improvement.measures import Trend
from portal.services.improvement.updates import Said
from portal.web.guards import requires

pages = Blueprint("improvement", __name__)

_STATUS = {
    OPEN: ImprovementStatus.OPEN,
    LATE: ImprovementStatus.OPEN,
    COMPLETE: ImprovementStatus.COMPLETE,
    STOPPED: ImprovementStatus.STOPPED,
    ALL: None,
}
_FILTERS = ("rag", "area", "source", "mine")
_A_DAY = 8


@pages.get("/improvement")
@requires(Permission.IMPROVEMENT_UPDATE)
def index(viewer: Viewer) -> ResponseReturnValue:
    """The plan, area by area; whoever leads actions and reads no more of it, those."""
    form = PlanFilter(request.args)
    form.offer(listing.areas_to_choose(viewer))
    form.validate()
    asked: dict[str, Any] = {name: form.asked(name) for name in _FILTERS}
    show = str(form.asked("show") or OPEN)
    wanted = Wanted(
        status=_STATUS[show],
        late_only=show == LATE,
        rag=asked["rag"],
        area_id=asked["area"],
        source=asked["source"],
        own_only=bool(asked["mine"]),
    )
    return render_template(
        "improvement/index.html",
        form=form,
        listed=listing.list_plan(viewer, wanted, page=request.args.get("page", 1, type=int)),
        tally=listing.tally(viewer),
        own_actions=origins.own_actions(viewer) if viewer.may(Permission.AUDITS_OVERSEE) else None,
        set_filters=sum(map(bool, (show != OPEN, *asked.values()))),
        reads_all=viewer.may(Permission.IMPROVEMENT_VIEW),
        may_add=may_add(viewer),
        may_close=may_close(viewer),
    )


@pages.get("/improvement/actions/<int:improvement_id>")
@requires(Permission.IMPROVEMENT_UPDATE)
def show(viewer: Viewer, improvement_id: int) -> ResponseReturnValue:
    """One action: what is to be done, how it goes, its measures, its turns and its history."""
    return render_template(
        "improvement/show.html",
        found=page.find_action(viewer, improvement_id),
        measure_page=_measure_page if viewer.may(Permission.FIGURES_VIEW) else None,
    )


@pages.route("/improvement/actions/<int:improvement_id>/update", methods=["GET", "POST"])
@requires(Permission.IMPROVEMENT_UPDATE)
def update(viewer: Viewer, improvement_id: int) -> ResponseReturnValue:
    """Say how an action goes, and what shows it."""
    found = _own(viewer, improvement_id)
    month = _month(request.args.get("month"), viewer.today)
    form = UpdateForm(
        data={
            "rag": found.rag,
            "evidence": found.evidence,
            "month": month_number(month),
            "version": found.version,
        }
    )
    lost: Conflict | None = None
    if form.validate_on_submit():
        said = Said(
            ImprovementStep.UPDATED,
            form.text.data,
            form.rag.data,
            form.evidence.data,
            form.link_title.data,
            form.link_url.data,
            _numbered(form.month.data or 0),
        )
        try:
            updates.say(viewer, improvement_id, said, version=form.version.data or 0)
        except Invalid as refused:
            form.take(refused)
        except Conflict as refused:
            lost, found = refused, page.brief(viewer, improvement_id)
            form.version.data = found.version
        else:
            flash(f"Your update of action {found.reference} is saved.")
            return redirect(_back(improvement_id), 303)
    drawn = render_template("improvement/update.html", form=form, found=found, lost=lost)
    return drawn, 409 if lost else 400 if form.error_summary else 200


@pages.route("/improvement/actions/<int:improvement_id>/complete", methods=["GET", "POST"])
@requires(Permission.IMPROVEMENT_UPDATE)
def complete(viewer: Viewer, improvement_id: int) -> ResponseReturnValue:
    """Say that an action is complete, and what shows it."""
    found = _own(viewer, improvement_id)
    form = CompleteForm(data={"evidence": found.evidence, "version": found.version})
    lost: Conflict | None = None
    if form.validate_on_submit():
        said = Said(
            ImprovementStep.COMPLETED,
            form.text.data,
            None,
            form.evidence.data,
            form.link_title.data,
            form.link_url.data,
        )
        try:
            updates.say(viewer, improvement_id, said, version=form.version.data or 0)
        except Invalid as refused:
            form.take(refused)
        except Conflict as refused:
            lost, found = refused, page.brief(viewer, improvement_id)
            form.version.data = found.version
        else:
            flash(f"Action {found.reference} is complete.")
            return _to_action(improvement_id)
    drawn = render_template("improvement/complete.html", form=form, found=found, lost=lost)
    return drawn, 409 if lost else 400 if form.error_summary else 200


@pages.route("/improvement/actions/<int:improvement_id>/turns/<int:begins>", methods=["GET", "POST"])
@requires(Permission.IMPROVEMENT_UPDATE)
def tick(viewer: Viewer, improvement_id: int, begins: int) -> ResponseReturnValue:
    """Say that something was done in one week, month or quarter."""
    found, first = _own(viewer, improvement_id), _day(begins)
    turn = ticks.find_turn(viewer, improvement_id, first)
    form = TickForm()
    if form.validate_on_submit():
        try:
            words = ticks.tick(viewer, improvement_id, first, form.evidence.data)
        except Invalid as refused:
            form.take(refused)
        else:
            flash(f"{words} is ticked.")
            return _to_action(improvement_id)
    drawn = render_template("improvement/tick.html", form=form, found=found, turn=turn, begins=begins)
    return drawn, 400 if form.error_summary else 200


@pages.route("/improvement/actions/<int:improvement_id>/turns/<int:begins>/take-back", methods=["GET", "POST"])
@requires(Permission.IMPROVEMENT_UPDATE)
def untick(viewer: Viewer, improvement_id: int, begins: int) -> ResponseReturnValue:
    """Take back a tick that was a slip."""
    found, first = _own(viewer, improvement_id), _day(begins)
    turn = ticks.find_turn(viewer, improvement_id, first)
    form = UntickForm()
    if form.validate_on_submit():
        try:
            words = ticks.untick(viewer, improvement_id, first)
        except Invalid as refused:
            flash("; ".join(reason for reasons in refused.errors.values() for reason in reasons), "notice")
        else:
            flash(f"The tick of {words[0].lower()}{words[1:]} is taken back.")
        return _to_action(improvement_id)
    return render_template("improvement/untick.html", form=form, found=found, turn=turn)


def _measure_page(trend: Trend) -> str:
    """The measure's own page, of the same kind of agency or meeting."""
    of = trend.link.of
    return url_for(
        "measures.show", measure_id=trend.link.measure_id, agency_type=of.agency_type, meeting_type=of.meeting_type
    )


def _own(viewer: Viewer, improvement_id: int) -> page.Brief:
    """An action that the viewer says something of; whoever was at it when it was completed is told on saving."""
    found = page.brief(viewer, improvement_id)
    if not found.may_update and request.method == "GET":
        raise NotPermitted("This action is not the viewer's to speak for, or not open.")
    return found


def _month(asked: str | None, today: date) -> Month:
    try:
        return Month.of(today) if asked is None else Month.parse(asked)
    except ValueError:
        raise NotVisible("There is no such month.") from None


def _numbered(number: int) -> Month | None:
    try:
        return numbered_month(number)
    except ValueError:
        return None


def _day(number: int) -> date:
    """The day that an address has as 20260601."""
    text = str(number)
    try:
        if len(text) != _A_DAY:
            raise ValueError(text)
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        raise NotVisible("There is no such turn.") from None


def _back(improvement_id: int) -> str:
    """Where an update leads: back to the month's end, where it came from there."""
    if request.args.get("from") == "month-end":
        return url_for("improvement_months.month_end")
    return url_for("improvement.show", improvement_id=improvement_id)


def _to_action(improvement_id: int) -> ResponseReturnValue:
    return redirect(url_for("improvement.show", improvement_id=improvement_id), 303)
