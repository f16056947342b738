"""How long records are kept, whom people write to, legal holds, and approving what is erased."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from portal.domain.retention import (
    CLASS_WORDS,
    LONGEST_REASON,
    LONGEST_SOURCE,
    MOST_YEARS,
    SCOPE_WORDS,
    HoldScope,
    RecordClass,
)
from portal.forms.fields import (
    CheckboxesField,
    CheckboxField,
    Choice,
    DateField,
    EmailField,
    NumberField,
    PortalForm,
    RadioField,
    SelectField,
    TextAreaField,
    TextField,
    VersionField,
)

_MEDIUM = {"legend_classes": "govuk-fieldset__legend--m"}
_CLASSES = [(one.value, words) for one, words in CLASS_WORDS.items()]


class RuleForm(PortalForm):
    """Another number of years for a class, from a day on."""

    record_class = RadioField(
        "Which records?", _CLASSES, coerce=RecordClass, required="Choose which records", look=_MEDIUM
    )
    years = NumberField(
        "Years", hint="Whole years.", least=1, most=MOST_YEARS, required="Enter for how many years they are kept"
    )
    reason = TextAreaField(
        "Why for so long?",
        hint="Everybody can read this on the page about data protection.",
        rows=3,
        max_length=LONGEST_REASON,
        required="Say why records of this class are kept for so long",
    )
    source = TextField(
        "Where does that stand?",
        hint="Such as the council’s retention schedule and its date.",
        max_length=LONGEST_SOURCE,
        required="Say where that stands",
    )
    effective_from = DateField("From which day?", required="Enter the day from which it holds", like="1 9 2026")


class ContactForm(PortalForm):
    """Whom people write to about what is held on them."""

    name = TextField("Who?", hint="A post is enough.", max_length=120, required="Enter who answers")
    email = EmailField("Email address", max_length=254, required="Enter an email address")
    telephone = TextField("Telephone number", max_length=40)
    address = TextAreaField("Postal address", rows=4, max_length=300)
    version = VersionField()


class HoldForm(PortalForm):
    """What must not be erased, and why."""

    scope = RadioField(
        "What must be kept?",
        [
            Choice(HoldScope.CASE.value, SCOPE_WORDS[HoldScope.CASE], "", ("family",)),
            Choice(HoldScope.CHILD.value, SCOPE_WORDS[HoldScope.CHILD], "", ("child",)),
            Choice(HoldScope.AGENCY.value, SCOPE_WORDS[HoldScope.AGENCY], "", ("agency",)),
            Choice(HoldScope.RECORD_CLASS.value, SCOPE_WORDS[HoldScope.RECORD_CLASS], "", ("record_class",)),
            Choice(HoldScope.EVERYTHING.value, SCOPE_WORDS[HoldScope.EVERYTHING]),
        ],
        coerce=HoldScope,
        required="Choose what must be kept",
        look=_MEDIUM,
    )
    family = TextField("The family’s reference", max_length=60)
    child = TextField(
        "NHS number, UPN, or the family’s reference",
        hint="Where a family has several children, add -1, -2 and so on to its reference.",
        max_length=60,
    )
    agency: SelectField = SelectField("Agency", coerce=int)
    record_class = SelectField("Class of records", _CLASSES, coerce=RecordClass)
    reason = TextAreaField(
        "Why, and who asked for it?",
        hint="Such as the inquiry or the claim, with its number. Only the safeguarding manager reads this.",
        rows=4,
        max_length=LONGEST_REASON,
        required="Say why these records must be kept, and who asked for it",
        look={"label_classes": "govuk-label--m"},
    )

    def offer(self, agencies: Iterable[tuple[int, str]]) -> None:
        """Put the partnership's agencies on offer."""
        self.agency.choices = [(str(number), name) for number, name in agencies]

    @property
    def reference(self) -> str:
        """What was typed for the scope that was chosen."""
        return self.child.data if self.scope.data is HoldScope.CHILD else self.family.data


class LiftForm(PortalForm):
    """Why records need not be held any longer."""

    because = TextAreaField(
        "Why need they not be held any longer?",
        rows=4,
        max_length=LONGEST_REASON,
        required="Say why the records need not be held any longer",
    )
    version = VersionField()


class EraseForm(PortalForm):
    """Which of what is proposed is erased, for good."""

    erasures: CheckboxesField
    sure = CheckboxField(
        "I have looked at each of these. I know that nobody can bring them back.",
        required="Say that you have looked at each of them",
    )


def erase_form(proposals: Iterable[tuple[int, str, str]], posted: Any = None) -> EraseForm:
    """A form with what is proposed on offer: number, words, and since when by which rule."""

    class Offered(EraseForm):
        """The same with its choices, which are read with what was posted."""

        erasures = CheckboxesField(
            "What is erased?",
            [Choice(str(number), words, hint) for number, words, hint in proposals],
            coerce=int,
            required="Choose what is to be erased",
            look=_MEDIUM,
        )

    return Offered(posted)
