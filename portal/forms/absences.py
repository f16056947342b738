"""What somebody says about days on which they, or one of their people, are away."""

from __future__ import annotations

from collections.abc import Iterable

from portal.forms.fields import DateField, PortalForm, SelectField, VersionField


class AbsenceForm(PortalForm):
    """The days, and who stands in."""

    begins_on = DateField("First day away", required="Enter the first day away", like="20 7 2027")
    ends_on = DateField("Last day away", required="Enter the last day away", like="31 7 2027")
    deputy = SelectField(
        "Who stands in?",
        coerce=int,
        required="Choose who stands in",
        hint="They get the messages of these days. If they are away themselves, their own deputy does.",
    )

    def offer(self, deputies: Iterable[tuple[int, str]]) -> None:
        """Put on offer who can stand in."""
        self.deputy.choices = [(str(number), name) for number, name in deputies]


class ChangedAbsenceForm(AbsenceForm):
    """Days away that are planned already."""

    version = VersionField()


class RemovedAbsenceForm(PortalForm):
    """A question that is answered by its button."""
