"""Who records what a family has seen of a report, who reads that, and who opens the family's version of one."""

from __future__ import annotations

from sqlalchemy import Select, exists, false, select

from portal.access import families, meetings
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.vocabulary import MeetingStatus, ReportStatus
from portal.models.families import FamilyAttendance
from portal.models.meetings import Invitation, Meeting
from portal.models.report_sharing import ReportSharing
from portal.models.reports import Report


def visible_to(viewer: Viewer) -> Select[ReportSharing]:
    """What stands recorded of reports that stand: an agency's people of their own, those who run meetings of all.

    Of somebody whom the meeting's record has for the chair alone an agency reads nothing here either. A link opens
    none of it.
    """
    if viewer.link is not None or viewer.partnership_id is None or not viewer.may(Permission.MEETINGS_VIEW):
        return select(ReportSharing).where(false())
    rows = (
        select(ReportSharing)
        .join(Report, Report.id == ReportSharing.report_id)
        .where(
            meetings.at_seen_invitation(viewer, ReportSharing),
            ReportSharing.taken_back_at.is_(None),
            Report.withdrawn_at.is_(None),
        )
    )
    if families.reads_all(viewer):
        return rows
    for_chair = exists().where(
        FamilyAttendance.id == ReportSharing.attendance_id, FamilyAttendance.for_chair_only.is_(True)
    )
    return rows.where(~for_chair.correlate(ReportSharing))


def may_view(
    viewer: Viewer,
    sharing: ReportSharing,
    report: Report,
    invitation: Invitation,
    meeting: Meeting,
    *,
    person: FamilyAttendance | None = None,
    is_named: bool = True,
) -> bool:
    """Whether the viewer reads this entry, which is of `person` where the meeting's record names them."""
    return (
        viewer.link is None
        and sharing.invitation_id == invitation.id
        and sharing.report_id == report.id
        and sharing.taken_back_at is None
        and report.withdrawn_at is None
        and (person is None or not person.for_chair_only or families.reads_all(viewer))
        and meetings.may_view_invitation(viewer, invitation, meeting, is_named=is_named)
    )


def may_record(viewer: Viewer, invitation: Invitation, meeting: Meeting, report: Report | None) -> bool:
    """The agency that wrote a report records whom it has shown it to; so do the meeting's chair and coordinator, who
    often show it for the agency. Only of a report that was sent and stands.
    """
    return (
        viewer.may(Permission.REPORTS_SHARE)
        and viewer.link is None
        and report is not None
        and report.invitation_id == invitation.id
        and report.status is ReportStatus.SUBMITTED
        and report.withdrawn_at is None
        and meetings.may_view_invitation(viewer, invitation, meeting)
        and meeting.status is not MeetingStatus.CANCELLED
    )
