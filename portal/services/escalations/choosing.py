"""What somebody chooses from when they raise something: their own meetings, of late and to come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from portal.access import meetings as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import NotVisible
from portal.domain.vocabulary import AgencyType, Expectation, MeetingStatus
from portal.models.cases import Case
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import Agency
from portal.models.rule_sets import MeetingType

BACK = timedelta(days=180)
AHEAD = timedelta(days=90)
MOST_OFFERED = 200


@dataclass(frozen=True, slots=True)
class OfferedMeeting:
    """A meeting to be chosen, named without the child."""

    id: int
    name: str
    on: date
    case_reference: str


@dataclass(frozen=True, slots=True)
class AlertMeeting:
    """The meeting that an alert is about, and the agencies of social care that have a part in it."""

    meeting: OfferedMeeting
    agencies: tuple[tuple[int, str], ...]


def meetings_to_choose(viewer: Viewer) -> list[OfferedMeeting]:
    """The viewer's meetings of the last half year and the coming months, those nearest to today first."""
    rows = db.session.execute(
        access.visible_to(viewer)
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .join(Case, Case.id == Meeting.case_id)
        .where(
            Meeting.scheduled_on.between(viewer.today - BACK, viewer.today + AHEAD),
            Meeting.status != MeetingStatus.CANCELLED,
        )
        .order_by(Meeting.scheduled_on.desc(), Meeting.id.desc())
        .limit(MOST_OFFERED)
        .with_only_columns(Meeting.id, MeetingType.name, Meeting.scheduled_on, Case.reference)
    )
    return [OfferedMeeting(number, name, on, reference) for number, name, on, reference in rows]


def meeting_to_alert_about(viewer: Viewer, meeting_id: int) -> AlertMeeting:
    """A meeting that the viewer sees, with whom an alert about it can be for. Raises NotVisible."""
    row = db.session.execute(
        access.visible_to(viewer)
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .join(Case, Case.id == Meeting.case_id)
        .where(Meeting.id == meeting_id)
        .with_only_columns(Meeting.id, MeetingType.name, Meeting.scheduled_on, Case.reference)
    ).one_or_none()
    if row is None:
        raise NotVisible("No such meeting.")
    agencies = db.session.execute(
        select(Agency.id, Agency.name)
        .join(Invitation, Invitation.agency_id == Agency.id)
        .where(
            Invitation.meeting_id == meeting_id,
            Invitation.expectation != Expectation.NOT_RELEVANT,
            Agency.agency_type == AgencyType.SOCIAL_CARE,
        )
        .order_by(Agency.name, Agency.id)
    )
    return AlertMeeting(OfferedMeeting(*row), tuple((number, name) for number, name in agencies))
