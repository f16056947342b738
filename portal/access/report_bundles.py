"""Who knows of a meeting's bundle of reports, who opens it, and who puts it together."""

from __future__ import annotations

from sqlalchemy import Select, exists, false, select

from portal.access import meetings, restrictions
from portal.access.kept import kept_for_hat
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.vocabulary import AGENCY_ROLES, MeetingStatus
from portal.models.files import StoredFile
from portal.models.meetings import Invitation, Meeting
from portal.models.report_bundles import ReportBundle


@kept_for_hat
def visible_to(viewer: Viewer) -> Select[ReportBundle]:
    """That bundles were cut, when, and what ended them, for whoever sees the meeting: nothing of what they say."""
    if viewer.partnership_id is None or not viewer.may(Permission.MEETINGS_VIEW):
        return select(ReportBundle).where(false())
    sees = exists().where(Meeting.id == ReportBundle.meeting_id, meetings.visible_where(viewer)).correlate(ReportBundle)
    return select(ReportBundle).where(ReportBundle.partnership_id == viewer.partnership_id, sees)


@kept_for_hat
def openable_by(viewer: Viewer) -> Select[ReportBundle]:
    """The bundles that the viewer reads: of each meeting the one that stands, for its chair, the safeguarding manager
    and the agencies that have a part. A coordinator sends it and reads no report, and a link opens none.
    """
    if not viewer.may(Permission.REPORTS_READ):
        return select(ReportBundle).where(false())
    return visible_to(viewer).where(ReportBundle.closed_at.is_(None))


def files_visible_to(viewer: Viewer) -> Select[StoredFile]:
    """The documents of these bundles; none of a meeting of which something is held back from the viewer's agency.

    For such an agency another is made when it is opened, without that (services/reports/bundle_page.py).
    """
    standing = openable_by(viewer).where(ReportBundle.file_id == StoredFile.id).with_only_columns(ReportBundle.id)
    held = standing.join(Invitation, Invitation.meeting_id == ReportBundle.meeting_id).where(
        Invitation.id.in_(restrictions.held_from(viewer))
    )
    return select(StoredFile).where(standing.correlate(StoredFile).exists(), ~held.correlate(StoredFile).exists())


def may_view(
    viewer: Viewer, bundle: ReportBundle, meeting: Meeting, own: Invitation | None, *, is_named: bool = True
) -> bool:
    """Whether the viewer knows of this bundle; `own` and `is_named` as for the meeting itself."""
    return bundle.meeting_id == meeting.id and meetings.may_view(viewer, meeting, own, is_named=is_named)


def may_open(
    viewer: Viewer, bundle: ReportBundle, meeting: Meeting, own: Invitation | None, *, is_named: bool = True
) -> bool:
    """Whether the viewer reads it."""
    return (
        viewer.may(Permission.REPORTS_READ)
        and bundle.closed_at is None
        and may_view(viewer, bundle, meeting, own, is_named=is_named)
    )


def may_cut(viewer: Viewer, meeting: Meeting) -> bool:
    """The chair and the coordinator put the reports together, whenever they want to; so does the portal."""
    return (
        viewer.may(Permission.MEETINGS_RECORD)
        and meetings.may_view(viewer, meeting, None)
        and meeting.status is not MeetingStatus.CANCELLED
    )


def sees_readers(viewer: Viewer) -> bool:
    """Whether the viewer sees who has opened a bundle: those who run meetings."""
    return viewer.is_system or viewer.role not in AGENCY_ROLES
