"""The measures: what each means, how it goes by months, and the rows behind it for those who may see them."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Invalid, NotVisible
from portal.domain.measures import in_words
from portal.domain.months import Month
from portal.forms.rooms import MeasureForm, RoomForm, usual_span
from portal.services.rooms.measure_list import Part, measure_list, parts_for
from portal.services.rooms.measure_page import measure_page, offered
from portal.services.rooms.rows import rows_behind
from portal.web.guards import requires

pages = Blueprint("measures", __name__)


@pages.get("/figures/measures")
@requires(Permission.FIGURES_VIEW)
def index(viewer: Viewer) -> ResponseReturnValue:
    """All measures that the viewer reads, a part of them at a time."""
    form = RoomForm(request.args, first=usual_span(viewer.today))
    parts = parts_for(viewer)
    asked = request.args.get("part", parts[0][0].value)
    if asked not in {part.value for part, _words in parts}:
        raise NotVisible("There is no such part.")
    if not form.validate():
        return render_template("measures/index.html", form=form, found=None, parts=parts, part=Part(asked)), 400
    found = measure_list(viewer, Part(asked), form.months(viewer.today))
    return render_template(
        "measures/index.html", form=form, found=found, parts=parts, part=found.part, in_words=in_words
    )


@pages.get("/figures/measures/<measure_id>")
@requires(Permission.FIGURES_VIEW)
def show(viewer: Viewer, measure_id: str) -> ResponseReturnValue:
    """One measure: its words first, then its months, what it means, and what stands behind it."""
    return page_of(viewer, measure_id, "measures.show", "pictures.run", "measures.rows")


@pages.get("/figures/measures/<measure_id>/rows")
@requires(Permission.FIGURES_VIEW)
def rows(viewer: Viewer, measure_id: str) -> ResponseReturnValue:
    """The invitations or meetings behind a measure."""
    return rows_of(viewer, measure_id, "measures.show")


def page_of(viewer: Viewer, measure_id: str, here: str, picture: str, behind: str) -> ResponseReturnValue:
    """The page of a measure at one of its addresses: for the partnership, or for a chair's own meetings."""
    form = _form(viewer, measure_id)
    if not form.validate():
        return render_template("measures/show.html", form=form, page=None, here=here, measure_id=measure_id), 400
    page = measure_page(viewer, measure_id, form.months(viewer.today), form.of)
    return render_template(
        "measures/show.html",
        form=form,
        page=page,
        here=here,
        picture=picture,
        behind=behind,
        measure_id=measure_id,
        in_words=in_words,
    )


def rows_of(viewer: Viewer, measure_id: str, back: str) -> ResponseReturnValue:
    """A page of the rows behind a measure: of one month, or of the year that is over."""
    form = _form(viewer, measure_id)
    if not form.validate():
        # The measure's own page has the filters, and says what is wrong with them.
        return render_template("measures/show.html", form=form, page=None, here=back, measure_id=measure_id), 400
    try:
        asked = request.args.get("month", "")
        months = [Month.parse(asked)] if asked else form.months(viewer.today)[-12:]
    except ValueError:
        raise NotVisible("There is no such month.") from None
    found = rows_behind(viewer, measure_id, months, form.of, request.args.get("page", 1, type=int))
    return render_template(
        "measures/rows.html", found=found, months=months, back=back, measure_id=measure_id, arguments=form.arguments
    )


def _form(viewer: Viewer, measure_id: str) -> MeasureForm:
    form = MeasureForm(request.args)
    try:
        choices = offered(viewer, measure_id, form.agency_type.data)
    except Invalid:
        raise NotVisible("There is no such measure.") from None
    form.offer(choices.agency_types, choices.meeting_types, choices.agencies)
    return form
