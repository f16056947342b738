"""The figures as JSON: the measures, one measure, the contract's indicators, and which months are frozen."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask import Blueprint, Response, request

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.api import questions
from portal.api.document import document_of
from portal.api.door import install_door
from portal.domain.errors import Invalid, NotVisible
from portal.domain.indicators import shown
from portal.domain.measures import Breakdown, Measure, Of, Point, Row, Source, Value, amount
from portal.domain.months import Month, months_within
from portal.domain.periods import Days
from portal.services.frozen_months.quarters import list_frozen
from portal.services.indicators.shown_rows import shown_indicators
from portal.services.measures import MEASURES, series, values
from portal.web.guards import public, requires

pages = Blueprint("api", __name__, url_prefix="/api")
install_door(pages)


@pages.get("/openapi.json")
@public
def document(_viewer: Viewer) -> Response:
    """What can be asked, as an OpenAPI document."""
    questions.check_known(request.args, ())
    return _answer(document_of())


@pages.get("/v1/measures")
@requires(Permission.FIGURES_VIEW)
def measures(viewer: Viewer) -> Response:
    """Every measure that the key reads, with what it means."""
    questions.check_known(request.args, ())
    return _answer({**_about(viewer), "measures": [_defined(one) for one in MEASURES.values() if _reads(viewer, one)]})


@pages.get("/v1/measures/<measure_id>")
@requires(Permission.FIGURES_VIEW)
def measure(viewer: Viewer, measure_id: str) -> Response:
    """One measure by month, or over the period by kind of agency or meeting."""
    questions.check_known(request.args, (questions.FROM, questions.TO, questions.MEASURE_BY))
    found = MEASURES.get(measure_id)
    if found is None or not _reads(viewer, found):
        raise NotVisible("There is no such measure.")
    first, last = questions.asked_months(request.args, viewer.today)
    by = questions.asked_measure_by(request.args)
    if by is not None and by not in _breakdowns(viewer, found):
        raise Invalid("This measure is not broken down by that.")
    days = Days(first.first, last.last)
    rows: list[dict[str, Any]]
    if by is None:
        points = series(viewer, measure_id, months_within(days)).points
        rows = [_point(found, one) for one in points]
    else:
        rows = [_of_row(found, by, one) for one in values(viewer, [measure_id], days, by).values()]
    return _answer({**_about(viewer), **_period(first, last), "by": by, "measure": _defined(found), "rows": rows})


@pages.get("/v1/indicators")
@requires(Permission.FIGURES_VIEW)
def indicators(viewer: Viewer) -> Response:
    """The figures that the command line exports, by whole months, small counts hidden."""
    questions.check_known(request.args, (questions.FROM, questions.TO, questions.INDICATORS_BY))
    by = questions.asked_indicators_by(request.args)
    first, last = questions.asked_months(request.args, viewer.today)
    rows = [
        {**row.keys, **{name: _number(figure) for name, figure in row.figures.items()}, "withheld": list(row.withheld)}
        for row in shown_indicators(viewer, first, last, by)
    ]
    columns = [*by, *(indicator.id for indicator in shown(by))]
    return _answer({**_about(viewer), **_period(first, last), "by": list(by), "columns": columns, "rows": rows})


@pages.get("/v1/months")
@requires(Permission.FIGURES_VIEW)
def months(viewer: Viewer) -> Response:
    """The months that are frozen, each with its newest revision."""
    questions.check_known(request.args, ())
    rows = [
        {
            "month": str(one.month),
            "revision": one.revision,
            "frozen_at": one.frozen_at.isoformat(),
            "is_being_corrected": one.is_correcting,
        }
        for one in list_frozen(viewer)
    ]
    return _answer({**_about(viewer), "months": rows})


def _about(viewer: Viewer) -> dict[str, Any]:
    """What every answer says of itself."""
    return {
        "partnership": viewer.partnership_name,
        "agency": viewer.agency_name or None,
        "as_at": viewer.today.isoformat(),
    }


def _period(first: Month, last: Month) -> dict[str, str]:
    return {"from": str(first), "to": str(last)}


def _reads(viewer: Viewer, found: Measure) -> bool:
    """An agency's key reads what is counted of its own invitations; the rest covers the partnership."""
    return viewer.agency_id is None or found.source is Source.INVITATIONS


def _breakdowns(viewer: Viewer, found: Measure) -> frozenset[Breakdown]:
    if viewer.agency_id is not None:
        return found.breakdowns & {Breakdown.MEETING_TYPE}
    return found.breakdowns - {Breakdown.CHAIR}


def _defined(found: Measure) -> dict[str, Any]:
    return {
        "id": found.id,
        "title": found.title,
        "numerator": found.numerator,
        "denominator": found.denominator,
        "direction": found.direction.value,
        "unit": found.unit.value,
        "source": found.source.value,
        "rule": found.rule,
        "since": found.since,
        "breakdowns": sorted(one.value for one in found.breakdowns if one is not Breakdown.CHAIR),
        "meeting_types": sorted(found.meeting_types),
    }


def _point(found: Measure, point: Point) -> dict[str, Any]:
    return {
        "month": str(point.month),
        "since": str(point.since) if point.since else None,
        **_value(found, point.value),
        "is_frozen": point.is_frozen,
        "revision": point.revision,
    }


def _of_row(found: Measure, by: Breakdown, row: Row) -> dict[str, Any]:
    value = row.values.get(found.id, Value(0, 0))
    return {by.value: _key(by, row.of), "title": row.title, **_value(found, value)}


def _key(by: Breakdown, of: Of) -> str | int | None:
    """What a row is of; empty for all together."""
    if by is Breakdown.AGENCY:
        return of.agency_id
    if by is Breakdown.AGENCY_TYPE:
        return of.agency_type.value if of.agency_type else None
    return of.meeting_type


def _value(found: Measure, value: Value) -> dict[str, Any]:
    """The two counts and what they come to; a withheld value has none of the three."""
    withheld = value.is_withheld
    return {
        "part": None if withheld else value.part,
        "whole": None if withheld or not found.whole else value.whole,
        "value": None if withheld else _number(amount(found, value)),
        "withheld": withheld,
    }


def _number(figure: int | Decimal | None) -> int | float | None:
    return float(figure) if isinstance(figure, Decimal) else figure


def _answer(content: Mapping[str, Any] | Sequence[Any]) -> Response:
    """In the order in which it was written: columns have one."""
    return Response(json.dumps(content, ensure_ascii=False), mimetype="application/json")
