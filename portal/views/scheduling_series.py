"""Several meetings in a row that go on from one, such as the core groups after a conference."""

from __future__ import annotations

from datetime import date
from typing import cast

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Invalid, NotPermitted
from portal.forms.scheduling import SeriesForm
from portal.services.scheduling.chairs import chairs_to_choose
from portal.services.scheduling.opening import InvitedAgency, Opening
from portal.services.scheduling.planning import own_book, proposal_for
from portal.services.scheduling.prefilling import begun_after, kinds_to_repeat
from portal.services.scheduling.series import Series, open_series
from portal.web.guards import requires

pages = Blueprint("scheduling_series", __name__)


@pages.route("/meetings/<int:meeting_id>/series", methods=["GET", "POST"])
@requires(Permission.MEETINGS_PLAN)
def series(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """Plan all meetings of a series at once; its agencies are those that the family is known to."""
    book = own_book(viewer)
    begun = begun_after(viewer, book, meeting_id)
    kinds = kinds_to_repeat(book, begun, viewer.today)
    if not kinds:
        raise NotPermitted("The rules have nothing held in a row after a meeting of this kind.")
    form = SeriesForm(
        data={"kind": kinds[0].code, "chair_membership_id": begun.chair_membership_id, "format": begun.format}
    )
    form.offer([(kind.code, kind.name) for kind in kinds], chairs_to_choose(viewer))
    form.scheduled_on.earliest = viewer.today
    known = next((kind for kind in kinds if kind.code == form.kind.data), kinds[0])
    proposal = proposal_for(viewer, book, known, begun.case_id, begun.follows_id)
    if form.validate_on_submit():
        asked = tuple(
            InvitedAgency(choice.agency_id, agency.expectation, agency.reason) for choice, agency in proposal.agencies
        )
        opening = Opening(
            kind=form.kind.data,
            family=cast(int, begun.case_id),
            scheduled_on=cast(date, form.scheduled_on.data),
            start_time=form.start_time.data,
            duration_minutes=form.duration_minutes.data,
            format=form.format.data,
            place=form.place.data,
            link=form.link.data,
            chair_membership_id=form.chair_membership_id.data,
            agencies=asked,
            follows_id=begun.follows_id,
            late_reason=form.late_reason.data,
            note=form.note.data,
        )
        try:
            opened = open_series(viewer, Series(opening, form.every_weeks.data, cast(date, form.last_on.data)))
        except Invalid as refused:
            form.take(refused)
        else:
            number = "1 meeting is" if len(opened) == 1 else f"{len(opened)} meetings are"
            flash(f"{number} opened. The agencies are asked.")
            return redirect(url_for("meetings.show", meeting_id=opened[0]), 303)
    page = render_template(
        "scheduling/series.html", form=form, begun=begun, meeting_id=meeting_id, asked=proposal.agencies
    )
    return page, 400 if form.error_summary else 200
