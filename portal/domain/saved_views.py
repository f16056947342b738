"""Views of the figures that somebody keeps under a name: how often a link to one comes, and from which day."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from portal.domain.months import Month
from portal.domain.working_days import add_working_days, is_working_day

LONGEST_NAME = 80
LONGEST_ADDRESS = 1000
MOST_VIEWS = 50
"""So many views one membership keeps at most: a list that fits a page."""
BEGINS = "/figures"
"""Where every page of figures stands; a view is an address below it."""


class SendEvery(StrEnum):
    """How often a link comes by mail."""

    NEVER = "never"
    WEEK = "week"
    MONTH = "month"


def is_of_figures(address: str) -> bool:
    """Say whether an address is that of a page of figures, with its filters and nothing else."""
    path, _, _query = address.partition("?")
    inside = path == BEGINS or path.startswith(f"{BEGINS}/")
    is_plain = all(character.isascii() and character.isprintable() and character not in " \\#" for character in address)
    return inside and is_plain and ".." not in path and "//" not in path and len(address) <= LONGEST_ADDRESS


def next_day(every: SendEvery, after: date) -> date | None:
    """Return the first working day of the week, or of the month, after a day on which a link goes; none for never."""
    if every is SendEvery.NEVER:
        return None
    monday = after + timedelta(days=7 - after.weekday())
    day = monday if every is SendEvery.WEEK else Month.of(after).plus(1).first
    return day if is_working_day(day) else add_working_days(day, 1)
