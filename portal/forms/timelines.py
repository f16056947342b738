"""What a family's timeline is narrowed to."""

from __future__ import annotations

from portal.domain.timelines import KIND_WORDS, TimelineKind, Wanted
from portal.forms.fields import FilterForm, SelectField
from portal.forms.meetings import DayField


class TimelineFilter(FilterForm):
    """A kind of happening and a span of days, kept in the address; all of it may be empty."""

    kind = SelectField(
        "Show", [(kind.value, words) for kind, words in KIND_WORDS.items()], coerce=TimelineKind, empty="Everything"
    )
    from_day = DayField("From", name="from", id="from")
    to_day = DayField("To", name="to", id="to")

    @property
    def wanted(self) -> Wanted:
        """What is asked for; what cannot be read is left out."""
        kind = self.kind.data if isinstance(self.kind.data, TimelineKind) else None
        return Wanted(kind, self.from_day.day, self.to_day.day)

    @property
    def number_set(self) -> int:
        """How many filters are set."""
        return sum(bool(field.data) for field in (self.kind, self.from_day, self.to_day))
