"""A talk of the chair with an agency by telephone, and the agency's word on what was written of it."""

from __future__ import annotations

from wtforms.validators import StopValidation

from portal.domain.report_sharing import LONGEST_NAME, LONGEST_TALK
from portal.forms.fields import (
    CheckboxField,
    Choice,
    DateField,
    PortalForm,
    RadioField,
    TextAreaField,
    TextField,
    VersionField,
)

RIGHT, WRONG = "right", "wrong"
_MEDIUM = {"label_classes": "govuk-label--m"}


class TalkForm(PortalForm):
    """When, with whom, and what was said."""

    talked_on = DateField("When did you talk?", required="Enter the day on which you talked")
    talked_with = TextField(
        "With whom?", hint="Name and post.", required="Enter whom you talked with", max_length=LONGEST_NAME
    )
    said = TextAreaField(
        "What was said?",
        hint="It stands with the reports for this meeting once the agency has confirmed it.",
        required="Write down what was said",
        rows=10,
        max_length=LONGEST_TALK,
        look=_MEDIUM,
    )


class SettleForm(PortalForm):
    """Whether it is right; where it is not, what is."""

    answer = RadioField(
        "Is this what was said?",
        [Choice(RIGHT, "Yes"), Choice(WRONG, "No, or something is missing", "", ("correction",))],
        required="Choose whether this is what was said",
        look={"legend_classes": "govuk-fieldset__legend--m"},
    )
    correction = TextAreaField(
        "What should stand there?",
        hint="It stands beside what the chair wrote; both are kept.",
        rows=6,
        max_length=LONGEST_TALK,
    )
    is_read_out = CheckboxField(
        "It may only be read out in the meeting: leave it out of what the agencies get on paper"
    )
    version = VersionField()

    def validate_correction(self, field: TextAreaField) -> None:
        """Whoever says that it is wrong says what is right."""
        if self.answer.data == WRONG and not field.data:
            raise StopValidation("Write what should stand there")
