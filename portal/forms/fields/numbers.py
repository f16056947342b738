"""A field for a whole number within bounds."""

from __future__ import annotations

from typing import Any

from wtforms.validators import StopValidation

from portal.forms.fields.text import TextField

_MOST_DIGITS = 9


class NumberField(TextField):
    """A whole number from `least` to `most`; the data is its text, so that what was typed stays, `number` its value."""

    def __init__(self, label: str, *, least: int = 0, most: int, **rest: Any) -> None:
        look = {"inputmode": "numeric", "classes": "govuk-input--width-4", **(rest.pop("look", None) or {})}
        super().__init__(label, look=look, max_length=20, **rest)
        self.least = least
        self.most = most

    @property
    def number(self) -> int | None:
        """The number; None where nothing readable was given."""
        text = self.data
        return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None

    def check(self) -> None:
        """Refuse what is no number, and one out of bounds."""
        if self.number is None or not self.least <= self.number <= self.most:
            raise StopValidation(f"{self.label.text}: enter a whole number from {self.least} to {self.most}")
