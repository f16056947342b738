"""What the scrutineer asks, and what those who are asked reply."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wtforms.validators import StopValidation

from portal.domain.labels import choices
from portal.domain.scrutiny_vocabulary import ScrutinyState
from portal.domain.vocabulary import Role
from portal.forms.fields import (
    Choice,
    DateField,
    FilterForm,
    PortalForm,
    RadioField,
    SelectField,
    SubmitField,
    TextAreaField,
    TextField,
    VersionField,
)

LONGEST = 5_000
LONGEST_TITLE = 120
NO_FAMILY = "The board reads this. Do not name a child or a family, and no meeting about one."
AGENCY, PERSON, ROLE = "agency", "person", "role"


class ScrutinyFilter(FilterForm):
    """What the log is narrowed to."""

    state = SelectField("State", choices(ScrutinyState), coerce=ScrutinyState, empty="Any state")

    @property
    def asked(self) -> ScrutinyState | None:
        """The state asked for, where it is one."""
        return None if self.state.errors else self.state.data


class QuestionForm(PortalForm):
    """A question to one person, everybody in a role, or an agency."""

    title = TextField("Heading", required="Enter a heading", max_length=LONGEST_TITLE, hint="A few words for the list.")
    text = TextAreaField("What do you ask?", rows=6, max_length=LONGEST, required="Enter the question", hint=NO_FAMILY)
    whom = RadioField(
        "Whom do you ask?",
        [
            Choice(AGENCY, "An agency", "Its leads reply.", reveals=("agency",)),
            Choice(PERSON, "A person", reveals=("person",)),
            Choice(ROLE, "Everybody in a role", "Whoever comes first replies for all.", reveals=("role",)),
        ],
        required="Choose whom you ask",
    )
    agency = SelectField("Which agency?", coerce=int)
    person = SelectField("Which person?", coerce=int)
    role = SelectField("Which role?", coerce=Role)
    due_on = DateField("Reply by", required="Enter the day by which you need the reply", like="15 1 2027")

    def offer(
        self,
        agencies: Iterable[tuple[int, str]],
        people: Iterable[tuple[int, str]],
        roles: Iterable[tuple[Role, str]],
    ) -> None:
        """Put on offer who can be asked."""
        self.agency.choices = [(str(number), name) for number, name in agencies]
        self.person.choices = [(str(number), name) for number, name in people]
        self.role.choices = [(role.value, words) for role, words in roles]

    def validate_agency(self, field: SelectField) -> None:
        """Needed where an agency is asked."""
        self._need(AGENCY, field, "Choose the agency")

    def validate_person(self, field: SelectField) -> None:
        """Needed where a person is asked."""
        self._need(PERSON, field, "Choose the person")

    def validate_role(self, field: SelectField) -> None:
        """Needed where a role is asked."""
        self._need(ROLE, field, "Choose the role")

    def asked(self, kind: str) -> Any:
        """What is chosen under one of the three; nothing where another is asked."""
        return self[kind].data if self.whom.data == kind else None

    def _need(self, kind: str, field: SelectField, sentence: str) -> None:
        if self.whom.data != kind:
            # What stands in the hidden ones is nobody's choice.
            field.errors = []
            raise StopValidation
        if field.data is None and not field.errors:
            raise StopValidation(sentence)


class ChangedQuestionForm(QuestionForm):
    """A question that was asked already, and not replied to."""

    version = VersionField()


class ScrutinyReplyForm(PortalForm):
    """The reply, saved while it is typed; `asked` is the version of the challenge that the page showed."""

    version = VersionField()
    asked = VersionField()
    text = TextAreaField(
        "Your reply",
        rows=10,
        max_length=LONGEST,
        hint="The scrutineer and the board read this once you have sent it. Do not name a child or a family.",
    )
    send = SubmitField("Send the reply")
    save = SubmitField("Save and finish later", kind="secondary")


class AskAgainForm(PortalForm):
    """What is still open after a reply, and a new day."""

    version = VersionField()
    text = TextAreaField(
        "What is still open?", rows=5, max_length=LONGEST, required="Enter what is still open", hint=NO_FAMILY
    )
    due_on = DateField("Reply by", required="Enter the day by which you need the reply", like="15 1 2027")


class CloseForm(PortalForm):
    """What came of a challenge."""

    version = VersionField()
    text = TextAreaField(
        "What came of it?", rows=4, max_length=LONGEST, required="Enter what came of it", hint=NO_FAMILY
    )
