"""What pictures of figures are narrowed to; it stands in the address, so that a picture can be sent as a link."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from wtforms.validators import StopValidation

from portal.domain.measures import Measure, Of, Source
from portal.domain.month_blocks import place_of as year_place
from portal.domain.months import Month
from portal.domain.periods import Days, PeriodChoice, days_of
from portal.domain.vocabulary import AgencyType
from portal.forms.fields import FilterForm, SelectField, TextField

ALL_CODES, ALL_NUMBERS = re.compile(r"[a-z0-9_]{1,40}", re.ASCII), re.compile(r"\d{1,9}", re.ASCII)


_ENOUGH = 3
"""Months of a financial year before which the last one is compared."""


class Span(StrEnum):
    """Over which whole months agencies are compared.

    Small numbers are put together within financial years, so a span of such years shows most of what may be shown.
    """

    THIS_YEAR = "this_year"
    LAST_YEAR = "last_year"
    QUARTER = "quarter"
    TWELVE = "year"


class Back(StrEnum):
    """How many months a run goes back."""

    ONE_YEAR = "12"
    TWO_YEARS = "24"
    THREE_YEARS = "36"


class RunForm(FilterForm):
    """Which months of a measure, and of what: without a page of its own, it reads the address of a picture."""

    back = SelectField("Months", [(one.value, f"{one.value} months") for one in Back], coerce=Back, empty=None)
    to = TextField("Until")
    agency_type = SelectField("Agencies", [(one.value, one.value) for one in AgencyType], coerce=AgencyType)
    meeting_type = TextField("Meetings")
    agency = TextField("Agency")

    def validate_to(self, field: TextField) -> None:
        """A month as addresses have it."""
        try:
            Month.parse(field.data) if field.data else None
        except ValueError:
            raise StopValidation("There is no such month") from None

    def validate_meeting_type(self, field: TextField) -> None:
        """A kind's code."""
        if field.data and not ALL_CODES.fullmatch(field.data):
            raise StopValidation("There is no such kind of meeting")

    def validate_agency(self, field: TextField) -> None:
        """An agency's number."""
        if field.data and not ALL_NUMBERS.fullmatch(field.data):
            raise StopValidation("There is no such agency")

    def months(self, today: date) -> list[Month]:
        """The months asked for, the last that is over where none is named; call it on a form without a fault."""
        last = Month.parse(self.to.data) if self.to.data else Month.of(today).plus(-1)
        back = int(self.back.data or Back.TWO_YEARS)
        return [last.plus(place - back + 1) for place in range(back)]

    def of(self) -> Of:
        """What is asked for."""
        return Of(
            agency_type=self.agency_type.data,
            meeting_type=self.meeting_type.data or None,
            agency_id=int(self.agency.data) if self.agency.data else None,
        )


class CompareForm(FilterForm):
    """Which measure, of which meetings and agencies, over which months."""

    measure = SelectField("Measure", empty=None)
    meeting_type = SelectField("Meetings", empty="All conferences")
    agency_type = SelectField("Agencies", coerce=AgencyType, empty="All agencies")
    span = SelectField(
        "Period",
        [
            (Span.THIS_YEAR, "This financial year so far"),
            (Span.LAST_YEAR, "Last financial year"),
            (Span.QUARTER, "Last quarter"),
            (Span.TWELVE, "Last 12 months"),
        ],
        coerce=Span,
        empty=None,
    )

    def offer(
        self,
        measures: Mapping[str, Measure],
        meeting_types: Iterable[tuple[str, str]],
        agency_types: Iterable[tuple[AgencyType, str]],
        *,
        today: date,
        agency_type: AgencyType | None = None,
    ) -> None:
        """Put on offer what agencies have one by one; what the address leaves open becomes the first."""
        self.measure.choices = [(one.id, one.title) for one in measures.values() if one.source is Source.INVITATIONS]
        self.meeting_type.choices = list(meeting_types)
        self.agency_type.choices = list(agency_types)
        self._first_agency_type = agency_type
        # Of a year that has just begun there is little to compare.
        self._first_span = Span.LAST_YEAR if year_place(Month.of(today)) < _ENOUGH else Span.THIS_YEAR

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """An address that leaves something open means the first on offer."""
        if not self.measure.data and not self.measure.process_errors:
            self.measure.data = self.measure.choices[0][0]
        if self.span.data is None and not self.span.process_errors:
            self.span.data = self._first_span
        if self.agency_type.data is None and not self.agency_type.process_errors:
            self.agency_type.data = self._first_agency_type
        return super().validate(extra_validators)

    def days(self, today: date) -> Days:
        """The whole months, of this year with the one that it is; call it on a form without a fault."""
        now = Month.of(today)
        april = now.plus(-year_place(now))
        match self.span.data:
            case Span.QUARTER:
                return days_of(PeriodChoice.LAST_QUARTER, today)
            case Span.THIS_YEAR:
                return Days(april.first, now.last)
            case Span.LAST_YEAR:
                return Days(april.plus(-12).first, april.plus(-1).last)
        return Days(now.plus(-12).first, now.plus(-1).last)

    def months(self, today: date) -> list[Month]:
        """The last 24 months that are over: limits need more of them than a comparison does."""
        return [Month.of(today).plus(place) for place in range(-int(Back.TWO_YEARS), 0)]

    def of(self) -> Of:
        """What is asked for."""
        return Of(agency_type=self.agency_type.data, meeting_type=self.meeting_type.data or None)
