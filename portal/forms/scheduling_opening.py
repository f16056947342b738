"""The questions of opening a meeting, a few a page; each page's form stands alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from wtforms.validators import StopValidation

from portal.domain.labels import choices, label
from portal.domain.meeting_vocabulary import MeetingVariant, TriggerKind
from portal.domain.vocabulary import Expectation, ExpectationReason, MeetingFormat
from portal.forms.cases import ChildForm
from portal.forms.fields import (
    Choice,
    DateField,
    PortalForm,
    RadioField,
    SelectField,
    SubmitField,
    TextField,
    TimeField,
)
from portal.forms.scheduling import PLACE_LIMIT, DayForm, duration_choices

NOT_ASKED = "not_asked"
MOST_CHILDREN = 12


class FamilyForm(PortalForm):
    """Which family, and what kind of meeting."""

    reference = TextField(
        "Reference of the case",
        required="Enter the reference of the case",
        max_length=40,
        hint="The local authority’s own. If the portal does not know it yet, you are asked for the children’s names.",
        look={"classes": "govuk-input--width-20"},
    )
    kind = RadioField("What kind of meeting?", required="Choose what kind of meeting it is")
    variant = SelectField(
        "Is it a conference of a particular sort?", choices(MeetingVariant), coerce=MeetingVariant, empty="No"
    )

    def offer(self, kinds: Iterable[tuple[str, str]]) -> None:
        """Put on offer what the partnership holds."""
        self.kind.choices = list(kinds)


class NewChildForm(ChildForm):
    """A child of a family that is not known yet; its fields carry the child's number."""

    version = None  # type: ignore[assignment]  # WTForms leaves a field out that is None

    @property
    def is_blank(self) -> bool:
        """Whether nothing was said of the child."""
        fields = (self.given_name, self.surname, self.date_of_birth, self.nhs_number, self.upn)
        return not any(field.data for field in fields)


class TriggerForm(PortalForm):
    """What asked for the meeting, and when."""

    trigger_kind = RadioField(
        "What asked for it?", choices(TriggerKind), coerce=TriggerKind, required="Choose what asked for the meeting"
    )
    trigger_on = DateField("On which day?", required="Enter the day on which that was", like="9 11 2026")
    trigger_time = TimeField("At what time?", hint="Where a rule counts hours. Leave it empty if it is not known.")
    section_47_on = DateField(
        "When did the section 47 enquiry begin?",
        like="9 11 2026",
        hint="The national statistics count from this day. Leave it empty if there is none.",
    )


class AgencyRow:
    """One agency among those that a meeting asks: its name, and two fields."""

    def __init__(self, agency_id: int, name: str, expectation: str, reason: str) -> None:
        self.agency_id = agency_id
        self.name = name
        self.expectation = expectation
        self.reason = reason
        self.error = ""


EXPECTATIONS = [(one.value, label(one)) for one in Expectation if one is not Expectation.NOT_RELEVANT] + [
    (NOT_ASKED, "Do not ask them")
]


class AgenciesForm(PortalForm):
    """The buttons under the agencies; their rows are read by the view, for there are as many as there are."""

    another = SelectField("Another agency", coerce=int, empty="Choose one")
    add = SubmitField("Add it", kind="secondary")

    def offer(self, others: Iterable[tuple[int, str]]) -> None:
        """Put on offer whom else to ask."""
        self.another.choices = [(str(number), name) for number, name in others]


REASONS = [
    (one.value, label(one))
    for one in ExpectationReason
    if one not in (ExpectationReason.NOT_INVOLVED, ExpectationReason.MOVED_AWAY, ExpectationReason.IMPORTED)
]


class HowForm(PortalForm):
    """Who chairs, how long it takes, and how people come together."""

    chair_membership_id = SelectField("Who chairs?", coerce=int, empty="Nobody is named yet")
    duration_minutes = SelectField(
        "How long will it take?", duration_choices(), coerce=int, required="Choose how long it will take"
    )
    format = RadioField(
        "How is it held?", choices(MeetingFormat), coerce=MeetingFormat, required="Choose how it is held"
    )
    place = TextField("Where, if people come together", max_length=PLACE_LIMIT)
    link = TextField("Link or number to join by", max_length=PLACE_LIMIT)

    def offer(self, chairs: Iterable[tuple[int, str]]) -> None:
        """Put on offer who chairs."""
        self.chair_membership_id.choices = [(str(number), name) for number, name in chairs]

    def validate_place(self, field: Any) -> None:
        """People who come together must know where."""
        if self.format.data is MeetingFormat.IN_PERSON and not field.data:
            raise StopValidation("Enter where people come together")


OTHER_SLOT = "other"


class SlotForm(DayForm):
    """The day and time, one of those proposed or another."""

    slot = RadioField("Which day and time?", required="Choose a day and time")
    scheduled_on = DateField("Day", like="24 11 2026")
    start_time = TimeField("Time")

    def offer(self, slots: Iterable[tuple[str, str]]) -> None:
        """Put the proposed slots on offer, and another."""
        self.slot.choices = [
            *(Choice(value, words) for value, words in slots),
            Choice(OTHER_SLOT, "Another day and time", reveals=("scheduled_on", "start_time")),
        ]

    @property
    def chosen(self) -> tuple[date, time] | None:
        """Day and time; None where they are not said."""
        if self.slot.data == OTHER_SLOT:
            day, at = self.scheduled_on.data, self.start_time.data
            return None if day is None or at is None else (day, at)
        try:
            moment = datetime.fromisoformat(self.slot.data or "")
        except ValueError:
            return None
        return moment.date(), moment.time()

    def validate_scheduled_on(self, field: Any) -> None:
        """Another day must be said."""
        if self.slot.data == OTHER_SLOT and field.data is None:
            raise StopValidation("Enter the day of the meeting")

    def validate_start_time(self, field: Any) -> None:
        """Another time must be said."""
        if self.slot.data == OTHER_SLOT and field.data is None:
            raise StopValidation("Enter when the meeting begins, like 10:00 or 2:30pm")
