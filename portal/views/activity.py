"""The partnership's trail, for its administrators; and who has read a child's record, for those who answer for that."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Invalid
from portal.domain.row_numbers import row_number
from portal.forms.activity import ActivityFilter, ReadingFilter
from portal.forms.fields.drawn import DrawnField
from portal.services import activity_export, activity_keeping, activity_log, activity_readings
from portal.services.activity_log import Wanted
from portal.web.downloads import spreadsheet
from portal.web.guards import requires

pages = Blueprint("activity", __name__)

BEFORE = "before"
"""In the address: the number before which the page begins."""


@pages.get("/activity")
@requires(Permission.ACTIVITY_VIEW, fresh=True)
def index(viewer: Viewer) -> ResponseReturnValue:
    """Who did, read or was refused what, the newest first; when it was last anchored."""
    form = _filter(viewer)
    before = request.args.get(BEFORE, type=row_number)
    kept = _kept()
    return render_template(
        "activity/index.html",
        form=form,
        stretch=activity_log.list_activity(viewer, _wanted(form), before=before),
        anchors=activity_keeping.anchor_state(viewer),
        is_newest=before is None,
        here=url_for("activity.index"),
        kept=kept,
        csv_href=f"{url_for('activity.as_csv')}?{kept}" if kept else url_for("activity.as_csv"),
    )


@pages.get("/activity.csv")
@requires(Permission.ACTIVITY_EXPORT, fresh="file")
def as_csv(viewer: Viewer) -> ResponseReturnValue:
    """What the search finds, on all its pages; or back to a search that finds too much for one file."""
    try:
        text = activity_export.as_csv(viewer, _wanted(_filter(viewer)))
    except Invalid as refused:
        flash(str(refused), "notice")
        return redirect(f"{url_for('activity.index')}?{_kept()}")
    return spreadsheet(text, f"activity {viewer.today.isoformat()} {activity_export.MARKING}.csv")


@pages.get("/cases/<int:case_id>/readings")
@requires(Permission.ACTIVITY_OF_CHILDREN)
def of_case(viewer: Viewer, case_id: int) -> ResponseReturnValue:
    """Who has read a family's record."""
    return _readings(viewer, case_id, None)


@pages.get("/cases/<int:case_id>/children/<int:child_id>/readings")
@requires(Permission.ACTIVITY_OF_CHILDREN)
def of_child(viewer: Viewer, case_id: int, child_id: int) -> ResponseReturnValue:
    """Who has read one child's record."""
    return _readings(viewer, case_id, child_id)


def _readings(viewer: Viewer, case_id: int, child_id: int | None) -> ResponseReturnValue:
    form = ReadingFilter(request.args)
    is_sound = form.validate()
    before = request.args.get(BEFORE, type=row_number)
    found = activity_readings.list_readings(
        viewer,
        case_id,
        activity_readings.Wanted(_of(form.kind), form.from_day.day, form.to_day.day),
        child_id=child_id,
        before=before,
    )
    page = render_template(
        "activity/readings.html", found=found, form=form, is_newest=before is None, here=request.path, kept=_kept()
    )
    return page, 200 if is_sound else 400


def _filter(viewer: Viewer) -> ActivityFilter:
    form = ActivityFilter(request.args)
    form.offer(activity_log.agencies_to_choose(viewer))
    form.validate()
    return form


def _wanted(form: ActivityFilter) -> Wanted:
    """What is asked for; what cannot be read is left out, and said at its field."""
    return Wanted(
        person=_of(form.person) or "",
        verb=_of(form.verb) or "",
        subject=_of(form.subject) or "",
        subject_id=None if form.number.errors else form.number.number,
        agency_id=_of(form.agency),
        from_day=form.from_day.day,
        to_day=form.to_day.day,
        outcome=_of(form.outcome),
    )


def _of(field: DrawnField) -> Any:
    """What a field holds, if it is what the field offers."""
    return None if field.errors else field.data or None


def _kept() -> str:
    """The address's filters, for links to other pages of the list."""
    return urlencode([pair for pair in request.args.items(multi=True) if pair[0] != BEFORE])
