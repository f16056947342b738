"""For which period figures are shown; it stands in the address, so that a page of figures can be passed on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from portal.domain.periods import Days, PeriodChoice, days_of
from portal.forms.fields import Choice, DateField, FilterForm, RadioField

NO_FIRST = "Enter the first day"
NO_LAST = "Enter the last day"
LAST_BEFORE_FIRST = "The last day must be the same as or after the first day"


class FiguresForm(FilterForm):
    """One of the usual periods, or any two days."""

    period = RadioField(
        "Period",
        [
            Choice(PeriodChoice.LAST_YEAR, "Last 12 months"),
            Choice(PeriodChoice.THIS_QUARTER, "This quarter so far"),
            Choice(PeriodChoice.LAST_QUARTER, "Last quarter"),
            Choice(PeriodChoice.OWN, "Own dates", reveals=("from_day", "to_day")),
        ],
        coerce=PeriodChoice,
    )
    from_day = DateField("First day", like="1 4 2026")
    to_day = DateField("Last day", like="30 6 2026")

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """An address that names no period means the first; own dates need both days, in their order."""
        if self.period.data is None and not self.period.process_errors:
            self.period.data = PeriodChoice.LAST_YEAR
        sound = super().validate(extra_validators)
        if not sound or self.period.data is not PeriodChoice.OWN:
            return sound
        first, last = self.from_day.data, self.to_day.data
        if first is None:
            self.add_error("from_day", NO_FIRST)
        if last is None:
            self.add_error("to_day", NO_LAST)
        elif first is not None and last < first:
            self.add_error("to_day", LAST_BEFORE_FIRST)
        return not self.errors

    def days(self, today: date) -> Days:
        """The period's days; call it on a form without a fault."""
        if self.period.data is PeriodChoice.OWN and self.from_day.data and self.to_day.data:
            return Days(self.from_day.data, self.to_day.data)
        return days_of(self.period.data, today)
