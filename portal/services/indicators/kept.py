"""Figures read from what is kept by month and by day: so many rows for a period, whatever the records behind it.

One statement adds up four things, and so sees one state of them: the whole months, the days by which they fall short of
the period or reach beyond it, what triggers have noted since it was added up the last time, and, where single agencies
are asked for, the invitations of those days themselves: kept by agency and day there would be a row for each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from portal.access.indicators import FigureScope
from portal.domain.figure_spans import Spans, day_number, month_number, month_written, split
from portal.domain.indicators import counts_meetings
from portal.domain.vocabulary import AgencyType
from portal.services.indicators.conditions import OF_MEETINGS
from portal.services.indicators.kept_statements import ROWS, STRATEGY, Part, Shape, of_invitations, of_meetings
from portal.services.indicators.questions import Counts, Key, Question


def count_kept_invitations(
    session: Session,
    scope: FigureScope,
    question: Question,
    names: Sequence[str],
    beside: Mapping[str, ColumnElement[int]] | None = None,
) -> dict[Key, Counts]:
    """Count invitations by the question's columns; a key stands where at least one meeting of its kind counts.

    `beside` are numbers to be read by the same statement, the same in every row.
    """
    types = _types(scope, question)
    is_scoped = scope.agency_id is not None or scope.agency_type is not None
    by_agency = "agency_type" in question.by or "agency" in question.by
    with_meetings = not (by_agency or is_scoped or (types is not None and not counts_meetings(question.by)))
    spans = split(question.start, question.end)
    shape = _shape(question, spans, names, types is not None, scope.agency_id is not None, with_meetings=with_meetings)
    values = _values(scope, question, spans, by_date=shape.is_of_agencies)
    if types is not None:
        values["agency_types"] = sorted(types)
    query, read = of_invitations(shape), shape.names
    if beside:
        query = query.add_columns(*(number.label(name) for name, number in beside.items()))
        read = (*read, *beside)
    return _read(session, query, values, shape.by, read)


def count_kept_meetings(session: Session, scope: FigureScope, question: Question) -> dict[Key, Counts]:
    """Count the meetings themselves, each once, of the whole partnership; with how many are strategy meetings."""
    spans = split(question.start, question.end)
    shape = _shape(question, spans, (*OF_MEETINGS, STRATEGY), False, False, with_meetings=True)
    values = _values(scope, question, spans, by_date=False)
    return _read(session, of_meetings(shape), values, shape.by, shape.names)


def _types(scope: FigureScope, question: Question) -> frozenset[AgencyType] | None:
    if scope.agency_type is None:
        return question.agency_types
    own = frozenset({scope.agency_type})
    return own if question.agency_types is None else own & question.agency_types


def _shape(
    question: Question, spans: Spans, names: Sequence[str], types: bool, agency: bool, *, with_meetings: bool
) -> Shape:
    return Shape(
        by=question.by,
        names=tuple(names),
        months=spans.months is not None,
        signs=tuple(edge.sign for edge in spans.edges),
        meeting_types=question.meeting_types is not None,
        agency_types=types,
        agency=agency,
        with_meetings=with_meetings,
    )


def _values(scope: FigureScope, question: Question, spans: Spans, *, by_date: bool) -> dict[str, Any]:
    """What is bound; edges as days of the calendar where invitations themselves are counted."""
    values: dict[str, Any] = {"partnership": scope.partnership_id, "agency": scope.agency_id}
    # What is noted of the edges' days is in the invitations of those days already.
    noted = spans.months if by_date else (question.start, question.end)
    if noted is not None:
        values |= {"noted_first": noted[0], "noted_last": noted[1]}
    if spans.months is not None:
        values |= {"month_first": month_number(spans.months[0]), "month_last": month_number(spans.months[1])}
    for place, edge in enumerate(spans.edges):
        first, last = (edge.first, edge.last) if by_date else (day_number(edge.first), day_number(edge.last))
        values |= {f"edge_{place}_first": first, f"edge_{place}_last": last}
    if question.meeting_types is not None:
        values["meeting_types"] = sorted(question.meeting_types)
    return values


def _read(
    session: Session, query: Part, values: dict[str, Any], by: Sequence[str], names: Sequence[str]
) -> dict[Key, Counts]:
    """Read the groups: where what is kept has come to nothing, or there are no groups, no meeting counts."""
    found = session.execute(query, values)
    columns = tuple(found.keys())
    counted, rows = columns.index(ROWS), found.all()
    # By their places: by name it takes longer, and where agencies stand one by one there are tens of thousands of rows.
    read = itemgetter(*map(columns.index, names), counted)
    return {_key(by, row): dict(zip(names, read(row), strict=False)) for row in rows if row[counted]}


def _key(by: Sequence[str], values: Sequence[Any]) -> Key:
    return tuple(
        _month_written(value) if name == "month" else str(value) for name, value in zip(by, values, strict=False)
    )


_month_written = lru_cache(maxsize=1024)(month_written)
