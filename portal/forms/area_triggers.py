"""What proposes a stage of a ladder, as somebody types it: in rows; those left empty count for none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from portal.domain.area_rules import MOST_COUNTED, MOST_MONTHS_BACK, MOST_STAGES, MOST_TRIGGERS, Triggers, Value
from portal.domain.escalation_vocabulary import LadderEvent
from portal.domain.labels import choices
from portal.domain.ladder_events import LOOKED_BACK
from portal.domain.ladder_rules import Trigger
from portal.forms.area_rule_changes import FormRow, RuleChangeForm, form_row
from portal.forms.fields import CheckboxesField, CheckboxField, NumberField, SelectField

IN_A_ROW, WITHIN, ANY = "in_a_row", "within", "any"
_HOW = [
    (ANY, f"Whenever they were, of the last {LOOKED_BACK} months"),
    (IN_A_ROW, "In a row"),
    (WITHIN, "Within so many months"),
]


@dataclass(frozen=True, slots=True)
class TriggerRow:
    """The fields of one rule about what proposes a stage."""

    number: int
    events: CheckboxesField
    count: NumberField
    how: SelectField
    months: NumberField
    opens: NumberField
    remove: CheckboxField

    @property
    def is_meant(self) -> bool:
        """Whether anything was typed that is to stay."""
        typed = (self.events, self.count, self.months, self.opens)
        return not self.remove.data and not all(field.is_empty() for field in typed)

    def drawn(self) -> FormRow:
        """The row as a page draws it."""
        fields = (self.events, self.count, self.how, self.months, self.opens)
        return form_row(f"Rule {self.number}", fields, self.remove, is_meant=self.is_meant)


class TriggersForm(RuleChangeForm):
    """What proposes a stage of the non-attendance ladder; without any, nothing is proposed."""

    how = (
        "Each rule is looked at for an agency when a register is closed. Of several that are met, the highest stage is "
        "proposed."
    )

    @property
    def rows(self) -> list[FormRow]:
        """The rules."""
        return [trigger.drawn() for trigger in self.triggers]

    @property
    def triggers(self) -> list[TriggerRow]:
        """The rows, the empty ones included."""
        parts = ("events", "count", "how", "months", "opens", "remove")
        return [
            TriggerRow(number, *(getattr(self, f"{part}_{number}") for part in parts))
            for number in range(1, MOST_TRIGGERS + 1)
        ]

    def validate(self, extra_validators: Any = None) -> bool:
        """Check each answer, then whether they go together."""
        sound = super().validate(extra_validators)
        for row in self.triggers:
            if not row.is_meant:
                continue
            for part, field, sentence in (
                ("events", row.events, "choose what counts"),
                ("count", row.count, "enter how many it takes"),
                ("opens", row.opens, "enter which stage it proposes"),
            ):
                if field.is_empty():
                    self.add_error(f"{part}_{row.number}", f"Rule {row.number}: {sentence}")
                    sound = False
            if (row.how.data == WITHIN) == row.months.is_empty():
                needed = "enter within how many months" if row.how.data == WITHIN else "leave the months empty"
                self.add_error(f"months_{row.number}", f"Rule {row.number}: {needed}")
                sound = False
        return sound

    @property
    def value(self) -> Value:
        """What was typed, in its order."""
        return Triggers(
            tuple(
                Trigger(
                    frozenset(row.events.data),
                    row.count.number or 1,
                    row.opens.number or 1,
                    row.months.number if row.how.data == WITHIN else None,
                    row.how.data == IN_A_ROW,
                )
                for row in self.triggers
                if row.is_meant
            )
        )


for _number in range(1, MOST_TRIGGERS + 1):
    for _name, _field in {
        "events": CheckboxesField(f"Rule {_number}: what counts?", choices(LadderEvent), coerce=LadderEvent),
        "count": NumberField(f"Rule {_number}: how many of these?", least=1, most=MOST_COUNTED),
        "how": SelectField(f"Rule {_number}: how must they lie?", _HOW, empty=None, default=ANY),
        "months": NumberField(f"Rule {_number}: within how many months?", least=1, most=MOST_MONTHS_BACK),
        "opens": NumberField(f"Rule {_number}: which stage does it propose?", least=1, most=MOST_STAGES),
        "remove": CheckboxField(f"Take rule {_number} away"),
    }.items():
        setattr(TriggersForm, f"{_name}_{_number}", _field)


def triggers_data(triggers: Triggers) -> dict[str, Any]:
    """What the form of what proposes a stage shows first."""
    found: dict[str, Any] = {}
    for number, trigger in enumerate(triggers.listed, start=1):
        how = IN_A_ROW if trigger.is_in_a_row else ANY if trigger.within_months is None else WITHIN
        found |= {
            f"events_{number}": list(trigger.events),
            f"count_{number}": trigger.count,
            f"how_{number}": how,
            f"months_{number}": trigger.within_months,
            f"opens_{number}": trigger.opens_stage,
        }
    return found
