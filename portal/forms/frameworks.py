"""What the business manager writes down about an edition of an audit framework, its standards and its questions."""

from __future__ import annotations

from wtforms.validators import Regexp, StopValidation

from portal.domain.audit_vocabulary import SchoolPhase
from portal.domain.labels import choices
from portal.domain.vocabulary import AgencyType
from portal.forms.drafts import DraftForm
from portal.forms.fields import (
    CheckboxesField,
    CheckboxField,
    DateField,
    FilterForm,
    RadioField,
    SelectField,
    TextAreaField,
    TextField,
)

_CODE_HINT = (
    "A short name that stays from edition to edition, such as online-safety. Small letters, digits and hyphens."
)
_CODE_RULE = Regexp(r"^[a-z0-9]+(-[a-z0-9]+)*$", message="Use small letters, digits and hyphens, like online-safety")
_HINT_LENGTH = 200
_MOST_HINTS = 10

WEIGHTS = (
    ("0", "Not counted in the score"),
    ("1", "Counts once"),
    ("2", "Counts twice"),
    ("3", "Counts three times"),
)


class AskedOf(FilterForm):
    """Whose questions are shown."""

    agency_type = SelectField("Asked of", choices(AgencyType), coerce=AgencyType, empty="Everybody")
    phase = SelectField("Ages", choices(SchoolPhase), coerce=SchoolPhase, empty="All ages")


class DetailsForm(DraftForm):
    """What an edition says about itself."""

    title = TextField("Title", required="Enter a title", max_length=200)
    law = TextField("Law", required="Say which law the audit is done under", max_length=200)
    guidance_edition = TextField(
        "Guidance",
        required="Say which guidance the questions follow",
        max_length=120,
        hint="With its year, so that people see when it is out of date.",
    )
    effective_from = DateField("In use from", required="Enter the day from which it is in use", like="1 9 2026")


class StandardForm(DraftForm):
    """A standard or theme."""

    title = TextField("Title", required="Enter a title", max_length=200)
    summary = TextAreaField("What it is about", required="Say in a sentence what it is about", rows=3, max_length=2000)


class NewStandardForm(StandardForm):
    """A standard that is added; it keeps its code."""

    code = TextField(
        "Code",
        required="Enter a code",
        max_length=40,
        hint=_CODE_HINT,
        look={"spellcheck": False, "classes": "govuk-input--width-20"},
        validators=[_CODE_RULE],
    )


class QuestionForm(DraftForm):
    """A question; what can be chosen as its scale is the edition's."""

    text = TextAreaField("Question", required="Enter the question", rows=3, max_length=2000)
    help = TextAreaField(
        "Help", rows=3, max_length=2000, hint="What to think of, what to count, and what does not count."
    )
    good = TextAreaField("What good looks like", required="Say what good looks like", rows=4, max_length=2000)
    hints = TextAreaField(
        "What would show it (optional)",
        rows=3,
        max_length=_MOST_HINTS * _HINT_LENGTH,
        hint="Evidence that others have given. One on each line.",
    )
    paragraph = TextField("Where the guidance asks for it (optional)", max_length=200)
    scale = RadioField("How is it answered?", required="Choose how it is answered")
    weight = SelectField("How much does it count?", WEIGHTS, coerce=int, empty=None, default=1)
    agency_types = CheckboxesField(
        "Who is asked?",
        choices(AgencyType),
        coerce=AgencyType,
        hint="Leave all empty to ask everybody whom the audit is for.",
    )
    phases = CheckboxesField(
        "Which ages?",
        choices(SchoolPhase),
        coerce=SchoolPhase,
        hint="Leave all empty to ask every school. All-through schools answer what primary and secondary schools do.",
    )
    needs_narrative = CheckboxField("An answer needs some words", default=True)
    needs_evidence = CheckboxField("An answer needs evidence")

    def validate_hints(self, field: TextAreaField) -> None:
        """Keep to a list that can be read at a glance."""
        if len(self.hint_lines) > _MOST_HINTS:
            raise StopValidation(f"Give {_MOST_HINTS} lines or fewer")
        if any(len(line) > _HINT_LENGTH for line in self.hint_lines):
            raise StopValidation(f"Each line must be {_HINT_LENGTH} characters or fewer")

    @property
    def hint_lines(self) -> tuple[str, ...]:
        """The hints one by one."""
        return tuple(line.strip() for line in self.hints.data.split("\n") if line.strip())


class NewQuestionForm(QuestionForm):
    """A question that is added; it keeps its code."""

    code = TextField(
        "Code",
        required="Enter a code",
        max_length=60,
        hint=_CODE_HINT,
        look={"spellcheck": False, "classes": "govuk-input--width-20"},
        validators=[_CODE_RULE],
    )
