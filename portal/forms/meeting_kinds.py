"""What the business manager says of a kind of meeting, and from which day new rules hold."""

from __future__ import annotations

from typing import Any

from portal.domain.labels import choices
from portal.domain.meeting_kinds import LONGEST_NAME, KindDetails
from portal.domain.meeting_vocabulary import MeetingFamily, RecordSection
from portal.forms.fields import (
    CheckboxesField,
    CheckboxField,
    DateField,
    PortalForm,
    RadioField,
    TextField,
    VersionField,
)
from portal.forms.meeting_rules import MeetingRuleForm


class _Named(PortalForm):
    """What it is called. The parts of these forms are classes in the order of the page, as their faults are told."""

    name = TextField(
        "Name",
        required="Enter a name",
        max_length=LONGEST_NAME,
        hint="What pages and messages call it, for example Discharge planning meeting.",
    )


class _OfFamily(PortalForm):
    """What it is at heart."""

    family = RadioField(
        "What is it at heart?",
        choices(MeetingFamily),
        coerce=MeetingFamily,
        required="Say what kind of meeting it is at heart",
        hint="This decides how it is arranged and with which meetings it is listed. It cannot be changed later.",
    )


class _Described(_Named):
    """What is said of a kind besides its rules."""

    sections = CheckboxesField("What does its record have?", choices(RecordSection), coerce=RecordSection)
    several_families = CheckboxField("One meeting can be about several families")
    named_people_only = CheckboxField(
        "Only people named on it see it", hint="For complex abuse: nobody else of an invited agency finds it."
    )

    @property
    def details(self) -> KindDetails:
        """What was said."""
        return KindDetails(
            self.name.data,
            frozenset(self.sections.data),
            self.several_families.data,
            self.named_people_only.data,
        )


class NewKindForm(_OfFamily, _Described, MeetingRuleForm):
    """A kind that is added."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Put what it is before what it asks, as on the page, so that faults are told in that order."""
        super().__init__(*args, **kwargs)
        self._fields = dict(sorted(self._fields.items(), key=lambda field: field[0] in MeetingRuleForm.__dict__))


class DescribedKindForm(_Described):
    """What is said of a kind that is there."""

    version = VersionField()


class RuledKindForm(MeetingRuleForm):
    """New rules from a day on."""

    first_day = DateField(
        "From which day on?",
        required="Enter the first day on which the new rules hold",
        like="1 4 2027",
    )
    version = VersionField()


class RetiredKindForm(PortalForm):
    """A question that is answered by its button."""
