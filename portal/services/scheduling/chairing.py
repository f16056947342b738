"""Giving a meeting to another chair: its history says so, both chairs are told, and only the new one sees it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from portal.access import scheduling as access
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, NotPermitted
from portal.domain.scheduling_vocabulary import MoveKind
from portal.models.meetings import Meeting
from portal.services.batches import in_batches
from portal.services.changes import Change, changing
from portal.services.invitations.seen import AlreadySo
from portal.services.named_people.naming import end_chairs_naming, name_chairs
from portal.services.notices.chairs import tell_chairs, tell_former_chairs
from portal.services.scheduling.chairs import chair_name, is_chair
from portal.services.scheduling.faults import Faults, check_words
from portal.services.scheduling.holding import held_meeting
from portal.services.scheduling.lines import last_numbers, new_line, numbered_line, write_new_side


def change_chair(viewer: Viewer, meeting_id: int, chair_membership_id: int, note: str = "", *, version: int) -> bool:
    """Give a meeting, which stays as it is, to another chair; gives False where they chair it already.

    Raises NotVisible, NotPermitted, Invalid by field ("chair_membership_id", "note"), and Conflict where it is not the
    meeting of that `version` any more.
    """
    try:
        with changing(viewer) as change:
            meeting = held_meeting(change, meeting_id)
            if not access.may_change_chair(viewer, meeting):
                raise NotPermitted("The coordinator says who chairs, until the meeting is held or cancelled.")
            former = meeting.chair_membership_id
            if former == chair_membership_id:
                raise AlreadySo
            faults = Faults("The new chair needs mending.")
            check_chair(faults, change, chair_membership_id)
            check_words(faults, "", "", note)
            faults.raise_if_any()
            if meeting.version != version:
                raise Conflict(
                    "Somebody else changed this meeting a moment ago.",
                    mine={"Chair": chair_name(change.session, viewer, chair_membership_id)},
                    theirs={"Chair": chair_name(change.session, viewer, former)},
                )
            line = new_line(change, meeting, MoveKind.CHAIR_CHANGED, note=note)
            meeting.chair_membership_id = chair_membership_id
            # For the new chair's calendar, and to take it out of the former one's; agencies are sent nothing.
            meeting.calendar_sequence += 1
            write_new_side(line, meeting)
            change.session.add(line)
            change.session.flush()
            follow_chair(change, meeting, former)
            tell_chairs(change, meeting.partnership_id, [meeting.id])
    except AlreadySo:
        return False
    return True


def check_chair(faults: Faults, change: Change, membership_id: int) -> None:
    """Whoever is to chair does so in this partnership now."""
    if not is_chair(change.session, change.viewer, membership_id):
        faults.add("chair_membership_id", "Choose one of the chairs shown")


def follow_chair(change: Change, meeting: Meeting, former: int | None) -> None:
    """What follows once another chair is stored, except that they are told: the former one hears of it and goes."""
    if former is not None:
        # Of a meeting for named people only, those are told who are named on it: before they are taken off.
        tell_former_chairs(change, meeting.partnership_id, {meeting.id: former})
        end_chairs_naming(change, {meeting.id: former})
    name_chairs(change, [meeting.id])
    change.log("meeting.chair_changed", "meeting", meeting.id)


def note_handover(change: Change, meeting_ids: Sequence[int], former: int) -> None:
    """Write down of many meetings, which are held and stored, that they went from one chair to another."""
    numbers = last_numbers(change.session, meeting_ids)
    for some in in_batches(meeting_ids):
        for meeting in change.session.scalars(select(Meeting).where(Meeting.id.in_(some)).order_by(Meeting.id)):
            line = numbered_line(change, meeting, numbers.get(meeting.id, 0) + 1, MoveKind.CHAIR_CHANGED)
            line.from_chair_id = former
            change.session.add(line)
