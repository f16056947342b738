"""Who takes back a report that was sent, who sees what was taken back, and who may still read it."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, and_, false, or_, select

from portal.access import meetings
from portal.access.closed_records import is_closed, open_meetings_where
from portal.access.roles import WHOLE_PARTNERSHIP, Permission
from portal.access.viewer import Viewer
from portal.domain.vocabulary import AGENCY_ROLES, ReportStatus, Role
from portal.domain.withdrawal_vocabulary import WithdrawalState
from portal.models.files import ReportFile, StoredFile
from portal.models.meetings import Invitation, Meeting
from portal.models.report_withdrawals import ReportWithdrawal
from portal.models.reports import Report

_KEEPERS = WHOLE_PARTNERSHIP | {Role.CHAIR}


def withdrawable_by(viewer: Viewer) -> Select[Report]:
    """Reports that were sent and stand, of which the viewer may take back the whole or a file.

    An agency's lead: all of its own. A practitioner: those that they sent themselves. Whoever keeps the meeting (its
    chair, a coordinator, the manager): any agency's, since who finds it in the wrong place must be able to stop it;
    a coordinator without ever reading it. Of a meeting for named people only: whoever of these is named on it.
    """
    if viewer.partnership_id is None or not viewer.may(Permission.REPORTS_WITHDRAW):
        return select(Report).where(false())
    if viewer.role in _KEEPERS:
        reached = meetings.visible_where(viewer)
    elif viewer.role is Role.AGENCY_LEAD:
        reached = meetings.own_invitation_where(viewer)
    else:
        reached = and_(meetings.own_invitation_where(viewer), Report.submitted_by_id == viewer.user_id)
    return (
        select(Report)
        .join(Invitation, Invitation.id == Report.invitation_id)
        .join(Meeting, Meeting.id == Invitation.meeting_id)
        .where(
            Report.partnership_id == viewer.partnership_id,
            Report.status == ReportStatus.SUBMITTED,
            Report.withdrawn_at.is_(None),
            reached,
        )
    )


def may_withdraw(viewer: Viewer, report: Report, invitation: Invitation, meeting: Meeting) -> bool:
    """Whether the viewer takes back this report, which is of this invitation to this meeting."""
    if report.invitation_id != invitation.id or report.withdrawn_at is not None:
        return False
    if report.status is not ReportStatus.SUBMITTED or not viewer.may(Permission.REPORTS_WITHDRAW):
        return False
    if not meetings.may_view_invitation(viewer, invitation, meeting):
        return False
    if viewer.role in _KEEPERS or viewer.role is Role.AGENCY_LEAD:
        return True
    return viewer.role in AGENCY_ROLES and report.submitted_by_id == viewer.user_id


def withdraws_of_any(viewer: Viewer) -> bool:
    """Whether the viewer takes back reports of all agencies on the meetings that they see."""
    return viewer.role in _KEEPERS and viewer.may(Permission.REPORTS_WITHDRAW)


def visible_to(viewer: Viewer) -> Select[ReportWithdrawal]:
    """The data-protection list: a partnership's own for its manager and its administrators, an agency's for its leads.

    Also where the agency has said since that the child is not its own: that may be just why it was withdrawn. Of a
    meeting for named people only, a lead and the manager see it where they are named; of a record that is closed to
    them they see none. An administrator, who sees neither case nor text of any, sees every entry, so that none is left
    without somebody who counts its hours.
    """
    return select(ReportWithdrawal).where(visible_where(viewer))


def visible_where(viewer: Viewer) -> ColumnElement[bool]:
    """The rule of `visible_to` as a condition."""
    if viewer.partnership_id is None or not viewer.may(Permission.WITHDRAWALS_VIEW):
        return false()
    own_partnership = ReportWithdrawal.partnership_id == viewer.partnership_id
    if viewer.is_system or viewer.role is Role.ADMINISTRATOR:
        return own_partnership
    return and_(own_partnership, _reached(viewer))


def content_visible_to(viewer: Viewer) -> Select[ReportWithdrawal]:
    """Withdrawals whose text and files the viewer may still read: the manager, and the leads of the agency itself."""
    if viewer.is_system or viewer.role is Role.ADMINISTRATOR:
        return select(ReportWithdrawal).where(false())
    return visible_to(viewer)


def files_visible_to(viewer: Viewer) -> Select[StoredFile]:
    """Files that were withdrawn, alone or with their report, and that the viewer may still open."""
    read = content_visible_to(viewer).where(
        or_(ReportWithdrawal.file_id.is_(None), ReportWithdrawal.file_id == ReportFile.file_id)
    )
    attached = ReportFile.report_id.in_(read.with_only_columns(ReportWithdrawal.report_id).correlate(ReportFile))
    return (
        select(StoredFile)
        .join(ReportFile, ReportFile.file_id == StoredFile.id)
        .where(StoredFile.partnership_id == viewer.partnership_id, attached)
    )


def may_view(
    viewer: Viewer,
    withdrawal: ReportWithdrawal,
    invitation: Invitation,
    meeting: Meeting,
    *,
    is_named: bool = True,
) -> bool:
    """Whether the viewer sees this entry, of a report to this invitation; `is_named` as for the meeting itself."""
    if withdrawal.partnership_id != viewer.partnership_id or not viewer.may(Permission.WITHDRAWALS_VIEW):
        return False
    if viewer.is_system or viewer.role is Role.ADMINISTRATOR:
        return True
    if viewer.role is Role.SAFEGUARDING_MANAGER:
        return meetings.may_view(viewer, meeting, None, is_named=is_named)
    if is_closed(viewer, meeting):
        return False
    if meeting.named_people_only:
        return meetings.may_view_invitation(viewer, invitation, meeting, is_named=is_named)
    return invitation.agency_id == viewer.agency_id


def may_read_content(viewer: Viewer) -> bool:
    """Whether whoever sees an entry may read what was withdrawn."""
    return viewer.role in {Role.SAFEGUARDING_MANAGER, Role.AGENCY_LEAD}


def may_assess(viewer: Viewer, withdrawal: ReportWithdrawal) -> bool:
    """The manager assesses an entry that they see, until it is closed."""
    return viewer.may(Permission.WITHDRAWALS_ASSESS) and withdrawal.state is not WithdrawalState.CLOSED


def _reached(viewer: Viewer) -> ColumnElement[bool]:
    of_report = (
        select(Report.id)
        .join(Invitation, Invitation.id == Report.invitation_id)
        .join(Meeting, Meeting.id == Invitation.meeting_id)
    )
    if viewer.role is Role.SAFEGUARDING_MANAGER:
        reached = of_report.where(meetings.visible_where(viewer))
    elif viewer.agency_id is None:
        return false()
    else:
        own = and_(
            Invitation.agency_id == viewer.agency_id,
            Invitation.partnership_id == viewer.partnership_id,
            open_meetings_where(viewer),
        )
        reached = of_report.where(own, or_(~Meeting.named_people_only, meetings.own_invitation_where(viewer)))
    return reached.where(Report.id == ReportWithdrawal.report_id).correlate(ReportWithdrawal).exists()
