"""Opening a meeting: a few questions a page, each answer carried along, and all of it looked at before it is sent."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Invalid
from portal.services.scheduling.opening import open_meeting
from portal.services.scheduling.planning import own_book
from portal.views.scheduling_journey import STEPS, Journey
from portal.views.scheduling_pages import OpeningPage, opening_of
from portal.web.guards import requires

pages = Blueprint("scheduling_opening", __name__)


@pages.route("/meetings/new", methods=["GET", "POST"])
@requires(Permission.MEETINGS_PLAN)
def new(viewer: Viewer) -> ResponseReturnValue:
    """Open a meeting; `after` in the address is a meeting that it goes on from, `case` a family."""
    journey = Journey.of_request(viewer, own_book(viewer))
    step = journey.step
    if request.method == "GET":
        return _page(journey, step), 200
    if journey.wanted:
        return _page(journey, journey.wanted), 200
    if step == "check":
        return _open(journey)
    drawn = OpeningPage(journey, step)
    if drawn.stays or not drawn.is_sound():
        return drawn.draw(), 400 if drawn.errors else 200
    return _page(journey, journey.after(step)), 200


def _page(journey: Journey, step: str) -> str:
    """A page as it was left; before all is looked at, the first that nobody has seen."""
    if step == "check":
        step = next((one for one in journey.steps[:-1] if not journey.was_on(one)), step)
    return OpeningPage(journey, step if step in journey.steps else STEPS[0]).draw()


def _open(journey: Journey) -> ResponseReturnValue:
    """Open it, once every page is sound; the first that is not is shown again."""
    for step in journey.steps[:-1]:
        page = OpeningPage(journey, step)
        if not page.is_sound():
            return page.draw(), 400
    try:
        meeting_id = open_meeting(journey.viewer, opening_of(journey))
    except Invalid as refused:
        page = OpeningPage(journey, _step_of(journey, refused))
        page.take(refused)
        return page.draw(), 400
    flash("The meeting is opened. Its agencies are asked, and its chair is told.")
    return redirect(url_for("meetings.show", meeting_id=meeting_id), 303)


_FIELDS = {
    "family": ("reference", "kind", "variant"),
    "trigger": ("trigger_kind", "trigger_on", "trigger_time", "section_47_on"),
    "agencies": ("agencies",),
    "how": ("chair_membership_id", "duration_minutes", "format", "place", "link"),
}


def _step_of(journey: Journey, refused: Invalid) -> str:
    """The page on which what was refused is mended."""
    for step, names in _FIELDS.items():
        if any(name in names for name in refused.errors):
            return step
    if any(name.startswith("children-") for name in refused.errors):
        return "children"
    return "day"
