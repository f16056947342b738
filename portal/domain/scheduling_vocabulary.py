"""The words of scheduling: what happened to a meeting's day or its chair, and why."""

from __future__ import annotations

from enum import StrEnum


class MoveKind(StrEnum):
    """What happened to a meeting's day, time, form or place, or to its chair alone."""

    OPENED = "opened"
    MOVED = "moved"
    CANCELLED = "cancelled"
    CHAIR_CHANGED = "chair_changed"


class MoveReason(StrEnum):
    """Why a meeting was moved or cancelled, or why it is later than the rules ask."""

    AGENCY_CANNOT_COME = "agency_cannot_come"
    CHAIR_CANNOT_COME = "chair_cannot_come"
    FAMILY_CANNOT_COME = "family_cannot_come"
    REPORTS_NOT_READY = "reports_not_ready"
    NOT_QUORATE = "not_quorate"
    NEEDED_SOONER = "needed_sooner"
    PLACE_NOT_FREE = "place_not_free"
    ASKED_FOR_LATE = "asked_for_late"
    NOT_NEEDED = "not_needed"
    FAMILY_MOVED_AWAY = "family_moved_away"
    OPENED_BY_MISTAKE = "opened_by_mistake"
    ANOTHER_REASON = "another_reason"
    IMPORTED = "imported"
    """A file said so: nobody chooses this."""


_SOMEBODY_CANNOT = (
    MoveReason.AGENCY_CANNOT_COME,
    MoveReason.CHAIR_CANNOT_COME,
    MoveReason.FAMILY_CANNOT_COME,
    MoveReason.REPORTS_NOT_READY,
    MoveReason.NOT_QUORATE,
)

TO_MOVE = (
    *_SOMEBODY_CANNOT,
    MoveReason.NEEDED_SOONER,
    MoveReason.PLACE_NOT_FREE,
    MoveReason.ANOTHER_REASON,
)
TO_CANCEL = (
    MoveReason.NOT_NEEDED,
    MoveReason.FAMILY_MOVED_AWAY,
    MoveReason.OPENED_BY_MISTAKE,
    MoveReason.ANOTHER_REASON,
)
TO_BE_LATE = (
    *_SOMEBODY_CANNOT,
    MoveReason.PLACE_NOT_FREE,
    MoveReason.ASKED_FOR_LATE,
    MoveReason.ANOTHER_REASON,
)

NOTE_LIMIT = 2_000
"""Characters of a note beside a reason."""
