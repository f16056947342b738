"""What a chair enters in the register: one small form a row, read by hand because it is read at every touch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from portal.domain.registers import CHOICES, CLOSING_NOTE_LIMIT, Mark
from portal.domain.vocabulary import Attendance, MeetingStatus
from portal.forms.fields import Choice, DateField, PortalForm, RadioField, TextAreaField, TimeField, VersionField
from portal.forms.fields.text import cleaned

_LARGEST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class TypedRow:
    """A row as it was posted; `seen` is the number that its page carried, `fault` what could not be read."""

    seen: int
    mark: Mark
    note: str
    fault: str = ""


def read_row(posted: MultiDict[str, str], suffix: str = "", *, ticks_hidden: bool = False) -> TypedRow:
    """Read one row's fields, whose names end in `suffix` where all rows stand in one form.

    With `ticks_hidden`, the ticks beside somebody absent were out of sight and say nothing.
    """
    chosen = posted.get(f"attendance{suffix}", "")
    here = Attendance(chosen) if chosen in CHOICES else None
    mark = Mark(here, bool(posted.get(f"deputy{suffix}")), bool(posted.get(f"left_early{suffix}")))
    if ticks_hidden and here is not None and mark.present_by is None:
        mark = Mark(here)
    note, fault = posted.get(f"note{suffix}", ""), ""
    try:
        note = " ".join(cleaned(note).split())
    except ValueError as refused:
        note, fault = "", str(refused)
    number = posted.get(f"version{suffix}", "")
    if not (number.isascii() and number.isdigit() and len(number) <= 10 and int(number) <= _LARGEST):
        return TypedRow(0, mark, note, fault or "This page is out of date. Load it again, then make your change.")
    return TypedRow(int(number), mark, note, fault)


def read_sheet(posted: MultiDict[str, str], invitation_ids: Iterable[int]) -> dict[int, TypedRow]:
    """Read all rows of the one form; a row in which nothing was entered is left out."""
    rows = {invitation_id: read_row(posted, f"-{invitation_id}") for invitation_id in invitation_ids}
    return {invitation_id: row for invitation_id, row in rows.items() if row.mark != Mark() or row.note or row.fault}


class CloseForm(PortalForm):
    """What is said of a meeting when its register is closed."""

    version = VersionField()
    seen = VersionField()
    held_on = DateField("Day of the meeting", required="Enter the day of the meeting", like="3 11 2026")
    held_time = TimeField("Time it began", hint="Leave this empty if you do not know.")
    status = RadioField(
        "Did it go ahead?",
        [
            Choice(MeetingStatus.HELD, "Yes, it was held"),
            Choice(MeetingStatus.INQUORATE, "No, it opened but could not go ahead because it was not quorate"),
        ],
        coerce=MeetingStatus,
        required="Say whether the meeting went ahead",
    )
    interim_safety_plan = RadioField("Is there an interim safety plan?", [("yes", "Yes"), ("no", "No")])
    note = TextAreaField(
        "Note",
        rows=4,
        max_length=CLOSING_NOTE_LIMIT,
        hint="If it went ahead without being quorate, say why. The coordinator and the manager see this note too.",
    )
