"""Freezing a quarter, and opening a correction of one that is frozen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms.validators import StopValidation

from portal.forms.fields import PortalForm, TextAreaField, TextField

LONGEST = 2_000
_READ_BY_ALL = "Whoever reads figures reads this. Name no child and no family."


class _CarriedField(TextField):
    """Text that the page carries hidden; what cannot be read is nothing, since nobody could mend it."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take what was posted, or nothing."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            self.data = ""

    def check(self) -> None:
        """Too long to be read is nothing, too."""
        if len(self.data) > self.max_length:
            self.data = ""


class _OfQuarter(PortalForm):
    """The quarter and what the page showed of it, carried hidden."""

    quarter = _CarriedField("Quarter", max_length=7)
    seen = _CarriedField("Seen", max_length=40)

    def show(self, quarter: object, revisions: Sequence[int]) -> None:
        """Carry what the page shows."""
        self.quarter.data, self.seen.data = str(quarter), "-".join(map(str, revisions))

    @property
    def revisions(self) -> tuple[int, ...]:
        """The newest revision of each month that the page showed; zeros where it cannot be read."""
        parts = (self.seen.data or "").split("-")
        numbers = tuple(int(part) if part.isascii() and part.isdigit() else 0 for part in parts)
        return numbers if len(numbers) == 3 else (0, 0, 0)


class FreezeQuarterForm(_OfQuarter):
    """A word beside the figures that are kept; after the first revision it says why another is needed."""

    note = TextAreaField("A note beside the figures", hint=f"Optional. {_READ_BY_ALL}", rows=3, max_length=LONGEST)


class CorrectQuarterForm(_OfQuarter):
    """Why a frozen quarter is opened for correction."""

    reason = TextAreaField("What is to be corrected?", hint=_READ_BY_ALL, rows=3, max_length=LONGEST)

    def validate_reason(self, field: TextAreaField) -> None:
        """Nothing is opened without a reason."""
        if not field.data:
            raise StopValidation("Say what is to be corrected")
