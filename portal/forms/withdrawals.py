"""Withdrawing what was sent to the wrong child or person, and assessing it for data protection."""

from __future__ import annotations

from collections.abc import Iterable

from wtforms.validators import StopValidation

from portal.domain.labels import choices
from portal.domain.withdrawal_vocabulary import NEEDS_WORDS, RegulatorStep, WithdrawalReason
from portal.domain.withdrawals import LONGEST
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

WHOLE = "report"
_MEDIUM = {"legend_classes": "govuk-fieldset__legend--m"}


class WithdrawForm(PortalForm):
    """What is withdrawn, and why."""

    what: RadioField = RadioField("What do you withdraw?", required="Choose what you withdraw", look=_MEDIUM)
    reason = RadioField(
        "Why?", choices(WithdrawalReason), coerce=WithdrawalReason, required="Choose a reason", look=_MEDIUM
    )
    words = TextAreaField(
        "In your own words",
        hint="The agency’s lead and whoever looks after data protection read this. Needed for something else.",
        rows=4,
        max_length=LONGEST,
    )

    def offer(self, files: Iterable[tuple[int, str]]) -> None:
        """Put on offer the report, and each of its files by itself."""
        self.what.choices = [
            Choice(WHOLE, "The whole report, with its files"),
            *(Choice(str(number), f"Only the file {name}") for number, name in files),
        ]

    @property
    def file_id(self) -> int | None:
        """The one file that is withdrawn; none where it is the whole report."""
        return None if self.what.data in (None, WHOLE) else int(self.what.data)

    def validate_words(self, field: TextAreaField) -> None:
        """Something else is said in words."""
        if self.reason.data in NEEDS_WORDS and not field.data:
            raise StopValidation("Say in your own words why")


class AssessmentForm(PortalForm):
    """What was found. Whether the time fits and what is missing, the service asks."""

    words = TextAreaField(
        "Whom may it harm, and how?",
        hint="Who had opened it, what they know now, and what was done: copies destroyed, people told.",
        required="Say whom it may harm, and how",
        rows=6,
        max_length=LONGEST,
        look={"label_classes": "govuk-label--m"},
    )
    step = RadioField(
        "Must the information commissioner be told?",
        [
            Choice(
                RegulatorStep.TOLD.value, "They were told", "The commissioner’s office (ICO).", ("told_on", "told_at")
            ),
            Choice(RegulatorStep.NOT_NEEDED.value, "No: it is unlikely to put anybody at risk"),
            Choice(RegulatorStep.NOT_DECIDED.value, "Not decided yet"),
        ],
        coerce=RegulatorStep,
        required="Choose what is decided about the commissioner",
        look=_MEDIUM,
    )
    told_on = DateField("On which day?")
    told_at = TimeField("At what time?")
    reason = TextAreaField(
        "Why not, or why so late?",
        hint="Needed where they need not be told, or were told after 72 hours.",
        rows=3,
        max_length=LONGEST,
    )
    is_closed = CheckboxField("Close this entry: nothing more is to be done")
    version = VersionField()
