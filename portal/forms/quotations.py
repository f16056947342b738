"""What was said at a meeting, for the board: proposed, and answered by the chair."""

from __future__ import annotations

from wtforms.validators import StopValidation

from portal.domain.labels import choices
from portal.domain.quotations import LONGEST
from portal.domain.scrutiny_vocabulary import Voice
from portal.forms.fields import Choice, PortalForm, RadioField, TextAreaField, TextField, VersionField

AGREE, REFUSE = "agree", "refuse"


class ProposedQuotationForm(PortalForm):
    """A quotation, who said it, and at which meeting."""

    text = TextAreaField(
        "What was said",
        rows=4,
        max_length=LONGEST,
        required="Enter what was said",
        hint="Without names, places, ages and dates: nobody should know the family by it.",
    )
    voice = RadioField("Who said it?", choices(Voice), coerce=Voice, required="Choose who said it")
    reference = TextField(
        "Reference of the meeting",
        required="Enter the reference of the meeting",
        max_length=40,
        hint="As on the meeting’s papers. Its chair is asked; the board is never told which meeting it was.",
    )


class AnsweredQuotationForm(PortalForm):
    """What the chair says to it."""

    version = VersionField()
    answer = RadioField(
        "May the board read it?",
        [
            Choice(AGREE, "Yes, in this wording", reveals=("text",)),
            Choice(REFUSE, "No", reveals=("reason",)),
        ],
        required="Choose whether the board may read it",
    )
    text = TextAreaField(
        "The wording that the board reads",
        rows=4,
        max_length=LONGEST,
        hint="Change what could point at somebody. The board sees no meeting, no child and no agency with it.",
    )
    reason = TextAreaField(
        "Why not?", rows=3, max_length=LONGEST, hint="Read by whoever proposed it. Name nobody of the family."
    )

    def validate_text(self, field: TextAreaField) -> None:
        """Needed with yes."""
        if self.answer.data == AGREE and not field.data:
            raise StopValidation("Enter the wording that the board may read")

    def validate_reason(self, field: TextAreaField) -> None:
        """Needed with no."""
        if self.answer.data == REFUSE and not field.data:
            raise StopValidation("Say why you do not agree")


class WithdrawnQuotationForm(PortalForm):
    """A question that is answered by its button."""

    version = VersionField()
