"""Minutes being written, sent and put right."""

from __future__ import annotations

from portal.domain.labels import choices
from portal.domain.minutes import ANSWER_LIMIT, CORRECTION_LIMIT, MINUTES_LIMIT
from portal.domain.outcome_vocabulary import CorrectionOutcome
from portal.domain.outcomes import BECAUSE_LIMIT
from portal.forms.fields import FileField, PortalForm, RadioField, SubmitField, TextAreaField, VersionField

_MEDIUM_LABEL = {"label_classes": "govuk-label--m"}


class MinutesForm(PortalForm):
    """The minutes as a text, a file, or both."""

    version = VersionField()
    text = TextAreaField(
        "The minutes",
        hint="What was said and by whom, in the order of the agenda. Leave it empty if they are in a file.",
        rows=20,
        max_length=MINUTES_LIMIT,
        look=_MEDIUM_LABEL,
    )
    files = FileField("Put in a file", hint="Instead of the text, or beside it.", multiple=False)
    attach = SubmitField("Put it in", kind="secondary")
    save = SubmitField("Save and stop", kind="secondary")
    check = SubmitField("Check and send")


class SendingForm(PortalForm):
    """Sending what was checked; the version is that of what the page showed."""

    version = VersionField()
    because = TextAreaField(
        "What is different from the version before?",
        hint="The agencies read this beside the new version.",
        rows=3,
        max_length=BECAUSE_LIMIT,
    )


class SheetForm(PortalForm):
    """A question that is answered by its button."""


class CorrectionForm(PortalForm):
    """What an agency says is wrong."""

    text = TextAreaField(
        "What is wrong, and what should it say?",
        hint="Quote the words that are wrong. Outside your agency, the chair and the coordinator alone read this.",
        rows=6,
        max_length=CORRECTION_LIMIT,
        required="Say what is wrong, and what it should say",
        look=_MEDIUM_LABEL,
    )


class AnswerForm(PortalForm):
    """Whether a correction is taken."""

    version = VersionField()
    outcome = RadioField(
        "Do you take it?",
        choices((CorrectionOutcome.TAKEN, CorrectionOutcome.NOT_TAKEN)),
        coerce=CorrectionOutcome,
        required="Choose whether you take the correction",
        hint="What you take, you then write into the minutes and send as a new version.",
        look={"legend_classes": "govuk-fieldset__legend--m"},
    )
    answer = TextAreaField(
        "What do you say to the agency?",
        hint="Needed where you do not take it.",
        rows=4,
        max_length=ANSWER_LIMIT,
        look=_MEDIUM_LABEL,
    )
