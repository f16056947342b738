"""Who sees a meeting for named people only, and which families a meeting is about."""

from __future__ import annotations

from collections.abc import Iterable

from portal.domain.named_people import REASON_LIMIT
from portal.forms.fields import PortalForm, SelectField, TextAreaField, TextField


class NamePersonForm(PortalForm):
    """Somebody to be named."""

    membership = SelectField("Who else may see this meeting?", coerce=int, required="Choose a person")

    def offer(self, people: Iterable[tuple[int, str]]) -> None:
        """Put on offer who can be named."""
        self.membership.choices = [(str(number), name) for number, name in people]


class NameOneselfForm(PortalForm):
    """Why a safeguarding manager has to see a meeting."""

    reason = TextAreaField(
        "Why do you need to see this meeting?",
        rows=4,
        max_length=REASON_LIMIT,
        required="Say why you need to see this meeting",
        hint="The people who keep the meeting read this. It is kept with your name and the time.",
    )


class FamilyForm(PortalForm):
    """A further family, by its reference."""

    reference = TextField(
        "The family’s case reference",
        max_length=40,
        required="Enter the family’s case reference",
        hint="As the local authority writes it. A family that is not known here yet is added without names.",
        look={"classes": "govuk-input--width-20", "spellcheck": False, "autocomplete": "off"},
    )
