"""Child protection plans: the list, the panel's agenda, and midway checks."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.forms.plans import ENDED, AgendaForm, MidwayForm, PlanFilter
from portal.services.plans import listing, midway
from portal.services.plans.listing import Length, Wanted
from portal.web.downloads import spreadsheet
from portal.web.guards import requires

pages = Blueprint("plans", __name__)


@pages.get("/plans")
@requires(Permission.PLANS_VIEW)
def index(viewer: Viewer) -> ResponseReturnValue:
    """The plans that the viewer sees, the longest open first."""
    rules = listing.plan_rules(viewer, viewer.today)
    form = PlanFilter(request.args)
    form.offer(rules.long_months, rules.very_long_months)
    form.validate()
    length = form.asked("length")
    wanted = Wanted(
        ended=form.asked("show") == ENDED,
        category=form.asked("category"),
        length=Length(length) if length else None,
        repeat_only=bool(form.asked("repeat")),
    )
    return render_template(
        "plans/index.html",
        form=form,
        wanted=wanted,
        rules=rules,
        listed=listing.list_plans(viewer, wanted, rules, page=request.args.get("page", 1, type=int)),
        tally=listing.tally(viewer, rules),
    )


@pages.get("/plans/panel")
@requires(Permission.PLANS_VIEW, fresh=True)
def panel(viewer: Viewer) -> ResponseReturnValue:
    """The child protection panel's agenda: which plans stand on it as at a day, and why."""
    form = AgendaForm(request.args)
    if not form.validate():
        return render_template("plans/panel.html", form=form, rows=None), 400
    as_at = _as_at(viewer, form)
    rules = listing.plan_rules(viewer, as_at)
    rows = listing.agenda(viewer, as_at, rules)
    return render_template("plans/panel.html", form=form, rows=rows, as_at=as_at, rules=rules, why=listing.why)


@pages.get("/plans/panel.csv")
@requires(Permission.PLANS_VIEW, fresh="file")
def panel_csv(viewer: Viewer) -> ResponseReturnValue:
    """The agenda for a spreadsheet, by references and without names."""
    form = AgendaForm(request.args)
    as_at = _as_at(viewer, form) if form.validate() else viewer.today
    text = listing.agenda_csv(viewer, as_at, listing.plan_rules(viewer, as_at))
    return spreadsheet(text, f"panel agenda {as_at.isoformat()} {listing.MARKING}.csv")


@pages.get("/plans/midway")
@requires(Permission.PLANS_CHECK)
def checks(viewer: Viewer) -> ResponseReturnValue:
    """The midway checks that are due, and those that are due soon."""
    return render_template("plans/checks.html", rows=midway.midway_list(viewer))


@pages.route("/meetings/<int:meeting_id>/midway-check", methods=["GET", "POST"])
@requires(Permission.PLANS_VIEW)
def check(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """The check half way from this conference to the next: make it, or read what was found."""
    found = midway.find_midway(viewer, meeting_id)
    form = MidwayForm()
    if request.method == "POST" and not viewer.may(Permission.PLANS_CHECK):
        raise NotPermitted("The midway check is for the conference's chair or the safeguarding manager.")
    lost: Conflict | None = None
    if form.validate_on_submit():
        try:
            midway.make_check(viewer, meeting_id, form.finding.data, form.note.data)
        except Invalid as refused:
            form.take(refused)
        except Conflict as refused:
            lost, found = refused, midway.find_midway(viewer, meeting_id)
        else:
            flash("The midway check is saved.")
            return redirect(url_for("plans.check", meeting_id=meeting_id), 303)
    page = render_template("plans/check.html", found=found, form=form, lost=lost)
    return page, 409 if lost else 400 if form.error_summary else 200


def _as_at(viewer: Viewer, form: AgendaForm) -> date:
    """The day asked for; no agenda is made of days to come."""
    asked: date | None = form.as_at.data
    return min(asked or viewer.today, viewer.today)
