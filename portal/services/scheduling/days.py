"""What became of a meeting's day: each line of its history, and the meeting as the page for moving it shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Row, select
from sqlalchemy.orm import Session, joinedload

from portal.access import meetings as meetings_access
from portal.access import scheduling as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import NotVisible
from portal.domain.scheduling_vocabulary import MoveKind, MoveReason
from portal.domain.slots import Slot
from portal.models.meetings import Meeting
from portal.models.moves import MeetingMove
from portal.models.people import Membership, User
from portal.services.rule_sets import rule_book
from portal.services.scheduling.due import DueDay, due_day
from portal.services.scheduling.moving import trigger_of


@dataclass(frozen=True, slots=True)
class MoveLine:
    """One line of a meeting's days; `note` is empty for those who may not read it."""

    kind: MoveKind
    was: Slot | None
    now: Slot
    place_changed: bool
    reason: MoveReason | None
    late_reason: MoveReason | None
    note: str
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MeetingDays:
    """A meeting with its kind and chair, and what became of its day, the newest first."""

    meeting: Meeting
    lines: tuple[MoveLine, ...]

    @property
    def moved_times(self) -> int:
        """How often day or time changed."""
        return sum(line.was is not None and line.was != line.now for line in self.lines)


def meeting_days(viewer: Viewer, meeting_id: int) -> MeetingDays:
    """A meeting that the viewer sees, and its days. Raises NotVisible."""
    meeting = planned_meeting(viewer, meeting_id)
    session: Session = db.session()
    rows = session.execute(
        access.moves_visible_to(viewer)
        .outerjoin(User, User.id == MeetingMove.moved_by_id)
        .where(MeetingMove.meeting_id == meeting_id)
        .order_by(MeetingMove.number.desc())
        .with_only_columns(MeetingMove, User.name)
    )
    reads_notes = access.may_read_notes(viewer)
    return MeetingDays(meeting, tuple(_line(row, reads_notes=reads_notes) for row in rows))


def planned_meeting(viewer: Viewer, meeting_id: int) -> Meeting:
    """A meeting that the viewer sees, with its kind, its case and its chair. Raises NotVisible."""
    meeting = db.session.scalars(
        meetings_access.visible_to(viewer)
        .where(Meeting.id == meeting_id)
        .options(
            joinedload(Meeting.meeting_type),
            joinedload(Meeting.case),
            joinedload(Meeting.chair).joinedload(Membership.user),
        )
    ).one_or_none()
    if meeting is None:
        raise NotVisible("No such meeting.")
    return meeting


def due_of(viewer: Viewer, meeting: Meeting, on: date) -> DueDay:
    """When a meeting is due if it is held on a day, with the rule in words."""
    session: Session = db.session()
    book = rule_book(session, meeting.partnership_id)
    return due_day(
        session,
        book,
        book.with_id(meeting.meeting_type_id),
        case_id=meeting.case_id,
        meeting_on=on,
        trigger=trigger_of(meeting),
        today=viewer.today,
        but=meeting.id,
    )


def has_later_ones(meeting: Meeting) -> bool:
    """Whether another meeting of its kind goes on from this one."""
    found = select(Meeting.id).where(
        Meeting.case_id == meeting.case_id,
        Meeting.follows_id == meeting.id,
        Meeting.meeting_type_id == meeting.meeting_type_id,
    )
    return db.session.scalar(found.limit(1)) is not None


def line_for(viewer: Viewer, meeting_id: int) -> str:
    """How often a meeting was moved, in a word for its page: "Moved 2 times"; empty where it was not."""
    rows = db.session.scalars(
        access.moves_visible_to(viewer)
        .where(MeetingMove.meeting_id == meeting_id, MeetingMove.asks_again)
        .with_only_columns(MeetingMove.number)
    ).all()
    if not rows:
        return ""
    return "Moved once" if len(rows) == 1 else f"Moved {len(rows)} times"


def _line(row: Row[MeetingMove, str], *, reads_notes: bool) -> MoveLine:
    move, who = row
    was = None if move.from_on is None else Slot(move.from_on, move.from_time, move.from_minutes)
    place = (move.from_format, move.from_place, move.from_link) != (move.to_format, move.to_place, move.to_link)
    return MoveLine(
        move.kind,
        was,
        Slot(move.to_on, move.to_time, move.to_minutes),
        was is not None and place,
        move.reason,
        move.late_reason,
        (move.note or "") if reads_notes else "",
        who or "the portal",
        move.moved_at,
    )
