"""The figures of child protection plans."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.forms.indicators import FiguresForm
from portal.services.plans import figures
from portal.web.guards import requires

pages = Blueprint("plan_figures", __name__)


@pages.get("/plans/figures")
@requires(Permission.FIGURES_VIEW)
def show(viewer: Viewer) -> ResponseReturnValue:
    """How many children have a plan, for how long, and for which time."""
    form = FiguresForm(request.args)
    if not form.validate():
        return render_template("plans/figures.html", form=form, figures=None), 400
    found = figures.plan_figures(viewer, form.days(viewer.today))
    return render_template("plans/figures.html", form=form, figures=found)
