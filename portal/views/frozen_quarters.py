"""Quarters: which are frozen at which revision, and freezing or correcting their three months in one act."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotVisible
from portal.domain.quarters import Quarter
from portal.forms.frozen_quarters import CorrectQuarterForm, FreezeQuarterForm
from portal.services import kept_forms
from portal.services.frozen_months import quarters
from portal.web.guards import requires

pages = Blueprint("frozen_quarters", __name__)


@pages.get("/figures/quarter")
@requires(Permission.FIGURES_VIEW)
def show(viewer: Viewer) -> ResponseReturnValue:
    """One quarter: its months, its revision, and as at which day it stands."""
    quarter = _asked(viewer)
    return render_template(
        "frozen_months/quarter.html",
        page=quarters.quarter_page(viewer, quarter),
        rows=quarters.list_quarters(viewer),
    )


@pages.route("/figures/quarter/freeze", methods=["GET", "POST"])
@requires(Permission.MONTHS_FREEZE)
def freeze(viewer: Viewer) -> ResponseReturnValue:
    """Freeze the months of a quarter together."""
    kept = kept_forms.take(viewer, request.path) if request.method == "GET" else request.form
    form = FreezeQuarterForm(kept)
    quarter = _named(form.quarter.data) if form.quarter.data else _asked(viewer)
    page = quarters.quarter_page(viewer, quarter)
    if not page.is_over:
        flash(f"{quarter.words} is not over yet: a quarter is frozen when it is.", "notice")
        return _to(quarter)
    if not page.may_freeze and request.method == "GET":
        flash(f"{quarter.words} is frozen already.", "notice")
        return _to(quarter)
    if kept is None:
        form.show(quarter, page.seen)
        form.note.data = next((month.reason for month in page.months if month.reason), "")
    lost = None
    if form.validate_on_submit():
        try:
            number = quarters.freeze_quarter(viewer, quarter, form.note.data, seen=form.revisions)
        except Invalid as refused:
            form.take(refused)
        except Conflict as conflict:
            lost, page = conflict, quarters.quarter_page(viewer, quarter)
            form.show(quarter, page.seen)
        else:
            flash(f"{quarter.words} is frozen: revision {number}.")
            return _to(quarter)
    drawn = render_template("frozen_months/freeze_quarter.html", page=page, form=form, lost=lost)
    return drawn, 409 if lost else 400 if form.error_summary else 200


@pages.route("/figures/quarter/correct", methods=["GET", "POST"])
@requires(Permission.MONTHS_FREEZE)
def correct(viewer: Viewer) -> ResponseReturnValue:
    """Open a correction in the months of a frozen quarter together."""
    kept = kept_forms.take(viewer, request.path) if request.method == "GET" else request.form
    form = CorrectQuarterForm(kept)
    quarter = _named(form.quarter.data) if form.quarter.data else _asked(viewer)
    page = quarters.quarter_page(viewer, quarter)
    if not page.revision or (not page.may_correct and request.method == "GET"):
        flash(f"{quarter.words} has nothing to correct: it is not frozen whole, or is being corrected.", "notice")
        return _to(quarter)
    if kept is None:
        form.show(quarter, page.seen)
    lost = None
    if form.validate_on_submit():
        try:
            quarters.correct_quarter(viewer, quarter, form.reason.data, seen=form.revisions)
        except Invalid as refused:
            form.take(refused)
        except Conflict as conflict:
            lost, page = conflict, quarters.quarter_page(viewer, quarter)
            form.show(quarter, page.seen)
        else:
            flash(f"{quarter.words} is open for correction until you freeze it again.")
            return _to(quarter)
    drawn = render_template("frozen_months/correct_quarter.html", page=page, form=form, lost=lost)
    return drawn, 409 if lost else 400 if form.error_summary else 200


def _asked(viewer: Viewer) -> Quarter:
    """The quarter in the address, or the last one that is over."""
    asked = request.args.get("quarter")
    return Quarter.of(viewer.today).plus(-1) if asked is None else _named(asked)


def _named(text: str) -> Quarter:
    try:
        return Quarter.parse(text)
    except ValueError:
        raise NotVisible("There is no such quarter.") from None


def _to(quarter: Quarter) -> ResponseReturnValue:
    return redirect(url_for("frozen_quarters.show", quarter=str(quarter)), 303)
