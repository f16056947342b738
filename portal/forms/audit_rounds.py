"""What the business manager says about an audit round: what, when, who is asked, and who moderates."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import cast

from wtforms.validators import StopValidation

from portal.domain.audit_vocabulary import RoundKind
from portal.domain.labels import choices, label
from portal.domain.rounds import LONGEST_TITLE, MOST_MONTHS, RoundPlan
from portal.domain.vocabulary import AgencyType
from portal.forms.fields import (
    CheckboxesField,
    Choice,
    DateField,
    FilterForm,
    PortalForm,
    RadioField,
    SelectField,
    TextField,
    VersionField,
)


class Who(StrEnum):
    """How the agencies of a new round are named."""

    AS_LAST_TIME = "as_last_time"
    TYPES = "types"
    CHOSEN = "chosen"


class BoardFilter(FilterForm):
    """How a round's returns are narrowed."""

    agency_type = SelectField("Type", coerce=AgencyType, empty="All types")
    state = SelectField(
        "State",
        [
            ("late", "Late"),
            ("not_started", "Not started"),
            ("in_progress", "In progress"),
            ("submitted", "To be signed"),
            ("signed", "Signed"),
            ("moderated", "Moderated"),
        ],
        empty="All states",
    )


class MonthsFilter(FilterForm):
    """How long after the last round the next one opens, and of which kind it is."""

    months = TextField(
        "Months after the last round",
        max_length=3,
        look={"classes": "govuk-input--width-2", "inputmode": "numeric", "spellcheck": False},
    )
    kind = SelectField(
        "Kind", choices(RoundKind), coerce=RoundKind, empty="As it follows from the last one", id="again-kind"
    )

    def validate_months(self, field: TextField) -> None:
        """A number of months, or nothing."""
        if field.data and not (field.data.isascii() and field.data.isdigit() and 1 <= int(field.data) <= MOST_MONTHS):
            raise StopValidation(f"Enter a number of months between 1 and {MOST_MONTHS}")

    @property
    def number(self) -> int | None:
        """The months, where there is a number."""
        return int(self.months.data) if self.months.data and not self.months.errors else None


class DaysForm(PortalForm):
    """The days that can still move once a round has opened."""

    due_on = DateField(
        "Due day",
        required="Enter the due day",
        hint="Where an agency is closed on this day, its return is due on the first working day after.",
        like="29 5 2027",
    )
    challenge_from = DateField("First day of challenge sessions (optional)", like="8 6 2027")
    challenge_to = DateField("Last day of challenge sessions (optional)", like="19 6 2027")


class RunningRoundForm(DaysForm):
    """A round that agencies see already."""

    version = VersionField()


class RoundForm(DaysForm):
    """Everything about a round that no agency sees yet."""

    title = TextField("Title", required="Enter a title", max_length=LONGEST_TITLE, hint="Agencies see it too.")
    kind = RadioField(
        "What kind of audit is it?",
        [
            Choice(RoundKind.FULL, label(RoundKind.FULL)),
            Choice(
                RoundKind.UPDATE,
                label(RoundKind.UPDATE),
                "Agencies see what they answered in the full audit and say what has changed.",
                ("follows_id",),
            ),
        ],
        coerce=RoundKind,
        required="Say what kind of audit it is",
    )
    follows_id = SelectField("Which full audit does it update?", coerce=int)
    opens_on = DateField(
        "Opening day", required="Enter the opening day", hint="Agencies see it from this day on.", like="13 4 2027"
    )
    reminders = TextField(
        "Reminders",
        max_length=60,
        hint="Working days before the due day, such as 20, 10, 3. Days on which an agency is closed do not count.",
        look={"classes": "govuk-input--width-10", "spellcheck": False},
    )

    def validate_reminders(self, field: TextField) -> None:
        """Whole numbers, with whatever stands between them."""
        if not all(word.isascii() and word.isdigit() and len(word) < 4 for word in _words(field.data)):
            raise StopValidation("Enter numbers of working days, such as 20, 10, 3")

    def written(self, edition_id: int) -> RoundPlan:
        """The plan as it was typed; only of a form without a fault."""
        kind: RoundKind = self.kind.data
        return RoundPlan(
            title=self.title.data,
            kind=kind,
            edition_id=edition_id,
            # A choice that is folded away is posted all the same.
            follows_id=self.follows_id.data if kind is RoundKind.UPDATE else None,
            opens_on=cast(date, self.opens_on.data),
            due_on=cast(date, self.due_on.data),
            reminders=tuple(int(word) for word in _words(self.reminders.data)),
            challenge_from=self.challenge_from.data,
            challenge_to=self.challenge_to.data,
        )

    def offer_rounds(self, rounds: Iterable[tuple[int, str]]) -> None:
        """The full rounds that this one may update."""
        self.follows_id.choices = [(str(number), title) for number, title in rounds]


class ChangedRoundForm(RoundForm):
    """A round that is planned already; it may move to a newer edition of its framework."""

    version = VersionField()
    edition_id = SelectField("Edition", coerce=int, required="Choose the edition to ask", empty=None)


class NewRoundForm(RoundForm):
    """A new round, and who is asked."""

    who = RadioField("Who is asked?", coerce=Who, required="Say who is asked")
    types = CheckboxesField("Which kinds of agencies?", choices(AgencyType), coerce=AgencyType)

    def offer_agencies(self, types: Iterable[AgencyType], last_title: str) -> None:
        """The kinds of agencies that the framework is for, and those of last time."""
        offered = choices(types)
        self.types.choices = offered
        who = [
            Choice(Who.TYPES, "All agencies of some kinds", "", ("types",)),
            Choice(Who.CHOSEN, "Agencies that I choose one by one", "On the next page."),
        ]
        if last_title:
            who.insert(0, Choice(Who.AS_LAST_TIME, f"The same agencies as in “{last_title}”"))
        self.who.choices = who

    def validate_types(self, field: CheckboxesField) -> None:
        """At least one kind, where kinds are asked for."""
        if self.who.data is Who.TYPES and not field.data:
            raise StopValidation("Choose at least one kind of agency")


class ToAddFilter(FilterForm):
    """How the agencies that could be added are narrowed."""

    search = TextField("Name", max_length=200, look={"type": "search"})
    agency_type = SelectField("Type", coerce=AgencyType, empty="All types")


class AgenciesForm(PortalForm):
    """Agencies to ask as well."""

    agencies: CheckboxesField


class PanelForm(PortalForm):
    """Who moderates."""

    panel: CheckboxesField


class ConfirmForm(PortalForm):
    """A question that is answered by its button."""


def agencies_form(offered: Iterable[tuple[int, str, str]]) -> AgenciesForm:
    """The form for these agencies: (id, name, kind)."""

    class Offered(AgenciesForm):
        agencies = CheckboxesField(
            "Agencies that are not asked yet",
            [Choice(str(number), name, kind) for number, name, kind in offered],
            coerce=int,
            look={"classes": "govuk-checkboxes--small", "legend_classes": "govuk-visually-hidden"},
        )

    return Offered()


def panel_form(offered: Iterable[tuple[int, str, str]], chosen: Iterable[int]) -> PanelForm:
    """The form for these people: (membership, name, role)."""

    class Offered(PanelForm):
        panel = CheckboxesField(
            "Who sits on the panel?",
            [Choice(str(number), name, role) for number, name, role in offered],
            coerce=int,
            hint="They read what is signed and rate it beside the agency. The business manager does so anyway.",
        )

    return Offered(data={"panel": list(chosen)})


def _words(text: str) -> list[str]:
    return text.replace(",", " ").replace(";", " ").replace(" and ", " ").split()
