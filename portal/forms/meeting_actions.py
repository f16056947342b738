"""What people write down about actions of meetings: a new one, and what a conference makes of other meetings'."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wtforms.validators import StopValidation

from portal.domain.action_rules import WHAT_LIMIT
from portal.domain.labels import choices
from portal.domain.plans import NOTE_LIMIT, Carrying
from portal.forms.fields import (
    DateField,
    PortalForm,
    RadioField,
    SelectField,
    TextAreaField,
    TextField,
    VersionField,
)


class MeetingActionForm(PortalForm):
    """An action that a meeting asked for."""

    what = TextAreaField(
        "What will be done?",
        rows=3,
        max_length=WHAT_LIMIT,
        required="Say what will be done",
        hint="One thing that somebody does. Whoever sees this meeting reads it.",
    )
    measure = TextAreaField(
        "How will people know that it was done?",
        rows=2,
        max_length=WHAT_LIMIT,
        required="Say how people will know that it was done",
    )
    child = SelectField("For which child?", coerce=int, empty="All of them, or the family")
    agency = SelectField(
        "Which agency does it?",
        coerce=int,
        empty="Choose an agency",
        required="Choose an agency",
        hint="Agencies that are invited to this meeting.",
    )
    owner = SelectField("Who will do it?", coerce=int, empty="Somebody who does not use the portal")
    owner_name = TextField("Their name, if they do not use the portal", max_length=120, look={"autocomplete": "off"})
    due_on = DateField("By when?", like="31 3 2027", required="Enter the day by which it will be done")

    def offer(
        self,
        agencies: Iterable[tuple[int, str]],
        owners: Iterable[tuple[int, str]],
        children: Iterable[tuple[int, str]],
    ) -> None:
        """Put on offer who has a part in the meeting; without a named child there is none to choose."""
        self.agency.choices = [(str(number), name) for number, name in agencies]
        self.owner.choices = [(str(number), name) for number, name in owners]
        self.child.choices = [(str(number), name) for number, name in children]
        if not self.child.choices:
            del self.child

    @property
    def child_id(self) -> int | None:
        """The child it is for, where one was chosen."""
        chosen: int | None = self.child.data if "child" in self else None
        return chosen

    def validate_owner_name(self, field: Any) -> None:
        """Somebody has to do it."""
        if self.owner.data is None and not field.data:
            raise StopValidation("Choose who will do it, or enter their name")


class CarryingForm(PortalForm):
    """For each open action of another meeting, whether it is carried into the plan. Made by `of`."""

    @classmethod
    def of(cls, actions: Iterable[tuple[int, str, Carrying | None, str, int]]) -> CarryingForm:
        """The form for some actions: each with its words, and with what was decided about it before."""
        fields: dict[str, Any] = {}
        data: dict[str, Any] = {}
        for number, words, carrying, reason, version in actions:
            fields[f"carrying_{number}"] = RadioField(
                words,
                choices(Carrying),
                coerce=Carrying,
                look={"classes": "govuk-radios--inline", "legend_classes": "govuk-fieldset__legend--s"},
            )
            fields[f"reason_{number}"] = TextAreaField(
                "Why, if it is not carried into the plan", rows=2, max_length=NOTE_LIMIT
            )
            fields[f"version_{number}"] = VersionField()
            data |= {f"carrying_{number}": carrying, f"reason_{number}": reason, f"version_{number}": version}
        form: CarryingForm = type(cls.__name__, (cls,), fields)(data=data)
        return form

    def decided(self, numbers: Iterable[int]) -> list[tuple[int, Carrying, str, int]]:
        """What was said of each action that something was said of."""
        return [
            (
                number,
                self[f"carrying_{number}"].data,
                self[f"reason_{number}"].data or "",
                self[f"version_{number}"].data or 0,
            )
            for number in numbers
            if self[f"carrying_{number}"].data is not None
        ]
