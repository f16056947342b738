"""What the business manager says of a report template: whom it asks, its sections, its questions, its first day."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup
from wtforms.validators import StopValidation

from portal.domain.clinical_records import PART_TITLES, ClinicalPart
from portal.domain.labels import choices
from portal.domain.report_template_drafting import MOST_CHOICES, QuestionSaid
from portal.domain.report_template_faults import CHOOSING, WRITTEN
from portal.domain.report_templates import Choice, TemplateQuestion
from portal.domain.report_vocabulary import AnswerKind
from portal.domain.vocabulary import AgencyType
from portal.forms.drafts import DraftForm
from portal.forms.fields import (
    CheckboxesField,
    CheckboxField,
    DateField,
    FilterForm,
    PortalForm,
    RadioField,
    SelectField,
    TextAreaField,
    TextField,
)
from portal.forms.fields.drawn import DrawnField, Look

LONGEST_TITLE = 200
LONGEST_HELP = 1000
LONGEST_CHOICE = 120
_CHOICES_AT_FIRST = 4
_CODE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")


class AskedForm(FilterForm):
    """Which templates are listed; the kinds of meetings are the partnership's."""

    agency_type = SelectField("Agency", choices(AgencyType), coerce=AgencyType, empty="Any agency")
    kind = SelectField("Meeting", empty="Any meeting")


class ComparedForm(FilterForm):
    """With which other version one is compared; the choices are the template's versions."""

    other = SelectField("Compare with", coerce=int, empty=None)


class CopyForm(PortalForm):
    """What a template of one's own is called."""

    title = TextField(
        "Title of the new template",
        required="Enter a title",
        max_length=LONGEST_TITLE,
        hint="For example: School’s report for a core group.",
    )


class DetailsForm(DraftForm):
    """What a template is called, and who answers it; for which meetings, `details_form` adds."""

    title = TextField("Title", required="Enter a title", max_length=LONGEST_TITLE)
    agency_types = CheckboxesField(
        "Who answers it?",
        choices(AgencyType),
        coerce=AgencyType,
        hint="Leave all empty for any agency.",
        look={"classes": "govuk-checkboxes--small"},
    )
    meeting_types: CheckboxesField


def details_form(kinds: Iterable[tuple[str, str]], shown: Mapping[str, object]) -> DetailsForm:
    """The form for a partnership's kinds of meetings: (code, name)."""

    class Offered(DetailsForm):
        meeting_types = CheckboxesField(
            "For which meetings?",
            kinds,
            hint="Leave all empty for any meeting.",
            look={"classes": "govuk-checkboxes--small"},
        )

    return Offered(data=shown)


class SectionForm(DraftForm):
    """The heading of a section."""

    title = TextField("Heading", required="Enter a heading", max_length=LONGEST_TITLE)


class CodesField(DrawnField):
    """The codes of the choices that a page was drawn with, in the order of its rows; nobody sees or types them."""

    data: list[str]

    def process_data(self, value: Iterable[str] | None) -> None:
        """Take the codes of the choices that there are."""
        self.data = list(value or ())

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take what was posted; what is no code stands for a row that is new."""
        posted = valuelist[0] if valuelist and isinstance(valuelist[0], str) else ""
        self.data = [code if _CODE.fullmatch(code) else "" for code in posted.split(",")[:MOST_CHOICES]]

    @property
    def focus_id(self) -> None:
        """There is nothing to go to."""
        return None

    def draw(self, look: Look) -> Markup:
        """A hidden input."""
        return Markup('<input type="hidden" name="{}" value="{}">').format(self.name, ",".join(self.data))


def _choice(number: int) -> TextField:
    return TextField(f"Choice {number}", max_length=LONGEST_CHOICE)


class QuestionForm(DraftForm):
    """A question as it is asked, answered and shown."""

    title = TextField(
        "Question",
        required="Enter the question",
        max_length=LONGEST_TITLE,
        hint="As whoever writes the report is asked.",
    )
    help = TextAreaField(
        "Help",
        rows=3,
        max_length=LONGEST_HELP,
        hint="What to think of, an example, and what to do if nothing is known.",
    )
    kind = RadioField(
        "How is it answered?", choices(AnswerKind), coerce=AnswerKind, required="Choose how it is answered"
    )
    choice_codes = CodesField("")
    choice_1 = _choice(1)
    choice_2 = _choice(2)
    choice_3 = _choice(3)
    choice_4 = _choice(4)
    choice_5 = _choice(5)
    choice_6 = _choice(6)
    choice_7 = _choice(7)
    choice_8 = _choice(8)
    choice_9 = _choice(9)
    choice_10 = _choice(10)
    choice_11 = _choice(11)
    choice_12 = _choice(12)
    is_needed = CheckboxField("A report cannot be sent without it")
    for_family = CheckboxField(
        "The family may read the answer",
        hint="Leave this empty where the answer could be about another person, or reach somebody who is violent.",
    )
    read_title = TextField(
        "What readers see it called (optional)",
        max_length=LONGEST_TITLE,
        hint="Such as “What they are worried about” for “What you are worried about”.",
    )
    source = SelectField(
        "What of a practice’s clinical record fills it? (optional)",
        [(part.value, PART_TITLES[part]) for part in ClinicalPart],
        empty="Nothing",
        hint="Only for a GP’s report, and only where it is answered in words.",
    )

    def validate_kind(self, field: RadioField) -> None:
        """Choosing needs choices."""
        if field.data in CHOOSING and len(self.choices_said) < 2:
            raise StopValidation("Give two choices or more, or let it be answered in another way")

    def validate_source(self, field: SelectField) -> None:
        """A record holds words."""
        if field.data and self.kind.data not in WRITTEN:
            raise StopValidation("A clinical record fills only what is answered in words")

    @property
    def choice_rows(self) -> list[TextField]:
        """The rows for choices, in their order."""
        fields: dict[str, Any] = self._fields
        return [fields[f"choice_{number}"] for number in range(1, MOST_CHOICES + 1)]

    @property
    def choices_in_sight(self) -> int:
        """How many rows a page shows at once: those that hold something, and two to go on with."""
        filled = [number for number, row in enumerate(self.choice_rows, start=1) if row.data or row.errors]
        return max(_CHOICES_AT_FIRST, max(filled, default=0) + 2)

    @property
    def choices_said(self) -> tuple[tuple[str, str], ...]:
        """The rows that hold something, each with the code of the choice that stood there."""
        codes = [*self.choice_codes.data, *([""] * MOST_CHOICES)]
        rows = zip(codes, self.choice_rows, strict=False)
        return tuple((code, row.data) for code, row in rows if row.data)

    @property
    def said(self) -> QuestionSaid:
        """What was said."""
        return QuestionSaid(
            title=self.title.data,
            help=self.help.data,
            kind=self.kind.data,
            is_needed=self.is_needed.data,
            for_family=self.for_family.data,
            choices=self.choices_said if self.kind.data in CHOOSING else (),
            read_title=self.read_title.data,
            source=self.source.data or "",
        )

    @staticmethod
    def shown(question: TemplateQuestion, version: int) -> dict[str, object]:
        """What the form of a question that is there holds at first."""
        return {
            "title": question.title,
            "help": question.help,
            "kind": question.kind,
            "choice_codes": [choice.code for choice in question.choices],
            **{f"choice_{number}": choice.label for number, choice in enumerate(question.choices, start=1)},
            "is_needed": question.is_needed,
            "for_family": question.for_family,
            "read_title": question.read_title,
            "source": question.source,
            "version": version,
        }


class DependsForm(FilterForm):
    """On which other question it depends whether one is asked."""

    on = SelectField("It depends on the answer to", empty="Choose a question")


class ConditionForm(DraftForm):
    """At which answers of another question one is asked; `condition_form` adds them."""

    answers: CheckboxesField


def condition_form(answers: Iterable[Choice], shown: Mapping[str, object]) -> ConditionForm:
    """The form for the answers of the other question."""
    given = tuple(answers)

    class Offered(ConditionForm):
        answers = CheckboxesField(
            "At which answers is it asked?",
            [(choice.code, choice.label) for choice in given],
            required="Choose at least one answer",
        )

    return Offered(data=shown)


class ShortFormForm(DraftForm):
    """Which questions remain where the agency hardly knows the family; `short_form_form` adds them."""

    codes: CheckboxesField


def short_form_form(questions: Iterable[TemplateQuestion], shown: Mapping[str, object]) -> ShortFormForm:
    """The form for the questions of a template."""

    class Offered(ShortFormForm):
        codes = CheckboxesField(
            "Which questions remain?",
            [(question.code, question.title) for question in questions],
            hint="Six or fewer can be answered in a minute. Leave all empty for no short form.",
            look={"classes": "govuk-checkboxes--small"},
        )

    return Offered(data=shown)


class MoveForm(DraftForm):
    """What is moved: the button that was pressed names it."""

    up = TextField("Question up")
    down = TextField("Question down")
    section_up = TextField("Section up")
    section_down = TextField("Section down")


class PublishForm(DraftForm):
    """From which day on it is answered."""

    first_day = DateField(
        "From which day on is it answered?",
        required="Enter the first day",
        like="1 9 2027",
        hint="Reports that were begun before that day keep what they were asked.",
    )
