"""What people write to raise something: a professional disagreement, or a practice alert."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wtforms.validators import StopValidation

from portal.domain.escalation_vocabulary import CATEGORIES, Category, LadderKind
from portal.domain.labels import choices
from portal.domain.ladder_rules import Stage
from portal.forms.escalations import LONGEST
from portal.forms.fields import Choice, DateField, PortalForm, RadioField, SelectField, SubmitField, TextAreaField

YES, NO = "yes", "no"
INFORMAL, FORMAL, PRAISE = "informal", "formal", "praise"
_URGENT_REASON = "Enter why it is urgent"


class DisagreementForm(PortalForm):
    """A professional disagreement, before it is checked once more and sent."""

    raised_with_agency_id = SelectField(
        "Which agency do you disagree with?", coerce=int, required="Choose the agency that you raise it with"
    )
    category = RadioField(
        "What is it about?",
        choices(CATEGORIES[LadderKind.DISAGREEMENT]),
        coerce=Category,
        required="Choose what it is about",
    )
    meeting_id = SelectField(
        "Which meeting is it about, if any?",
        coerce=int,
        empty="No meeting in particular",
        hint="Your meetings of the last six months, and those to come. The family is known by the meeting.",
    )
    summary = TextAreaField(
        "What happened?",
        rows=7,
        max_length=LONGEST,
        required="Enter what has happened",
        hint="Facts, with days. The agency that you raise it with reads this.",
    )
    wanted = TextAreaField(
        "What do you want them to do?", rows=3, max_length=LONGEST, required="Enter what you ask for"
    )
    is_urgent = RadioField(
        "Is it urgent?",
        [
            Choice(NO, "No: it begins with the practitioners"),
            Choice(YES, "Yes: a child may be at risk of harm today", reveals=("urgent_reason", "stage")),
        ],
        required="Say whether it is urgent",
    )
    urgent_reason = TextAreaField("Why is it urgent?", rows=3, max_length=LONGEST)
    stage = SelectField("At which stage should it begin?", coerce=int, empty=None)
    change = SubmitField("Change it", kind="secondary")
    send = SubmitField("Send it")

    def offer(
        self, agencies: Iterable[tuple[int, str]], meetings: Iterable[tuple[int, str]], stages: Iterable[Stage]
    ) -> None:
        """Put on offer what the viewer may choose."""
        self.raised_with_agency_id.choices = [(str(number), name) for number, name in agencies]
        self.meeting_id.choices = [(str(number), words) for number, words in meetings]
        self.stage.choices = [(str(stage.number), f"Stage {stage.number}: {stage.name}") for stage in stages]

    @property
    def says_urgent(self) -> bool:
        """Whether it is said to be urgent; what stands in the boxes that this reveals counts only then."""
        return bool(self.is_urgent.data == YES)

    def validate_urgent_reason(self, field: Any) -> None:
        """Urgency needs its reason."""
        if self.says_urgent and not field.data:
            raise StopValidation(_URGENT_REASON)


class AlertForm(PortalForm):
    """A practice alert to the social work team."""

    raised_with_agency_id = SelectField(
        "Which agency is it for?", coerce=int, required="Choose the agency that it is for"
    )
    sort = RadioField(
        "What kind of alert is it?",
        [
            Choice(INFORMAL, "Informal", "The team manager is told. What is not put right in time becomes formal."),
            Choice(FORMAL, "Formal", "The team manager and the agency’s lead are told, and must reply."),
            Choice(PRAISE, "Good practice", "The team is thanked. Nothing is asked of it."),
        ],
        required="Choose what kind of alert it is",
    )
    category = SelectField(
        "What is it about?", coerce=Category, required="Choose what it is about", hint="Counted as the alert’s theme."
    )
    summary = TextAreaField(
        "What did you see?",
        rows=6,
        max_length=LONGEST,
        required="Enter what you saw",
        hint="The agency reads this.",
    )
    wanted = TextAreaField(
        "What should be put right?", rows=3, max_length=LONGEST, hint="Leave this empty for good practice."
    )
    expected_on = DateField("By when should it be resolved?", like="30 11 2026", hint="Not needed for good practice.")

    def offer(self, agencies: Iterable[tuple[int, str]]) -> None:
        """Put on offer what can be chosen; an agency alone is chosen already."""
        self.raised_with_agency_id.choices = [(str(number), name) for number, name in agencies]
        self.category.choices = choices(CATEGORIES[LadderKind.PRACTICE_ALERT])

    @property
    def is_praise(self) -> bool:
        """Whether it thanks for good practice."""
        return bool(self.sort.data == PRAISE)

    def validate_wanted(self, field: Any) -> None:
        """An alert asks for something; praise does not."""
        if self.sort.data in (INFORMAL, FORMAL) and not field.data:
            raise StopValidation("Enter what should be put right")

    def validate_expected_on(self, field: Any) -> None:
        """An alert has its day; praise has none."""
        if self.sort.data in (INFORMAL, FORMAL) and field.data is None:
            raise StopValidation("Enter the day by which it should be resolved")
