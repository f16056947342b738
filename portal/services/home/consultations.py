"""Talks with the chair that an agency has not confirmed yet: for Home, which asks for them beside what is objected."""

from __future__ import annotations

from sqlalchemy import Select

from portal.access import consultations as access
from portal.access.viewer import Viewer
from portal.domain.sharing_vocabulary import ConsultationState
from portal.domain.vocabulary import MeetingStatus
from portal.models.consultations import Consultation
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import Agency
from portal.models.rule_sets import MeetingType


def waiting_talks(viewer: Viewer) -> Select[Consultation]:
    """Those of the viewer's own agency, each with its part, the meeting, its kind and the agency."""
    return (
        access.visible_to(viewer)
        .join(Invitation, Invitation.id == Consultation.invitation_id)
        .join(Meeting, Meeting.id == Invitation.meeting_id)
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .join(Agency, Agency.id == Invitation.agency_id)
        .where(
            # As the index begins in which those that wait stand together.
            Consultation.partnership_id == viewer.partnership_id,
            Consultation.state == ConsultationState.WAITING,
            Invitation.agency_id == viewer.agency_id,
            Meeting.status != MeetingStatus.CANCELLED,
        )
    )
