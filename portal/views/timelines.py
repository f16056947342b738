"""What happened to a family, by date, for those who see a meeting of it."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.services.timelines import timeline
from portal.web.guards import requires

pages = Blueprint("timelines", __name__)


@pages.get("/cases/<int:case_id>/timeline")
@requires(Permission.MEETINGS_VIEW)
def show(viewer: Viewer, case_id: int) -> ResponseReturnValue:
    """A family's meetings and escalations, of each only what the viewer sees."""
    return render_template("timelines/show.html", found=timeline(viewer, case_id))
