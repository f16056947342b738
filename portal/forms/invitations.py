"""What an agency says about its invitation, what a coordinator expects, and whom a lead gives it to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from wtforms.validators import StopValidation

from portal.domain.answering import NEEDS_A_WORD
from portal.domain.errors import Invalid
from portal.domain.labels import choices, label
from portal.domain.row_numbers import row_number_or_none
from portal.domain.vocabulary import AgencyType, Answer, Attendance, Expectation, ExpectationReason
from portal.forms.fields import Choice, PortalForm, RadioField, SelectField, TextAreaField, TextField, VersionField

NAME_LIMIT = 120
TEXT_LIMIT = 500

_WORD_OF = {Answer.DEPUTY: "deputy", Answer.APOLOGIES: "reason", Answer.NOT_OURS: "whereabouts"}
"""The field in which each answer is said more exactly."""

_NOT_OURS = {
    AgencyType.GP: "Not ours: the child is not registered here",
    AgencyType.SCHOOL: "Not ours: the child is not at our school",
}
_HINTS = {
    Answer.REPORT_ONLY: "Nobody comes; your report speaks for you.",
    Answer.NOT_OURS: "The coordinator is told, and this meeting leaves your list: nobody here can open it any more.",
}


def _heading(size: str) -> dict[str, object]:
    return {"page_heading": True, "legend_classes": f"govuk-fieldset__legend--{size}"}


class AnswerForm(PortalForm):
    """Will you come? One question; what belongs to an answer opens under it."""

    answer: RadioField = RadioField("Will you come?", coerce=Answer, required="Choose an answer", look=_heading("l"))
    deputy = TextField("Who comes in your place?", hint="Their name and post.", max_length=NAME_LIMIT)
    reason = TextAreaField(
        "Why can nobody come?", hint="The chair and the coordinator read this.", rows=3, max_length=TEXT_LIMIT
    )
    whereabouts = TextAreaField(
        "Where is the child now, if you know?",
        hint="Such as another surgery or school, and since when. The coordinator reads this.",
        rows=3,
        max_length=TEXT_LIMIT,
    )
    version = VersionField()

    def offer(self, answers: Iterable[Answer], agency_type: AgencyType | None) -> None:
        """Set what can be answered, in the words of this kind of agency."""
        self.answer.choices = [
            Choice(
                answer.value,
                _NOT_OURS.get(agency_type, label(answer))
                if answer is Answer.NOT_OURS and agency_type
                else label(answer),
                _HINTS.get(answer, ""),
                (_WORD_OF[answer],) if answer in _WORD_OF else (),
            )
            for answer in answers
        ]

    def fill(self, answer: Answer | None, note: str | None, version: int) -> None:
        """Show the answer given so far."""
        self.answer.data = answer
        if answer in _WORD_OF:
            self[_WORD_OF[answer]].data = note or ""
        self.version.data = version

    @property
    def note(self) -> str:
        """What was said more exactly about the chosen answer."""
        chosen = self.answer.data
        return str(self[_WORD_OF[chosen]].data) if chosen in _WORD_OF else ""

    def validate_deputy(self, field: TextField) -> None:
        """A deputy has a name."""
        if self.answer.data is Answer.DEPUTY and not field.data:
            raise StopValidation("Enter the name of the person who comes in your place")

    def validate_reason(self, field: TextAreaField) -> None:
        """Apologies have a reason."""
        if self.answer.data is Answer.APOLOGIES and not field.data:
            raise StopValidation("Say why nobody can come")

    def take(self, refused: Invalid) -> None:
        """Show what the service refused, a note's fault at the field in which it was typed."""
        field = _WORD_OF.get(self.answer.data, "answer")
        errors = {field if name == "note" else name: reasons for name, reasons in refused.errors.items()}
        super().take(Invalid(str(refused), errors=errors))


@dataclass(frozen=True, slots=True)
class TypedAnswer:
    """What was chosen and typed for one of several invitations."""

    answer: Answer
    note: str
    version: int


class AnswersForm(PortalForm):
    """Several invitations on one page: for each a choice, a word where it needs one, and the answer that it showed."""

    @classmethod
    def for_invitations(
        cls, offered: Mapping[int, Iterable[Answer]], formdata: Mapping[str, str] | None
    ) -> AnswersForm:
        """The form for these invitations by id, with what can be answered to each."""
        fields: dict[str, object] = {}
        for number, answers in offered.items():
            fields[f"{_ANSWER}{number}"] = RadioField(
                "Your answer",
                [(answer.value, _IN_A_ROW[answer]) for answer in answers if answer in _IN_A_ROW],
                coerce=Answer,
                look={"classes": "govuk-radios--inline app-choices"},
            )
            fields[f"{_NOTE}{number}"] = TextField("Deputy’s name, or reason", max_length=NAME_LIMIT)
            fields[f"{_VERSION}{number}"] = VersionField()
        form: AnswersForm = type(cls.__name__, (cls,), fields)(formdata)
        return form

    def answer_of(self, number: int) -> RadioField:
        """The choice for one invitation."""
        found: Any = self[f"{_ANSWER}{number}"]
        field: RadioField = found
        return field

    def note_of(self, number: int) -> TextField:
        """The word that goes with it."""
        found: Any = self[f"{_NOTE}{number}"]
        field: TextField = found
        return field

    def version_of(self, number: int) -> VersionField:
        """What the page showed of it."""
        found: Any = self[f"{_VERSION}{number}"]
        field: VersionField = found
        return field

    @staticmethod
    def posted_numbers(posted: Iterable[str]) -> list[int]:
        """The invitations for which something was chosen, open or not any more."""
        numbers = (row_number_or_none(name.removeprefix(_ANSWER)) for name in posted if name.startswith(_ANSWER))
        return [number for number in numbers if number is not None]

    def typed(self, numbers: Iterable[int]) -> dict[int, TypedAnswer]:
        """The answers that were chosen, by invitation; those left open are left out."""
        return {
            number: TypedAnswer(
                chosen,
                self.note_of(number).data if chosen in NEEDS_A_WORD else "",
                self.version_of(number).data or 0,
            )
            for number in numbers
            if (chosen := self.answer_of(number).data) is not None
        }

    def check_words(self, typed: Mapping[int, TypedAnswer]) -> bool:
        """Whether every answer that needs a word has one; faults are shown at the field that lacks it."""
        lacking = [number for number, given in typed.items() if given.answer in NEEDS_A_WORD and not given.note]
        for number in lacking:
            is_deputy = typed[number].answer is Answer.DEPUTY
            self.add_error(f"{_NOTE}{number}", "Enter the deputy’s name" if is_deputy else "Say why nobody can come")
        return not lacking


_ANSWER, _NOTE, _VERSION = "answer_", "note_", "version_"
_IN_A_ROW = {
    Answer.ATTEND: "Will come",
    Answer.DEPUTY: "Deputy",
    Answer.APOLOGIES: "Apologies",
    Answer.REPORT_ONLY: "Report only",
}


WHO_CAME = (
    Choice(Attendance.IN_PERSON, "We came in person"),
    Choice(Attendance.VIDEO, "We joined by video"),
    Choice(Attendance.TELEPHONE, "We joined by telephone"),
    Choice(Attendance.DEPUTY, "A deputy came"),
    Choice(Attendance.PARTIAL, "We came, but had to leave early"),
    Choice(Attendance.APOLOGIES, "Nobody came: we had sent apologies"),
    Choice(Attendance.NO_RESPONSE, "Nobody came"),
)


class AttendanceForm(PortalForm):
    """Who came? One question, asked from the meeting's day on."""

    attendance = RadioField(
        "Who came for you?",
        WHO_CAME,
        coerce=Attendance,
        required="Choose who came",
        look=_heading("l"),
    )
    version = VersionField()


class ExpectationForm(PortalForm):
    """What is expected of one agency, and why."""

    expectation = RadioField(
        "What is expected?",
        choices(Expectation),
        coerce=Expectation,
        required="Choose what is expected",
        look={"legend_classes": "govuk-fieldset__legend--m"},
    )
    reason = SelectField(
        "Why?",
        choices(reason for reason in ExpectationReason if reason is not ExpectationReason.IMPORTED),
        coerce=ExpectationReason,
        required="Choose a reason",
        look={"label_classes": "govuk-label--m"},
    )
    version = VersionField()


NOT_RELEVANT = "not_relevant"
SEND_BACK = "send_back"
INVITE_INSTEAD = "invite_instead"


class NotOursForm(PortalForm):
    """What becomes of an invitation that an agency says is not its own."""

    outcome = RadioField(
        "What happens now?",
        [
            Choice(
                INVITE_INSTEAD,
                "They are right: invite the agency where the child is now",
                "The agency that answered is marked as not relevant.",
                ("agency_id",),
            ),
            Choice(
                NOT_RELEVANT,
                "They are right: mark the agency as not relevant",
                reveals=("reason",),
            ),
            Choice(
                SEND_BACK,
                "It is theirs: send the invitation back",
                "They see the meeting again and are asked once more.",
                ("note",),
            ),
        ],
        required="Choose what happens now",
        look={"legend_classes": "govuk-fieldset__legend--m"},
    )
    reason = RadioField(
        "Why is it not theirs?",
        choices([ExpectationReason.MOVED_AWAY, ExpectationReason.NOT_INVOLVED]),
        coerce=ExpectationReason,
    )
    agency_id = SelectField("Which agency?", coerce=int)
    note = TextAreaField(
        "What should they know?", hint="They read this beside the question.", rows=3, max_length=TEXT_LIMIT
    )
    version = VersionField()

    def offer(self, agencies: Iterable[tuple[int, str]]) -> None:
        """Put the agencies on offer that have no part in the meeting yet."""
        self.agency_id.choices = [(str(number), name) for number, name in agencies]

    def validate_agency_id(self, field: SelectField) -> None:
        """Whoever invites says whom."""
        if self.outcome.data == INVITE_INSTEAD and field.data is None:
            raise StopValidation("Choose which agency to invite")

    def validate_reason(self, field: RadioField) -> None:
        """Whoever is not relevant is so for a reason."""
        if self.outcome.data == NOT_RELEVANT and field.data is None:
            raise StopValidation("Choose why it is not theirs")

    def validate_note(self, field: TextAreaField) -> None:
        """Nobody is asked again without a word."""
        if self.outcome.data == SEND_BACK and not field.data:
            raise StopValidation("Tell the agency why you think the child is theirs")


class TeamForm(PortalForm):
    """Which team of the agency sees a meeting."""

    team: RadioField = RadioField("Which team is this for?", coerce=int, required="Choose a team", look=_heading("l"))
    version = VersionField()
