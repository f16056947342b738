"""The rooms of the figures: the board's, an agency's, a chair's, what crossed a line, and the week's sheet."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Invalid, NotVisible
from portal.domain.measures import in_words
from portal.domain.vocabulary import Role
from portal.forms.pictures import RunForm
from portal.forms.rooms import RoomForm, RoomSpan, usual_span
from portal.services import pictures
from portal.services.pictures import Shape, asked
from portal.services.rooms.agency import agency_room
from portal.services.rooms.board import board_room, small_line_series
from portal.services.rooms.chair import chair_room
from portal.services.rooms.triggers import trigger_sheet
from portal.services.rooms.week import week_sheet
from portal.views.measures import page_of, rows_of
from portal.web.downloads import is_narrow, picture
from portal.web.guards import requires

pages = Blueprint("rooms", __name__)


@pages.get("/figures/room")
@requires(Permission.FIGURES_VIEW)
def show(viewer: Viewer) -> ResponseReturnValue:
    """The board's room; a sector lead's is that of the sector, a lead's that of the own agency."""
    form = RoomForm(request.args, first=usual_span(viewer.today))
    is_own = viewer.role is Role.AGENCY_LEAD
    template = "rooms/agency.html" if is_own else "rooms/board.html"
    if not form.validate():
        return render_template(template, form=form, room=None, in_words=in_words), 400
    months = form.months(viewer.today)
    if is_own:
        return render_template(template, form=form, room=agency_room(viewer, months), in_words=in_words)
    return render_template(template, form=form, room=board_room(viewer, months), in_words=in_words)


@pages.get("/figures/room/lines.svg")
@requires(Permission.FIGURES_COMPARE)
def small_lines(viewer: Viewer) -> ResponseReturnValue:
    """The months behind numbers of the board's room, a window for each: one image for the whole page."""
    form = RoomForm(request.args, first=usual_span(viewer.today))
    if not form.validate():
        raise NotVisible("There is no such picture.")
    months = form.months(viewer.today)
    return picture(pictures.small_lines("The months behind numbers of the room.", small_line_series(viewer, months)))


@pages.get("/figures/triggers")
@requires(Permission.FIGURES_VIEW)
def triggers(viewer: Viewer) -> ResponseReturnValue:
    """What crossed a line in a quarter."""
    form = RoomForm(request.args, first=RoomSpan.QUARTER)
    if not form.validate():
        return render_template("rooms/triggers.html", form=form, sheet=None, in_words=in_words), 400
    sheet = trigger_sheet(viewer, form.months(viewer.today))
    return render_template("rooms/triggers.html", form=form, sheet=sheet, in_words=in_words)


@pages.get("/figures/week")
@requires(Permission.MEETINGS_DIARY)
def week(viewer: Viewer) -> ResponseReturnValue:
    """The week's sheet for operations."""
    return render_template("rooms/week.html", sheet=week_sheet(viewer))


@pages.get("/figures/own")
@requires(Permission.FIGURES_OWN)
def chair(viewer: Viewer) -> ResponseReturnValue:
    """A chair's room."""
    form = RoomForm(request.args, first=usual_span(viewer.today))
    if not form.validate():
        return render_template("rooms/chair.html", form=form, room=None, in_words=in_words), 400
    room = chair_room(viewer, form.months(viewer.today))
    return render_template("rooms/chair.html", form=form, room=room, in_words=in_words)


@pages.get("/figures/own/<measure_id>")
@requires(Permission.FIGURES_OWN)
def chair_measure(viewer: Viewer, measure_id: str) -> ResponseReturnValue:
    """One measure over the meetings that the viewer chaired."""
    return page_of(viewer, measure_id, "rooms.chair_measure", "rooms.chair_run", "rooms.chair_rows")


@pages.get("/figures/own/<measure_id>/rows")
@requires(Permission.FIGURES_OWN)
def chair_rows(viewer: Viewer, measure_id: str) -> ResponseReturnValue:
    """The rows behind it."""
    return rows_of(viewer, measure_id, "rooms.chair_measure")


@pages.get("/figures/own/<measure_id>/run.svg")
@requires(Permission.FIGURES_OWN)
def chair_run(viewer: Viewer, measure_id: str) -> ResponseReturnValue:
    """Its months as a picture."""
    form = RunForm(request.args)
    if not form.validate():
        raise NotVisible("There is no such picture.")
    try:
        found = asked.run_of(viewer, measure_id, form.months(viewer.today), form.of())
    except Invalid:
        raise NotVisible("There is no such measure.") from None
    shape = Shape.NARROW if is_narrow() else Shape.WIDE
    held = found.held
    return picture(
        pictures.run_chart(found.series, held.comparators, held.target, found.last_year, shape, phases=held.phases)
    )
