"""Recording who was at a group's meeting, closing it, and putting it right afterwards as a further record."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import CursorResult, delete, update
from sqlalchemy.orm import Session

from portal.access import board_meetings as access
from portal.access.viewer import Viewer
from portal.domain.board_attendance import Entry
from portal.domain.board_vocabulary import OVER, BoardMeetingStatus, MemberAttendance
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.domain.labels import label, short_label
from portal.models.board_meetings import BoardAttendance, BoardGroup, BoardMeeting, BoardMeetingRecord
from portal.services.board_meetings.groups import quorum_of
from portal.services.board_meetings.planning import own_meeting
from portal.services.board_meetings.records import SeatRow, records_of, rule_in, seats_of
from portal.services.changes import LOST, Change, changing


@dataclass(frozen=True, slots=True)
class Said:
    """What is recorded of a meeting: each member's entry by the member's id, and the minutes."""

    entries: Mapping[int, Entry]
    minutes: str = ""


def record_attendance(viewer: Viewer, meeting_id: int, said: Said, *, version: int) -> None:
    """Keep who is there so far, and the minutes; the meeting stays open. Raises as `close_meeting`."""
    with changing(viewer) as change:
        meeting = _to_record(viewer, meeting_id)
        _save(change, meeting, said, version, status=meeting.status)
        change.log("board_meeting.recorded", "board_meeting", meeting.id)


def close_meeting(viewer: Viewer, meeting_id: int, said: Said, status: BoardMeetingStatus, *, version: int) -> None:
    """Close a meeting as held, or as opened without its quorum; whoever is not marked is recorded as absent.

    Raises NotVisible, NotPermitted, Invalid by field, and Conflict where somebody else recorded meanwhile.
    """
    with changing(viewer) as change:
        meeting = _to_record(viewer, meeting_id)
        _check_status(status)
        _save(change, meeting, said, version, status=status, with_absent=True)
        _keep_record(change, meeting.id, status, "")
        change.log("board_meeting.closed", "board_meeting", meeting.id)


def correct_meeting(
    viewer: Viewer, meeting_id: int, said: Said, status: BoardMeetingStatus, reason: str, *, version: int
) -> None:
    """Put right what was recorded, as the next record; those before stay as they were. Raises as `close_meeting`."""
    with changing(viewer) as change:
        meeting = own_meeting(viewer, meeting_id)
        if not access.may_correct(viewer, meeting):
            raise NotPermitted("Only what was recorded of a meeting that is over can be corrected.")
        _check_status(status)
        if not reason:
            raise Invalid("Say why it is corrected", errors={"reason": ["Say why it is corrected"]})
        _save(change, meeting, said, version, status=status, with_absent=True)
        _keep_record(change, meeting.id, status, reason)
        change.log("board_meeting.corrected", "board_meeting", meeting.id)


def _to_record(viewer: Viewer, meeting_id: int) -> BoardMeeting:
    meeting = own_meeting(viewer, meeting_id)
    if not access.may_record(viewer, meeting):
        raise NotPermitted("Who was there is recorded from the day of the meeting on, until it is closed.")
    return meeting


def _check_status(status: BoardMeetingStatus) -> None:
    if status not in OVER:
        raise Invalid("Say whether it went ahead", errors={"status": ["Say whether it went ahead"]})


def _save(
    change: Change,
    meeting: BoardMeeting,
    said: Said,
    version: int,
    *,
    status: BoardMeetingStatus,
    with_absent: bool = False,
) -> None:
    """Write what was said, or nothing where the meeting is no longer the one that it was said of."""
    session = change.session
    entries = _checked(seats_of(session, meeting), said)
    done = session.execute(
        update(BoardMeeting)
        .where(BoardMeeting.id == meeting.id, BoardMeeting.version == version)
        .values(status=status, minutes=said.minutes or None, version=version + 1)
        .execution_options(synchronize_session=False)
    )
    assert isinstance(done, CursorResult)  # noqa: S101 - what an UPDATE gives
    if done.rowcount == 0:
        raise Conflict(LOST, mine={"Minutes": said.minutes}, theirs=_in_words(session, meeting))
    session.execute(delete(BoardAttendance).where(BoardAttendance.meeting_id == meeting.id))
    session.add_all(
        BoardAttendance(
            partnership_id=meeting.partnership_id,
            meeting_id=meeting.id,
            member_id=member_id,
            attendance=entry.attendance or MemberAttendance.ABSENT,
            deputy_name=entry.deputy_name or None,
        )
        for member_id, entry in entries.items()
        if entry.attendance is not None or with_absent
    )
    session.flush()
    session.expire_all()


def _checked(seats: Sequence[SeatRow], said: Said) -> dict[int, Entry]:
    """The entries of the meeting's members; one that nothing is said of is empty. Others' are not taken."""
    entries = {seat.member_id: said.entries.get(seat.member_id, Entry()) for seat in seats}
    errors: dict[str, list[str]] = {}
    for member_id, entry in entries.items():
        is_deputy = entry.attendance is MemberAttendance.DEPUTY
        if is_deputy and not entry.deputy_name:
            errors[f"deputy_{member_id}"] = ["Enter the deputy’s name"]
        elif entry.deputy_name and not is_deputy:
            errors[f"deputy_{member_id}"] = ["A deputy is named: choose that a deputy came, or delete the name"]
    if errors:
        raise Invalid("Something is missing about deputies", errors=errors)
    return entries


def _keep_record(change: Change, meeting_id: int, status: BoardMeetingStatus, reason: str) -> None:
    session = change.session
    meeting = session.get_one(BoardMeeting, meeting_id)
    group = session.get_one(BoardGroup, meeting.group_id)
    # A correction is held to the rule that the meeting was closed under.
    before = records_of(session, meeting_id)
    rule = rule_in(before[0][0]) if before else quorum_of(group)
    said = {
        "status": status.value,
        "rule": {
            "members": rule.members,
            "partners": sorted(partner.value for partner in rule.partners),
            "deputies_count": rule.deputies_count,
        },
        "attendance": [
            {
                "name": seat.name,
                "attendance": (seat.entry.attendance or MemberAttendance.ABSENT).value,
                "deputy": seat.entry.deputy_name,
            }
            for seat in seats_of(session, meeting)
        ],
        "minutes": meeting.minutes or "",
    }
    meeting.record_number += 1
    session.add(
        BoardMeetingRecord(
            partnership_id=meeting.partnership_id,
            meeting_id=meeting_id,
            number=meeting.record_number,
            made_at=change.viewer.now,
            made_by_id=change.viewer.user_id,
            reason=reason,
            said=json.dumps(said, ensure_ascii=False),
        )
    )


def _in_words(session: Session, meeting: BoardMeeting) -> dict[str, str]:
    """What somebody else has recorded, for the page that shows that this was not saved."""
    session.refresh(meeting)
    there = [
        f"{seat.name}: {short_label(seat.entry.attendance)}"
        for seat in seats_of(session, meeting)
        if seat.entry.attendance
    ]
    return {"Status": label(meeting.status), "Attendance": "; ".join(there), "Minutes": meeting.minutes or ""}
