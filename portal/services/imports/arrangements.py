"""What a file says of the arrangements of meetings that are known: their day, form, chair, or that they are not held.

What people said of these in a page stays. What a file moves, cancels or gives to another chair leaves a line in the
meeting's history as a page does; people are told, and asked whether their answers still stand, of what is to come.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import SimpleNamespace
from typing import Any, cast

from sqlalchemy import Row, Table, select
from sqlalchemy.orm import Session

from portal.access.viewer import Viewer
from portal.domain.answering import has_begun
from portal.domain.scheduling_vocabulary import MoveKind, MoveReason
from portal.domain.vocabulary import PRESENT, MeetingStatus
from portal.models.meetings import Invitation, Meeting
from portal.models.moves import MeetingMove
from portal.services.batches import in_batches
from portal.services.calendars import raise_sequences
from portal.services.changes import Change
from portal.services.imports.importing import Progress, insert_rows
from portal.services.named_people.naming import end_chairs_naming
from portal.services.notices.chairs import tell_chairs, tell_former_chairs
from portal.services.notices.meetings import tell_moved
from portal.services.scheduling.lines import ARRANGED, last_numbers, side

WHEN = ("scheduled_on", "start_time")
DAY = (*WHEN, "format")
CHAIR = ("chair_membership_id",)
HELD = ("status", "held_on", "held_time")
ARRANGEMENTS = (*DAY, *CHAIR, "status")

_OPEN = {MeetingStatus.SCHEDULED, MeetingStatus.CANCELLED}
_MOVES = cast(Table, MeetingMove.__table__)


@dataclass(slots=True)
class SaidInPages:
    """Of some meetings, by id, which have had something said of them in a page that a file leaves alone."""

    days: set[int] = field(default_factory=set)
    chairs: set[int] = field(default_factory=set)
    cancelled: set[int] = field(default_factory=set)
    attendance: set[int] = field(default_factory=set)
    presence: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, session: Session, meeting_ids: Iterable[int]) -> SaidInPages:
        """What was said of these meetings; by two statements for each batch of them."""
        said = cls()
        for some in in_batches(sorted(meeting_ids)):
            said._read_lines(session, some)
            said._read_attendance(session, some)
        return said

    def _read_lines(self, session: Session, meeting_ids: Sequence[int]) -> None:
        rows = session.execute(
            select(MeetingMove.meeting_id, MeetingMove.kind, MeetingMove.from_chair_id, MeetingMove.to_chair_id).where(
                MeetingMove.meeting_id.in_(meeting_ids), MeetingMove.moved_by_id.is_not(None)
            )
        )
        for row in rows:
            if row.kind in (MoveKind.OPENED, MoveKind.MOVED):
                self.days.add(row.meeting_id)
            if row.from_chair_id != row.to_chair_id:
                self.chairs.add(row.meeting_id)
            if row.kind is MoveKind.CANCELLED:
                self.cancelled.add(row.meeting_id)

    def _read_attendance(self, session: Session, meeting_ids: Sequence[int]) -> None:
        was_said = Invitation.confirmed_by_id.is_not(None) | Invitation.declared_attendance.is_not(None)
        rows = session.execute(
            select(Invitation.meeting_id, Invitation.attendance).where(Invitation.meeting_id.in_(meeting_ids), was_said)
        )
        for row in rows:
            self.attendance.add(row.meeting_id)
            if row.attendance in PRESENT:
                self.presence.add(row.meeting_id)

    def kept(
        self, stored: Row[Any], values: Mapping[str, Any], viewer: Viewer
    ) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield why something stays as it is, as a column of the file and a sentence, with the names of what does."""
        if stored.id in self.cancelled and stored.status is MeetingStatus.CANCELLED:
            yield "status: kept as the meeting was cancelled in the portal", HELD
        elif stored.id in self.presence and _is_cancelled(stored, values):
            yield "status: kept because somebody has said in the portal that they came", HELD
        if stored.id in self.days:
            yield "scheduled_for: kept as it was planned in the portal", DAY
        elif stored.id in self.attendance and values["status"] is MeetingStatus.SCHEDULED and _is_ahead(viewer, values):
            yield "scheduled_for: kept because somebody has said in the portal who came", DAY
        if stored.id in self.chairs and stored.chair_membership_id is not None:
            yield "chair_email: kept as it was chosen in the portal", CHAIR


def keep_what_was_said(said: SaidInPages, stored: Row[Any], values: dict[str, Any], viewer: Viewer) -> list[str]:
    """Put back into `values` what people said in pages of a meeting; gives a note for what the file has otherwise."""
    notes = []
    for note, names in said.kept(stored, values, viewer):
        if any(values[name] != getattr(stored, name) for name in names):
            notes.append(note)
            values |= {name: getattr(stored, name) for name in names}
    return notes


@dataclass(slots=True)
class Rearranged:
    """The meetings whose arrangements a file changes, by id: how they stood, and what the file says."""

    changes: dict[int, tuple[Row[Any], Mapping[str, Any]]] = field(default_factory=dict)

    def note(self, stored: Row[Any], values: Mapping[str, Any]) -> None:
        """Take note of a known meeting that a file changes, if it is of this."""
        if any(getattr(stored, name) != values[name] for name in ARRANGEMENTS):
            self.changes[stored.id] = (stored, values)

    def write_down(self, change: Change, partnership_id: int, progress: Progress) -> None:
        """Add the lines of the meetings' histories, once the meetings are saved, and raise their calendars' numbers.

        A meeting that was or is held has had its day: what a file corrects of it is no move.
        """
        lined = [
            stored.id
            for stored, values in self.changes.values()
            if stored.register_closed_by_id is None
            and {stored.status, values["status"]} <= _OPEN
            and MeetingStatus.SCHEDULED in (stored.status, values["status"])
        ]
        insert_rows(change.session, _MOVES, self._lines(change, partnership_id, lined), progress, "Writing histories")
        raise_sequences(change.session, self.changes)

    def _lines(self, change: Change, partnership_id: int, meeting_ids: Sequence[int]) -> list[dict[str, Any]]:
        lines = []
        numbers = last_numbers(change.session, meeting_ids)
        for row in _as_saved(change.session, meeting_ids):
            stored, values = self.changes[row.id]
            # Length, place and link are on both sides as they stand: a file says nothing of them.
            before = SimpleNamespace(**{name: getattr(stored, name, getattr(row, name)) for name in ARRANGED.values()})
            lines.append(
                {
                    "partnership_id": partnership_id,
                    "meeting_id": row.id,
                    "number": numbers.get(row.id, 0) + 1,
                    "kind": _kind(stored, values),
                    "reason": MoveReason.IMPORTED,
                    "asks_again": self._asks_again(change.viewer, row.id),
                    "moved_at": change.viewer.now,
                    **side("from", before),
                    **side("to", row),
                }
            )
        return lines

    def _asks_again(self, viewer: Viewer, meeting_id: int) -> bool:
        """Whether who has answered is asked once more: of another day or time to come, or of a meeting that is back."""
        stored, values = self.changes[meeting_id]
        is_other = stored.status is not values["status"] or any(getattr(stored, name) != values[name] for name in WHEN)
        return is_other and values["status"] is MeetingStatus.SCHEDULED and _is_ahead(viewer, values)

    def tell(self, change: Change, partnership_id: int) -> None:
        """Tell whoever has a part in them, and who chairs or has chaired, once their facts are worked out."""
        days_before: dict[int, date] = {}
        chairs: list[int] = []
        former: dict[int, int] = {}
        for meeting_id, (stored, values) in self.changes.items():
            is_moved = any(getattr(stored, name) != values[name] for name in (*DAY, "status"))
            if is_moved and values["status"] in _OPEN:
                days_before[meeting_id] = stored.scheduled_on
            if self._is_news(change.viewer, meeting_id):
                chairs.append(meeting_id)
            if stored.chair_membership_id not in (None, values["chair_membership_id"]):
                former[meeting_id] = stored.chair_membership_id
        if days_before:
            tell_moved(change, partnership_id, days_before)
        if former:
            tell_former_chairs(change, partnership_id, {one: former[one] for one in chairs if one in former})
            end_chairs_naming(change, former)
        if chairs:
            tell_chairs(change, partnership_id, chairs)

    def _is_news(self, viewer: Viewer, meeting_id: int) -> bool:
        """Whether a chair is to hear of it: of a meeting to come, or of one that is not to come any more."""
        stored, values = self.changes[meeting_id]
        if values["status"] is MeetingStatus.SCHEDULED:
            return _is_ahead(viewer, values)
        return _is_cancelled(stored, values) and stored.scheduled_on >= viewer.today


def _is_cancelled(stored: Row[Any], values: Mapping[str, Any]) -> bool:
    return stored.status is MeetingStatus.SCHEDULED and values["status"] is MeetingStatus.CANCELLED


def _kind(stored: Row[Any], values: Mapping[str, Any]) -> MoveKind:
    if _is_cancelled(stored, values):
        return MoveKind.CANCELLED
    if all(getattr(stored, name) == values[name] for name in (*DAY, "status")):
        return MoveKind.CHAIR_CHANGED
    return MoveKind.MOVED


def _is_ahead(viewer: Viewer, values: Mapping[str, Any]) -> bool:
    on, at = values["scheduled_on"], values["start_time"]
    return on >= viewer.today and (at is None or not has_begun(viewer.now, on, at))


def _as_saved(session: Session, meeting_ids: Sequence[int]) -> Iterator[Row[Any]]:
    columns = [getattr(Meeting, name) for name in ARRANGED.values()]
    for some in in_batches(meeting_ids):
        yield from session.execute(select(Meeting.id, *columns).where(Meeting.id.in_(some)))
