"""The months of the figures: which are frozen, what each revision kept, and what has changed since."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotVisible
from portal.domain.indicators import INDICATORS
from portal.domain.months import Month
from portal.domain.row_numbers import row_number
from portal.forms.frozen_months import (
    CorrectionForm,
    FreezeForm,
    ReadingFilter,
    RevisionForm,
    YearFilter,
    month_number,
    numbered_month,
)
from portal.services import indicators, kept_forms
from portal.services.frozen_months import freezing
from portal.services.frozen_months.listing import list_months
from portal.services.frozen_months.page import NOW, month_page
from portal.web.filters import short_day
from portal.web.guards import requires

pages = Blueprint("frozen_months", __name__)


@pages.get("/figures/months")
@requires(Permission.FIGURES_VIEW)
def index(viewer: Viewer) -> ResponseReturnValue:
    """The months of a year with their state, and for whoever freezes what is still open in them."""
    listed = list_months(viewer, request.args.get("year", type=row_number))
    form = YearFilter(request.args)
    form.offer(listed.years, listed.year)
    return render_template("frozen_months/index.html", listed=listed, form=form)


@pages.get("/figures/month")
@requires(Permission.FIGURES_VIEW)
def show(viewer: Viewer) -> ResponseReturnValue:
    """One month: the figures that a revision kept or as they are, held against another reading."""
    month = _asked_month(viewer)
    asked = {name: request.args.get(name, type=row_number) for name in ("revision", "against")}
    page = month_page(viewer, month, showing=asked["revision"], against=asked["against"])
    form = ReadingFilter(request.args)
    form.offer(
        [*((row.number, f"Revision {row.number}, {short_day(row.frozen_at)}") for row in page.revisions), (NOW, "Now")],
        showing=page.showing,
        against=page.against,
    )
    return render_template("frozen_months/show.html", page=page, form=form, **_of_figures())


@pages.route("/figures/months/freeze", methods=["GET", "POST"])
@requires(Permission.MONTHS_FREEZE)
def freeze(viewer: Viewer) -> ResponseReturnValue:
    """Keep a month's figures as they are, or as the next revision of a month that is frozen."""
    kept = kept_forms.take(viewer, request.path) if request.method == "GET" else request.form
    form = FreezeForm(kept)
    month = _numbered(form) if form.month.data is not None else _asked_month(viewer)
    page = month_page(viewer, month)
    if not page.is_over:
        flash(f"{month.words} is not over yet: a month is frozen when it is.", "notice")
        return redirect(url_for("frozen_months.index"), 303)
    if page.newest:
        form = RevisionForm(kept)
    if kept is None:
        form.month.data, form.version.data = month_number(month), page.newest
        form.note.data = page.correction.reason if page.correction else ""
    lost = None
    if form.validate_on_submit():
        try:
            number = freezing.freeze_month(viewer, month, form.note.data, seen=form.version.data or 0)
        except Invalid as refused:
            form.take(refused)
        except Conflict as conflict:
            lost, page = conflict, month_page(viewer, month)
            form.version.data = page.newest
        else:
            flash(f"{month.words} is frozen: revision {number}.")
            return redirect(url_for("frozen_months.show", month=str(month)), 303)
    drawn = render_template("frozen_months/freeze.html", page=page, form=form, lost=lost)
    return drawn, 409 if lost else 400 if form.error_summary else 200


@pages.route("/figures/months/correct", methods=["GET", "POST"])
@requires(Permission.MONTHS_FREEZE)
def correct(viewer: Viewer) -> ResponseReturnValue:
    """Open a frozen month for contests and their decisions, until its next revision."""
    kept = kept_forms.take(viewer, request.path) if request.method == "GET" else request.form
    form = CorrectionForm(kept)
    month = _numbered(form) if form.month.data is not None else _asked_month(viewer)
    page = month_page(viewer, month)
    if not page.newest:
        flash(f"{month.words} is not frozen, so there is nothing to correct.", "notice")
        return redirect(url_for("frozen_months.index"), 303)
    if page.correction is not None and request.method == "GET":
        flash(f"A correction of {month.words} is open already.", "notice")
        return redirect(url_for("frozen_months.show", month=str(month)), 303)
    if kept is None:
        form.month.data, form.version.data = month_number(month), page.newest
    lost = None
    if form.validate_on_submit():
        try:
            freezing.open_correction(viewer, month, form.reason.data, seen=form.version.data or 0)
        except Invalid as refused:
            form.take(refused)
        except Conflict as conflict:
            lost, page = conflict, month_page(viewer, month)
            form.version.data = page.newest
        else:
            flash(f"{month.words} is open for correction until you freeze revision {page.newest + 1}.")
            return redirect(url_for("frozen_months.show", month=str(month)), 303)
    drawn = render_template("frozen_months/correct.html", page=page, form=form, lost=lost)
    return drawn, 409 if lost else 400 if form.error_summary else 200


def _of_figures() -> dict[str, object]:
    """What the pages of figures draw their tables with."""
    return {
        "table": INDICATORS,
        "participation": indicators.PARTICIPATION,
        "of_meetings": indicators.OF_MEETINGS,
        "of_strategy": indicators.OF_STRATEGY,
    }


def _asked_month(viewer: Viewer) -> Month:
    """The month in the address, or the last one that is over."""
    asked = request.args.get("month")
    if asked is None:
        return Month.of(viewer.today).plus(-1)
    try:
        return Month.parse(asked)
    except ValueError:
        raise NotVisible("There is no such month.") from None


def _numbered(form: FreezeForm | CorrectionForm) -> Month:
    """The month that a form carries."""
    try:
        return numbered_month(form.month.data or 0)
    except ValueError:
        raise NotVisible("There is no such month.") from None
