"""What a coordinator writes down about the agencies that know a child."""

from __future__ import annotations

from collections.abc import Iterable

from portal.domain.expected_agencies import INVOLVED_BECAUSE
from portal.domain.labels import choices
from portal.domain.vocabulary import ExpectationReason
from portal.forms.fields import CheckboxesField, DateField, PortalForm, RadioField, SelectField, VersionField


class InvolvementForm(PortalForm):
    """An agency that knows some of the children."""

    agency_id = SelectField("Which agency?", coerce=int, required="Choose the agency")
    child_ids = CheckboxesField(
        "Which children does it know?", coerce=int, required="Choose at least one of the children"
    )
    reason = RadioField(
        "Why?", choices(INVOLVED_BECAUSE), coerce=ExpectationReason, required="Choose why the agency knows the children"
    )
    since = DateField("Since when?", like="1 9 2025", hint="Leave it empty if it is not known.")

    def offer(self, agencies: Iterable[tuple[int, str]], children: Iterable[tuple[int, str]]) -> None:
        """Put on offer what can be chosen; a child alone is ticked already."""
        self.agency_id.choices = [(str(number), name) for number, name in agencies]
        self.child_ids.choices = [(str(number), name) for number, name in children]


class EndInvolvementForm(PortalForm):
    """The last day on which an agency knew a child."""

    until = DateField("Last day", required="Enter the last day on which the agency knew the child", like="31 8 2026")
    version = VersionField()
