"""What is counted of a meeting and of an invitation, as conditions on their rows: what domain/tally.py says in Python.

The triggers of migrations/versions/0016_figure_rollups.py say the same in SQL; the tests hold the three together.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select, true

from portal.access.indicators import FigureScope
from portal.domain.deadlines import ASKED_TO_REPORT
from portal.domain.vocabulary import COUNTED_STATUSES, PRESENT, AgencyType, Expectation, MeetingFormat
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import Agency
from portal.models.rule_sets import MeetingType
from portal.services.indicators.questions import Question

Conditions = Mapping[str, ColumnElement[bool]]


def _of_invitations() -> Conditions:
    expected = Invitation.expectation == Expectation.EXPECTED
    absent = and_(expected, or_(Invitation.attendance.is_(None), Invitation.attendance.not_in(PRESENT)))
    due = and_(Invitation.expectation.in_(ASKED_TO_REPORT), Invitation.report_due_on.is_not(None))
    received = Invitation.report_received_on
    return {
        "invited": true(),
        **{word.value: Invitation.expectation == word for word in Expectation},
        "attended": and_(expected, Invitation.attendance.in_(PRESENT)),
        "reports_due": due,
        "reports_received": and_(due, received.is_not(None)),
        "reports_on_time": and_(due, received <= Invitation.report_due_on),
        "reports_before_meeting": and_(due, received <= Meeting.held_on),
        "absent_with_report": and_(absent, received.is_not(None)),
        "consulted": and_(absent, Invitation.consulted_on.is_not(None)),
        "reports_shared_with_family": and_(due, received.is_not(None), Invitation.report_shared_on.is_not(None)),
    }


OF_INVITATIONS: Conditions = _of_invitations()
"""Of an invitation beside its meeting; who is absent is who is expected and has not attended."""

OF_MEETINGS: Conditions = {
    "meetings": true(),
    "with_quorum": Meeting.quorate.is_not(None),
    "quorate": Meeting.quorate.is_(True),
    "due_day_known": Meeting.in_time.is_not(None),
    "in_time": Meeting.in_time.is_(True),
    "all_core_agencies": Meeting.all_core_agencies.is_(True),
    "all_expected_agencies": Meeting.all_expected_agencies.is_(True),
    "group_meetings": Meeting.group_meeting.is_(True),
    "telephone_only": Meeting.format == MeetingFormat.TELEPHONE,
    "interim_safety_plan": Meeting.interim_safety_plan.is_(True),
}
"""Of a meeting; some apply to strategy meetings alone, which whoever reads them minds."""


def counting_from(first: date | ColumnElement[date], last: date | ColumnElement[date]) -> list[ColumnElement[bool]]:
    """Which meetings count: those that took place, or were tried, on a day from the first to the last."""
    return [Meeting.status.in_(COUNTED_STATUSES), Meeting.held_on.between(first, last)]


def conditions_of(scope: FigureScope, question: Question) -> list[ColumnElement[bool]]:
    """Which meetings a question is about, as the conditions of a statement."""
    conditions = [Meeting.partnership_id == scope.partnership_id, *counting_from(question.start, question.end)]
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
