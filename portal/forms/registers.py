"""What a chair enters in the register: one small form a row, read by hand because it is read at every touch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from portal.domain.adjourning import PLAN_LIMIT
from portal.domain.labels import choices
from portal.domain.meeting_vocabulary import InquorateReason
from portal.domain.registers import CHOICES, CLOSING_NOTE_LIMIT, REOPENING_LIMIT, Mark
from portal.domain.row_numbers import row_number
from portal.domain.vocabulary import Attendance, MeetingStatus
from portal.forms.fields import (
    CheckboxField,
    Choice,
    DateField,
    PortalForm,
    RadioField,
    TextAreaField,
    TimeField,
    VersionField,
)
from portal.forms.fields.text import cleaned


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
    seen = posted.get(f"version{suffix}", type=row_number)
    if seen is None:
        return TypedRow(0, mark, note, fault or "This page is out of date. Load it again, then make your change.")
    return TypedRow(seen, mark, note, fault)


def read_sheet(posted: MultiDict[str, str], invitation_ids: Iterable[int]) -> dict[int, TypedRow]:
    """Read all rows of the one form; a row in which nothing was entered is left out."""
    rows = {invitation_id: read_row(posted, f"-{invitation_id}") for invitation_id in invitation_ids}
    return {invitation_id: row for invitation_id, row in rows.items() if row.mark != Mark() or row.note or row.fault}


_GOES_ON = ("inquorate_reason", "inquorate_note")
_ADJOURNED = ("plan_reviewed", "interim_plan", "new_on", "new_time")


class CloseForm(PortalForm):
    """What is said of a meeting when its register is closed; `offer` says which of the ways are open."""

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
    inquorate_reason = RadioField("Why it went on without its quorum", choices(InquorateReason), coerce=InquorateReason)
    inquorate_note = TextAreaField(
        "Why that was right for the child",
        rows=3,
        max_length=CLOSING_NOTE_LIMIT,
        hint="The coordinator and the manager see this too.",
    )
    plan_reviewed = CheckboxField("The existing child protection plan was reviewed and stays as it is until then")
    interim_plan = TextAreaField(
        "How the child is kept safe until the new day", rows=4, max_length=PLAN_LIMIT, hint="The interim plan."
    )
    new_on = DateField("New day of the conference", like="17 11 2026")
    new_time = TimeField("Time it begins", hint="Leave this empty if it is not known yet.")
    interim_safety_plan = RadioField("Is there an interim safety plan?", [("yes", "Yes"), ("no", "No")])
    note = TextAreaField(
        "Note",
        rows=4,
        max_length=CLOSING_NOTE_LIMIT,
        hint="If it went ahead without being quorate, say why. The coordinator and the manager see this note too.",
    )

    def offer_ways(
        self, reasons: Iterable[InquorateReason], *, is_quorate: bool, has_plan: bool, asks_day: bool, day_hint: str
    ) -> None:
        """Offer what a conference can do: to go on, without its quorum only for one of `reasons`, or a new day."""
        allowed = set(reasons)
        self.inquorate_reason.choices = [one for one in choices(InquorateReason) if one[0] in allowed]
        goes_on = () if is_quorate else _GOES_ON
        adjourned = tuple(
            name for name, asked in zip(_ADJOURNED, (has_plan, True, asks_day, asks_day), strict=True) if asked
        )
        offered = [
            Choice(
                MeetingStatus.INQUORATE,
                "No, it was adjourned because it was not quorate",
                reveals=adjourned,
            )
        ]
        if is_quorate or allowed:
            held = "Yes, it was held" if is_quorate else "Yes, it went on without its quorum"
            offered.insert(0, Choice(MeetingStatus.HELD, held, reveals=goes_on))
        self.status.choices = offered
        if asks_day:
            self.new_on.description = day_hint
        # Why it went on without its quorum is asked by itself.
        self.note.description = "The coordinator and the manager see this note too."
        self._leave_out(set(_GOES_ON + _ADJOURNED) - set(goes_on + adjourned))

    def leave_out_ways(self) -> None:
        """Ask no more than whether it went ahead, of a meeting that is not adjourned to another day."""
        self._leave_out(set(_GOES_ON + _ADJOURNED))

    def validate(self, extra_validators: Any = None) -> bool:
        """What was typed for the way that was not taken is no fault: it stays out of sight."""
        super().validate(extra_validators)
        for name in _ADJOURNED if self.status.data is MeetingStatus.HELD else _GOES_ON:
            if name in self:
                self[name].errors = []
        return not self.form_errors and not any(field.errors for field in self)

    def _leave_out(self, names: Iterable[str]) -> None:
        for name in names:
            if name in self:
                del self[name]


class ReopenForm(PortalForm):
    """Why a closed register is opened again."""

    version = VersionField()
    reason = TextAreaField(
        "What has to be corrected, and how you know",
        rows=4,
        max_length=REOPENING_LIMIT,
        required="Say what has to be corrected",
    )
