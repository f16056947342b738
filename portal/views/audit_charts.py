"""The charts of an audit round's results, each at an address of its own under the rule of the page that shows it."""

from __future__ import annotations

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.forms.audit_results import ResultsFilter
from portal.services.audits import result_charts
from portal.web.downloads import is_narrow, picture
from portal.web.guards import requires

pages = Blueprint("audit_charts", __name__)


@pages.get("/audit-rounds/<int:round_id>/results/questions/<int:question_id>/ratings.svg")
@requires(Permission.AUDITS_READ)
def ratings(viewer: Viewer, round_id: int, question_id: int) -> ResponseReturnValue:
    """How agencies of each type answered one question."""
    return picture(result_charts.ratings_chart(viewer, round_id, question_id, is_narrow=is_narrow()))


@pages.get("/audit-rounds/<int:round_id>/results/changes.svg")
@requires(Permission.AUDITS_READ)
def changes(viewer: Viewer, round_id: int) -> ResponseReturnValue:
    """How the standards moved since the last round."""
    form = ResultsFilter(request.args)
    if not form.validate():
        abort(400)
    return picture(result_charts.changes_chart(viewer, round_id, form.agency_type.data, is_narrow=is_narrow()))
