"""Which months are frozen, whether anything in them may still be changed, and which registers wait for that."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import Select, Subquery, func, select, union_all
from sqlalchemy.orm import Session

from portal.access import frozen_months as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.months import Month, months_within
from portal.domain.periods import Days
from portal.domain.vocabulary import COUNTED_STATUSES, MeetingStatus
from portal.models.frozen_months import FrozenMonth
from portal.models.meetings import Invitation, Meeting
from portal.models.registers import RegisterClosing


def is_shut(session: Session, partnership_id: int, month: Month) -> bool:
    """Whether a month is frozen and no correction of it is open: nothing in it is contested or upheld."""
    found = session.scalar(
        select(FrozenMonth.id).where(
            FrozenMonth.partnership_id == partnership_id,
            FrozenMonth.begins_on == month.first,
            FrozenMonth.correction_opened_at.is_(None),
        )
    )
    return found is not None


def why_shut(session: Session, partnership_id: int, day: date) -> str:
    """Why nothing that figures count of a day may be changed; empty where it may."""
    month = Month.of(day)
    if not is_shut(session, partnership_id, month):
        return ""
    return f"The figures of {month.words} are frozen: the business manager has to open a correction first"


def shut_months(session: Session, partnership_id: int, days: Collection[date | None]) -> list[Month]:
    """The months of these days that are frozen without an open correction, the earliest first; by one query."""
    months = {Month.of(day) for day in days if day is not None}
    found = session.scalars(
        select(FrozenMonth.begins_on).where(
            FrozenMonth.partnership_id == partnership_id,
            FrozenMonth.begins_on.in_([month.first for month in months]),
            FrozenMonth.correction_opened_at.is_(None),
        )
    )
    return sorted(map(Month.of, found))


def reopened_registers(partnership_id: int | None) -> Subquery:
    """A partnership's registers that were opened again and are not closed yet; as `id` and `day`."""
    return _reopened(partnership_id).subquery("reopened_registers")


def _reopened(partnership_id: int | None) -> Select[*tuple[Any, ...]]:
    opened_again = select(RegisterClosing.meeting_id).where(RegisterClosing.partnership_id == partnership_id)
    return select(Meeting.id, func.coalesce(Meeting.held_on, Meeting.scheduled_on).label("day")).where(
        Meeting.partnership_id == partnership_id,
        Meeting.register_closed_at.is_(None),
        Meeting.status.in_(COUNTED_STATUSES),
        Meeting.id.in_(opened_again),
    )


def open_registers(partnership_id: int | None) -> Subquery:
    """A partnership's registers that somebody has begun, or opened again, and nobody has closed; as `id` and `day`."""
    begun = (
        select(Invitation.id)
        .where(Invitation.meeting_id == Meeting.id, Invitation.confirmed_attendance.is_not(None))
        .correlate(Meeting)
        .exists()
    )
    is_scheduled: Any = Meeting.status == MeetingStatus.SCHEDULED
    kept = select(Meeting.id, Meeting.scheduled_on.label("day")).where(
        Meeting.partnership_id == partnership_id, Meeting.register_closed_at.is_(None), is_scheduled, begun
    )
    return union_all(kept, _reopened(partnership_id)).subquery("open_registers")


def states_within(viewer: Viewer, days: Days) -> list[tuple[Month, int | None]]:
    """Every month of a period with the number of its newest revision, None while it is not frozen; by one query."""
    months = months_within(days)
    rows = db.session.execute(
        access.visible_to(viewer)
        .where(FrozenMonth.begins_on.between(months[0].first, months[-1].first))
        .with_only_columns(FrozenMonth.begins_on, FrozenMonth.revision)
    )
    revisions = {Month.of(row.begins_on): row.revision for row in rows}
    return [(month, revisions.get(month)) for month in months]
