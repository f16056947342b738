"""What a lead says about a time in which their agency is closed."""

from __future__ import annotations

from collections.abc import Iterable

from portal.forms.fields import DateField, PortalForm, SelectField, TextField, VersionField


class ClosureForm(PortalForm):
    """A closure and who covers."""

    name = TextField(
        "What is it?", required="Enter what the closure is", max_length=120, hint="Such as summer holidays."
    )
    begins_on = DateField("First day closed", required="Enter the first day closed", like="20 7 2027")
    ends_on = DateField("Last day closed", required="Enter the last day closed", like="31 8 2027")
    cover_name = TextField(
        "Who is asked meanwhile?",
        required="Enter who is asked while you are closed",
        max_length=120,
        hint="Somebody who can be reached in those days, in your agency or outside it.",
    )
    cover_contact = TextField(
        "How are they reached?",
        required="Enter a telephone number or an address",
        max_length=254,
        hint="A telephone number or an email address.",
    )
    cover_membership = SelectField(
        "Who works meanwhile? (optional)",
        coerce=int,
        empty="Nobody",
        hint="A colleague who gets everybody’s messages from the portal while you are closed.",
    )

    def offer(self, colleagues: Iterable[tuple[int, str]]) -> None:
        """Put on offer who can work in the closure."""
        self.cover_membership.choices = [(str(number), name) for number, name in colleagues]


class ChangedClosureForm(ClosureForm):
    """A closure that stands already."""

    version = VersionField()


class RemovedClosureForm(PortalForm):
    """A question that is answered by its button."""
