"""Lines of a meeting's history: what stood before, what stands from then on, why, and who said so."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.scheduling_vocabulary import MoveKind, MoveReason
from portal.models.meetings import Meeting
from portal.models.moves import MeetingMove
from portal.services.batches import in_batches
from portal.services.changes import Change

ARRANGED = {
    "on": "scheduled_on",
    "time": "start_time",
    "minutes": "duration_minutes",
    "format": "format",
    "place": "place",
    "link": "link",
    "chair_id": "chair_membership_id",
}
"""What a line keeps of a meeting on both of its sides, and the meeting's own names for it."""


def side(prefix: str, meeting: Any) -> dict[str, Any]:
    """One side ("from" or "to") of a line, as a meeting, or a row with its columns, stands now."""
    return {f"{prefix}_{name}": getattr(meeting, column) for name, column in ARRANGED.items()}


def last_numbers(session: Session, meeting_ids: Iterable[int]) -> dict[int, int]:
    """The number of each of these meetings' newest line; a meeting without lines is left out."""
    found: dict[int, int] = {}
    for some in in_batches(meeting_ids):
        rows = select(MeetingMove.meeting_id, func.max(MeetingMove.number)).where(MeetingMove.meeting_id.in_(some))
        found.update((row[0], row[1]) for row in session.execute(rows.group_by(MeetingMove.meeting_id)))
    return found


def new_line(
    change: Change, meeting: Meeting, kind: MoveKind, reason: MoveReason | None = None, note: str = ""
) -> MeetingMove:
    """A further line of a meeting, with what stands now on both sides; the caller adds it."""
    number = last_numbers(change.session, [meeting.id]).get(meeting.id, 0) + 1
    return numbered_line(change, meeting, number, kind, reason, note)


def numbered_line(
    change: Change, meeting: Meeting, number: int, kind: MoveKind, reason: MoveReason | None = None, note: str = ""
) -> MeetingMove:
    """The same where its number is known, as for the lines of many meetings at once."""
    return MeetingMove(
        partnership_id=meeting.partnership_id,
        meeting_id=meeting.id,
        number=number,
        kind=kind,
        reason=reason,
        note=note.strip() or None,
        asks_again=False,
        moved_at=change.viewer.now,
        moved_by_id=change.viewer.user_id,
        **side("from", meeting),
        **side("to", meeting),
    )


def write_new_side(line: MeetingMove, meeting: Meeting) -> None:
    """Write down what stands once the meeting has been changed."""
    for name, value in side("to", meeting).items():
        setattr(line, name, value)
