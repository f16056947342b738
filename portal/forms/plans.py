"""How lists of child protection plans are narrowed, and what a chair writes half way between two conferences."""

from __future__ import annotations

from typing import Any

from portal.domain.labels import choices
from portal.domain.plans import NOTE_LIMIT, MidwayFinding
from portal.domain.vocabulary import AbuseCategory
from portal.forms.fields import (
    CheckboxField,
    DateField,
    FilterForm,
    PortalForm,
    RadioField,
    SelectField,
    TextAreaField,
)

OPEN, ENDED = "open", "ended"
LONG, VERY_LONG = "long", "very_long"


class PlanFilter(FilterForm):
    """What the list of plans is narrowed to."""

    show = SelectField("Show", [(OPEN, "Open plans"), (ENDED, "Plans that ended")], empty=None)
    category = SelectField("Category", choices(AbuseCategory), coerce=AbuseCategory, empty="Any category")
    length = SelectField("How long", empty="Any length")
    repeat = CheckboxField("Only children who had a plan before")

    def offer(self, long_months: int, very_long_months: int) -> None:
        """Name the partnership's own thresholds."""
        self.length.choices = [
            (LONG, f"Over {long_months} months"),
            (VERY_LONG, f"Over {very_long_months} months"),
        ]

    def asked(self, name: str) -> Any:
        """What a filter is set to; nothing where it is not readable."""
        return None if self[name].errors else self[name].data

    @property
    def number_set(self) -> int:
        """How many filters are set."""
        is_set = [bool(self.asked(name)) for name in ("category", "length", "repeat")]
        return sum(is_set) + int(self.asked("show") == ENDED)


class AgendaForm(FilterForm):
    """As at which day the panel's agenda is made."""

    as_at = DateField("As at which day?", like="30 6 2026")


class MidwayForm(PortalForm):
    """What was found half way between two conferences."""

    finding = RadioField(
        "How does the plan go?", choices(MidwayFinding), coerce=MidwayFinding, required="Say how the plan goes"
    )
    note = TextAreaField(
        "What did you find?",
        rows=6,
        max_length=NOTE_LIMIT,
        required="Say what you found",
        hint="What was done of the plan, what was not, and what you asked for. The family’s chairs, coordinators and "
        "the safeguarding manager read it.",
    )
