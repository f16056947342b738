"""What a diary shows, as its address keeps it."""

from __future__ import annotations

from collections.abc import Sequence

from portal.domain.diaries import DiaryView
from portal.domain.row_numbers import row_number
from portal.forms.fields import FilterForm, SelectField
from portal.forms.meetings import DayField


class DiaryFilter(FilterForm):
    """The day or week, and what of it; all of it may be empty."""

    view = SelectField("Show", [("day", "One day"), ("week", "A week")], coerce=DiaryView, empty=None)
    on = DayField("Day")
    chair = SelectField("Chair", coerce=row_number, empty="Every chair")
    kind = SelectField("Kind of meeting", empty="Every kind")

    @property
    def number_set(self) -> int:
        """How many filters narrow the days that are shown."""
        return sum(bool(field.data) for field in (self.chair, self.kind) if not field.errors)

    def offer(self, chairs: Sequence[tuple[int, str]], kinds: Sequence[tuple[str, str]], *, is_own: bool) -> None:
        """Name what can be chosen; in a chair's own diary, the partnerships that they chair in."""
        self.chair.choices = [(str(membership_id), name) for membership_id, name in chairs]
        if is_own:
            self.chair.label.text, self.chair.empty = "Partnership", "Every partnership"
        self.kind.choices = kinds
