"""What the rules have proposed: what a chair has not dealt with, and what came of it, as pages show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Row, Select, and_
from sqlalchemy.orm import aliased

from portal.access import escalations as access
from portal.access import meetings as meetings_access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import NotVisible
from portal.domain.escalation_vocabulary import EscalationStatus, LadderKind, ProposalStatus, WaiverReason
from portal.domain.ladder_events import Proposal
from portal.domain.ladder_rules import Ladder
from portal.domain.ladder_words import Happened, history_words, proposal_words, stage_words, summary_words
from portal.models.escalations import Escalation
from portal.models.ladders import EscalationProposal
from portal.models.meetings import Meeting
from portal.models.partnerships import Agency
from portal.models.people import Membership, User
from portal.models.rule_sets import MeetingType
from portal.services.escalation_rules import ladder_on
from portal.services.paging import PER_PAGE, Page, count, page_number

_Row = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class ShownProposal:
    """One proposal: about which agency, why, at which stage it would begin, and what came of it."""

    id: int
    version: int
    meeting_id: int
    meeting: str
    meeting_on: date
    meeting_at: time | None
    chair: str
    agency_id: int
    agency: str
    proposal: Proposal
    stage: int
    stage_name: str
    made_at: datetime
    status: ProposalStatus
    escalation_id: int | None
    """Where the viewer sees the escalation."""
    reference: str
    waiver: WaiverReason | None
    waiver_note: str
    decided_at: datetime | None
    decided_by: str

    @property
    def is_open(self) -> bool:
        """Whether it is still to be decided."""
        return self.status is ProposalStatus.OPEN

    @property
    def stage_words(self) -> str:
        """At which stage it would begin."""
        return stage_words(self.stage, self.stage_name)

    @property
    def words(self) -> str:
        """Why, in a few words."""
        return proposal_words(self.proposal)

    @property
    def history(self) -> list[Happened]:
        """What was counted, the newest first."""
        return history_words(self.proposal)

    @property
    def summary(self) -> str:
        """A text to begin with."""
        return summary_words(self.agency, self.proposal)


@dataclass(frozen=True, slots=True)
class OfMeeting:
    """A meeting, and what its closing proposed."""

    id: int
    type_name: str
    on: date
    at: time | None
    proposals: list[ShownProposal]

    @property
    def open(self) -> int:
        """How many are still to be decided."""
        return sum(one.is_open for one in self.proposals)


@dataclass(frozen=True, slots=True)
class Joinable:
    """An open escalation to which a proposal may be added."""

    id: int
    reference: str
    stage: int
    opened_at: datetime


def open_proposals(viewer: Viewer, *, page: int = 1) -> Page[ShownProposal]:
    """What is not dealt with, the oldest first: a chair's own meetings', for the manager all chairs'."""
    rows = access.proposals_visible_to(viewer).where(EscalationProposal.status == ProposalStatus.OPEN)
    total = count(rows.with_only_columns(EscalationProposal.id))
    number = page_number(page, total)
    listed = _shown(viewer, rows).order_by(EscalationProposal.made_at, EscalationProposal.id)
    found = db.session.execute(listed.limit(PER_PAGE).offset((number - 1) * PER_PAGE)).all()
    return Page(_all(viewer, found), number, total)


def count_open(viewer: Viewer) -> int:
    """How many are not dealt with."""
    rows = access.proposals_visible_to(viewer).where(EscalationProposal.status == ProposalStatus.OPEN)
    return count(rows.with_only_columns(EscalationProposal.id))


def proposals_of(viewer: Viewer, meeting_id: int) -> OfMeeting:
    """What the closing of a meeting's register proposed, what is to be decided first. Raises NotVisible."""
    meeting = db.session.execute(
        meetings_access.visible_to(viewer)
        .where(Meeting.id == meeting_id)
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .with_only_columns(MeetingType.name, Meeting.held_on, Meeting.scheduled_on, Meeting.start_time)
    ).one_or_none()
    if meeting is None:
        raise NotVisible("No such meeting.")
    rows = access.proposals_visible_to(viewer).where(EscalationProposal.meeting_id == meeting_id)
    shown = _all(viewer, db.session.execute(_shown(viewer, rows).order_by(Agency.name, EscalationProposal.id)).all())
    shown.sort(key=lambda one: not one.is_open)
    return OfMeeting(meeting_id, meeting.name, meeting.held_on or meeting.scheduled_on, meeting.start_time, shown)


def find_proposal(viewer: Viewer, proposal_id: int) -> ShownProposal:
    """One proposal. Raises NotVisible."""
    rows = access.proposals_visible_to(viewer).where(EscalationProposal.id == proposal_id)
    found = db.session.execute(_shown(viewer, rows)).one_or_none()
    if found is None:
        raise NotVisible("No such proposal.")
    return _all(viewer, [found])[0]


def joinable(viewer: Viewer, agency_id: int) -> list[Joinable]:
    """The open escalations of non-attendance with an agency that the viewer may take further, the newest first."""
    found = db.session.scalars(
        access.readable_to(viewer)
        .where(
            Escalation.kind == LadderKind.NON_ATTENDANCE,
            Escalation.raised_with_agency_id == agency_id,
            Escalation.status == EscalationStatus.OPEN,
        )
        .order_by(Escalation.id.desc())
    )
    return [Joinable(one.id, one.reference, one.stage, one.opened_at) for one in found if access.may_drive(viewer, one)]


def _shown(viewer: Viewer, rows: Select[EscalationProposal]) -> Select[*tuple[Any, ...]]:
    chair, decider = aliased(User), aliased(User)
    is_seen = and_(Escalation.id == EscalationProposal.escalation_id, access.visible_where(viewer))
    return (
        rows.join(Agency, Agency.id == EscalationProposal.agency_id)
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .outerjoin(Membership, Membership.id == Meeting.chair_membership_id)
        .outerjoin(chair, chair.id == Membership.user_id)
        .outerjoin(decider, decider.id == EscalationProposal.decided_by_id)
        .outerjoin(Escalation, is_seen)
        .with_only_columns(
            EscalationProposal.id,
            EscalationProposal.version,
            EscalationProposal.meeting_id,
            MeetingType.name.label("meeting"),
            Meeting.held_on,
            Meeting.scheduled_on,
            Meeting.start_time,
            chair.name.label("chair"),
            EscalationProposal.agency_id,
            Agency.name.label("agency"),
            EscalationProposal.stage,
            EscalationProposal.rule,
            EscalationProposal.counted,
            EscalationProposal.made_at,
            EscalationProposal.status,
            Escalation.id.label("escalation_id"),
            Escalation.reference,
            EscalationProposal.waiver,
            EscalationProposal.waiver_note,
            EscalationProposal.decided_at,
            decider.name.label("decided_by"),
        )
    )


def _all(viewer: Viewer, rows: Sequence[_Row]) -> list[ShownProposal]:
    """Rows as pages show them; what their stage is called is read once for all."""
    if not rows or viewer.partnership_id is None:
        return []
    ladder = ladder_on(db.session(), viewer.partnership_id, viewer.today, LadderKind.NON_ATTENDANCE)
    return [_one(row, ladder) for row in rows]


def _one(row: _Row, ladder: Ladder) -> ShownProposal:
    stage = ladder.stage(row.stage)
    return ShownProposal(
        id=row.id,
        version=row.version,
        meeting_id=row.meeting_id,
        meeting=row.meeting,
        meeting_on=row.held_on or row.scheduled_on,
        meeting_at=row.start_time,
        chair=row.chair or "",
        agency_id=row.agency_id,
        agency=row.agency,
        proposal=Proposal.from_json(row.stage, row.rule, row.counted),
        stage=stage.number,
        stage_name=stage.name,
        made_at=row.made_at,
        status=row.status,
        escalation_id=row.escalation_id,
        reference=row.reference or "",
        waiver=row.waiver,
        waiver_note=row.waiver_note or "",
        decided_at=row.decided_at,
        decided_by=row.decided_by or "",
    )
