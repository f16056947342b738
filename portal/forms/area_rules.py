"""What the business manager says of a group of an area's rules, and from which day on it holds."""

from __future__ import annotations

from datetime import time
from typing import Any

from portal.domain.area_rule_words import said_of, source_of
from portal.domain.area_rules import (
    LADDERS,
    LONGEST_EDITION,
    NUMBERS,
    Guidance,
    Numbers,
    NumberUnit,
    RuleGroup,
    Said,
    Value,
)
from portal.domain.ladder_rules import Ladder, OfficeHours
from portal.forms.area_ladders import LADDER_FORMS, ladder_data
from portal.forms.area_rule_changes import RuleChangeForm
from portal.forms.area_triggers import TriggersForm, triggers_data
from portal.forms.fields import NumberField, PortalForm, TextField, TimeField, VersionField

_IN: dict[NumberUnit, str] = {
    NumberUnit.MONTHS: " (months)",
    NumberUnit.WORKING_DAYS: " (working days)",
    NumberUnit.PERCENT: " (per cent)",
    NumberUnit.COUNT: "",
}


class GuidanceForm(RuleChangeForm):
    """The edition of the guidance; it is where everything else comes from, so nothing is asked of its own source."""

    edition = TextField(
        "What is the edition called?",
        required="Enter the name of the edition",
        max_length=LONGEST_EDITION,
        hint="For example Working Together 2026.",
    )
    source = None

    @property
    def value(self) -> Value:
        """What was said."""
        return Guidance(self.edition.data)


class NumbersForm(RuleChangeForm):
    """The numbers of one group."""

    group: RuleGroup

    @property
    def value(self) -> Value:
        """What was said."""
        return Numbers(tuple((rule.name, getattr(self, rule.name).number or 0) for rule in NUMBERS[self.group]))


class OfficeForm(RuleChangeForm):
    """When people are at work."""

    opens = TimeField("When does the office open?", required="Enter when the office opens", like="08:00 or 8am")
    closes = TimeField("When does it close?", required="Enter when the office closes", like="17:00 or 5pm")

    def validate(self, extra_validators: Any = None) -> bool:
        """Check each time, then whether they go together."""
        sound = super().validate(extra_validators)
        if self.opens.data and self.closes.data and self.opens.data >= self.closes.data:
            self.add_error("closes", "The office closes after it opens: enter a later time")
            return False
        return sound

    @property
    def value(self) -> Value:
        """What was said."""
        return OfficeHours(self.opens.data or time.min, self.closes.data or time.max)


class WithdrawForm(PortalForm):
    """A question that is answered by its button, about what was seen when it was asked."""

    version = VersionField()


def _numbers_form(group: RuleGroup) -> type[NumbersForm]:
    fields: dict[str, Any] = {
        rule.name: NumberField(
            rule.words + _IN[rule.unit],
            least=rule.least,
            most=rule.most,
            required=f"{rule.words}: enter a whole number from {rule.least} to {rule.most}",
            hint=rule.effect,
        )
        for rule in NUMBERS[group]
    }
    return type(f"{group.name.title()}Form", (NumbersForm,), {**fields, "group": group, "__doc__": NumbersForm.__doc__})


FORMS: dict[RuleGroup, type[RuleChangeForm]] = {
    RuleGroup.GUIDANCE: GuidanceForm,
    **{group: _numbers_form(group) for group in NUMBERS},
    **{group: LADDER_FORMS[kind] for group, kind in LADDERS.items()},
    RuleGroup.TRIGGERS: TriggersForm,
    RuleGroup.OFFICE: OfficeForm,
}
"""The form of each group; its `said` is what was typed."""


def form_data(group: RuleGroup, said: Said) -> dict[str, Any]:
    """What a group's form shows first: what holds."""
    value = said.value
    found: dict[str, Any] = {"source": source_of(group, said)}
    if isinstance(value, Guidance):
        return {"edition": value.edition}
    if isinstance(value, Numbers):
        return found | dict(value.items)
    if isinstance(value, Ladder):
        return found | ladder_data(value)
    if isinstance(value, OfficeHours):
        return found | {"opens": value.opens, "closes": value.closes}
    return found | triggers_data(value)


def said_by(group: RuleGroup, form: RuleChangeForm) -> Said:
    """What was typed of a group."""
    return said_of(group, form.value, "" if form.source is None else form.source.data)
