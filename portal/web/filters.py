"""How days, times, shares and kinds are written on a page: the same words everywhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context, Undefined

from portal.domain import deadlines
from portal.domain.expectation_words import because_words, reason_words
from portal.domain.labels import label, short_label
from portal.domain.working_days import LONDON

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def in_london(moment: datetime) -> datetime:
    """A UTC instant by London's clock; a time without a zone is taken as UTC."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(LONDON)


def _today(context: Context) -> date | None:
    today = context.resolve("today")
    return None if isinstance(today, Undefined) else today


def write_day(day: date, today: date | None, *, year: bool | None = None) -> str:
    """Write "Tuesday 24 November"; with the year unless it is this year's, or as asked for."""
    if isinstance(day, datetime):
        day = in_london(day).date()
    with_year = (today is None or day.year != today.year) if year is None else year
    words = f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}"
    return f"{words} {day.year}" if with_year else words


@pass_context
def day(context: Context, value: date | None, *, year: bool | None = None) -> str:
    """`{{ meeting.due_on | day }}`; empty for none."""
    return "" if value is None else write_day(value, _today(context), year=year)


@pass_context
def day_time(context: Context, value: date | None, at: time | None = None, *, year: bool | None = None) -> str:
    """Write "Tuesday 24 November, 10:00" from a UTC instant, or from London's day and time (which may be none)."""
    if value is None:
        return ""
    words = write_day(value, _today(context), year=year)
    if isinstance(value, datetime):
        return f"{words}, {in_london(value):%H:%M}"
    return words if at is None else f"{words}, {at.isoformat('minutes')}"


def short_day(value: date | None) -> str:
    """Write "24 Nov 2026", for tables."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = in_london(value).date()
    return f"{value.day} {_MONTHS[value.month - 1][:3]} {value.year}"


def time_of_day(value: datetime | time | None) -> str:
    """Write "10:42" by London's clock; a bare time is London's already."""
    if value is None:
        return ""
    return f"{in_london(value) if isinstance(value, datetime) else value:%H:%M}"


def percent(numerator: int, denominator: int, *, decimals: int = 0) -> str:
    """Write "83 %" of two counts, half up; empty where there is nothing to divide by."""
    if not denominator:
        return ""
    share = Decimal(100 * numerator) / Decimal(denominator)
    return f"{share.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)} %"


@pass_context
def due_words(context: Context, due: date | None) -> str:
    """Write "due today", "in 3 working days" or "1 day late", as the rules count."""
    return "" if due is None else deadlines.due_words(context["today"], due)


@pass_context
def days_left(context: Context, due: date) -> int:
    """Days from today to `due`, negative once it has passed; what status_tag('due', ...) takes."""
    today: date = context["today"]
    return (due - today).days


def label_of(value: Any) -> str:
    """The plain words for a value of a closed list; empty for none."""
    return "" if value is None else label(value)


def short_label_of(value: Any) -> str:
    """The words for tables and tags; empty for none."""
    return "" if value is None else short_label(value)


FILTERS: dict[str, Callable[..., Any]] = {
    "day": day,
    "day_time": day_time,
    "short_day": short_day,
    "time_of_day": time_of_day,
    "percent": percent,
    "due_words": due_words,
    "days_left": days_left,
    "label": label_of,
    "short_label": short_label_of,
    "reason_words": reason_words,
    "because": because_words,
}
