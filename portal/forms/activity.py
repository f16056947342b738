"""How an administrator looks through the trail."""

from __future__ import annotations

from portal.domain.activity_words import VERBS
from portal.forms.fields import FilterForm, SelectField, TextField
from portal.forms.meetings import DayField

_REFUSED = "refused"


class ActivityFilter(FilterForm):
    """Who, what, when, and whether only what was refused."""

    person = TextField("Person", max_length=120, look={"type": "search"})
    verb = SelectField("What was done", sorted(VERBS.items(), key=lambda pair: pair[1]), empty="Everything")
    outcome = SelectField("Outcome", [(_REFUSED, "Refused")], empty="Done or refused")
    from_day = DayField("From", name="from", id="from")
    to_day = DayField("To", name="to", id="to")

    @property
    def refused_only(self) -> bool:
        """Whether only what was refused was asked for."""
        return bool(self.outcome.data == _REFUSED)
