"""Agencies' reports: come, come late, or missing since the day on which they were due; never what they say."""

from __future__ import annotations

from collections.abc import Iterator

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.deadlines import ReportState, report_state
from portal.domain.timelines import Happening, TimelineKind
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import Agency
from portal.models.rule_sets import MeetingType
from portal.services.meetings.outlook import HAS_PART
from portal.services.timelines.meetings import meetings_about

_TOLD = (ReportState.SENT, ReportState.SENT_LATE, ReportState.AFTER_MEETING, ReportState.LATE)


def reports(viewer: Viewer, case_id: int) -> Iterator[Happening]:
    """What has come and what is late, of every agency: that a report has come is part of the meeting."""
    rows = db.session.execute(
        meetings_about(viewer, case_id)
        .join(Invitation, Invitation.meeting_id == Meeting.id)
        .join(Agency, Agency.id == Invitation.agency_id)
        .where(HAS_PART)
        .with_only_columns(
            Meeting.id.label("meeting_id"),
            Meeting.status,
            Meeting.held_on,
            MeetingType.name,
            Invitation.id,
            Invitation.expectation,
            Invitation.report_due_on,
            Invitation.report_received_on,
            Agency.name.label("agency"),
        )
    )
    for row in rows:
        state = report_state(
            expectation=row.expectation,
            status=row.status,
            due=row.report_due_on,
            received_on=row.report_received_on,
            today=viewer.today,
            held_on=row.held_on,
        )
        on = row.report_received_on or row.report_due_on
        if state in _TOLD and on is not None:
            yield Happening(
                TimelineKind.REPORT,
                on,
                row.id,
                f"Report of {row.agency}",
                state,
                (f"For: {row.name}",),
                meeting_id=row.meeting_id,
                invitation_id=row.id,
            )
