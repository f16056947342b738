"""What happened to a family or to one child, by date, for those who see a meeting of it."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.forms.timelines import TimelineFilter
from portal.services.timelines.reading import timeline
from portal.web.guards import requires

pages = Blueprint("timelines", __name__)

WHOLE = "whole"
"""In the address: everything on one page, to be printed."""


@pages.get("/cases/<int:case_id>/timeline")
@requires(Permission.MEETINGS_VIEW)
def show(viewer: Viewer, case_id: int) -> ResponseReturnValue:
    """A family's timeline, of which everybody sees what they may."""
    return _page(viewer, case_id, None)


@pages.get("/cases/<int:case_id>/children/<int:child_id>/timeline")
@requires(Permission.MEETINGS_VIEW)
def of_child(viewer: Viewer, case_id: int, child_id: int) -> ResponseReturnValue:
    """The timeline of one child of a family."""
    return _page(viewer, case_id, child_id)


def _page(viewer: Viewer, case_id: int, child_id: int | None) -> ResponseReturnValue:
    form = TimelineFilter(request.args)
    is_sound = form.validate()
    is_whole = WHOLE in request.args
    found = timeline(
        viewer,
        case_id,
        form.wanted,
        child_id=child_id,
        page=None if is_whole else request.args.get("page", 1, type=int),
    )
    others = [(name, value) for name, value in request.args.items(multi=True) if name != "page"]
    whole_href = f"{request.path}?{urlencode([*others, (WHOLE, 'yes')])}"
    page = render_template("timelines/show.html", found=found, form=form, is_whole=is_whole, whole_href=whole_href)
    return page, 200 if is_sound else 400
