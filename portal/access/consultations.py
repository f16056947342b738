"""Who writes down what an agency told the chair by telephone, who reads it, and who confirms it."""

from __future__ import annotations

from sqlalchemy import Select, false, select

from portal.access import meetings
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.sharing_vocabulary import ConsultationState
from portal.domain.vocabulary import Answer, Expectation, MeetingStatus
from portal.models.consultations import Consultation
from portal.models.meetings import Invitation, Meeting


def visible_to(viewer: Viewer) -> Select[Consultation]:
    """As an agency's report that was sent: for its own people, the meeting's chair and the safeguarding manager.

    What the chair took back nobody reads any more.
    """
    if viewer.link is not None or viewer.partnership_id is None or not viewer.may(Permission.REPORTS_READ):
        return select(Consultation).where(false())
    return select(Consultation).where(
        meetings.at_seen_invitation(viewer, Consultation),
        Consultation.taken_back_at.is_(None),
    )


def may_view(
    viewer: Viewer, talk: Consultation, invitation: Invitation, meeting: Meeting, *, is_named: bool = True
) -> bool:
    """Whether the viewer reads what was said."""
    return (
        viewer.link is None
        and talk.invitation_id == invitation.id
        and talk.taken_back_at is None
        and viewer.may(Permission.REPORTS_READ)
        and meetings.may_view_invitation(viewer, invitation, meeting, is_named=is_named)
    )


def may_record(viewer: Viewer, invitation: Invitation, meeting: Meeting) -> bool:
    """The meeting's chair writes it down, of any agency that has a part."""
    return (
        viewer.may(Permission.OUTCOMES_DECIDE)
        and not viewer.is_system
        and meetings.may_view_invitation(viewer, invitation, meeting)
        and meeting.status is not MeetingStatus.CANCELLED
        and invitation.expectation is not Expectation.NOT_RELEVANT
        and invitation.answer is not Answer.NOT_OURS
    )


def may_settle(viewer: Viewer, talk: Consultation, invitation: Invitation, meeting: Meeting) -> bool:
    """The agency confirms or corrects it, once."""
    return (
        viewer.may(Permission.REPORTS_WRITE)
        and not viewer.is_system
        and invitation.agency_id == viewer.agency_id
        and may_view(viewer, talk, invitation, meeting)
        and meeting.status is not MeetingStatus.CANCELLED
        and talk.state is ConsultationState.WAITING
    )


def may_take_back(viewer: Viewer, talk: Consultation, invitation: Invitation, meeting: Meeting) -> bool:
    """The chair takes back what was written down of the wrong agency or family, until the agency has confirmed it."""
    return (
        may_record(viewer, invitation, meeting)
        and may_view(viewer, talk, invitation, meeting)
        and talk.state is ConsultationState.WAITING
    )
