"""How far each part of a meeting's record is, for the meeting's own page: counted in one statement, no text opened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ScalarSelect, Select, exists, func, literal, select
from sqlalchemy.orm import Session

from portal.access import actions as actions_access
from portal.access import contests as contests_access
from portal.access import families as families_access
from portal.access import meetings as meetings_access
from portal.access import minutes as minutes_access
from portal.access import outcomes as outcomes_access
from portal.access import quotations as quotations_access
from portal.access import report_bundles as bundles_access
from portal.access import strategy_records as strategy_access
from portal.access import teams as teams_access
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.audit_vocabulary import ActionStatus
from portal.domain.contest_vocabulary import ContestStatus
from portal.domain.meeting_vocabulary import RecordSection
from portal.domain.outcome_vocabulary import PaperKind
from portal.domain.scrutiny_vocabulary import QuotationState
from portal.domain.strategy_vocabulary import StrategyRecordState
from portal.domain.vocabulary import ReportStatus
from portal.models.actions import Action
from portal.models.contests import Contest
from portal.models.families import FamilyAttendance
from portal.models.meetings import Invitation, Meeting
from portal.models.minutes import SentPaper
from portal.models.moves import MeetingMove
from portal.models.outcomes import Outcome
from portal.models.partnerships import Team
from portal.models.quotations import Quotation
from portal.models.report_bundles import ReportBundle
from portal.models.report_sharing import ReportSharing
from portal.models.reports import Report
from portal.models.strategy_records import StrategyRecord
from portal.services.meetings.outlook import HAS_PART


@dataclass(frozen=True, slots=True)
class MeetingRecord:
    """What the viewer may know of each part; `sections` are those that this kind of meeting has."""

    sections: frozenset[RecordSection]
    moves: int
    moved_at: datetime | None
    """When its day or time last changed, so that whoever had answered is asked again."""
    strategy: StrategyRecordState | None
    family: int
    outcomes_signed_at: datetime | None
    outcomes_open: int
    decisions_sent_at: datetime | None
    minutes_sent_at: datetime | None
    actions: int
    actions_open: int
    contests_open: int
    has_teams: bool
    """Whether the viewer's agency has teams to give the meeting to."""
    bundle: int
    """The number of the open bundle of reports; 0 where there is none."""
    reports_unseen: int
    """How many reports have come of which nobody has recorded that the family has seen them, or why not."""
    quotations_waiting: int
    """How many quotations from it wait for the viewer's yes, as its chair."""

    def has(self, section: str) -> bool:
        """Whether this kind of meeting has a part."""
        return RecordSection(section) in self.sections

    def moved_after(self, answered_at: datetime | None) -> bool:
        """Whether day or time changed after an answer was given."""
        return self.moved_at is not None and (answered_at is None or self.moved_at > answered_at)


def record_of(session: Session, viewer: Viewer, meeting: Meeting) -> MeetingRecord:
    """How far the parts of a meeting's record are, each by its own rule of who may know; by one statement.

    The caller has found the meeting visible and has loaded its kind.
    """
    outcomes = outcomes_access.visible_to(viewer).where(Outcome.meeting_id == meeting.id)
    papers = minutes_access.visible_to(viewer).where(SentPaper.meeting_id == meeting.id)
    actions = actions_access.visible_to(viewer).where(Action.meeting_id == meeting.id)
    counted = select(
        _one(select(func.count()).where(MeetingMove.meeting_id == meeting.id, MeetingMove.number > 0)),
        _one(
            select(func.max(MeetingMove.moved_at)).where(MeetingMove.meeting_id == meeting.id, MeetingMove.asks_again)
        ),
        _one(
            strategy_access.visible_to(viewer)
            .where(StrategyRecord.meeting_id == meeting.id)
            .with_only_columns(StrategyRecord.state)
        ),
        _number(
            families_access.visible_to(viewer).where(
                FamilyAttendance.meeting_id == meeting.id, FamilyAttendance.removed_at.is_(None)
            ),
            FamilyAttendance.id,
        ),
        _one(outcomes.with_only_columns(func.max(Outcome.signed_at))),
        _number(outcomes.where(Outcome.signed_at.is_(None)), Outcome.id),
        _one(papers.where(SentPaper.kind == PaperKind.DECISIONS).with_only_columns(func.max(SentPaper.sent_at))),
        _one(papers.where(SentPaper.kind == PaperKind.MINUTES).with_only_columns(func.max(SentPaper.sent_at))),
        _number(actions, Action.id),
        _number(actions.where(Action.status != ActionStatus.CLOSED), Action.id),
        _number(
            contests_access.visible_to(viewer)
            .join(Invitation, Invitation.id == Contest.invitation_id)
            .where(Invitation.meeting_id == meeting.id, Contest.status == ContestStatus.OPEN),
            Contest.id,
        )
        if viewer.may(Permission.EXPECTATIONS_CONTEST) or viewer.may(Permission.EXPECTATIONS_SET)
        else literal(0),
        # Of a lead's own agency; it stands here so that the page takes no statement more for it.
        teams_access.visible_to(viewer).where(Team.agency_id == viewer.agency_id).exists()
        if viewer.may(Permission.TEAMS_ASSIGN)
        else literal(False),
        func.coalesce(
            _one(
                bundles_access.visible_to(viewer)
                .where(ReportBundle.meeting_id == meeting.id, ReportBundle.closed_at.is_(None))
                .with_only_columns(func.max(ReportBundle.number))
            ),
            0,
        ),
        _number(_unseen(viewer, meeting), Report.id),
        _number(
            quotations_access.put_to(viewer).where(
                Quotation.meeting_id == meeting.id, Quotation.state == QuotationState.PROPOSED
            ),
            Quotation.id,
        )
        if viewer.may(Permission.QUOTATIONS_AGREE)
        else literal(0),
    )
    sections = frozenset(RecordSection(section) for section in meeting.meeting_type.sections)
    facts: Any = session.execute(counted).one()
    return MeetingRecord(sections, *facts)


def _unseen(viewer: Viewer, meeting: Meeting) -> Select[Any]:
    """Reports on a meeting that stand, of an agency its own, of which nothing is recorded that the family knows."""
    recorded = exists().where(
        ReportSharing.invitation_id == Report.invitation_id,
        ReportSharing.report_id == Report.id,
        ReportSharing.taken_back_at.is_(None),
    )
    return (
        meetings_access.invitations_visible_to(viewer)
        .join(Report, Report.invitation_id == Invitation.id)
        .where(
            Invitation.meeting_id == meeting.id,
            HAS_PART,
            Invitation.report_shared_on.is_(None),
            Report.status == ReportStatus.SUBMITTED,
            Report.withdrawn_at.is_(None),
            ~recorded.correlate(Report),
        )
    )


def _one(query: Select[Any]) -> ScalarSelect[Any]:
    return query.scalar_subquery()


def _number(query: Select[Any], column: Any) -> ScalarSelect[Any]:
    return query.with_only_columns(func.count(column)).scalar_subquery()
