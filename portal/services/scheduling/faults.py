"""What may be wrong with a meeting's day: gathered by field, so that people mend all of it at once."""

from __future__ import annotations

from datetime import date

from portal.access.viewer import Viewer
from portal.domain.answering import has_begun
from portal.domain.errors import Invalid
from portal.domain.scheduling_vocabulary import NOTE_LIMIT, TO_BE_LATE, MoveReason
from portal.domain.slots import Slot
from portal.services.scheduling.due import DueDay

PLACE_LIMIT = 500
"""Characters of a room's address, or of a link."""


class Faults:
    """Sentences by field; the first of a field is what is shown."""

    def __init__(self, sentence: str) -> None:
        self._sentence = sentence
        self._by_field: dict[str, list[str]] = {}

    def add(self, field: str, sentence: str) -> None:
        """Note one."""
        self._by_field.setdefault(field, []).append(sentence)

    def raise_if_any(self) -> None:
        """Raise Invalid where anything was noted."""
        if self._by_field:
            raise Invalid(self._sentence, errors=self._by_field)


def check_slot(
    faults: Faults, viewer: Viewer, slot: Slot, trigger_on: date | None, *, may_be_over: bool = False
) -> None:
    """A meeting is planned for a time to come, and not before what asked for it.

    One that `may_be_over` may also be written down afterwards: what cannot wait is discussed by telephone at once.
    """
    if slot.on < viewer.today and not may_be_over:
        faults.add("scheduled_on", "The day must be today or later")
    elif slot.at is not None and has_begun(viewer.now, slot.on, slot.at) and not may_be_over:
        faults.add("start_time", "The time must be still to come")
    elif trigger_on is not None and slot.on < trigger_on:
        faults.add("scheduled_on", "The day cannot be before the meeting was asked for")


def check_words(faults: Faults, place: str, link: str, note: str) -> None:
    """What was typed fits its columns."""
    for name, text, limit in (("place", place, PLACE_LIMIT), ("link", link, PLACE_LIMIT), ("note", note, NOTE_LIMIT)):
        if len(text.strip()) > limit:
            faults.add(name, f"Shorten this to {limit:,} characters or fewer. It has {len(text.strip()):,} now")


def check_late(faults: Faults, due: DueDay, slot: Slot, reason: MoveReason | None, note: str) -> None:
    """A day after the due day needs a reason from the list, and another reason its words."""
    if reason is not None and reason not in TO_BE_LATE:
        faults.add("late_reason", "Choose one of the reasons shown")
    elif due.is_late(slot) and reason is None:
        faults.add("late_reason", "This is after the day by which the meeting is due. Choose why")
    elif reason is MoveReason.ANOTHER_REASON and not note.strip():
        faults.add("note", "Enter the reason")
