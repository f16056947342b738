"""Who opens a closed register again, and who reads what it said before."""

from __future__ import annotations

from sqlalchemy import Select, exists, false, select

from portal.access import meetings
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.vocabulary import COUNTED_STATUSES
from portal.models.meetings import Meeting
from portal.models.registers import RegisterClosing


def may_reopen(viewer: Viewer, meeting: Meeting) -> bool:
    """The meeting's chair, or the safeguarding manager, has a closed register corrected.

    Whether anything that follows from it forbids that is for services/registers/reopening.py.
    """
    return (
        viewer.may(Permission.REGISTER_REOPEN)
        and meetings.may_view(viewer, meeting, None)
        and meeting.status in COUNTED_STATUSES
        and meeting.register_closed_at is not None
    )


def closings_visible_to(viewer: Viewer) -> Select[RegisterClosing]:
    """What a register said before, for whoever keeps it or may open it again: never for the agencies in it."""
    if not viewer.may(Permission.REGISTER_KEEP) and not viewer.may(Permission.REGISTER_REOPEN):
        return select(RegisterClosing).where(false())
    return select(RegisterClosing).where(
        RegisterClosing.partnership_id == viewer.partnership_id,
        exists()
        .where(Meeting.id == RegisterClosing.meeting_id, meetings.visible_where(viewer))
        .correlate(RegisterClosing),
    )


def may_view_closing(viewer: Viewer, closing: RegisterClosing, meeting: Meeting) -> bool:
    """Whether the viewer reads what this meeting's register said before."""
    keeps = viewer.may(Permission.REGISTER_KEEP) or viewer.may(Permission.REGISTER_REOPEN)
    return keeps and closing.meeting_id == meeting.id and meetings.may_view(viewer, meeting, None)
