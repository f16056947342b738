"""Who reads and writes an agency's conference report."""

from __future__ import annotations

from sqlalchemy import Select, false, select

from portal.access import meetings
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.vocabulary import AGENCY_ROLES, Expectation, MeetingStatus, ReportStatus
from portal.models.meetings import Invitation, Meeting
from portal.models.reports import Report


def visible_to(viewer: Viewer) -> Select[Report]:
    """An agency's own reports, drafts included; submitted ones also for the meeting's chair and the manager.

    Other agencies see that a report has come, never its text: that is for the bundle.
    """
    if viewer.partnership_id is None or not viewer.may(Permission.REPORTS_READ):
        return select(Report).where(false())
    base = (
        select(Report)
        .join(Invitation, Invitation.id == Report.invitation_id)
        .join(Meeting, Meeting.id == Invitation.meeting_id)
        .where(Report.partnership_id == viewer.partnership_id)
    )
    if not viewer.is_system and viewer.role in AGENCY_ROLES:
        return base.where(meetings.own_invitation_where(viewer))
    reachable = base.where(meetings.visible_where(viewer))
    return reachable if viewer.is_system else reachable.where(Report.status == ReportStatus.SUBMITTED)


def may_view(
    viewer: Viewer, report: Report, invitation: Invitation, meeting: Meeting, *, is_named: bool = True
) -> bool:
    """Whether the viewer may read this report's text; `is_named` as for the meeting itself."""
    if report.invitation_id != invitation.id or not viewer.may(Permission.REPORTS_READ):
        return False
    if not meetings.may_view_invitation(viewer, invitation, meeting, is_named=is_named):
        return False
    return viewer.is_system or viewer.role in AGENCY_ROLES or report.status is ReportStatus.SUBMITTED


def may_write(viewer: Viewer, invitation: Invitation, meeting: Meeting, report: Report | None) -> bool:
    """An agency writes its report until it is submitted, also after the meeting (then it is late).

    Not for a cancelled meeting, nor where none is due; an agency whose coming is optional may always offer one.
    """
    return (
        viewer.may(Permission.REPORTS_WRITE)
        and meetings.may_view_invitation(viewer, invitation, meeting)
        and invitation.agency_id == viewer.agency_id
        and meeting.status is not MeetingStatus.CANCELLED
        and (invitation.report_due_on is not None or invitation.expectation is Expectation.OPTIONAL)
        and (report is None or report.status is ReportStatus.DRAFT)
    )
