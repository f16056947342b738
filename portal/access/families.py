"""Who reads of a family at a meeting, who keeps that part of the record, and who says which children they know."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, exists, false, select

from portal.access import meetings, reports
from portal.access.kept import kept_for_hat
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.vocabulary import AGENCY_ROLES, MeetingStatus
from portal.models.families import ChildViews, FamilyAttendance, InvitationChild
from portal.models.meetings import Invitation, Meeting
from portal.models.reports import Report


def reads_all(viewer: Viewer) -> bool:
    """Whether the viewer, where they see the meeting, also reads what is kept from the agencies that are invited.

    Those who run meetings do: the chair, the coordinator, the safeguarding manager.
    """
    return viewer.is_system or viewer.role not in AGENCY_ROLES


@kept_for_hat
def visible_to(viewer: Viewer) -> Select[FamilyAttendance]:
    """People of a family at the meetings that the viewer sees.

    An invited agency reads of those whom somebody has confirmed, but not of whom is marked for the chair alone, nor of
    whom was taken out again. Notes on an exclusion are no part of it: ask `reads_all`.
    """
    rows = select(FamilyAttendance).where(_at_seen_meeting(viewer, FamilyAttendance))
    if reads_all(viewer):
        return rows
    return rows.where(
        FamilyAttendance.removed_at.is_(None),
        FamilyAttendance.confirmed_at.is_not(None),
        FamilyAttendance.for_chair_only.is_(False),
    )


@kept_for_hat
def views_visible_to(viewer: Viewer) -> Select[ChildViews]:
    """What children think, at the meetings that the viewer sees: an agency reads what is not for the chair alone."""
    rows = select(ChildViews).where(_at_seen_meeting(viewer, ChildViews))
    return rows if reads_all(viewer) else rows.where(ChildViews.for_chair_only.is_(False))


@kept_for_hat
def said_visible_to(viewer: Viewer) -> Select[InvitationChild]:
    """What agencies say of single children: an agency's people their own, those who run the meeting all of it."""
    if viewer.link is not None:
        return select(InvitationChild).where(false())
    return select(InvitationChild).where(
        InvitationChild.partnership_id == viewer.partnership_id, meetings.at_seen_invitation(viewer, InvitationChild)
    )


def _at_seen_meeting(viewer: Viewer, of: type[FamilyAttendance] | type[ChildViews]) -> ColumnElement[bool]:
    if viewer.partnership_id is None:
        return false()
    meeting_id: Any = of.meeting_id
    return exists().where(Meeting.id == meeting_id, meetings.visible_where(viewer)).correlate(of)


def may_view(
    viewer: Viewer, person: FamilyAttendance, meeting: Meeting, own: Invitation | None, *, is_named: bool = True
) -> bool:
    """Whether the viewer reads of this person; `own` and `is_named` as for the meeting itself."""
    if person.meeting_id != meeting.id or not meetings.may_view(viewer, meeting, own, is_named=is_named):
        return False
    is_shared = person.removed_at is None and person.confirmed_at is not None and not person.for_chair_only
    return is_shared or reads_all(viewer)


def may_view_views(
    viewer: Viewer, views: ChildViews, meeting: Meeting, own: Invitation | None, *, is_named: bool = True
) -> bool:
    """Whether the viewer reads what this child thinks."""
    if views.meeting_id != meeting.id or not meetings.may_view(viewer, meeting, own, is_named=is_named):
        return False
    return reads_all(viewer) or not views.for_chair_only


def may_view_said(
    viewer: Viewer, said: InvitationChild, invitation: Invitation, meeting: Meeting, *, is_named: bool = True
) -> bool:
    """Whether the viewer reads what this agency says of a child; it is no part of what a link opens."""
    return (
        viewer.link is None
        and said.invitation_id == invitation.id
        and meetings.may_view_invitation(viewer, invitation, meeting, is_named=is_named)
    )


def may_keep(viewer: Viewer, meeting: Meeting) -> bool:
    """The chair and the coordinator keep the family's part of a record, before the meeting and after it."""
    return (
        viewer.may(Permission.MEETINGS_RECORD)
        and meetings.may_view(viewer, meeting, None)
        and meeting.status is not MeetingStatus.CANCELLED
    )


def may_say(viewer: Viewer, invitation: Invitation, meeting: Meeting, report: Report | None) -> bool:
    """An agency says which children it knows as long as it may answer or write; the coordinator while they invite."""
    if viewer.link is not None:
        return False
    if viewer.may(Permission.INVITATIONS_ANSWER):
        return meetings.may_answer(viewer, invitation, meeting) or reports.may_write(
            viewer, invitation, meeting, report
        )
    return meetings.may_set_expectation(viewer, meeting) and meeting.status is not MeetingStatus.CANCELLED


def may_settle(viewer: Viewer, meeting: Meeting) -> bool:
    """The coordinator deals with a child that an agency does not know."""
    return viewer.may(Permission.EXPECTATIONS_SET) and meetings.may_view(viewer, meeting, None)
