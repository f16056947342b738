"""Freezing a month, and opening a correction of one that is frozen."""

from __future__ import annotations

from collections.abc import Iterable

from wtforms.validators import StopValidation

from portal.domain.months import Month
from portal.forms.fields import FilterForm, PortalForm, SelectField, TextAreaField, VersionField

LONGEST = 2_000
_NUMBER = 100


def month_number(month: Month) -> int:
    """A month as one number, such as 202605: forms carry it hidden."""
    return month.year * _NUMBER + month.number


def numbered_month(number: int) -> Month:
    """The month that a number stands for; raises ValueError for one that stands for none."""
    return Month(*divmod(number, _NUMBER))


class YearFilter(FilterForm):
    """Of which year the months are listed."""

    year = SelectField("Year", coerce=int, empty=None)

    def offer(self, years: Iterable[int], chosen: int) -> None:
        """Put on offer the years in which meetings were held."""
        self.year.choices = [(str(year), str(year)) for year in years]
        self.year.data = chosen


class ReadingFilter(FilterForm):
    """Which reading of a month is shown, and what it is held against."""

    revision = SelectField("Show", coerce=int, empty=None)
    against = SelectField("Compare with", coerce=int, empty=None)

    def offer(self, readings: Iterable[tuple[int, str]], *, showing: int, against: int) -> None:
        """Put on offer the revisions, and the figures as they are now."""
        offered = [(str(number), words) for number, words in readings]
        self.revision.choices = offered
        self.against.choices = offered
        self.revision.data, self.against.data = showing, against


class FreezeForm(PortalForm):
    """A word beside the figures that are kept; after the first revision it says why another is needed."""

    month = VersionField()
    version = VersionField()
    note = TextAreaField(
        "A note beside the figures",
        hint="Whoever reads figures reads this. Optional. Name no child and no family.",
        rows=3,
        max_length=LONGEST,
    )


class RevisionForm(FreezeForm):
    """The same for a month that is frozen already."""

    note = TextAreaField(
        "Why is another revision needed?",
        hint="Whoever reads figures reads this. Name no child and no family.",
        rows=3,
        max_length=LONGEST,
    )

    def validate_note(self, field: TextAreaField) -> None:
        """A correction has a reason."""
        if not field.data:
            raise StopValidation("Say why the frozen figures need another revision")


class CorrectionForm(PortalForm):
    """Why a frozen month is opened for correction."""

    month = VersionField()
    version = VersionField()
    reason = TextAreaField(
        "What is to be corrected?",
        hint="Whoever reads figures reads this. Name no child and no family.",
        rows=3,
        max_length=LONGEST,
    )

    def validate_reason(self, field: TextAreaField) -> None:
        """Nothing is opened without a reason."""
        if not field.data:
            raise StopValidation("Say what is to be corrected")
