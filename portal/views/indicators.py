"""The figures that boards, managers and leads read, and what each of them means."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.indicators import INDICATORS, Over
from portal.domain.months import frozen_words
from portal.forms.indicators import FiguresForm
from portal.services import indicators
from portal.services.frozen_months.states import states_within
from portal.web.guards import requires

pages = Blueprint("indicators", __name__)

_PARTS = {
    Over.INVITATIONS: "Agencies: who came, who reported",
    Over.MEETINGS: "Meetings",
    Over.STRATEGY_MEETINGS: "Strategy meetings",
}


@pages.get("/figures")
@requires(Permission.FIGURES_VIEW)
def overview(viewer: Viewer) -> ResponseReturnValue:
    """Attendance and report rates by agency type and meeting type, and how the meetings themselves went."""
    form = FiguresForm(request.args)
    if not form.validate():
        return render_template("indicators/overview.html", form=form, figures=None), 400
    figures = indicators.overview(viewer, form.days(viewer.today))
    return render_template(
        "indicators/overview.html",
        form=form,
        figures=figures,
        remarks=indicators.remarks(figures),
        frozen=frozen_words(states_within(viewer, figures.days)),
        table=INDICATORS,
        participation=indicators.PARTICIPATION,
        of_meetings=indicators.OF_MEETINGS,
        of_strategy=indicators.OF_STRATEGY,
    )


@pages.get("/figures/definitions")
@requires(Permission.FIGURES_VIEW)
def definitions(viewer: Viewer) -> ResponseReturnValue:
    """What each figure counts, and of what, and the numbers that the partnership holds meetings to."""
    parts = {
        words: [indicator for indicator in INDICATORS.values() if indicator.over is over]
        for over, words in _PARTS.items()
    }
    return render_template(
        "indicators/definitions.html", parts=parts, table=INDICATORS, rules=indicators.rules_in_words(viewer)
    )
