"""What a coordinator says when a meeting is moved, cancelled or given to another chair."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wtforms.validators import StopValidation

from portal.domain.labels import choices
from portal.domain.scheduling_vocabulary import NOTE_LIMIT, TO_BE_LATE, TO_CANCEL, TO_MOVE, MoveReason
from portal.domain.vocabulary import MeetingFormat
from portal.forms.fields import (
    CheckboxField,
    DateField,
    PortalForm,
    RadioField,
    SelectField,
    TextAreaField,
    TextField,
    TimeField,
    VersionField,
)

DURATIONS = (15, 30, 45, 60, 75, 90, 105, 120, 150, 180, 240, 300, 360)
PLACE_LIMIT = 500


def duration_choices(*also: int | None) -> list[tuple[str, str]]:
    """Lengths to choose from, with those that stand already."""
    minutes = sorted({*DURATIONS, *(one for one in also if one)})
    return [(str(one), duration_words(one)) for one in minutes]


def duration_words(minutes: int) -> str:
    """Return "1 hour 30 minutes"."""
    hours, rest = divmod(minutes, 60)
    words = [f"{hours} hour{'s' if hours > 1 else ''}"] if hours else []
    return " ".join([*words, f"{rest} minutes"] if rest else words)


class DayForm(PortalForm):
    """The day and time of a meeting, and why if it is late; clashes are confirmed by a tick."""

    scheduled_on = DateField("Day", required="Enter the day of the meeting", like="24 11 2026")
    start_time = TimeField("Time", required="Enter when the meeting begins, like 10:00 or 2:30pm")
    late_reason = SelectField(
        "Why is it after the day by which it is due?",
        choices(TO_BE_LATE),
        coerce=MoveReason,
        empty="It is not late",
    )
    note = TextAreaField(
        "Note", rows=3, max_length=NOTE_LIMIT, hint="Seen by those who run the meeting, not by the agencies."
    )
    take_anyway = CheckboxField("Take this day and time all the same")
    clashes_seen = VersionField()

    def confirms(self, clashes: int) -> bool:
        """Whether these very clashes were seen and are accepted."""
        return self.take_anyway.data and self.clashes_seen.data == clashes


class MoveForm(DayForm):
    """Another day, time, form or place for a meeting."""

    duration_minutes = SelectField("How long will it take?", coerce=int, empty="Not known")
    chair_membership_id = SelectField("Who chairs?", coerce=int, empty=None)
    format = RadioField(
        "How is it held?", choices(MeetingFormat), coerce=MeetingFormat, required="Choose how it is held"
    )
    place = TextField("Where, if people come together", max_length=PLACE_LIMIT)
    link = TextField("Link or number to join by", max_length=PLACE_LIMIT)
    reason = RadioField("Why is it moved?", choices(TO_MOVE), coerce=MoveReason, required="Choose why it is moved")
    later_too = CheckboxField("Move the later ones of this series by as many days, too")
    version = VersionField()

    def offer(self, minutes: int | None, chairs: Iterable[tuple[int, str]], chair: tuple[int, str] | None) -> None:
        """Put the lengths and the chairs on offer, the meeting's own among them."""
        self.duration_minutes.choices = duration_choices(minutes)
        known = dict(chairs)
        if chair is None:
            self.chair_membership_id.empty = "Nobody is named yet"
        else:
            known.setdefault(*chair)
        self.chair_membership_id.choices = [(str(number), name) for number, name in known.items()]

    def validate_note(self, field: Any) -> None:
        """Another reason is no reason without words."""
        if self.reason.data is MoveReason.ANOTHER_REASON and not field.data:
            raise StopValidation("Enter the reason")


class CancelForm(PortalForm):
    """Why a meeting is cancelled."""

    reason = RadioField(
        "Why is it cancelled?", choices(TO_CANCEL), coerce=MoveReason, required="Choose why it is cancelled"
    )
    note = TextAreaField(
        "Note", rows=3, max_length=NOTE_LIMIT, hint="Seen by those who run the meeting, not by the agencies."
    )
    version = VersionField()

    def validate_note(self, field: Any) -> None:
        """Another reason is no reason without words."""
        if self.reason.data is MoveReason.ANOTHER_REASON and not field.data:
            raise StopValidation("Enter the reason")


class ChairForm(PortalForm):
    """Who chairs a meeting from now on; what else they are wanted for is confirmed by a tick."""

    chair_membership_id = SelectField("Who chairs it from now on?", coerce=int, required="Choose who chairs")
    note = TextAreaField(
        "Why, if that helps those who run the meeting",
        rows=3,
        max_length=NOTE_LIMIT,
        hint="The agencies do not see it.",
    )
    take_anyway = CheckboxField("They chair it all the same")
    clashes_seen = VersionField()
    version = VersionField()

    def offer(self, chairs: Iterable[tuple[int, str]]) -> None:
        """Put on offer who chairs in the partnership."""
        self.chair_membership_id.choices = [(str(number), name) for number, name in chairs]

    def confirms(self, clashes: int) -> bool:
        """Whether these very clashes were seen and are accepted."""
        return self.take_anyway.data and self.clashes_seen.data == clashes


class ConfirmAnswerForm(PortalForm):
    """An answer that still stands."""

    version = VersionField()


class SeriesForm(PortalForm):
    """A series of meetings that goes on from one that was held."""

    kind = RadioField("Which meetings?", required="Choose which meetings")
    chair_membership_id = SelectField("Who chairs?", coerce=int, empty="Nobody is named yet")
    scheduled_on = DateField("Day of the first one", required="Enter the day of the first one", like="24 11 2026")
    start_time = TimeField("Time", required="Enter when they begin, like 10:00 or 2:30pm")
    duration_minutes = SelectField("How long do they take?", duration_choices(), coerce=int, empty="Not known")
    every_weeks = SelectField(
        "How often?",
        [(str(weeks), "Every week" if weeks == 1 else f"Every {weeks} weeks") for weeks in (1, 2, 3, 4, 5, 6, 8, 12)],
        coerce=int,
        required="Choose how often",
    )
    last_on = DateField(
        "Last day",
        required="Enter the last day on which one may be held",
        like="31 5 2027",
        hint="None is held after it.",
    )
    format = RadioField("How are they held?", choices(MeetingFormat), coerce=MeetingFormat, required="Choose how")
    place = TextField("Where, if people come together", max_length=PLACE_LIMIT)
    link = TextField("Link or number to join by", max_length=PLACE_LIMIT)
    late_reason = SelectField(
        "Why is the first one after the day by which it is due?",
        choices(TO_BE_LATE),
        coerce=MoveReason,
        empty="It is not late",
    )
    note = TextAreaField("Note", rows=3, max_length=NOTE_LIMIT)

    def offer(self, kinds: Iterable[tuple[str, str]], chairs: Iterable[tuple[int, str]]) -> None:
        """Put on offer what can be chosen."""
        self.kind.choices = list(kinds)
        self.chair_membership_id.choices = [(str(number), name) for number, name in chairs]
