"""What an escalation says, what it is about, and what led to it: only for those who read its narrative."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import cases as cases_access
from portal.access import escalations as access
from portal.access import meetings as meetings_access
from portal.access.closed_records import open_meetings_where
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.escalation_vocabulary import LadderEvent
from portal.models.cases import Case
from portal.models.escalations import Escalation, EscalationCause
from portal.models.meetings import Invitation, Meeting
from portal.models.rule_sets import MeetingType
from portal.services.notices.named_only import CALLED


@dataclass(frozen=True, slots=True)
class Subject:
    """What an escalation is about: only for those who read its narrative."""

    summary: str
    wanted: str
    meeting_id: int | None
    meeting: str
    meeting_on: date | None
    meeting_at: time | None
    sees_meeting: bool
    """Whether the meeting's own page is open to the viewer."""
    case_id: int | None
    case_reference: str
    sees_case: bool
    """Whether the viewer sees a meeting of the family, and so its timeline."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Something that led to it: what, when and at which kind of meeting, which is told to those who read alone."""

    event: LadderEvent
    on: date
    meeting_type: str
    meeting_id: int | None
    """For a link: only where the viewer sees the meeting."""


def subject_of(session: Session, viewer: Viewer, escalation_id: int) -> Subject | None:
    """What it says and what it is about; none for those who see its structured fields alone."""
    seen_case = cases_access.visible_to(viewer).where(Case.id == Escalation.case_id).with_only_columns(Case.id)
    row = session.execute(
        access.readable_to(viewer)
        .where(Escalation.id == escalation_id)
        .outerjoin(Meeting, Meeting.id == Escalation.meeting_id)
        .outerjoin(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .outerjoin(Case, Case.id == Escalation.case_id)
        .with_only_columns(
            Escalation.summary,
            Escalation.wanted,
            Meeting.id.label("meeting_id"),
            MeetingType.name.label("meeting_type"),
            Meeting.scheduled_on,
            Meeting.start_time,
            Meeting.named_people_only,
            meetings_access.visible_where(viewer).label("sees_meeting"),
            Case.id.label("case_id"),
            Case.reference,
            seen_case.correlate(Escalation).scalar_subquery().label("seen_case_id"),
        )
    ).one_or_none()
    if row is None:
        return None
    # Of a meeting for named people only, the others who read the escalation learn neither kind nor family.
    is_closed = bool(row.named_people_only) and not row.sees_meeting
    return Subject(
        summary=row.summary,
        wanted=row.wanted,
        meeting_id=row.meeting_id,
        meeting=CALLED if is_closed else row.meeting_type or "",
        meeting_on=row.scheduled_on,
        meeting_at=row.start_time,
        sees_meeting=row.meeting_id is not None and bool(row.sees_meeting),
        case_id=None if is_closed and row.seen_case_id is None else row.case_id,
        case_reference="" if is_closed and row.seen_case_id is None else row.reference or "",
        sees_case=row.seen_case_id is not None and viewer.may(Permission.MEETINGS_VIEW),
    )


def causes_of(session: Session, viewer: Viewer, escalation_id: int) -> tuple[Cause, ...]:
    """What led to an escalation that the caller has found readable, the latest first."""
    rows = session.execute(
        select(
            EscalationCause.event,
            EscalationCause.happened_on,
            MeetingType.name,
            Meeting.id,
            Meeting.named_people_only,
            meetings_access.visible_where(viewer).label("sees_meeting"),
        )
        .join(Invitation, Invitation.id == EscalationCause.invitation_id)
        .join(Meeting, Meeting.id == Invitation.meeting_id)
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .where(EscalationCause.escalation_id == escalation_id, open_meetings_where(viewer))
        .order_by(EscalationCause.happened_on.desc(), EscalationCause.id)
    )
    return tuple(
        Cause(event, on, CALLED if closed and not sees else name, number if sees else None)
        for event, on, name, number, closed, sees in rows
    )
