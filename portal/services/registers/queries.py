"""The register's reads, as fast as they go: they run at every touch of a row.

Building a query takes longer than running it, so each is built once for all who see alike; and they give plain columns,
which the connection hands out without the work that loading objects would be.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from json import loads
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, Text, and_, bindparam, case, cast, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from portal.access import meetings as access
from portal.access.alike import built_for_alike
from portal.access.viewer import Viewer
from portal.database.plain_rows import PLAIN_ROWS, word
from portal.database.trips import ask_together
from portal.domain.rules import QuorumRule
from portal.domain.vocabulary import MeetingStatus, ReportStatus
from portal.models.frozen_months import FrozenMonth
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import Agency
from portal.models.reports import Report
from portal.models.rule_sets import MeetingRule, MeetingType, RuleSet

Query = Select[*tuple[Any, ...]]

_ID = "of_meeting"

ROW = (
    Invitation.id.label("invitation_id"),
    word(Invitation.expectation),
    word(Invitation.confirmed_attendance),
    Invitation.confirmed_by_id,
    word(Invitation.present_by),
    Invitation.is_deputy,
    Invitation.left_early,
    Invitation.confirmed_note,
    word(Agency.agency_type),
    Agency.name.label("agency_name"),
    word(Invitation.answer),
    word(Invitation.declared_attendance),
    Invitation.report_due_on,
    Invitation.report_received_on,
    Report.id.label("report_id"),
)
"""An invitation, with its agency and the report that was sent through the portal."""

_day = func.coalesce(Meeting.held_on, Meeting.scheduled_on)
_of_partnership = RuleSet.partnership_id == Meeting.partnership_id
_has_begun = RuleSet.effective_from <= _day
# The newest set that had begun on the meeting's day; a meeting older than all of them is held to the first.
_in_force = (
    select(func.coalesce(func.max(case((_has_begun, RuleSet.effective_from))), func.min(RuleSet.effective_from)))
    .where(_of_partnership)
    .correlate(Meeting)
    .scalar_subquery()
)

_MEETING = (
    Meeting.id,
    Meeting.version,
    Meeting.partnership_id,
    Meeting.case_id,
    Meeting.meeting_type_id,
    Meeting.chair_membership_id,
    Meeting.variant,
    Meeting.follows_id,
    Meeting.status,
    Meeting.format,
    Meeting.trigger_on,
    Meeting.scheduled_on,
    Meeting.start_time,
    Meeting.held_on,
    Meeting.held_time,
    Meeting.interim_safety_plan,
    Meeting.register_closed_at,
    MeetingType.code.label("type_code"),
    MeetingType.name.label("type_name"),
    cast(MeetingRule.quorum, Text).label("quorum"),
)
"""The meeting, its type, and the quorum that the rule set in force asks."""

_shut_before = (
    select(func.max(FrozenMonth.begins_on))
    .where(
        FrozenMonth.partnership_id == Meeting.partnership_id,
        FrozenMonth.begins_on <= _day,
        FrozenMonth.correction_opened_at.is_(None),
    )
    .correlate(Meeting)
    .scalar_subquery()
)
_others, _followed = aliased(Meeting, name="others"), aliased(Meeting, name="followed")


def _was_without(other: Any) -> ColumnElement[bool]:
    return or_(other.status == MeetingStatus.INQUORATE, other.quorate.is_(False))


# Each is found by its own index: with one OR in their place, SQLite reads every meeting of the partnership.
_others_were_without = or_(
    exists().where(_others.case_id == Meeting.case_id, _others.id != Meeting.id, _was_without(_others)),
    exists().where(_followed.id == Meeting.follows_id, _was_without(_followed)),
)

_BEFOREHAND = (
    _shut_before.label("shut_month"),
    _others_were_without.label("others_were_without"),
)
"""What stands above an open register: the newest frozen month up to its day in which nothing is being corrected, and
whether another of the family's meetings, or the one that it follows, was without its quorum. Whoever chaired those: no
more of them leaves here."""

MEETING = (*_MEETING, *_BEFOREHAND)
"""All that is read of a meeting for its register."""

_its_rule = and_(MeetingRule.rule_set_id == RuleSet.id, MeetingRule.meeting_type_id == Meeting.meeting_type_id)
_its_report = and_(
    Report.invitation_id == Invitation.id, Report.status == ReportStatus.SUBMITTED, Report.withdrawn_at.is_(None)
)

# All but who sees what, so that the first page of each hat need not build the whole of it.
_MEETINGS = (
    select(*_MEETING)
    .select_from(Meeting)
    .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
    .join(RuleSet, and_(_of_partnership, RuleSet.effective_from == _in_force))
    .outerjoin(MeetingRule, _its_rule)
    .execution_options(**PLAIN_ROWS)
)
_ROWS = (
    select(*ROW)
    .select_from(Meeting)
    .join(Invitation, Invitation.meeting_id == Meeting.id)
    .join(Agency, Agency.id == Invitation.agency_id)
    .outerjoin(Report, _its_report)
    .execution_options(**PLAIN_ROWS)
)


class _Queries(NamedTuple):
    """What somebody may see of a register."""

    meeting: Query
    locked_meeting: Query
    rows: Query


def meeting_of(session: Session, viewer: Viewer, meeting_id: int, *, locked: bool = False) -> Any:
    """The meeting, if the viewer sees it, with what to know beforehand.

    `locked` until the transaction ends, for whoever changes the register, it comes by itself.
    """
    queries, ids = _queries(viewer)
    query = queries.locked_meeting if locked else queries.meeting
    return session.connection().execute(query, {**ids, _ID: meeting_id}).one_or_none()


def rows_of(session: Session, viewer: Viewer, meeting_id: int) -> Sequence[Any]:
    """The invitations. Read after a lock, they show what whoever held it before has done."""
    queries, ids = _queries(viewer)
    return session.connection().execute(queries.rows, {**ids, _ID: meeting_id}).all()


def sheet_of(session: Session, viewer: Viewer, meeting_id: int) -> tuple[Any, Sequence[Any]]:
    """The meeting and its invitations at once, for whoever only looks."""
    queries, ids = _queries(viewer)
    values = {**ids, _ID: meeting_id}
    meeting, rows = ask_together(session.connection(), (queries.meeting, values), (queries.rows, values))
    return meeting.one_or_none(), rows.all()


@lru_cache(maxsize=256)
def quorum_from(stored: str | None) -> QuorumRule | None:
    """The rule that a row stores; None where a kind of meeting has none."""
    found = None if stored is None else loads(stored)
    return None if found is None else QuorumRule.from_json(found)


@built_for_alike
def _queries(viewer: Viewer) -> _Queries:
    visible = access.visible_where(viewer)
    wanted = and_(Meeting.id == bindparam(_ID), visible)
    meeting = _MEETINGS.where(wanted)
    locked = meeting.with_for_update(of=Meeting, key_share=True)
    return _Queries(meeting.add_columns(*_BEFOREHAND), locked, _ROWS.where(wanted))
