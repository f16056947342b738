"""The diary: a day or a week over the meetings that somebody runs."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.diaries import DiaryView
from portal.forms.diaries import DiaryFilter
from portal.services.diaries import MOST_SHOWN, diary, is_own
from portal.web.guards import requires

pages = Blueprint("diaries", __name__)


@pages.get("/diary")
@requires(Permission.MEETINGS_DIARY)
def show(viewer: Viewer) -> ResponseReturnValue:
    """The meetings of one day or one week, day by day."""
    form = DiaryFilter(request.args)
    view = form.view.data or DiaryView.WEEK
    day = form.on.day or viewer.today
    own = is_own(viewer)
    found = diary(viewer, view, day, chair_membership_id=form.chair.data, kind=form.kind.data or "")
    form.offer(found.chairs, found.kinds, is_own=own)
    form.view.data = view
    is_sound = form.validate()
    form.on.data = form.on.data or day.isoformat()

    def here(to: date | None = None, to_view: DiaryView = view) -> str:
        """This diary, as narrowed as it is, on another day or for a longer or shorter time."""
        chair, kind = (field.data or None for field in (form.chair, form.kind))
        return url_for("diaries.show", view=to_view.value, on=(to or day).isoformat(), chair=chair, kind=kind)

    page = render_template(
        "diaries/show.html",
        form=form,
        diary=found,
        is_own=own,
        most_shown=MOST_SHOWN,
        here=here,
        views=DiaryView,
    )
    return page, 200 if is_sound else 400
