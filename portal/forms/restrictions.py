"""Closing a record to people, holding a report back from an agency, and opening and reviewing in an emergency."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from portal.domain.labels import choices
from portal.domain.restriction_vocabulary import HoldReason, Reach, Verdict
from portal.domain.restrictions import REASON_LIMIT
from portal.forms.fields import (
    CheckboxesField,
    DateField,
    EmailField,
    PortalForm,
    RadioField,
    SelectField,
    TextAreaField,
    TextField,
    VersionField,
)

_MEDIUM = {"legend_classes": "govuk-fieldset__legend--m"}
_REFERENCE = {"classes": "govuk-input--width-20", "spellcheck": False, "autocomplete": "off"}
_NOT_ONES_OWN = {"autocomplete": "off"}
_ADDRESS = "Somebody else, by their work email address"


class CloseRecordForm(PortalForm):
    """To whom a family's record is closed, why, and until when."""

    reach = RadioField(
        "How is the record closed?", choices(Reach), coerce=Reach, required="Choose how it is closed", look=_MEDIUM
    )
    address = EmailField(
        _ADDRESS, hint="One person who works in the partnership and is not shown above.", look=_NOT_ONES_OWN
    )
    reason = TextAreaField(
        "Why?",
        rows=4,
        max_length=REASON_LIMIT,
        required="Say why the record is closed to them",
        hint="Those who keep the record read this: its chairs, the coordinators and the safeguarding managers.",
    )
    begins_on = DateField("First day", required="Enter the first day")
    until = DateField("Last day", hint="Leave this empty if you do not know. It then holds until somebody ends it.")

    people: CheckboxesField

    @classmethod
    def of(cls, people: Iterable[tuple[int, str]], **shown: Any) -> CloseRecordForm:
        """The form with who sees the record now, which must be known before it reads what is posted."""
        field = CheckboxesField(
            "Who stands on the list?",
            [(str(number), name) for number, name in people],
            coerce=int,
            hint="Everybody who can see the record now.",
            look=_MEDIUM,
        )
        form: CloseRecordForm = type(cls.__name__, (cls,), {"people": field})(data=shown)
        return form


class PutOnListForm(PortalForm):
    """One more person for a restriction's list."""

    person: SelectField = SelectField("Who else?", coerce=int, empty="Choose a person")
    address = EmailField(_ADDRESS, look=_NOT_ONES_OWN)

    def offer(self, people: Iterable[tuple[int, str]]) -> None:
        """Put on offer who sees the record now."""
        self.person.choices = [(str(number), name) for number, name in people]


class HoldForm(PortalForm):
    """Whose report is held back, from whom and why."""

    of: SelectField = SelectField("Whose report?", coerce=int, required="Choose whose report is held back")
    agency: SelectField = SelectField(
        "From which agency?", coerce=int, required="Choose the agency that does not get it"
    )
    because = RadioField(
        "Why?", choices(HoldReason), coerce=HoldReason, required="Choose why it is held back", look=_MEDIUM
    )
    reason = TextAreaField(
        "In your own words",
        rows=4,
        max_length=REASON_LIMIT,
        required="Say why they may not have it",
        hint="Those who keep the meeting read this, and neither of the two agencies.",
    )

    def offer(self, invited: Iterable[tuple[int, int, str]]) -> None:
        """Put on offer the agencies with a part in the meeting: invitation, agency, name."""
        agencies = list(invited)
        self.of.choices = [(str(invitation_id), name) for invitation_id, _, name in agencies]
        self.agency.choices = [(str(agency_id), name) for _, agency_id, name in agencies]


class OpenRecordForm(PortalForm):
    """Which record has to be opened in an emergency, and why."""

    reference = TextField(
        "The family’s case reference",
        max_length=40,
        required="Enter the family’s case reference",
        hint="As the local authority writes it.",
        look=_REFERENCE,
    )
    reason = TextAreaField(
        "Why can this not wait for somebody who sees the record?",
        rows=4,
        max_length=REASON_LIMIT,
        required="Say why you cannot wait for somebody who sees the record",
        hint="Those who keep the record read this, and one of them reviews it.",
    )


class ReviewForm(PortalForm):
    """Whether an opening was justified."""

    verdict = RadioField(
        "Was it justified?", choices(Verdict), coerce=Verdict, required="Say whether it was justified", look=_MEDIUM
    )
    words = TextAreaField(
        "What you found",
        rows=4,
        max_length=REASON_LIMIT,
        required="Say what you found",
        hint="Whoever opened the record reads this, too.",
    )
    version = VersionField()
