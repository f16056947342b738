"""The figures of escalations and practice alerts, and their pictures under the same rule."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.escalation_figures import BANDS, By, Kept
from portal.domain.escalation_vocabulary import Category, ChildSafe, Learning, Resolution
from portal.domain.figure_words import all_of_type
from portal.domain.labels import label
from portal.domain.periods import Days
from portal.domain.vocabulary import AgencyType
from portal.forms.indicators import FiguresForm
from portal.services.escalations import figure_charts
from portal.services.escalations.figures import figures
from portal.web.downloads import is_narrow, picture
from portal.web.guards import requires

pages = Blueprint("escalation_figures", __name__)

NOT_RECORDED = "Not recorded"

_ROWS = {
    By.CATEGORY: {one.value: label(one) for one in Category},
    By.AGENCY_TYPE: {one.value: all_of_type(one) for one in AgencyType},
    By.RESOLUTION: {one.value: label(one) for one in Resolution},
    By.CHILD_SAFE: {one.value: label(one) for one in ChildSafe},
    By.LEARNING: {one.value: label(one) for one in Learning},
    By.EXPECTED: {Kept.IN_TIME.value: "By the day expected", Kept.LATE.value: "Later than expected"},
}


@pages.get("/escalations/figures")
@requires(Permission.ESCALATIONS_FIGURES)
def show(viewer: Viewer) -> ResponseReturnValue:
    """What is open and for how long, how long others took, how they ended, and between whom they come back."""
    form = FiguresForm(request.args)
    if not form.validate():
        return render_template("escalations/figures.html", form=form, figures=None), 400
    found = figures(viewer, form.days(viewer.today))
    return render_template(
        "escalations/figures.html",
        form=form,
        figures=found,
        has_open_chart=figure_charts.open_bars(found) is not None,
        has_resolved_chart=figure_charts.resolved_bars(found) is not None,
        By=By,
        bands=tuple(BANDS),
        rows=_ROWS,
        not_recorded=NOT_RECORDED,
        period={name: request.args.get(name) for name in request.args if name != "shape"},
    )


@pages.get("/escalations/figures/open.svg")
@requires(Permission.ESCALATIONS_FIGURES)
def open_chart(viewer: Viewer) -> ResponseReturnValue:
    """How long escalations have been open, by stage."""
    return picture(figure_charts.open_chart(viewer, _days(viewer), is_narrow=is_narrow()))


@pages.get("/escalations/figures/resolved.svg")
@requires(Permission.ESCALATIONS_FIGURES)
def resolved_chart(viewer: Viewer) -> ResponseReturnValue:
    """How long escalations took, by the stage at which they were resolved."""
    return picture(figure_charts.resolved_chart(viewer, _days(viewer), is_narrow=is_narrow()))


def _days(viewer: Viewer) -> Days:
    form = FiguresForm(request.args)
    if not form.validate():
        abort(400)
    return form.days(viewer.today)
