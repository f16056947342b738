"""Feedback for whoever learns from it: figures with their pictures, and what was written, for the chairs' manager."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import NotVisible
from portal.domain.feedback_labels import AGREEMENT_WORDS, AUDIENCE_WORDS, LANGUAGE_WORDS
from portal.domain.feedback_vocabulary import Audience
from portal.domain.months import Month
from portal.forms.feedback import FeedbackFilter
from portal.services.feedback import figure_chart, figures, words
from portal.web.downloads import is_narrow, picture
from portal.web.guards import requires

pages = Blueprint("feedback", __name__)


@pages.get("/figures/feedback")
@requires(Permission.FEEDBACK_VIEW)
def index(viewer: Viewer) -> ResponseReturnValue:
    """How families and professionals answered about the conferences of a period."""
    form = FeedbackFilter(request.args)
    if not form.validate():
        return render_template("feedback/figures.html", form=form, found=None), 400
    found = figures.feedback_page(viewer, form.days(viewer.today), form.chosen_kind)
    return render_template(
        "feedback/figures.html",
        form=form,
        found=found,
        charts={side.audience: figure_chart.shares(side) is not None for side in found.sides},
        audiences=AUDIENCE_WORDS,
        agreements=AGREEMENT_WORDS,
        languages=LANGUAGE_WORDS,
        Audience=Audience,
        asked={name: request.args.get(name) for name in request.args if name not in ("shape", "audience")},
    )


@pages.get("/figures/feedback/<audience>.svg")
@requires(Permission.FEEDBACK_VIEW)
def chart(viewer: Viewer, audience: str) -> ResponseReturnValue:
    """How one side answered, as bars."""
    form = FeedbackFilter(request.args)
    if not form.validate():
        abort(400)
    if audience not in {one.value for one in Audience}:
        raise NotVisible("No such picture.")
    drawn = figure_chart.chart(
        viewer, form.days(viewer.today), form.chosen_kind, Audience(audience), is_narrow=is_narrow()
    )
    return picture(drawn)


@pages.get("/figures/feedback/words")
@requires(Permission.FEEDBACK_READ)
def written(viewer: Viewer) -> ResponseReturnValue:
    """What people wrote, month by month."""
    try:
        asked = Month.parse(request.args.get("month", ""))
    except ValueError:
        asked = None
    page = words.words_page(viewer, asked)
    return render_template("feedback/words.html", page=page, audiences=AUDIENCE_WORDS, languages=LANGUAGE_WORDS)
