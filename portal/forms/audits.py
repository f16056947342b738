"""What people type into an audit return: an answer, its evidence, comments, and who has a section."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms.validators import StopValidation

from portal.domain.evidence import TITLE_LIMIT, URL_LIMIT
from portal.domain.ratings import NOT_APPLICABLE, NOT_APPLICABLE_LABEL, Scale
from portal.domain.returns import COMMENT_LIMIT, NARRATIVE_LIMIT
from portal.domain.row_numbers import row_number
from portal.forms.fields import (
    CheckboxesField,
    Choice,
    DateField,
    PortalForm,
    RadioField,
    SelectField,
    SubmitField,
    TextAreaField,
    TextField,
    VersionField,
)
from portal.forms.fields.files import FileField
from portal.forms.fields.submit import OUT_OF_DATE
from portal.forms.fields.text import cleaned


class AnswerForm(PortalForm):
    """One answer. Nothing is required here: an answer may be saved as unfinished as it is."""

    version = VersionField()
    rating = RadioField("Your answer", look={"legend_classes": "govuk-fieldset__legend--m"})
    narrative = TextAreaField(
        "How you know",
        rows=6,
        max_length=NARRATIVE_LIMIT,
        look={"label_classes": "govuk-label--m"},
    )
    next = SubmitField("Save and next")
    stop = SubmitField("Save and stop", kind="secondary")
    add_evidence = SubmitField("Add evidence", kind="secondary")
    add_action = SubmitField("Add an action", kind="secondary")
    take_offer = SubmitField("Take it", kind="secondary")

    @property
    def is_on_the_way(self) -> bool:
        """Whether something else was pressed than a button that saves: the answer only comes along."""
        return bool(self.add_evidence.data or self.add_action.data or self.take_offer.data)

    def offer(self, scale: Scale) -> None:
        """Ask on this scale, best first, and last whether the question applies at all."""
        points = [Choice(point.code, point.label) for point in reversed(scale.points)]
        self.rating.choices = [*points, Choice(NOT_APPLICABLE, NOT_APPLICABLE_LABEL, "Say below why not.")]

    def fill(self, rating: str | None, narrative: str, version: int) -> None:
        """Show what is stored."""
        self.rating.data, self.narrative.data, self.version.data = rating, narrative, version


@dataclass(frozen=True, slots=True)
class TypedAnswer:
    """An answer as a script sends it; `fault` says what could not be read."""

    version: int
    rating: str | None
    narrative: str
    fault: str = ""


def read_answer(posted: MultiDict[str, str]) -> TypedAnswer:
    """Read an answer by hand, because it is read at every pause in somebody's typing; whoever saves it checks it."""
    fault, narrative = "", ""
    try:
        narrative = cleaned(posted.get("narrative", ""))
    except ValueError as refused:
        fault = str(refused)
    version = posted.get("version", type=row_number)
    return TypedAnswer(
        version or 0,
        posted.get("rating") or None,
        narrative,
        fault or (OUT_OF_DATE if version is None else ""),
    )


class ConfirmForm(PortalForm):
    """Last time's answer is still true; the version is that of the answer that the page showed."""

    version = VersionField()


class CommentForm(PortalForm):
    """A word to colleagues."""

    comment = TextAreaField(
        "Comment",
        rows=3,
        max_length=COMMENT_LIMIT,
        required="Write a comment",
        hint="Only people of your agency see this.",
    )


FILE, LINK, GIVEN = "file", "link", "given"


class EvidenceForm(PortalForm):
    """A piece of evidence: files, a link, or what was given already."""

    kind = RadioField(
        "What do you want to add?",
        [Choice(FILE, "A file", reveals=("files",)), Choice(LINK, "A link", reveals=("url",))],
        required="Choose what you want to add",
        look={"legend_classes": "govuk-fieldset__legend--m"},
    )
    files = FileField("Files")
    url = TextField(
        "Link",
        max_length=URL_LIMIT,
        hint="It begins with https://. Whoever reads your return must be able to open it.",
        look={"spellcheck": False, "autocapitalize": "none"},
    )
    given = SelectField("Evidence given already", coerce=int)
    title = TextField(
        "What it is",
        max_length=TITLE_LIMIT,
        hint="For example “Safeguarding policy” or “Minutes of the governors’ meeting”. Name no child.",
    )
    dated_on = DateField("Date of the evidence", hint="Of the policy, the minutes or the training: it may be old.")

    def offer(self, given: Iterable[tuple[str, str]]) -> None:
        """Offer what was given already, if there is any: it keeps its own name and date."""
        self.given.choices = list(given)
        if self.given.choices:
            self.kind.choices = [*self.kind.choices, Choice(GIVEN, "Evidence given already", "", ("given",))]

    def validate_url(self, field: TextField) -> None:
        """A link needs its address."""
        if self.kind.data == LINK and not field.data:
            raise StopValidation("Enter the link")

    def validate_given(self, field: SelectField) -> None:
        """Something must be chosen."""
        if self.kind.data == GIVEN and field.data is None:
            raise StopValidation("Choose the evidence")

    def validate_dated_on(self, field: DateField) -> None:
        """What is new needs its day; what was given already has one."""
        if self.kind.data in (FILE, LINK) and field.data is None:
            raise StopValidation(field.instruction)


class GiveForm(PortalForm):
    """Who answers a section."""

    version = VersionField()
    colleagues = CheckboxesField(
        "Who answers this section with you?",
        coerce=int,
        hint="They see this section and no other. Whoever is not ticked loses it; what they wrote stays.",
    )

    def __init__(self, *args: Any, offered: Iterable[tuple[int, str]] = (), **kwargs: Any) -> None:
        self._offered = [(str(number), name) for number, name in offered]
        super().__init__(*args, **kwargs)

    def process(self, *args: Any, **kwargs: Any) -> None:
        """Offer the colleagues before what was posted is read."""
        self.colleagues.choices = self._offered
        super().process(*args, **kwargs)


class PressForm(PortalForm):
    """A button and nothing else."""
