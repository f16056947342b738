"""Planning a meeting of a group, moving it, and cancelling it: until it is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time

from portal.access import board_meetings as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.board_vocabulary import BoardMeetingStatus
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.notice_words import day_words
from portal.models.board_meetings import BoardMeeting
from portal.services.board_meetings.groups import kept_group
from portal.services.changes import LOST, changing
from portal.services.sent_forms import once


@dataclass(frozen=True, slots=True)
class MeetingDetails:
    """When and where a group meets and what about; day and time are London's."""

    meets_on: date
    place: str
    start_time: time | None = None
    agenda: str = ""


def plan_meeting(viewer: Viewer, group_id: int, details: MeetingDetails) -> int:
    """Plan a meeting of a group; gives its id. One that was held already may be put in, to record who was there.

    Raises NotVisible, NotPermitted, and Invalid for a group that meets no more.
    """
    with changing(viewer) as change:
        once(change)
        group = kept_group(viewer, group_id)
        if not access.may_plan(viewer, group):
            raise Invalid("This group no longer meets. Let it meet again before you plan a meeting")
        meeting = BoardMeeting(
            partnership_id=group.partnership_id,
            group_id=group.id,
            status=BoardMeetingStatus.SCHEDULED,
            created_at=viewer.now,
        )
        _write(meeting, details)
        change.session.add(meeting)
        change.session.flush()
        change.log("board_meeting.planned", "board_meeting", meeting.id)
        return meeting.id


def change_meeting(viewer: Viewer, meeting_id: int, details: MeetingDetails, *, version: int) -> bool:
    """Move a meeting, or change its place or agenda; says whether anything changed.

    Raises NotVisible, NotPermitted (also once it is over) and Conflict.
    """
    if details_of(_planned(viewer, meeting_id)) == details:
        return False
    with changing(viewer) as change:
        meeting = _planned(viewer, meeting_id)
        if meeting.version != version:
            raise Conflict(LOST, mine=_in_words(details), theirs=_in_words(details_of(meeting)))
        _write(meeting, details)
        change.log("board_meeting.changed", "board_meeting", meeting.id)
    return True


def cancel_meeting(viewer: Viewer, meeting_id: int) -> None:
    """Cancel a meeting that is not over; nobody's attendance counts. Raises NotVisible, NotPermitted."""
    with changing(viewer) as change:
        meeting = _planned(viewer, meeting_id)
        meeting.status = BoardMeetingStatus.CANCELLED
        change.log("board_meeting.cancelled", "board_meeting", meeting.id)


def own_meeting(viewer: Viewer, meeting_id: int) -> BoardMeeting:
    """A meeting's row; raises NotVisible."""
    meeting = db.session.scalar(access.visible_to(viewer).where(BoardMeeting.id == meeting_id))
    if meeting is None:
        raise NotVisible("There is no such meeting.")
    return meeting


def details_of(meeting: BoardMeeting) -> MeetingDetails:
    """What is said of a meeting now."""
    return MeetingDetails(meeting.meets_on, meeting.place, meeting.start_time, meeting.agenda or "")


def _planned(viewer: Viewer, meeting_id: int) -> BoardMeeting:
    meeting = own_meeting(viewer, meeting_id)
    if not access.may_change(viewer, meeting):
        raise NotPermitted("This meeting is over or cancelled, or somebody else’s to keep.")
    return meeting


def _write(meeting: BoardMeeting, details: MeetingDetails) -> None:
    meeting.meets_on = details.meets_on
    meeting.start_time = details.start_time
    meeting.place = details.place
    meeting.agenda = details.agenda or None


def _in_words(details: MeetingDetails) -> dict[str, str]:
    return {
        "Day": f"{day_words(details.meets_on, details.meets_on)} {details.meets_on.year}",
        "Time": "" if details.start_time is None else f"{details.start_time:%H:%M}",
        "Place": details.place,
        "Agenda": details.agenda,
    }
