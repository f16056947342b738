"""How an administrator looks through the trail, and how somebody narrows down who has read a record."""

from __future__ import annotations

from collections.abc import Sequence

from portal.domain.activity_words import VERBS, record
from portal.domain.evidence_activity import SUBJECTS_TO_SEARCH
from portal.domain.record_readings import KIND_WORDS, ReadingKind
from portal.domain.vocabulary import ActivityOutcome
from portal.forms.fields import FilterForm, NumberField, SelectField, TextField
from portal.forms.meetings import DayField

_MOST = 999_999_999


def _words(subject: str) -> str:
    words = record(subject, None)
    return words[:1].upper() + words[1:]


class ActivityFilter(FilterForm):
    """Who, what, about which record, when, and whether it was done or refused; all of it may be empty."""

    person = TextField("Person", max_length=120, look={"type": "search"})
    agency = SelectField("Agency", coerce=int, empty="Any agency")
    verb = SelectField("What was done", sorted(VERBS.items(), key=lambda pair: pair[1]), empty="Everything")
    subject = SelectField(
        "Kind of record",
        sorted(((one, _words(one)) for one in SUBJECTS_TO_SEARCH), key=lambda pair: pair[1]),
        empty="Any record",
    )
    number = NumberField("Record number", least=1, most=_MOST)
    outcome = SelectField(
        "Outcome",
        [(ActivityOutcome.DONE.value, "Done"), (ActivityOutcome.REFUSED.value, "Refused")],
        coerce=ActivityOutcome,
        empty="Done or refused",
    )
    from_day = DayField("From", name="from", id="from")
    to_day = DayField("To", name="to", id="to")

    def offer(self, agencies: Sequence[tuple[int, str]]) -> None:
        """Say which agencies can be chosen."""
        self.agency.choices = [(str(number), name) for number, name in agencies]

    @property
    def number_set(self) -> int:
        """How many filters are set."""
        return sum(bool(field.data) and not field.errors for field in self)


class ReadingFilter(FilterForm):
    """What kind of page, and a span of days."""

    kind = SelectField(
        "What was read",
        [(kind.value, words) for kind, words in KIND_WORDS.items()],
        coerce=ReadingKind,
        empty="Everything",
    )
    from_day = DayField("From", name="from", id="from")
    to_day = DayField("To", name="to", id="to")

    @property
    def number_set(self) -> int:
        """How many filters are set."""
        return sum(bool(field.data) and not field.errors for field in self)
