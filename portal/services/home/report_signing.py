"""Reports between those who write and the lead who signs off: what waits for a signature, and what was sent back."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Select, or_

from portal.access import meetings as access
from portal.access.viewer import Viewer
from portal.database.found_otherwise import only_checked
from portal.domain.vocabulary import MeetingStatus, ReportStatus, Role
from portal.models.meetings import Invitation, Meeting
from portal.models.reports import Report, ReportAddendum
from portal.models.rule_sets import MeetingType
from portal.services.home.tasks import TaskKind


def with_lead(viewer: Viewer) -> Iterator[tuple[TaskKind, Select[Invitation]]]:
    """For a lead the invitations whose report, or an addendum to it, waits for them; for whoever else writes in an
    agency those whose report was sent back: each with the meeting, its type and the report.
    """
    kinds = {
        Report: (TaskKind.REPORT_SENT_BACK, TaskKind.REPORT_TO_SIGN),
        ReportAddendum: (TaskKind.ADDENDUM_SENT_BACK, TaskKind.ADDENDUM_TO_SIGN),
    }
    is_lead = viewer.role is Role.AGENCY_LEAD
    yield kinds[Report][is_lead], _waiting(viewer, Report)
    yield kinds[ReportAddendum][is_lead], _waiting(viewer, ReportAddendum)


def _waiting(viewer: Viewer, paper: type[Report] | type[ReportAddendum]) -> Select[Invitation]:
    turn = (
        paper.status == ReportStatus.FOR_SIGN_OFF
        if viewer.role is Role.AGENCY_LEAD
        else (paper.status == ReportStatus.DRAFT) & paper.sent_back_note.is_not(None)
    )
    # Begun at those papers, which are few among all that an agency was ever invited to.
    seen = only_checked(access.invitations_visible_to(viewer), Invitation.partnership_id)
    rows = (
        seen.join(Meeting, Meeting.id == Invitation.meeting_id)
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .join(Report, Report.invitation_id == Invitation.id)
    )
    if paper is ReportAddendum:
        rows = rows.join(ReportAddendum, ReportAddendum.report_id == Report.id)
    return rows.where(
        paper.partnership_id == viewer.partnership_id,
        # As the index of such rows says it, so that they are found by it.
        or_(paper.status == ReportStatus.FOR_SIGN_OFF, paper.sent_back_note.is_not(None)),
        turn,
        Meeting.status != MeetingStatus.CANCELLED,
        Report.withdrawn_at.is_(None),
    )
