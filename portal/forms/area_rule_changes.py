"""What every change of an area's rules asks besides the rules: where they come from, and the first day."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, NamedTuple

from portal.domain.area_rules import LONGEST_SOURCE, Value
from portal.forms.fields import DateField, PortalForm, TextField, VersionField
from portal.forms.fields.drawn import DrawnField

_LAST = ("source", "first_day", "version")


class FormRow(NamedTuple):
    """What is asked of one rule among several alike; one that is not there yet is folded away."""

    title: str
    fields: tuple[DrawnField, ...]
    remove: DrawnField
    is_open: bool

    @property
    def shown(self) -> list[DrawnField]:
        """The fields that are drawn: of what is not there yet, nothing can be taken away."""
        return [*self.fields, self.remove] if self.is_open else list(self.fields)


def form_row(title: str, fields: tuple[DrawnField, ...], remove: DrawnField, *, is_meant: bool) -> FormRow:
    """A row, open where something was typed in it, is to be taken away, or is wrong."""
    is_open = is_meant or remove.data or any(field.errors for field in (*fields, remove))
    return FormRow(title, fields, remove, is_open)


class RuleChangeForm(PortalForm):
    """New rules from a day on. `value` is read once the form was found sound."""

    how = ""
    """What to know before its rows are changed."""

    source: TextField | None = TextField(
        "Where do these rules come from?",
        required="Say where these rules come from",
        max_length=LONGEST_SOURCE,
        hint="The edition of the guidance, such as Working Together 2026, or who decided it here and when.",
    )
    first_day = DateField(
        "From which day on?", required="Enter the first day on which the new rules hold", like="1 4 2027"
    )
    version = VersionField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Put the rules before what every change asks, as on the page, so that faults are told in that order."""
        super().__init__(*args, **kwargs)
        self._fields = dict(sorted(self._fields.items(), key=lambda field: field[0] in _LAST))

    @property
    def rows(self) -> list[FormRow]:
        """The rules that are alike; none where each is asked for on its own."""
        return []

    @property
    def own_fields(self) -> list[DrawnField]:
        """The fields of the rules that stand in no row."""
        in_rows = {field.name for row in self.rows for field in (*row.fields, row.remove)}
        others = [field for field in self if isinstance(field, DrawnField) and field.name not in _LAST]
        return [field for field in others if field.name not in in_rows]

    @property
    @abstractmethod
    def value(self) -> Value:
        """The rules that were typed."""
