"""The partnership's trail, for its administrators."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.forms.activity import ActivityFilter
from portal.services import activity_log
from portal.services.activity_log import Wanted
from portal.web.guards import requires

pages = Blueprint("activity", __name__)


@pages.get("/activity")
@requires(Permission.ACTIVITY_VIEW)
def index(viewer: Viewer) -> ResponseReturnValue:
    """Who did, read or was refused what, the newest first."""
    form = ActivityFilter(request.args)
    form.validate()
    wanted = Wanted(
        person="" if form.person.errors else form.person.data,
        verb="" if form.verb.errors else form.verb.data or "",
        from_day=form.from_day.day,
        to_day=form.to_day.day,
        refused_only=form.refused_only,
    )
    before = request.args.get("before", type=int)
    return render_template(
        "activity/index.html",
        form=form,
        stretch=activity_log.list_activity(viewer, wanted, before=before),
        is_newest=before is None,
        here=url_for("activity.index"),
        kept=urlencode([pair for pair in request.args.items(multi=True) if pair[0] != "before"]),
        set_filters=sum(map(bool, (wanted.person, wanted.verb, wanted.from_day, wanted.to_day, wanted.refused_only))),
    )
