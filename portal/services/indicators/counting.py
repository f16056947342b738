"""Counting the indicators in the database: two queries at most, however many meetings there are.

What each figure means stands in domain/indicators.py; domain/tally.py counts the same one invitation at a time, and
the tests hold the two against each other.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, extract, func, or_, select, true
from sqlalchemy.orm import Session

from portal.access import indicators as access
from portal.access.indicators import FigureScope
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.deadlines import ASKED_TO_REPORT
from portal.domain.errors import Invalid
from portal.domain.indicators import check_by, counts_meetings, shown, with_rates
from portal.domain.vocabulary import (
    COUNTED_STATUSES,
    PRESENT,
    AgencyType,
    Expectation,
    MeetingFormat,
    MeetingKind,
)
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import Agency
from portal.models.rule_sets import MeetingType

Figure = str | int | Decimal | None
Key = tuple[str, ...]
Counts = dict[str, int | None]

_OF_STRATEGY = ("all_core_agencies", "all_expected_agencies", "group_meetings", "telephone_only", "interim_safety_plan")


@dataclass(frozen=True, slots=True)
class Question:
    """What is counted: a period with both its days, and which kinds of meetings and agencies."""

    start: date
    end: date
    by: tuple[str, ...] = ()
    meeting_types: frozenset[str] | None = None
    agency_types: frozenset[AgencyType] | None = None


def indicators(
    viewer: Viewer,
    *,
    start: date,
    end: date,
    by: Sequence[str] = (),
    meeting_types: Collection[str] | None = None,
    agency_types: Collection[AgencyType] | None = None,
) -> list[dict[str, Figure]]:
    """Return the figures of a period as rows with the columns of domain/indicators.columns(by), small counts included.

    `agency_types` narrows the invitations, never the figures of the meetings themselves. A lead's rows cover their
    own agency's invitations and the meetings it was invited to, a sector lead's those of the sector. Raises
    NotPermitted; Invalid for a period that ends before it begins, a breakdown or a meeting type that does not exist.
    """
    scope = access.scope(viewer)
    if end < start:
        raise Invalid("The last day is before the first.")
    try:
        check_by(by)
    except ValueError as fault:
        raise Invalid(str(fault)) from None
    if meeting_types is not None:
        _check_meeting_types(db.session(), scope.partnership_id, meeting_types)
    question = Question(
        start,
        end,
        tuple(by),
        None if meeting_types is None else frozenset(meeting_types),
        None if agency_types is None else frozenset(agency_types),
    )
    counted = count_invitations(db.session(), scope, question)
    if counts_meetings(by):
        of_meetings = count_meetings(db.session(), scope, question)
        counted = {key: counts | of_meetings[key] for key, counts in counted.items()}
    return [_row(question.by, key, counts) for key, counts in sorted(counted.items())]


def count_invitations(session: Session, scope: FigureScope, question: Question) -> dict[Key, Counts]:
    """Count invitations by the question's columns; a key stands where at least one meeting of its kind counts."""
    expected = Invitation.expectation == Expectation.EXPECTED
    absent = and_(expected, or_(Invitation.attendance.is_(None), Invitation.attendance.not_in(PRESENT)))
    due = and_(Invitation.expectation.in_(ASKED_TO_REPORT), Invitation.report_due_on.is_not(None))
    received = Invitation.report_received_on
    counted = {
        "expected": expected,
        "attended": and_(expected, Invitation.attendance.in_(PRESENT)),
        "reports_due": due,
        "reports_received": and_(due, received.is_not(None)),
        "reports_on_time": and_(due, received <= Invitation.report_due_on),
        "reports_before_meeting": and_(due, received <= Meeting.held_on),
        "absent": absent,
        "absent_with_report": and_(absent, received.is_not(None)),
        "consulted": and_(absent, Invitation.consulted_on.is_not(None)),
        "reports_shared_with_family": and_(due, received.is_not(None), Invitation.report_shared_on.is_not(None)),
    }
    query = _grouped(question, counted).join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
    narrowed = invitations_of(scope, question.agency_types)
    invited = and_(Invitation.meeting_id == Meeting.id, *narrowed)
    is_scoped = scope.agency_id is not None or scope.agency_type is not None
    by_agency = "agency_type" in question.by
    if by_agency or "agency" in question.by or is_scoped or (narrowed and not counts_meetings(question.by)):
        query = query.join(Invitation, invited)
    else:
        query = query.outerjoin(Invitation, invited)
    if by_agency:
        query = query.join(Agency, Agency.id == Invitation.agency_id)
    return _read(session, query.where(*conditions_of(scope, question)), question, counted)


def count_meetings(session: Session, scope: FigureScope, question: Question) -> dict[Key, Counts]:
    """Count the meetings themselves, each once; None stands for what does not apply to a type."""
    counted = {
        "meetings": true(),
        "with_quorum": Meeting.quorate.is_not(None),
        "quorate": Meeting.quorate.is_(True),
        "due_day_known": Meeting.in_time.is_not(None),
        "in_time": Meeting.in_time.is_(True),
        "strategy": MeetingType.code == MeetingKind.STRATEGY_MEETING,
        "all_core_agencies": Meeting.all_core_agencies.is_(True),
        "all_expected_agencies": Meeting.all_expected_agencies.is_(True),
        "group_meetings": Meeting.group_meeting.is_(True),
        "telephone_only": Meeting.format == MeetingFormat.TELEPHONE,
        "interim_safety_plan": Meeting.interim_safety_plan.is_(True),
    }
    query = _grouped(question, counted).join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
    within = invitations_of(scope, None)
    if within:
        query = query.where(exists().where(Invitation.meeting_id == Meeting.id, *within).correlate(Meeting))
    found = _read(session, query.where(*conditions_of(scope, question)), question, counted)
    for counts in found.values():
        if not counts.pop("with_quorum"):
            counts["quorate"] = None
        if not counts.pop("strategy"):
            counts.update(dict.fromkeys(_OF_STRATEGY))
    return found


def conditions_of(scope: FigureScope, question: Question) -> list[ColumnElement[bool]]:
    """Which meetings a question is about, as the conditions of a statement."""
    conditions = [
        Meeting.partnership_id == scope.partnership_id,
        Meeting.status.in_(COUNTED_STATUSES),
        Meeting.held_on.between(question.start, question.end),
    ]
    if question.meeting_types is not None:
        conditions.append(MeetingType.code.in_(question.meeting_types))
    return conditions


def invitations_of(scope: FigureScope, agency_types: frozenset[AgencyType] | None) -> list[ColumnElement[bool]]:
    """The invitations that a viewer's figures cover, narrowed to the agency types asked for."""
    conditions: list[ColumnElement[bool]] = []
    if scope.agency_id is not None:
        conditions.append(Invitation.agency_id == scope.agency_id)
    if scope.agency_type is not None:
        conditions.append(_is_of_type([scope.agency_type]))
    if agency_types is not None:
        conditions.append(_is_of_type(agency_types))
    return conditions


def _is_of_type(agency_types: Collection[AgencyType]) -> ColumnElement[bool]:
    return Invitation.agency_id.in_(select(Agency.id).where(Agency.agency_type.in_(agency_types)))


def _key_columns(by: Sequence[str]) -> list[ColumnElement[Any]]:
    columns: Mapping[str, list[ColumnElement[Any]]] = {
        "agency_type": [Agency.agency_type.expression],
        # Of one agency each: not for the export, but for what is kept of a frozen month.
        "agency": [Invitation.agency_id.expression],
        "meeting_type": [MeetingType.code.expression],
        "month": [extract("year", Meeting.held_on), extract("month", Meeting.held_on)],
    }
    return [column for name in by for column in columns[name]]


def _grouped(question: Question, counted: Mapping[str, ColumnElement[bool]]) -> Select[Any]:
    keys = _key_columns(question.by)
    counts = [func.count().filter(condition).label(name) for name, condition in counted.items()]
    return select(*keys, *counts, func.count(Meeting.id).label("rows")).select_from(Meeting).group_by(*keys)


def _read(session: Session, query: Select[Any], question: Question, names: Collection[str]) -> dict[Key, Counts]:
    """Read the groups; without columns to group by, the database gives a row also where nothing counts."""
    return {
        _key(question.by, tuple(row)): {name: getattr(row, name) for name in names}
        for row in session.execute(query)
        if row.rows
    }


def _key(by: Sequence[str], values: Sequence[Any]) -> Key:
    key, place = [], 0
    for name in by:
        if name == "month":
            key.append(f"{int(values[place]):04}-{int(values[place + 1]):02}")
            place += 2
        else:
            key.append(str(values[place]))
            place += 1
    return tuple(key)


def _row(by: Sequence[str], key: Key, counts: Counts) -> dict[str, Figure]:
    figures = with_rates(counts)
    row: dict[str, Figure] = dict(zip(by, key, strict=True))
    return row | {indicator.id: figures[indicator.id] for indicator in shown(by)}


def _check_meeting_types(session: Session, partnership_id: int, wanted: Collection[str]) -> None:
    codes = session.scalars(
        select(MeetingType.code).where(MeetingType.partnership_id == partnership_id).order_by(MeetingType.position)
    ).all()
    unknown = sorted(set(wanted) - set(codes))
    if unknown:
        raise Invalid(f"There is no meeting type {', '.join(unknown)}: choose from {', '.join(codes)}.")
