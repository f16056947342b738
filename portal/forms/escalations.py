"""What people write about an escalation: a reply, a contact, another stage, more time, how it ended, a correction."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wtforms.validators import StopValidation

from portal.domain.escalation_vocabulary import Category, ChildSafe, EntryKind, LadderKind, Learning, Resolution
from portal.domain.labels import choices
from portal.domain.ladder_rules import Stage
from portal.forms.fields import (
    FilterForm,
    PortalForm,
    RadioField,
    SelectField,
    TextAreaField,
    VersionField,
)

LONGEST = 5_000
_BOTH_READ = "Both sides read this, now and later."


class EscalationFilter(FilterForm):
    """What the list is narrowed to."""

    kind = SelectField("Kind", choices(LadderKind), coerce=LadderKind, empty="Any kind")
    category = SelectField("About", choices(Category), coerce=Category, empty="Anything")
    stage = SelectField("Stage", coerce=int, empty="Any stage")
    agency = SelectField("Agency", coerce=int, empty="All agencies")

    def offer(self, agencies: Iterable[tuple[int, str]], last_stage: int) -> None:
        """Put on offer what the viewer sees: one agency is no choice."""
        self.stage.choices = [(str(number), f"Stage {number}") for number in range(1, last_stage + 1)]
        self.agency.choices = [(str(agency_id), name) for agency_id, name in agencies]
        if len(self.agency.choices) < 2:
            del self.agency

    def asked(self, name: str) -> Any:
        """What a filter is set to; nothing where it is not offered, or not readable."""
        return None if name not in self or self[name].errors else self[name].data

    @property
    def number_set(self) -> int:
        """How many filters are set."""
        return sum(self.asked(name) is not None for name in ("kind", "category", "stage", "agency"))


class ReplyForm(PortalForm):
    """The reply of the agency that is asked."""

    version = VersionField()
    text = TextAreaField("Your reply", rows=6, max_length=LONGEST, required="Enter your reply", hint=_BOTH_READ)


class ThanksForm(PortalForm):
    """What an agency says to praise, if anything."""

    version = VersionField()
    text = TextAreaField("Anything you would like to say", rows=3, max_length=LONGEST, hint=_BOTH_READ)


class AskAgainForm(PortalForm):
    """What is still needed after a reply."""

    version = VersionField()
    text = TextAreaField(
        "What do you still need?",
        rows=6,
        max_length=LONGEST,
        required="Enter what is still needed",
        hint="The same people are asked again, with a new clock.",
    )


class ContactForm(PortalForm):
    """That the sides spoke, wrote or met."""

    kind = RadioField(
        "How were you in contact?",
        [(EntryKind.CONTACT.value, "We spoke or wrote to each other"), (EntryKind.MEETING.value, "We met about it")],
        coerce=EntryKind,
        required="Choose whether you were in contact or met",
    )
    text = TextAreaField(
        "Who spoke with whom, and what was said?",
        rows=6,
        max_length=LONGEST,
        required="Enter who spoke with whom, and what was said",
        hint=f"{_BOTH_READ} It changes neither whose turn it is nor the clock.",
    )


class MoveUpForm(PortalForm):
    """Another stage, and why."""

    version = VersionField()
    to_stage = RadioField("To which stage?", coerce=int, required="Choose the stage")
    reason = TextAreaField(
        "Why do you move it up?", rows=4, max_length=LONGEST, required="Enter why you move it up", hint=_BOTH_READ
    )
    urgent_reason = TextAreaField(
        "If it is urgent: why?",
        rows=3,
        max_length=LONGEST,
        hint="Only an urgent matter may skip a stage. Urgent clocks are shorter. Leave this empty if it is not urgent.",
    )

    def offer(self, stages: Iterable[Stage]) -> None:
        """The stages above; each one's name."""
        self.to_stage.choices = [(str(stage.number), f"Stage {stage.number}: {stage.name}") for stage in stages]


class MoreTimeForm(PortalForm):
    """More working days for the stage that it is at."""

    version = VersionField()
    working_days = SelectField("How many more working days?", coerce=int, required="Choose how many days")
    reason = TextAreaField(
        "Why is more time needed?",
        rows=4,
        max_length=LONGEST,
        required="Enter why more time is needed",
        hint=_BOTH_READ,
    )

    def offer(self, most: int) -> None:
        """From one day to as many as the stage may still be given."""
        self.working_days.choices = [(str(number), str(number)) for number in range(1, most + 1)]


class ResolveForm(PortalForm):
    """How it ended, whether the child was safe meanwhile, and what is learnt."""

    version = VersionField()
    resolution = RadioField("How did it end?", coerce=Resolution, required="Say how it ended")
    text = TextAreaField(
        "What was agreed?", rows=5, max_length=LONGEST, required="Enter what was agreed", hint=_BOTH_READ
    )
    child_safe = RadioField(
        "Was the child safe meanwhile?",
        choices(ChildSafe),
        coerce=ChildSafe,
        required="Say whether the child was safe",
    )
    learning = SelectField(
        "What is to be learnt?",
        choices(Learning),
        coerce=Learning,
        required="Choose what is to be learnt",
        hint="Counted for the partnership, without names.",
    )

    def offer(self, resolutions: Iterable[Resolution], *, is_positive: bool) -> None:
        """The ways in which it may end; of praise nobody asks whether the child was safe."""
        self.resolution.choices = choices(resolutions)
        if is_positive:
            del self.child_safe


class WithdrawForm(PortalForm):
    """Why it should not have been raised."""

    version = VersionField()
    text = TextAreaField(
        "Why do you withdraw it?",
        rows=4,
        max_length=LONGEST,
        required="Enter why you withdraw it",
        hint="It stays in both logs, as withdrawn. If it was settled, close it as resolved instead.",
    )


class CorrectForm(PortalForm):
    """What an entry should have said."""

    text = TextAreaField(
        "What should it say?",
        rows=5,
        max_length=LONGEST,
        required="Enter what it should say",
        hint="The entry stays as it is. Your correction stands beside it.",
    )


class OutcomeForm(PortalForm):
    """What it came to for the child and what is learnt, said while it is open or afterwards."""

    version = VersionField()
    child_safe = RadioField("Was the child safe meanwhile?", choices(ChildSafe), coerce=ChildSafe)
    learning = SelectField(
        "What is to be learnt?",
        choices(Learning),
        coerce=Learning,
        empty="Nothing to add",
        hint="Counted for the partnership, without names.",
    )
    text = TextAreaField("In your own words", rows=4, max_length=LONGEST, hint=_BOTH_READ)

    def validate_child_safe(self, field: Any) -> None:
        """Something has to be said."""
        if field.data is None and self.learning.data is None:
            raise StopValidation("Choose whether the child was safe, or what is learnt")
