"""Who reads and writes an agency's conference report."""

from __future__ import annotations

from sqlalchemy import Select, false, select

from portal.access import meetings
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.vocabulary import AGENCY_ROLES, Expectation, MeetingStatus, ReportStatus, Role
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import PartnershipAgency
from portal.models.reports import Report, ReportAddendum


def visible_to(viewer: Viewer) -> Select[Report]:
    """An agency's own reports, drafts included; submitted ones also for the meeting's chair and the manager.

    Other agencies see that a report has come, never its text: that is for the bundle. One that was withdrawn is
    nowhere: who may still read it, as part of its withdrawal, is said in access/report_withdrawals.py.
    """
    if viewer.partnership_id is None or not viewer.may(Permission.REPORTS_READ):
        return select(Report).where(false())
    # Whose partnership it is, the meeting and the invitation say, as with invitations in access/meetings.py.
    base = (
        select(Report)
        .join(Invitation, Invitation.id == Report.invitation_id)
        .join(Meeting, Meeting.id == Invitation.meeting_id)
        .where(Report.withdrawn_at.is_(None))
    )
    if viewer.link is not None:
        # What a colleague who signed in has begun is not opened by a link.
        return base.where(meetings.own_invitation_where(viewer), Report.saved_by_id == viewer.user_id)
    if not viewer.is_system and viewer.role in AGENCY_ROLES:
        return base.where(meetings.own_invitation_where(viewer))
    reachable = base.where(meetings.visible_where(viewer))
    return reachable if viewer.is_system else reachable.where(Report.status == ReportStatus.SUBMITTED)


def may_view(
    viewer: Viewer, report: Report, invitation: Invitation, meeting: Meeting, *, is_named: bool = True
) -> bool:
    """Whether the viewer may read this report's text; `is_named` as for the meeting itself."""
    if report.invitation_id != invitation.id or report.withdrawn_at is not None:
        return False
    if not viewer.may(Permission.REPORTS_READ):
        return False
    if not meetings.may_view_invitation(viewer, invitation, meeting, is_named=is_named):
        return False
    if viewer.link is not None:
        return report.saved_by_id == viewer.user_id
    return viewer.is_system or viewer.role in AGENCY_ROLES or report.status is ReportStatus.SUBMITTED


def may_write(viewer: Viewer, invitation: Invitation, meeting: Meeting, report: Report | None) -> bool:
    """An agency writes its report until it is submitted, also after the meeting (then it is late).

    Not for a cancelled meeting, nor where none is due; an agency whose coming is optional may always offer one. While
    it waits for the lead's signature, nobody writes on it.
    """
    return (
        _is_authors(viewer, invitation, meeting)
        and (invitation.report_due_on is not None or invitation.expectation is Expectation.OPTIONAL)
        and (report is None or report.status is ReportStatus.DRAFT)
    )


def may_settle(
    viewer: Viewer, invitation: Invitation, meeting: Meeting, paper: Report | ReportAddendum, *, signs_off: bool
) -> bool:
    """Whether the viewer signs off what waits for it, or sends it back; `signs_off`: whether they sign for the agency
    now, as its lead, as who stands in for the lead, or because the agency no longer wants a signature.
    """
    return signs_off and may_take_back(viewer, invitation, meeting, paper)


def may_take_back(viewer: Viewer, invitation: Invitation, meeting: Meeting, paper: Report | ReportAddendum) -> bool:
    """Whoever may write it may take it back from the lead, to go on writing."""
    return _is_authors(viewer, invitation, meeting) and paper.status is ReportStatus.FOR_SIGN_OFF


def may_add(viewer: Viewer, invitation: Invitation, meeting: Meeting, report: Report) -> bool:
    """An agency adds to its report, or corrects it, once that was sent, however long ago."""
    return (
        _is_authors(viewer, invitation, meeting)
        and report.invitation_id == invitation.id
        and report.status is ReportStatus.SUBMITTED
    )


def _is_authors(viewer: Viewer, invitation: Invitation, meeting: Meeting) -> bool:
    """Whether it is for the viewer's own agency, which the meeting still concerns."""
    return (
        viewer.may(Permission.REPORTS_WRITE)
        and meetings.may_view_invitation(viewer, invitation, meeting)
        and invitation.agency_id == viewer.agency_id
        and meeting.status is not MeetingStatus.CANCELLED
    )


def may_set_sign_off(viewer: Viewer, listed: PartnershipAgency) -> bool:
    """Whether the viewer says that the agency's lead signs reports off: its lead alone."""
    return (
        viewer.role is Role.AGENCY_LEAD
        and listed.partnership_id == viewer.partnership_id
        and listed.agency_id == viewer.agency_id
    )
