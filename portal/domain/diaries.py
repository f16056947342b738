"""A diary's days, and who is wanted in two places at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import groupby
from operator import attrgetter

from portal.domain.slots import Slot
from portal.domain.working_days import FIRST_DAY, LAST_DAY

_A_DAY = timedelta(days=1)
_A_WEEK = timedelta(weeks=1)
_SATURDAY = 5


class DiaryView(StrEnum):
    """How much of a diary is looked at."""

    DAY = "day"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Span:
    """The days that a diary shows, both included; `asked` is the day that was asked for."""

    view: DiaryView
    asked: date
    first: date
    last: date

    @classmethod
    def around(cls, view: DiaryView, asked: date) -> Span:
        """The day itself, or its week from Monday to Sunday."""
        if view is DiaryView.DAY:
            return cls(view, asked, asked, asked)
        monday = asked - timedelta(days=asked.weekday())
        return cls(view, asked, monday, monday + _A_WEEK - _A_DAY)

    @property
    def before(self) -> date | None:
        """A day of the span before this one; none where the portal's calendar begins."""
        return self._moved(-1)

    @property
    def after(self) -> date | None:
        """A day of the span after this one; none where the portal's calendar ends."""
        return self._moved(1)

    def _moved(self, steps: int) -> date | None:
        day = self.asked + steps * (_A_DAY if self.view is DiaryView.DAY else _A_WEEK)
        return day if FIRST_DAY <= day <= LAST_DAY else None

    def holds(self, day: date) -> bool:
        """Whether the day is one of these."""
        return self.first <= day <= self.last

    def days(self, busy: Iterable[date]) -> list[date]:
        """Return the days to show: all of Monday to Friday, a weekend's only where something is on, or alone."""
        taken = frozenset(busy)
        days = [self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1)]
        return [day for day in days if len(days) == 1 or day.weekday() < _SATURDAY or day in taken]


@dataclass(frozen=True, slots=True)
class Engagement:
    """One meeting at which one person is wanted."""

    meeting_id: int
    who: int
    slot: Slot


def overlaps(engagements: Iterable[Engagement]) -> Mapping[int, list[Engagement]]:
    """Return for each meeting the others that overlap with it and want the same person, the earliest first."""
    found: dict[int, list[Engagement]] = {}
    for _who, group in groupby(sorted(engagements, key=attrgetter("who")), key=attrgetter("who")):
        in_order = sorted(group, key=_place)
        for number, one in enumerate(in_order):
            ends = one.slot.span()[1]
            for other in in_order[number + 1 :]:
                if other.slot.span()[0] >= ends:
                    break
                if one.slot.overlaps(other.slot):
                    found.setdefault(one.meeting_id, []).append(other)
                    found.setdefault(other.meeting_id, []).append(one)
    return {meeting_id: sorted(others, key=_place) for meeting_id, others in found.items()}


def _place(one: Engagement) -> tuple[datetime, int]:
    return one.slot.span()[0], one.meeting_id
