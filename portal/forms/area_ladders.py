"""The stages of a ladder and what proposes them, as somebody types them: in rows; those left empty count for none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from portal.domain.area_rules import (
    LONGEST_STAGE_NAME,
    MOST_STAGES,
    Value,
)
from portal.domain.escalation_vocabulary import LadderKind, Told, Until
from portal.domain.labels import choices
from portal.domain.ladder_rules import LONGEST_CLOCK, Ladder, Stage
from portal.forms.area_rule_changes import FormRow, RuleChangeForm, form_row
from portal.forms.fields import CheckboxesField, CheckboxField, NumberField, SelectField, TextField


@dataclass(frozen=True, slots=True)
class StageRow:
    """The fields of one stage; `formal` is there for practice alerts alone."""

    number: int
    name: TextField
    days: NumberField
    urgent: NumberField
    told: CheckboxesField
    until: SelectField
    remove: CheckboxField
    formal: CheckboxField | None

    @property
    def is_meant(self) -> bool:
        """Whether anything was typed that is to stay."""
        typed = (self.name, self.days, self.urgent, self.told)
        return not self.remove.data and not all(field.is_empty() for field in typed)

    def drawn(self) -> FormRow:
        """The row as a page draws it."""
        formal = () if self.formal is None else (self.formal,)
        fields = (self.name, self.days, self.urgent, self.told, self.until, *formal)
        return form_row(f"Stage {self.number}", fields, self.remove, is_meant=self.is_meant)


class LadderForm(RuleChangeForm):
    """The stages of a ladder, from 1 up."""

    kind: LadderKind
    how = "Open escalations know their stage by its number. So stages are added, and taken away, at the end."

    @property
    def rows(self) -> list[FormRow]:
        """The stages."""
        return [stage.drawn() for stage in self.stages]

    @property
    def stages(self) -> list[StageRow]:
        """The rows, those of stages that there are not yet included."""
        parts = ("name", "days", "urgent", "told", "until", "remove")
        return [
            StageRow(
                number,
                **{part: getattr(self, f"{part}_{number}") for part in parts},
                formal=getattr(self, f"formal_{number}", None),
            )
            for number in range(1, MOST_STAGES + 1)
        ]

    def validate(self, extra_validators: Any = None) -> bool:
        """Check each answer, then whether they go together."""
        sound = super().validate(extra_validators)
        for name, sentence in self._at_odds():
            self.add_error(name, sentence)
            sound = False
        return sound

    def _at_odds(self) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        meant = [row for row in self.stages if row.is_meant]
        if not meant:
            return [("name_1", "A ladder has one stage at least: describe stage 1")]
        for row in self.stages[: meant[-1].number]:
            if not row.is_meant:
                found.append(
                    (f"remove_{row.number}", f"Keep stage {row.number}, or take away every stage above it as well")
                )
                continue
            found += [
                (f"{part}_{row.number}", f"Stage {row.number}: {sentence}")
                for part, field, sentence in (
                    ("name", row.name, "enter a name"),
                    ("days", row.days, "enter how many working days it has"),
                    ("urgent", row.urgent, "enter how many working days it has if it is urgent"),
                    ("told", row.told, "choose who is told"),
                )
                if field.is_empty()
            ]
            if row.days.number is not None and (row.urgent.number or 0) > row.days.number:
                found.append(
                    (f"urgent_{row.number}", f"Stage {row.number}: an urgent matter has as many days, or fewer")
                )
        return found

    @property
    def value(self) -> Value:
        """The ladder that was typed."""
        stages = tuple(
            Stage(
                row.number,
                row.name.data,
                row.days.number or 0,
                row.urgent.number or 0,
                tuple(row.told.data),
                row.until.data or Until.REPLY,
                row.formal.data if row.formal is not None else True,
            )
            for row in self.stages
            if row.is_meant
        )
        whole: NumberField | None = getattr(self, "whole", None)
        return Ladder(self.kind, stages, None if whole is None else whole.number)


def _stage_fields(number: int, kind: LadderKind) -> dict[str, Any]:
    stage = f"Stage {number}"
    fields: dict[str, Any] = {
        f"name_{number}": TextField(f"{stage}: what is it called?", max_length=LONGEST_STAGE_NAME),
        f"days_{number}": NumberField(f"{stage}: how many working days has it?", most=LONGEST_CLOCK),
        f"urgent_{number}": NumberField(
            f"{stage}: how many if it is urgent?", most=LONGEST_CLOCK, hint="0 is the same working day."
        ),
        f"told_{number}": CheckboxesField(f"{stage}: who is told?", choices(Told), coerce=Told),
        f"until_{number}": SelectField(
            f"{stage}: what stops its clock?", choices(Until), coerce=Until, empty=None, default=Until.REPLY
        ),
    }
    if kind is LadderKind.PRACTICE_ALERT:
        fields[f"formal_{number}"] = CheckboxField(f"{stage} is formal")
    fields[f"remove_{number}"] = CheckboxField(f"Take stage {number} away")
    return fields


def _ladder_form(kind: LadderKind) -> type[LadderForm]:
    fields: dict[str, Any] = {"kind": kind, "__doc__": LadderForm.__doc__}
    for number in range(1, MOST_STAGES + 1):
        fields |= _stage_fields(number, kind)
    if kind is LadderKind.PRACTICE_ALERT:
        fields["whole"] = NumberField(
            "All formal stages (working days)",
            least=1,
            most=LONGEST_CLOCK,
            required="Enter how many working days all formal stages may take together",
            hint="So long may they take together. What is not settled by then goes to the last stage.",
        )
    return type(f"{kind.name.title()}Form", (LadderForm,), fields)


LADDER_FORMS: dict[LadderKind, type[LadderForm]] = {kind: _ladder_form(kind) for kind in LadderKind}


def ladder_data(ladder: Ladder) -> dict[str, Any]:
    """What the form of a ladder shows first."""
    found: dict[str, Any] = {"whole": ladder.whole_working_days}
    for stage in ladder.stages:
        found |= {
            f"name_{stage.number}": stage.name,
            f"days_{stage.number}": stage.working_days,
            f"urgent_{stage.number}": stage.urgent_working_days,
            f"told_{stage.number}": list(stage.told),
            f"until_{stage.number}": stage.until,
            f"formal_{stage.number}": stage.is_formal,
        }
    for number in range(ladder.last + 1, MOST_STAGES + 1):
        # A stage that is added is formal, as those below it are.
        found[f"formal_{number}"] = True
    return found
