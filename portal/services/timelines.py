"""What happened to a family, by date: its meetings and escalations, of each only what the viewer sees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from portal.access import escalations as escalations_access
from portal.access import meetings as meetings_access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import NotVisible
from portal.domain.escalation_vocabulary import Category, EscalationStatus, LadderKind
from portal.domain.vocabulary import MeetingStatus
from portal.domain.working_days import london_day
from portal.models.cases import Case
from portal.models.escalations import Escalation
from portal.models.meetings import Meeting
from portal.models.partnerships import Agency
from portal.models.rule_sets import MeetingType
from portal.services.meetings.children import NamedChild, children_of_case


@dataclass(frozen=True, slots=True)
class PastMeeting:
    """A meeting of the family, held or to come."""

    id: int
    on: date
    name: str
    status: MeetingStatus
    is_meeting: bool = True


@dataclass(frozen=True, slots=True)
class PastEscalation:
    """An escalation about the family, on the day it was raised."""

    id: int
    on: date
    reference: str
    kind: LadderKind
    category: Category
    raised_with: str
    status: EscalationStatus
    is_meeting: bool = False


@dataclass(frozen=True, slots=True)
class Timeline:
    """All of it, the newest first."""

    case_id: int
    reference: str
    children: tuple[NamedChild, ...]
    happenings: tuple[PastMeeting | PastEscalation, ...]


def timeline(viewer: Viewer, case_id: int) -> Timeline:
    """A family's timeline for somebody who sees a meeting of it; that its record was read is logged.

    By three statements, however much has happened. Raises NotVisible.
    """
    session: Session = db.session()
    meetings = session.execute(
        meetings_access.visible_to(viewer)
        .where(Meeting.case_id == case_id)
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .join(Case, Case.id == Meeting.case_id)
        .with_only_columns(
            Meeting.id, Meeting.scheduled_on, Meeting.held_on, MeetingType.name, Meeting.status, Case.reference
        )
    ).all()
    if not meetings:
        raise NotVisible("No such family.")
    escalations = session.execute(
        escalations_access.readable_to(viewer)
        .where(Escalation.case_id == case_id)
        .join(Agency, Agency.id == Escalation.raised_with_agency_id)
        .with_only_columns(
            Escalation.id,
            Escalation.opened_at,
            Escalation.reference,
            Escalation.kind,
            Escalation.category,
            Agency.name,
            Escalation.status,
        )
    )
    happenings: list[PastMeeting | PastEscalation] = [
        PastMeeting(row.id, row.held_on or row.scheduled_on, row.name, row.status) for row in meetings
    ]
    happenings += [
        PastEscalation(row.id, london_day(row.opened_at), row.reference, row.kind, row.category, row.name, row.status)
        for row in escalations
    ]
    # What was raised on a meeting's day was raised because of it, as a rule.
    happenings.sort(key=lambda one: (one.on, not one.is_meeting, one.id), reverse=True)
    return Timeline(case_id, meetings[0].reference, children_of_case(viewer, case_id), tuple(happenings))
