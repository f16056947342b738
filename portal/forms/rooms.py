"""Which months a room shows, and what a measure is narrowed to: both in the address, so that a view can be sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from portal.domain.measures import Of
from portal.domain.month_blocks import QUARTER, place_of, year_of
from portal.domain.months import Month
from portal.domain.periods import PeriodChoice, days_of
from portal.domain.published_counts import months_begun
from portal.domain.vocabulary import AgencyType
from portal.forms.fields import Choice, FilterForm, RadioField, SelectField

_YEAR = 12


class RoomSpan(StrEnum):
    """Over which whole months a room counts."""

    FINANCIAL = "financial"
    LAST_FINANCIAL = "last_financial"
    YEAR = "year"
    QUARTER = "quarter"
    THIS = "this"


def usual_span(today: date) -> RoomSpan:
    """Return what a room shows first: the financial year once a quarter of it is over, until then twelve months."""
    return RoomSpan.FINANCIAL if place_of(Month.of(today)) >= QUARTER else RoomSpan.YEAR


class RoomForm(FilterForm):
    """One of the usual spans. Nothing in the address means the room's own, or else the financial year.

    Boards report by financial years, and small numbers are put together within one: a span across two shows less.
    """

    span = RadioField(
        "Months",
        [
            Choice(RoomSpan.FINANCIAL, "This financial year so far"),
            Choice(RoomSpan.LAST_FINANCIAL, "Last financial year"),
            Choice(RoomSpan.YEAR, "Last 12 months that are over"),
            Choice(RoomSpan.QUARTER, "Last quarter"),
            Choice(RoomSpan.THIS, "This quarter so far"),
        ],
        coerce=RoomSpan,
    )

    def __init__(self, formdata: Any = None, *, first: RoomSpan = RoomSpan.FINANCIAL, **rest: Any) -> None:
        super().__init__(formdata, **rest)
        self._first = first

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """An address that names no span means the room's first."""
        if self.span.data is None and not self.span.process_errors:
            self.span.data = self._first
        return super().validate(extra_validators)

    def months(self, today: date) -> list[Month]:
        """The months, the earliest first; call it on a form without a fault."""
        now = Month.of(today)
        if self.span.data is RoomSpan.YEAR:
            return [now.plus(place) for place in range(-_YEAR, 0)]
        april = Month(year_of(now), 4)
        if self.span.data is RoomSpan.FINANCIAL:
            return [april.plus(place) for place in range(months_begun(april.year, now))]
        if self.span.data is RoomSpan.LAST_FINANCIAL:
            return [april.plus(place) for place in range(-_YEAR, 0)]
        choice = PeriodChoice.LAST_QUARTER if self.span.data is RoomSpan.QUARTER else PeriodChoice.THIS_QUARTER
        days = days_of(choice, today)
        last = Month.of(days.last)
        months = [Month.of(days.first)]
        while months[-1] < last:
            months.append(months[-1].plus(1))
        return months


class MeasureForm(FilterForm):
    """What one measure is narrowed to, and how far back its months go."""

    agency_type = SelectField("Agencies", coerce=AgencyType, empty="All agencies")
    meeting_type = SelectField("Meetings", empty="All conferences")
    agency = SelectField("One agency", coerce=int, empty="All of the kind")
    back = SelectField(
        "Months", [("12", "12 months"), ("24", "24 months"), ("36", "36 months")], coerce=int, empty=None
    )

    def offer(
        self,
        agency_types: Iterable[tuple[AgencyType, str]],
        meeting_types: Iterable[tuple[str, str]],
        agencies: Iterable[tuple[int, str]],
    ) -> None:
        """Put on offer what the measure and the viewer have; a single choice is none."""
        self.agency_type.choices = list(agency_types)
        self.meeting_type.choices = list(meeting_types)
        self.agency.choices = [(str(number), name) for number, name in agencies]
        for field in (self.agency_type, self.meeting_type, self.agency):
            if len(field.choices) < 2:
                del self[field.name]

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """An address that does not say how far back means two years."""
        if self.back.data is None and not self.back.process_errors:
            self.back.data = 24
        return super().validate(extra_validators)

    def asked(self, name: str) -> Any:
        """What a filter is set to; nothing where it is not offered."""
        return self[name].data or None if name in self else None

    @property
    def of(self) -> Of:
        """What is asked for."""
        return Of(
            agency_type=self.asked("agency_type"),
            meeting_type=self.asked("meeting_type"),
            agency_id=self.asked("agency"),
        )

    @property
    def number_set(self) -> int:
        """How many filters are set."""
        return sum(self.asked(name) is not None for name in ("agency_type", "meeting_type", "agency"))

    @property
    def arguments(self) -> dict[str, str | int]:
        """What is asked for, as addresses have it."""
        asked = {name: self.asked(name) for name in ("agency_type", "meeting_type", "agency", "back")}
        return {name: value for name, value in asked.items() if value is not None}

    def months(self, today: date) -> list[Month]:
        """The months that are over, the earliest first; call it on a form without a fault."""
        return [Month.of(today).plus(place) for place in range(-self.back.data, 0)]
