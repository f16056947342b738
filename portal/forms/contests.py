"""What an agency contests of what is expected of it, and what the coordinator decides."""

from __future__ import annotations

from collections.abc import Iterable

from wtforms.validators import StopValidation

from portal.domain.contest_vocabulary import NEEDS_WORDS, ContestReason
from portal.domain.labels import choices, label
from portal.domain.vocabulary import Expectation, ExpectationReason
from portal.forms.fields import Choice, FilterForm, PortalForm, RadioField, SelectField, TextAreaField, VersionField

UPHOLD, KEEP = "uphold", "keep"
OPEN, ALL = "open", "all"
LONGEST = 2_000

_MEDIUM = {"legend_classes": "govuk-fieldset__legend--m"}
_HINTS = {
    Expectation.EXPECTED: "You come, and report where a report is asked for.",
    Expectation.REPORT_ONLY: "You send a report, and need not come.",
    Expectation.OPTIONAL: "You may come. It does not count whether you do.",
    Expectation.NOT_RELEVANT: "You have no part in this meeting. If this is upheld, it leaves your list.",
}


class ContestFilter(FilterForm):
    """Which contests are listed."""

    show = SelectField("Show", [(OPEN, "Not decided"), (ALL, "All")], empty=None)


class ContestForm(PortalForm):
    """What should be expected instead, and why."""

    wanted: RadioField = RadioField(
        "What should be expected of you?",
        coerce=Expectation,
        required="Choose what should be expected of you",
        look=_MEDIUM,
    )
    reason = RadioField("Why?", choices(ContestReason), coerce=ContestReason, required="Choose a reason", look=_MEDIUM)
    words = TextAreaField(
        "In your own words",
        hint="The coordinator, the chair and your own agency read this. Needed for something else.",
        rows=4,
        max_length=LONGEST,
    )
    version = VersionField()

    def offer(self, wanted: Iterable[Expectation]) -> None:
        """Put on offer what can be asked for."""
        self.wanted.choices = [Choice(one.value, label(one), _HINTS[one]) for one in wanted]

    def validate_words(self, field: TextAreaField) -> None:
        """Something else is said in words."""
        if self.reason.data in NEEDS_WORDS and not field.data:
            raise StopValidation("Say in your own words why")


class DecisionForm(PortalForm):
    """Uphold it, or leave what is expected as it is. What each needs, the service asks for."""

    outcome: RadioField = RadioField("What do you decide?", required="Choose what you decide", look=_MEDIUM)
    reason: RadioField = RadioField("Why is it so?", coerce=ExpectationReason)
    words = TextAreaField(
        "A word to the agency", hint="They read this beside the decision. Optional.", rows=3, max_length=LONGEST
    )
    kept_words = TextAreaField(
        "Why does it stay?", hint="The agency reads this beside the decision.", rows=3, max_length=LONGEST
    )
    version = VersionField()

    def offer(self, wanted: Expectation, reasons: Iterable[ExpectationReason]) -> None:
        """Put on offer what the agency asks for, with the reasons that fit it."""
        self.reason.choices = [Choice(*pair) for pair in choices(reasons)]
        self.outcome.choices = [
            Choice(UPHOLD, f"Uphold it: {label(wanted)}", "The figures follow at once.", ("reason", "words")),
            Choice(KEEP, "Do not uphold it: what is expected stays", "", ("kept_words",)),
        ]

    def validate_reason(self, field: RadioField) -> None:
        """Whatever is expected has a reason."""
        if self.outcome.data == UPHOLD and field.data is None:
            raise StopValidation("Choose why it is so")

    def validate_kept_words(self, field: TextAreaField) -> None:
        """Nobody is refused without a word."""
        if self.outcome.data == KEEP and not field.data:
            raise StopValidation("Tell the agency why what is expected stays")


class WithdrawalForm(PortalForm):
    """A question that is answered by its button."""

    version = VersionField()
