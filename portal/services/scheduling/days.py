"""What became of a meeting's day and chair, line by line, and the meeting as the pages for changing them show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, exists
from sqlalchemy.orm import Session, aliased, joinedload

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
from portal.services.scheduling.chairs import NOBODY_YET
from portal.services.scheduling.due import DueDay, due_day
from portal.services.scheduling.moving import trigger_of


@dataclass(frozen=True, slots=True)
class MoveLine:
    """One line of a meeting's days; `note` is empty for those who may not read it."""

    kind: MoveKind
    was: Slot | None
    now: Slot
    place_changed: bool
    chair_was: str
    chair_now: str
    """Who chaired before and from then on; both empty where the line is not about that."""
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
    seat_before, seat_after = aliased(Membership), aliased(Membership)
    chair_before, chair_after = aliased(User), aliased(User)
    rows = session.execute(
        access.moves_visible_to(viewer)
        .outerjoin(User, User.id == MeetingMove.moved_by_id)
        .outerjoin(seat_before, seat_before.id == MeetingMove.from_chair_id)
        .outerjoin(chair_before, chair_before.id == seat_before.user_id)
        .outerjoin(seat_after, seat_after.id == MeetingMove.to_chair_id)
        .outerjoin(chair_after, chair_after.id == seat_after.user_id)
        .where(MeetingMove.meeting_id == meeting_id)
        .order_by(MeetingMove.number.desc())
        .with_only_columns(
            MeetingMove,
            User.name.label("who"),
            chair_before.name.label("chair_before"),
            chair_after.name.label("chair_after"),
        )
    )
    reads_notes = access.may_read_notes(viewer)
    return MeetingDays(meeting, tuple(_line(row, reads_notes=reads_notes) for row in rows))


def planned_meeting(viewer: Viewer, meeting_id: int) -> Meeting:
    """A meeting that the viewer sees, with its kind, its case and its chair. Raises NotVisible."""
    meeting = db.session.scalars(_planned(viewer, meeting_id)).one_or_none()
    if meeting is None:
        raise NotVisible("No such meeting.")
    return meeting


def planned_in_series(viewer: Viewer, meeting_id: int) -> tuple[Meeting, bool]:
    """The same, and whether another meeting of its kind goes on from it. Raises NotVisible."""
    later = aliased(Meeting)
    goes_on = exists().where(
        later.case_id == Meeting.case_id,
        later.follows_id == Meeting.id,
        later.meeting_type_id == Meeting.meeting_type_id,
    )
    found = db.session.execute(_planned(viewer, meeting_id).add_columns(goes_on.correlate(Meeting))).one_or_none()
    if found is None:
        raise NotVisible("No such meeting.")
    return found[0], bool(found[1])


def _planned(viewer: Viewer, meeting_id: int) -> Select[Meeting]:
    return (
        meetings_access.visible_to(viewer)
        .where(Meeting.id == meeting_id)
        .options(
            joinedload(Meeting.meeting_type),
            joinedload(Meeting.case),
            joinedload(Meeting.chair).joinedload(Membership.user),
        )
    )


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


def _line(row: Row[*tuple[Any, ...]], *, reads_notes: bool) -> MoveLine:
    move = row.MeetingMove
    was = None if move.from_on is None else Slot(move.from_on, move.from_time, move.from_minutes)
    place = (move.from_format, move.from_place, move.from_link) != (move.to_format, move.to_place, move.to_link)
    chairs = ("", "")
    if was is not None and move.from_chair_id != move.to_chair_id:
        chairs = (row.chair_before or NOBODY_YET, row.chair_after or NOBODY_YET)
    return MoveLine(
        move.kind,
        was,
        Slot(move.to_on, move.to_time, move.to_minutes),
        was is not None and place,
        *chairs,
        move.reason,
        move.late_reason,
        (move.note or "") if reads_notes else "",
        row.who or "the portal",
        move.moved_at,
    )
