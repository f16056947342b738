"""What the safeguarding manager says of samples: rules, themes, the draw, a meeting taken out, and the end."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from portal.domain.labels import choices, short_label
from portal.domain.sampling import MOST_DRAWN
from portal.domain.vocabulary import AgencyType, Role
from portal.forms.fields import (
    CheckboxesField,
    CheckboxField,
    DateField,
    FilterForm,
    NumberField,
    PortalForm,
    SelectField,
    TextAreaField,
    TextField,
    VersionField,
)

NO_CHILD = "The board reads this. Do not name a child or a family."
LONGEST = 5_000
_LONGEST_TITLE = 120

MONTH, QUARTER = "month", "quarter"


class TrendFilter(FilterForm):
    """Of which kind of meeting grades are shown, and by which periods."""

    kind = SelectField("Kind of meeting", coerce=int, empty=None)
    by = SelectField("By", [(QUARTER, "Quarters"), (MONTH, "Months")], empty=None, default=QUARTER)

    def offer(self, kinds: Iterable[tuple[int, str]], chosen: int | None, *, months: bool) -> None:
        """Put on offer the kinds that were sampled; quarters alone where months are not to be shown."""
        self.kind.choices = [(str(number), name) for number, name in kinds]
        if chosen is not None:
            self.kind.data = chosen
        if not months:
            del self["by"]


class RuleForm(PortalForm):
    """A standing rule of dip samples."""

    meeting_type = SelectField("Kind of meeting", coerce=int, required="Choose a kind of meeting")
    how_many = NumberField(
        "How many meetings each month?", least=1, most=MOST_DRAWN, required="Enter how many meetings are drawn"
    )
    from_on = DateField(
        "From which month on?",
        required="Enter a day of the first month",
        like="1 6 2026",
        hint="Any day of the first month whose meetings are looked at. "
        "Each month is proposed on the first working day after it.",
    )
    tool_code = SelectField("What are they graded by?", required="Choose what the meetings are graded by")

    def offer(self, kinds: Iterable[tuple[int, str]], tools: Iterable[tuple[str, str]]) -> None:
        """Put on offer the kinds of meetings and the tools that there are."""
        self.meeting_type.choices = [(str(number), name) for number, name in kinds]
        self.tool_code.choices = list(tools)


class ChangedRuleForm(RuleForm):
    """A rule that is there: its kind of meeting stays."""

    is_active = CheckboxField("It is in use", hint="Without this, no more samples are proposed by it.")
    version = VersionField()


class ThemeForm(PortalForm):
    """A multi-agency audit of a theme."""

    title = TextField(
        "What is it called?",
        required="Enter a short title",
        max_length=_LONGEST_TITLE,
        hint=f"For example “Babies under one at strategy meetings”. {NO_CHILD}",
    )
    theme = TextAreaField("What do you want to find out?", rows=4, max_length=LONGEST, hint=NO_CHILD)
    meeting_type = SelectField("Kind of meeting", coerce=int, empty="Any kind")
    from_on = DateField("First day", required="Enter the first day", hint="Of the meetings that may be drawn.")
    until_on = DateField("Last day", required="Enter the last day")
    how_many = NumberField("How many meetings?", least=1, most=MOST_DRAWN, required="Enter how many meetings are drawn")
    tool_code = SelectField("What are they graded by?", required="Choose what the meetings are graded by")

    def offer(self, kinds: Iterable[tuple[int, str]], tools: Iterable[tuple[str, str]]) -> None:
        """Put on offer the kinds of meetings and the tools that there are."""
        self.meeting_type.choices = [(str(number), name) for number, name in kinds]
        self.tool_code.choices = list(tools)


class DrawForm(PortalForm):
    """Who reviews what is drawn, by when, and which agencies are asked for their part."""

    reviewers: CheckboxesField
    two_each = CheckboxField(
        "Two reviewers for each meeting", hint="Each grades alone. Where they differ, you settle the grade."
    )
    agency_types = CheckboxesField(
        "Which agencies grade their own part?",
        choices(AgencyType),
        coerce=AgencyType,
        hint="Each agency of these kinds that was invited to a drawn meeting is asked. Leave this empty to ask none.",
    )
    due_on = DateField("By when?", required="Enter the day by which reviews are finished")
    version = VersionField()

    @classmethod
    def of(cls, people: Iterable[tuple[int, str, Role]], **shown: Any) -> DrawForm:
        """The form with those who may review, who must be known before it reads what is posted."""
        field = CheckboxesField(
            "Who reviews?",
            [(str(number), f"{name}, {short_label(role)}") for number, name, role in people],
            coerce=int,
            required="Choose who reviews",
            hint="Meetings are dealt out in turn. Nobody gets a meeting that they chaired.",
        )
        form: DrawForm = type(cls.__name__, (cls,), {"reviewers": field})(data=shown)
        return form


class ReplaceForm(PortalForm):
    """Why a meeting is taken out of a sample."""

    because = TextAreaField(
        "Why is it taken out?",
        rows=3,
        max_length=LONGEST,
        required="Say why this meeting is taken out",
        hint="For example that its record is held by another area. It stays in the list with this reason.",
    )
    version = VersionField()


class CloseForm(PortalForm):
    """What came of a sample."""

    strengths = TextAreaField(
        "What was good?", rows=5, max_length=LONGEST, required="Say what was good, or that nothing was", hint=NO_CHILD
    )
    improvements = TextAreaField(
        "What must get better?",
        rows=5,
        max_length=LONGEST,
        required="Say what must get better, or that nothing must",
        hint=NO_CHILD,
    )
    summary = TextAreaField(
        "Summary for your own use", rows=5, max_length=LONGEST, hint="Only safeguarding managers read this."
    )
    without_rest = CheckboxField(
        "Close it without the meetings that are not graded", hint="They do not count, and cannot be graded later."
    )
    version = VersionField()
