"""The strategy record's questions. Nothing is required here: what is missing is said before the record is signed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import time
from typing import Any

from portal.domain.labels import choices
from portal.domain.strategy_records import FIELDS, NO, SHORT_LIMIT, TEXT_LIMIT, YES
from portal.domain.strategy_vocabulary import (
    LateReason,
    ReturnInterview,
    Section47,
    SpecialistStep,
    StrategyQuestion,
)
from portal.domain.strategy_words import FIELD_LABELS
from portal.forms.fields import (
    CheckboxesField,
    Choice,
    PortalForm,
    RadioField,
    SubmitField,
    TextAreaField,
    TextField,
    TimeField,
    VersionField,
)

Q = StrategyQuestion
_YES_NO = ((YES, "Yes"), (NO, "No"))


def _text(question: StrategyQuestion, field: str, *, hint: str = "", rows: int = 6) -> TextAreaField:
    return TextAreaField(FIELD_LABELS[question, field], rows=rows, max_length=TEXT_LIMIT, hint=hint or None)


class AnswerForm(PortalForm):
    """One question; its fields are called as in the answer."""

    question: StrategyQuestion
    version = VersionField()
    next = SubmitField("Save and next")
    stop = SubmitField("Save and stop", kind="secondary")

    @property
    def answer(self) -> dict[str, str | Sequence[str]]:
        """What was answered, each field as text."""
        found: dict[str, str | Sequence[str]] = {}
        for field in FIELDS[self.question]:
            value = self[field].data
            if isinstance(value, time):
                value = f"{value:%H:%M}"
            found[field] = value if isinstance(value, list) else value or ""
        return found

    def offer(self, agencies: Iterable[tuple[str, str]]) -> None:
        """Put on offer the agencies that are invited, where the question asks about them."""
        asks: Any = self._fields.get("agencies")
        if asks is not None:
            asks.choices = list(agencies)


class JoinedForm(AnswerForm):
    """When an agency joined, and whether its people can decide for it."""

    question = Q.JOINED
    joined_at = TimeField(FIELD_LABELS[Q.JOINED, "joined_at"], hint="If it was later than the beginning.")
    can_decide = RadioField(FIELD_LABELS[Q.JOINED, "can_decide"], _YES_NO)


class WaitedForForm(AnswerForm):
    """Which agency was waited for."""

    question = Q.WAITED_FOR
    agencies = CheckboxesField(FIELD_LABELS[Q.WAITED_FOR, "agencies"], hint="Leave it empty if none was.")
    note = _text(Q.WAITED_FOR, "note", rows=3)


class InformationForm(AnswerForm):
    """What an agency shares."""

    question = Q.INFORMATION
    text = _text(
        Q.INFORMATION,
        "text",
        rows=10,
        hint="What it knows of the child and the family, facts first. If it knows nothing, say so.",
    )


class MissingChildForm(AnswerForm):
    """What is known about a missing child."""

    question = Q.MISSING_CHILD
    last_seen = _text(Q.MISSING_CHILD, "last_seen", rows=3)
    return_interview = RadioField(FIELD_LABELS[Q.MISSING_CHILD, "return_interview"], choices(ReturnInterview))
    police_reference = TextField(FIELD_LABELS[Q.MISSING_CHILD, "police_reference"], max_length=SHORT_LIMIT)


class ThresholdForm(AnswerForm):
    """The decision and its threshold."""

    question = Q.THRESHOLD
    met = RadioField(
        FIELD_LABELS[Q.THRESHOLD, "met"],
        _YES_NO,
        hint="Is there reasonable cause to suspect that a child suffers, or is likely to suffer, significant harm?",
    )
    reason = _text(Q.THRESHOLD, "reason")


class Section47Form(AnswerForm):
    """Whether there is an enquiry, and whose."""

    question = Q.SECTION_47
    enquiry = RadioField(FIELD_LABELS[Q.SECTION_47, "enquiry"], choices(Section47))


class NextStepsForm(AnswerForm):
    """What happens next."""

    question = Q.NEXT_STEPS
    text = _text(
        Q.NEXT_STEPS, "text", hint="Who does what, in what order. Actions with a day are kept with the meeting."
    )


class SafetyPlanForm(AnswerForm):
    """How the child is kept safe for now."""

    question = Q.SAFETY_PLAN
    exists = RadioField(
        FIELD_LABELS[Q.SAFETY_PLAN, "exists"], (Choice(YES, "Yes", reveals=("text",)), Choice(NO, "No"))
    )
    text = _text(Q.SAFETY_PLAN, "text", hint="What keeps the child safe, who does it, and until when.")


def _step(field: str) -> RadioField:
    reason = f"{field}_reason"
    steps = [
        Choice(value, words, reveals=(reason,) if value == SpecialistStep.NOT_NEEDED else ())
        for value, words in choices(SpecialistStep)
    ]
    return RadioField(FIELD_LABELS[Q.SEXUAL_ABUSE, field], steps)


class SexualAbuseForm(AnswerForm):
    """For sexual abuse: the specialist and the doctor."""

    question = Q.SEXUAL_ABUSE
    suspected = RadioField(
        FIELD_LABELS[Q.SEXUAL_ABUSE, "suspected"],
        _YES_NO,
        hint="If it is, say below how far the specialist and the doctor are.",
    )
    consultation = _step("consultation")
    consultation_reason = _text(Q.SEXUAL_ABUSE, "consultation_reason", rows=3)
    medical = _step("medical")
    medical_reason = _text(Q.SEXUAL_ABUSE, "medical_reason", rows=3)


class LateForm(AnswerForm):
    """Why the meeting was late."""

    question = Q.LATE
    reasons = CheckboxesField(
        FIELD_LABELS[Q.LATE, "reasons"],
        choices(LateReason),
        hint="Choose all that apply. Which agency was waited for is asked by itself.",
    )
    note = _text(Q.LATE, "note", rows=3)


FORMS: Mapping[StrategyQuestion, type[AnswerForm]] = {
    form.question: form
    for form in (
        JoinedForm,
        WaitedForForm,
        InformationForm,
        MissingChildForm,
        ThresholdForm,
        Section47Form,
        NextStepsForm,
        SafetyPlanForm,
        SexualAbuseForm,
        LateForm,
    )
}


def filled(question: StrategyQuestion, answer: Mapping[str, Any], version: int) -> dict[str, Any]:
    """A form's data for an answer."""
    data: dict[str, Any] = {**answer, "version": version}
    if question is Q.JOINED:
        data["joined_at"] = _time(answer.get("joined_at", ""))
    return data


def _time(text: str) -> time | None:
    try:
        return time.fromisoformat(text) if text else None
    except ValueError:
        return None


class SignForm(PortalForm):
    """Signing what was checked; the version is the number of what the page showed."""

    version = VersionField()


class AmendForm(PortalForm):
    """Why a signed record is opened again."""

    reason = TextAreaField(
        "Why does the record have to be amended?",
        rows=4,
        max_length=2_000,
        required="Say why the record has to be amended",
        hint="Everybody who reads the record reads this, too.",
    )
