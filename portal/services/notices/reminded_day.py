"""The day on which people of a partnership are reminded: its office hours, and which agencies are closed around it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from portal.access.viewer import Viewer
from portal.domain.closures import Closure
from portal.domain.message_vocabulary import NoticeKind
from portal.domain.reminders import Stretch, due_days, reminder_of
from portal.domain.working_days import london_instant
from portal.models.closures import ClosurePeriod
from portal.models.messages import Notice
from portal.services.notices.timing import OfficeDay, office_day

_LOOKED_BACK = timedelta(days=31)
"""A closure that ended longer ago moves no reminder of today."""


@dataclass(frozen=True, slots=True)
class ReminderDay:
    """A day in a partnership, seen by the worker."""

    partnership_id: int
    hours: OfficeDay
    closures: Mapping[int, Sequence[Closure]]
    """By agency, those that end today or later, or have only just ended."""

    @property
    def today(self) -> date:
        """The day itself, in London."""
        return self.hours.today

    @property
    def begins_at(self) -> datetime:
        """When it begins (UTC)."""
        return london_instant(self.today, time.min)

    def reminder(self, agency_id: int | None, due_on: date, numbers: Iterable[int]) -> int | None:
        """Which of an agency's reminders of something comes today, if one does."""
        return reminder_of(self.today, due_on, numbers, self.closures.get(agency_id or 0, ()))

    def may_be_due(self, column: Any, most: int, agency: Any = None) -> ColumnElement[bool]:
        """Due days of which somebody can be reminded today; of an agency with a closure around it, a longer stretch."""
        usual = due_days(self.today, most)
        found: ColumnElement[bool] = column.between(*usual)
        if agency is None or not self.closures:
            return found
        stretches = [due_days(self.today, most, closures) for closures in self.closures.values()]
        longest = Stretch(min(one.first for one in stretches), max(one.last for one in stretches))
        return or_(found, and_(agency.in_(sorted(self.closures)), column.between(*longest)))

    def not_told(self, kind: NoticeKind, subject: str, subject_id: Any, *, ever: bool = False) -> ColumnElement[bool]:
        """Things of which nobody has been told today; with `ever`, never before."""
        told = exists().where(Notice.kind == kind, Notice.subject == subject, Notice.subject_id == subject_id)
        return ~(told if ever else told.where(Notice.made_at >= self.begins_at))


def reminder_day(session: Session, viewer: Viewer) -> ReminderDay:
    """The worker's day in its partnership, by two queries."""
    partnership_id = viewer.partnership_id or 0
    rows = session.execute(
        select(ClosurePeriod.agency_id, ClosurePeriod.begins_on, ClosurePeriod.ends_on).where(
            ClosurePeriod.partnership_id == partnership_id, ClosurePeriod.ends_on >= viewer.today - _LOOKED_BACK
        )
    )
    closures: dict[int, list[Closure]] = {}
    for agency_id, begins_on, ends_on in rows:
        closures.setdefault(agency_id, []).append(Closure(begins_on, ends_on))
    return ReminderDay(partnership_id, office_day(session, partnership_id, viewer.today), closures)
