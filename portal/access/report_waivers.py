"""Who says that a report is not needed, and who reads why."""

from __future__ import annotations

from sqlalchemy import Select, false, select

from portal.access import meetings
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.vocabulary import MeetingStatus
from portal.models.meetings import Invitation, Meeting
from portal.models.report_waivers import ReportWaiver


def visible_to(viewer: Viewer) -> Select[ReportWaiver]:
    """Of their own reports for an agency's people, of all for those who run meetings; also what was taken back."""
    if viewer.link is not None or viewer.partnership_id is None or not viewer.may(Permission.MEETINGS_VIEW):
        return select(ReportWaiver).where(false())
    return select(ReportWaiver).where(meetings.at_seen_invitation(viewer, ReportWaiver))


def may_view(
    viewer: Viewer, waiver: ReportWaiver, invitation: Invitation, meeting: Meeting, *, is_named: bool = True
) -> bool:
    """Whether the viewer reads why."""
    return (
        viewer.link is None
        and waiver.invitation_id == invitation.id
        and meetings.may_view_invitation(viewer, invitation, meeting, is_named=is_named)
    )


def may_decide(viewer: Viewer, invitation: Invitation, meeting: Meeting) -> bool:
    """The chair and the coordinator say so, and take it back; whether it makes sense is asked of the invitation."""
    return (
        viewer.may(Permission.MEETINGS_RECORD)
        and not viewer.is_system
        and meetings.may_view_invitation(viewer, invitation, meeting)
        and meeting.status is not MeetingStatus.CANCELLED
    )
