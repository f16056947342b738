"""Who sees and says for whom a meeting is that is for named people only, and which families a meeting is about."""

from __future__ import annotations

from sqlalchemy import Select, exists, false, select

from portal.access import meetings
from portal.access.closed_records import is_closed, open_meetings_where
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.vocabulary import MeetingStatus
from portal.models.meetings import Meeting
from portal.models.named_people import NamedPerson


def visible_to(viewer: Viewer) -> Select[NamedPerson]:
    """Who is and was named on the meetings that the viewer keeps: chair, coordinator and manager named on them."""
    if viewer.partnership_id is None or not _keeps(viewer):
        return select(NamedPerson).where(false())
    seen = exists().where(Meeting.id == NamedPerson.meeting_id, meetings.visible_where(viewer)).correlate(NamedPerson)
    return select(NamedPerson).where(NamedPerson.partnership_id == viewer.partnership_id, seen)


def _keeps(viewer: Viewer) -> bool:
    return viewer.may(Permission.MEETINGS_RECORD) or viewer.may(Permission.NAMED_MEETINGS_OVERSEE)


def may_view(viewer: Viewer, named: NamedPerson, meeting: Meeting, *, is_named: bool) -> bool:
    """Whether the viewer sees who is named on this meeting; `is_named`: whether they are."""
    return (
        named.meeting_id == meeting.id
        and _keeps(viewer)
        and meetings.may_view(viewer, meeting, None, is_named=is_named)
    )


def may_name(viewer: Viewer, meeting: Meeting) -> bool:
    """Whether the viewer says who sees a meeting for named people only: its keepers, and a manager named on it."""
    return (
        meeting.named_people_only
        and not viewer.is_system
        and _keeps(viewer)
        and meetings.may_view(viewer, meeting, None)
    )


def known_to_exist(viewer: Viewer) -> Select[Meeting]:
    """The partnership's meetings for named people only: that they exist, for the safeguarding manager alone.

    Not of one about a family whose record is closed to them.

    Of these no more may be shown than reference and day.
    """
    if viewer.partnership_id is None or not viewer.may(Permission.NAMED_MEETINGS_OVERSEE):
        return select(Meeting).where(false())
    return select(Meeting).where(
        Meeting.partnership_id == viewer.partnership_id, Meeting.named_people_only, open_meetings_where(viewer)
    )


def may_know(viewer: Viewer, meeting: Meeting) -> bool:
    """Whether the viewer is told that this meeting exists, and may name themselves with a reason."""
    return (
        viewer.may(Permission.NAMED_MEETINGS_OVERSEE)
        and meeting.partnership_id == viewer.partnership_id
        and meeting.named_people_only
        and not is_closed(viewer, meeting)
    )


def may_set_families(viewer: Viewer, meeting: Meeting, *, takes_several: bool) -> bool:
    """Whether the viewer says which further families a meeting is about; `takes_several`: its kind is about several."""
    return (
        takes_several
        and viewer.may(Permission.MEETINGS_PLAN)
        and not viewer.is_system
        and meetings.may_view(viewer, meeting, None)
        and meeting.status is not MeetingStatus.CANCELLED
    )
