"""Finding meetings: what is looked for, and what the list is narrowed to."""

from __future__ import annotations

from datetime import date

from wtforms.validators import StopValidation

from portal.domain.labels import choices
from portal.domain.vocabulary import MeetingStatus
from portal.domain.working_days import check_day
from portal.forms.fields import FilterForm, PortalForm, SelectField, TextField

ANSWER = "answer"
REPORT = "report"


class SearchForm(PortalForm):
    """Looks for a family or a meeting. It posts, so that no child's name or number stands in an address or a log.

    templates/meetings/search_box.html draws it: the list shows it empty, and needs no form for that.
    """

    q = TextField(
        "Find a family or a meeting",
        required="Enter a surname, an NHS number, a UPN or a reference",
        max_length=100,
    )


class DayField(TextField):
    """A day of the calendar in one box, as an address keeps it: 2026-11-24."""

    def __init__(self, label: str, **rest: object) -> None:
        super().__init__(label, max_length=20, look={"type": "date"}, **rest)

    @property
    def day(self) -> date | None:
        """The day; none where nothing, or nothing readable, was given."""
        try:
            return check_day(date.fromisoformat(self.data)) if self.data else None
        except ValueError:
            return None

    def check(self) -> None:
        """Refuse what is no day."""
        if self.day is None:
            raise StopValidation(f"Enter the day for “{self.label.text}” like 2026-11-24")


class MeetingFilter(FilterForm):
    """What the list of meetings is narrowed to; all of it may be empty."""

    when = SelectField("When", [("coming", "Coming"), ("past", "Past"), ("all", "Any time")], empty=None)
    type = SelectField("Type", empty="Any type")
    status = SelectField("Status", choices(MeetingStatus), coerce=MeetingStatus, empty="Any status")
    waiting = SelectField("Waiting for", [(ANSWER, "An answer"), (REPORT, "A report")], empty="Anything")
    from_day = DayField("From", name="from", id="from")
    to_day = DayField("To", name="to", id="to")

    @property
    def number_set(self) -> int:
        """How many filters are set besides the period that the list begins with."""
        fields = (self.type, self.status, self.waiting, self.from_day, self.to_day)
        return sum(bool(field.data) for field in fields)
