"""Days in three boxes and times in one, read as people write them."""

from __future__ import annotations

import re
from datetime import date, time
from typing import Any

from markupsafe import Markup
from wtforms.utils import unset_value
from wtforms.validators import StopValidation

from portal.domain.working_days import check_day
from portal.forms.fields.drawn import DrawnField, Look, entering, macro

PARTS = ("day", "month", "year")
_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_SHORTEST_NAME = 3
_LONGEST_PART = 20
_TIME = re.compile(r"(\d{1,2})(?:\s*[:.h]?\s*(\d{2}))?\s*(a\.?m\.?|p\.?m\.?)?", re.IGNORECASE)


def _number(text: str, length: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= length):
        raise ValueError(text)
    return int(text)


def read_month(text: str) -> int:
    """The month's number from a number or an English name of at least three letters; ValueError otherwise."""
    name = text.strip(".").lower()
    if len(name) >= _SHORTEST_NAME and name.isalpha():
        for number, month in enumerate(_MONTHS, start=1):
            if month.startswith(name):
                return number
    return _number(text, 2)


def read_day(day: str, month: str, year: str) -> date:
    """A day from three texts; ValueError when they are not one, or not in a year that the portal takes."""
    if len(year) != 4:
        raise ValueError(year)
    return check_day(date(_number(year, 4), read_month(month), _number(day, 2)))


def read_time(text: str) -> time:
    """A time of day from "10:00", "9.30am", "2pm" or "1400"; ValueError otherwise."""
    match = _TIME.fullmatch(text.strip())
    if not match:
        raise ValueError(text)
    hour, minute = int(match[1]), int(match[2] or 0)
    half = (match[3] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            raise ValueError(text)
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    elif match[2] is None:
        # "9" alone may mean morning or evening.
        raise ValueError(text)
    return time(hour, minute)


class DateField(DrawnField):
    """A day in three boxes NAME-day, NAME-month, NAME-year; the data is a date or None.

    `earliest` and `latest` may be set by the form or the view: {"latest": viewer.today}. `like` is the example shown.
    """

    data: date | None

    def __init__(self, label: str, *, like: str = "3 11 2015", **rest: Any) -> None:
        super().__init__(label, **rest)
        self.like = like
        self.earliest: date | None = None
        self.latest: date | None = None
        self.parts: tuple[str, str, str] = ("", "", "")

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        """Read the three boxes; any of them may be missing, doubled or nonsense."""
        super().process(None, data, extra_filters)
        if isinstance(self.data, date):
            self.parts = (str(self.data.day), str(self.data.month), str(self.data.year))
        if formdata is None:
            return
        self.parts = self._posted(formdata, "day"), self._posted(formdata, "month"), self._posted(formdata, "year")
        self.raw_data = list(self.parts)
        self.data = None
        if any(self.parts):
            try:
                self.data = read_day(*self.parts)
            except (ValueError, OverflowError):
                self.process_errors = [*self.process_errors, self.instruction]

    def _posted(self, formdata: Any, part: str) -> str:
        values = formdata.getlist(f"{self.name}-{part}")
        text = values[0] if values and isinstance(values[0], str) else ""
        return "".join(character for character in text if character.isprintable()).strip()[:_LONGEST_PART]

    @property
    def instruction(self) -> str:
        """What to enter, with an example."""
        return f"{entering(self)} as day, month and year, like {self.like}"

    @property
    def focus_id(self) -> str:
        """The first box."""
        return f"{self.id}-day"

    def check(self) -> None:
        """Refuse a day outside of what the form allows."""
        if self.data and self.latest and self.data > self.latest:
            raise StopValidation(f"{self.label.text} must be {_in_words(self.latest)} or earlier")
        if self.data and self.earliest and self.data < self.earliest:
            raise StopValidation(f"{self.label.text} must be {_in_words(self.earliest)} or later")

    def draw(self, look: Look) -> Markup:
        """Three inputs in a fieldset; those left empty are marked, or all three where none is."""
        wrong = [part for part, text in zip(PARTS, self.parts, strict=True) if not text] or PARTS
        return macro("date_input")(self.name, self.label.text, *self.parts, id=self.id, wrong=wrong, **look)


def _in_words(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1].capitalize()} {day.year}"


class TimeField(DrawnField):
    """A time of day in one box; the data is a time or None."""

    data: time | None

    def __init__(self, label: str, *, like: str = "10:00 or 2:30pm", **rest: Any) -> None:
        look = {"classes": "govuk-input--width-5", "spellcheck": False, **(rest.pop("look", None) or {})}
        super().__init__(label, look=look, **rest)
        self.like = like
        self.text = ""

    def process_data(self, value: time | None) -> None:
        """Take the time that the page shows first."""
        self.data = value
        self.text = f"{value:%H:%M}" if value else ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the first value posted."""
        posted = valuelist[0] if valuelist and isinstance(valuelist[0], str) else ""
        self.text = "".join(character for character in posted if character.isprintable()).strip()[:_LONGEST_PART]
        self.data = None
        if self.text:
            try:
                self.data = read_time(self.text)
            except ValueError:
                raise ValueError(f"{entering(self)} like {self.like}") from None

    def is_empty(self) -> bool:
        """Midnight is a time."""
        return self.data is None

    def draw(self, look: Look) -> Markup:
        """A short input."""
        return macro("text_input")(self.name, self.label.text, self.text, id=self.id, **look)
