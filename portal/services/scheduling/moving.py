"""Moving and cancelling a meeting: its history is kept, everybody is told once, and answers are asked again.

What agencies had answered stays: nobody has to say twice that a child is not theirs, and a chair still sees who
meant to come. Where day or time changed, each of them is asked whether its answer still stands (confirming.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from portal.access import scheduling as access
from portal.access.viewer import Viewer
from portal.domain.due_reasons import Trigger
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.domain.notice_words import day_words
from portal.domain.scheduling_vocabulary import TO_CANCEL, TO_MOVE, MoveKind, MoveReason
from portal.domain.slots import Slot, shifted
from portal.domain.vocabulary import PRESENT, MeetingFormat, MeetingStatus
from portal.models.meetings import LONGEST_MINUTES, Invitation, Meeting
from portal.services import case_facts
from portal.services.changes import Change, changing
from portal.services.invitations.seen import AlreadySo
from portal.services.notices.chairs import tell_chairs
from portal.services.notices.meetings import tell_moved
from portal.services.rule_sets import RuleBook, rule_book
from portal.services.scheduling.chairing import check_chair, follow_chair
from portal.services.scheduling.chairs import chair_name
from portal.services.scheduling.due import due_day
from portal.services.scheduling.faults import Faults, check_late, check_slot, check_words
from portal.services.scheduling.holding import held_meeting
from portal.services.scheduling.lines import new_line, write_new_side


@dataclass(frozen=True, slots=True)
class Move:
    """When, how and where a meeting is from now on, and why; faults are told by these names.

    `late_reason` says why the new day lies after the one by which the meeting is due. With `later_too` the later ones
    of its series move by as many days. `chair_membership_id` says who chairs from then on; without it the chair stays.
    """

    scheduled_on: date
    start_time: time | None
    duration_minutes: int | None
    format: MeetingFormat
    place: str
    link: str
    reason: MoveReason | None
    note: str = ""
    late_reason: MoveReason | None = None
    later_too: bool = False
    chair_membership_id: int | None = None

    @property
    def slot(self) -> Slot:
        """When it is."""
        return Slot(self.scheduled_on, self.start_time, self.duration_minutes)


def move_meeting(viewer: Viewer, meeting_id: int, move: Move, *, version: int) -> bool:
    """Move a meeting, or change where, how or by whom it is held; gives False where all of it stood there already.

    Raises NotVisible, NotPermitted, Invalid by field, and Conflict where it is not the meeting of that `version` any
    more.
    """
    try:
        with changing(viewer) as change:
            meeting = _to_move(change, meeting_id)
            former = meeting.chair_membership_id
            new_chair = move.chair_membership_id not in (None, former)
            is_moved = _state(meeting) != _state(move)
            if not is_moved and not new_chair:
                raise AlreadySo
            if meeting.version != version:
                raise _lost(change, meeting, move)
            book = rule_book(change.session, meeting.partnership_id)
            is_late = _check(change, meeting, move, book, new_chair=new_chair)
            later = _later_ones(change.session, meeting) if move.later_too and is_moved else []
            days_before = {one.id: one.scheduled_on for one in (meeting, *later)}
            days = (move.scheduled_on - meeting.scheduled_on).days
            _apply(change, meeting, move, is_late=is_late, is_moved=is_moved)
            for one in later:
                _shift(change, one, days, move, book)
            change.session.flush()
            if new_chair:
                follow_chair(change, meeting, former)
            if is_moved:
                case_facts.recount(change.session, meeting.partnership_id, [meeting.case_id], book)
                tell_moved(change, meeting.partnership_id, days_before)
                for moved_id in days_before:
                    change.log("meeting.moved", "meeting", moved_id)
            tell_chairs(change, meeting.partnership_id, days_before)
    except AlreadySo:
        return False
    return True


def cancel_meeting(viewer: Viewer, meeting_id: int, reason: MoveReason | None, note: str, *, version: int) -> bool:
    """Cancel a meeting; gives False where it was cancelled already.

    Raises NotVisible, NotPermitted, Invalid by field ("reason", "note"), and Conflict as `move_meeting` does.
    """
    try:
        with changing(viewer) as change:
            meeting = _to_move(change, meeting_id, cancels=True)
            if meeting.version != version:
                raise Conflict(
                    "Somebody else changed this meeting a moment ago.",
                    mine={"Day and time": "Cancelled"},
                    theirs={"Day and time": _when(slot_of(meeting), viewer.today)},
                )
            faults = Faults("Say why the meeting is cancelled.")
            _check_reason(faults, reason, note, TO_CANCEL)
            faults.raise_if_any()
            before = meeting.scheduled_on
            change.session.add(new_line(change, meeting, MoveKind.CANCELLED, reason, note))
            meeting.status = MeetingStatus.CANCELLED
            meeting.calendar_sequence += 1
            change.session.flush()
            book = rule_book(change.session, meeting.partnership_id)
            case_facts.recount(change.session, meeting.partnership_id, [meeting.case_id], book)
            tell_moved(change, meeting.partnership_id, {meeting.id: before})
            tell_chairs(change, meeting.partnership_id, [meeting.id])
            change.log("meeting.cancelled", "meeting", meeting.id)
    except AlreadySo:
        return False
    return True


def slot_of(meeting: Meeting) -> Slot:
    """When a meeting is planned for."""
    return Slot(meeting.scheduled_on, meeting.start_time, meeting.duration_minutes)


def attendance_was_said(session: Session, meeting_id: int, *, presence: bool = False) -> bool:
    """Whether anybody has said who came, or (presence) that somebody did: then the meeting has had its day."""
    said = or_(Invitation.declared_attendance.is_not(None), Invitation.confirmed_attendance.is_not(None))
    if presence:
        said = or_(Invitation.declared_attendance.in_(PRESENT), Invitation.confirmed_attendance.in_(PRESENT))
    return bool(session.scalar(select(exists().where(Invitation.meeting_id == meeting_id, said))))


def _to_move(change: Change, meeting_id: int, *, cancels: bool = False) -> Meeting:
    """The meeting, locked with its family's others; AlreadySo where it is to be cancelled a second time."""
    meeting = held_meeting(change, meeting_id)
    if cancels and meeting.status is MeetingStatus.CANCELLED and access.may_open(change.viewer):
        raise AlreadySo
    if not access.may_move(change.viewer, meeting):
        raise NotPermitted("A meeting is moved or cancelled by the coordinator, until it is held or cancelled.")
    # A meeting that was called off on its day may be cancelled; one to which somebody came may not.
    if attendance_was_said(change.session, meeting_id, presence=cancels):
        raise Invalid("Somebody has said who came to this meeting. Close its register, and open the next one.")
    return meeting


def _lost(change: Change, meeting: Meeting, move: Move) -> Conflict:
    """What was wanted and what stands: the day and time, and who chairs where that was to change too."""
    today = change.viewer.today
    mine, theirs = {"Day and time": _when(move.slot, today)}, {"Day and time": _when(slot_of(meeting), today)}
    if move.chair_membership_id not in (None, meeting.chair_membership_id):
        mine["Chair"] = chair_name(change.session, change.viewer, move.chair_membership_id)
        theirs["Chair"] = chair_name(change.session, change.viewer, meeting.chair_membership_id)
    return Conflict("Somebody else changed this meeting a moment ago.", mine=mine, theirs=theirs)


def _check(change: Change, meeting: Meeting, move: Move, book: RuleBook, *, new_chair: bool) -> bool:
    """Whether the new day is late, once all of the move is sound."""
    faults = Faults("The new day needs mending.")
    if when_changes(meeting, move):
        check_slot(faults, change.viewer, move.slot, meeting.trigger_on)
    if move.duration_minutes is not None and not 1 <= move.duration_minutes <= LONGEST_MINUTES:
        faults.add("duration_minutes", "A meeting takes between a minute and a day")
    check_words(faults, move.place, move.link, move.note)
    _check_reason(faults, move.reason, move.note, TO_MOVE)
    if new_chair and move.chair_membership_id is not None:
        check_chair(faults, change, move.chair_membership_id)
    is_late = when_changes(meeting, move) and _check_late(faults, change, meeting, move.slot, move, book)
    faults.raise_if_any()
    return is_late


def _check_reason(faults: Faults, reason: MoveReason | None, note: str, of: Iterable[MoveReason]) -> None:
    if reason not in tuple(of):
        faults.add("reason", "Choose why")
    elif reason is MoveReason.ANOTHER_REASON and not note.strip():
        faults.add("note", "Enter the reason")


def _check_late(faults: Faults, change: Change, meeting: Meeting, slot: Slot, move: Move, book: RuleBook) -> bool:
    due = due_day(
        change.session,
        book,
        book.with_id(meeting.meeting_type_id),
        case_id=meeting.case_id,
        meeting_on=slot.on,
        trigger=trigger_of(meeting),
        today=change.viewer.today,
        but=meeting.id,
    )
    check_late(faults, due, slot, move.late_reason, move.note)
    return due.is_late(slot)


def trigger_of(meeting: Meeting) -> Trigger:
    """What asked for a meeting."""
    return Trigger(meeting.trigger_on, meeting.trigger_kind, meeting.trigger_time)


def when_changes(meeting: Meeting, move: Move) -> bool:
    """Whether day or time change, so that whoever has answered is asked again."""
    return (meeting.scheduled_on, meeting.start_time) != (move.scheduled_on, move.start_time)


def _apply(change: Change, meeting: Meeting, move: Move, *, is_late: bool, is_moved: bool) -> None:
    kind = MoveKind.MOVED if is_moved else MoveKind.CHAIR_CHANGED
    line = new_line(change, meeting, kind, move.reason, move.note)
    line.asks_again = when_changes(meeting, move)
    line.late_reason = move.late_reason if is_late else None
    meeting.scheduled_on, meeting.start_time = move.scheduled_on, move.start_time
    meeting.duration_minutes, meeting.format = move.duration_minutes, move.format
    meeting.place, meeting.link = move.place.strip() or None, move.link.strip() or None
    meeting.chair_membership_id = move.chair_membership_id or meeting.chair_membership_id
    meeting.calendar_sequence += 1
    write_new_side(line, meeting)
    change.session.add(line)


def _shift(change: Change, meeting: Meeting, days: int, move: Move, book: RuleBook) -> None:
    """Move a later one of the series by as many days, to a working day; its time and place stay its own."""
    to = Slot(shifted(meeting.scheduled_on, days), meeting.start_time, meeting.duration_minutes)
    faults = Faults("A later meeting of the series needs a reason.")
    check_slot(faults, change.viewer, to, meeting.trigger_on)
    change.session.flush()
    is_late = _check_late(faults, change, meeting, to, move, book)
    faults.raise_if_any()
    line = new_line(change, meeting, MoveKind.MOVED, move.reason, move.note)
    line.asks_again, line.late_reason = True, move.late_reason if is_late else None
    meeting.scheduled_on = to.on
    meeting.calendar_sequence += 1
    write_new_side(line, meeting)
    change.session.add(line)


def _later_ones(session: Session, meeting: Meeting) -> list[Meeting]:
    """The meetings to come that follow this one, each the one before, of the same kind; the soonest first."""
    rows = session.scalars(
        select(Meeting)
        .where(
            Meeting.case_id == meeting.case_id,
            Meeting.meeting_type_id == meeting.meeting_type_id,
            Meeting.follows_id.is_not(None),
        )
        .order_by(Meeting.id)
    ).all()
    after = {row.follows_id: row for row in rows}
    found, last = [], meeting.id
    while (following := after.pop(last, None)) is not None:
        last = following.id
        if following.status is MeetingStatus.SCHEDULED and following.register_closed_at is None:
            found.append(following)
    return found


def _state(of: Meeting | Move) -> tuple[object, ...]:
    return (
        *(of.scheduled_on, of.start_time, of.duration_minutes, of.format),
        *((of.place or "").strip(), (of.link or "").strip()),
    )


def _when(slot: Slot, today: date) -> str:
    words = day_words(slot.on, today)
    return f"{words}, {slot.at:%H:%M}" if slot.at else words
