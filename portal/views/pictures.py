"""Pictures of figures, each at an address of its own, and the pages that compare agencies by them."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Invalid, NotVisible
from portal.domain.measure_definitions import MEASURES
from portal.domain.vocabulary import AgencyType
from portal.forms.pictures import CompareForm, RunForm
from portal.services import pictures
from portal.services.pictures import Shape, asked
from portal.web.downloads import is_narrow, picture
from portal.web.guards import requires

pages = Blueprint("pictures", __name__)

_FIRST = AgencyType.SCHOOL
"""The kind of which an area has most agencies: a funnel shows it first."""


@pages.get("/figures/measures/<measure_id>/run.svg")
@requires(Permission.FIGURES_VIEW)
def run(viewer: Viewer, measure_id: str) -> ResponseReturnValue:
    """A measure over months with its limits."""
    form = RunForm(request.args)
    if not form.validate():
        abort(400)
    try:
        found = asked.run_of(viewer, measure_id, form.months(viewer.today), form.of())
    except Invalid:
        raise NotVisible("There is no such measure.") from None
    held = found.held
    drawn = pictures.run_chart(
        found.series, held.comparators, held.target, found.last_year, _shape(), phases=held.phases
    )
    return picture(drawn)


@pages.get("/figures/compare")
@requires(Permission.FIGURES_COMPARE)
def heat(viewer: Viewer) -> ResponseReturnValue:
    """Every kind of agency at every kind of meeting, the furthest from where it should be the darkest."""
    on_offer, form = _form(viewer)
    if not form.validate():
        return _page("pictures/heat.html", form, None), 400
    table = asked.heat_of(viewer, on_offer, form.measure.data, form.days(viewer.today))
    return _page("pictures/heat.html", form, pictures.heat_figure(table))


@pages.get("/figures/heat.svg")
@requires(Permission.FIGURES_COMPARE)
def heat_picture(viewer: Viewer) -> ResponseReturnValue:
    """The heat map alone."""
    on_offer, form = _sound(viewer)
    table = asked.heat_of(viewer, on_offer, form.measure.data, form.days(viewer.today))
    return picture(pictures.heat_map(table, _shape()))


@pages.get("/figures/funnel")
@requires(Permission.FIGURES_COMPARE)
def funnel(viewer: Viewer) -> ResponseReturnValue:
    """The agencies of one kind against their mean, with the room that chance gives to each."""
    on_offer, form = _form(viewer, _FIRST)
    if not form.validate():
        return _page("pictures/funnel.html", form, None), 400
    found = asked.funnel_of(viewer, on_offer, form.measure.data, form.days(viewer.today), form.of())
    return _page("pictures/funnel.html", form, pictures.funnel_figure(found))


@pages.get("/figures/funnel.svg")
@requires(Permission.FIGURES_COMPARE)
def funnel_picture(viewer: Viewer) -> ResponseReturnValue:
    """The funnel alone."""
    on_offer, form = _sound(viewer, _FIRST)
    found = asked.funnel_of(viewer, on_offer, form.measure.data, form.days(viewer.today), form.of())
    return _drawn(pictures.funnel_chart(found, _shape()))


@pages.get("/figures/multiples")
@requires(Permission.FIGURES_COMPARE)
def multiples(viewer: Viewer) -> ResponseReturnValue:
    """A measure over months for each kind of agency, on one scale."""
    on_offer, form = _form(viewer)
    if not form.validate():
        return _page("pictures/multiples.html", form, None), 400
    found = asked.multiples_of(viewer, on_offer, form.measure.data, form.months(viewer.today), form.of())
    return _page("pictures/multiples.html", form, pictures.multiples_figure(found))


@pages.get("/figures/multiples.svg")
@requires(Permission.FIGURES_COMPARE)
def multiples_picture(viewer: Viewer) -> ResponseReturnValue:
    """The small charts alone."""
    on_offer, form = _sound(viewer)
    found = asked.multiples_of(viewer, on_offer, form.measure.data, form.months(viewer.today), form.of())
    return _drawn(pictures.multiples_chart(found, _shape()))


def _form(viewer: Viewer, first: AgencyType | None = None) -> tuple[asked.Offered, CompareForm]:
    """What the address asks for; a sector lead has no other kind of agency than the sector's."""
    on_offer = asked.offered(viewer)
    form = CompareForm(request.args)
    only = on_offer.kinds[0] if len(on_offer.kinds) == 1 else first
    form.offer(MEASURES, on_offer.meeting_types, on_offer.agency_types, today=viewer.today, agency_type=only)
    return on_offer, form


def _sound(viewer: Viewer, first: AgencyType | None = None) -> tuple[asked.Offered, CompareForm]:
    on_offer, form = _form(viewer, first)
    if not form.validate():
        abort(400)
    return on_offer, form


def _page(template: str, form: CompareForm, figure: pictures.Figure | None) -> str:
    asked_for = {name: value for name, value in request.args.items() if name != "shape"}
    return render_template(template, form=form, figure=figure, asked=asked_for)


def _drawn(svg: bytes | None) -> ResponseReturnValue:
    if svg is None:
        raise NotVisible("There is nothing to draw.")
    return picture(svg)


def _shape() -> Shape:
    return Shape.NARROW if is_narrow() else Shape.WIDE
