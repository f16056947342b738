"""The months of a year: which are frozen, by whom, and what is still open in those that could be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, and_, extract, func, literal, select, union_all
from sqlalchemy.orm import Session

from portal.access import frozen_months as access
from portal.access import indicators as figures_access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.contest_vocabulary import ContestStatus
from portal.domain.indicators import hide_small
from portal.domain.months import Month
from portal.domain.vocabulary import COUNTED_STATUSES, MeetingStatus
from portal.models.contests import Contest
from portal.models.frozen_months import FrozenMonth, MonthRevision
from portal.models.meetings import Invitation, Meeting
from portal.models.people import User
from portal.services.frozen_months.states import open_registers, reopened_registers
from portal.services.rule_sets import rule_book

_MONTHS = 12


@dataclass(frozen=True, slots=True)
class StillOpen:
    """What is not finished in a month; freezing does not wait for it, but whoever freezes should know."""

    registers: int = 0
    """Registers that somebody has begun, or opened again, and nobody has closed."""
    reopened: int = 0
    """Those of them that were opened again, and cannot be closed while the month is frozen."""
    unheard: int = 0
    """Meetings whose day has passed, and of which nothing is recorded."""
    contests: int = 0

    def words(self, hidden_up_to: int | None) -> list[str]:
        """Return a sentence for each of them; numbers up to a limit are "a few"."""
        said = (
            (self.registers, "register is not closed", "registers are not closed"),
            (
                self.unheard,
                "meeting was planned and has no register and no outcome",
                "meetings were planned and have no register and no outcome",
            ),
            (self.contests, "contest is not decided", "contests are not decided"),
        )
        return [_counted(number, one, many, hidden_up_to) for number, one, many in said if number]


@dataclass(frozen=True, slots=True)
class MonthRow:
    """One month of the list; without a revision it has never been frozen."""

    month: Month
    is_over: bool
    revision: int | None
    frozen_at: datetime | None
    frozen_by: str
    is_correcting: bool
    still_open: tuple[str, ...]
    registers_wait: bool
    """Whether a register in it can be closed only once a correction is open."""


@dataclass(frozen=True, slots=True)
class MonthList:
    """The months of one year, the newest first, and the years that have any."""

    year: int
    years: tuple[int, ...]
    rows: tuple[MonthRow, ...]


def list_months(viewer: Viewer, year: int | None = None) -> MonthList:
    """The months of a year (this one, unless another is asked for) up to today's, by at most five queries.

    What is still open is told to whoever freezes. Raises NotPermitted.
    """
    scope = figures_access.scope(viewer)
    session: Session = db.session()
    years = _years(session, scope.partnership_id, viewer.today)
    year = year if year in years else years[0]
    newest = Month.of(viewer.today)
    months = [month for number in range(1, _MONTHS + 1) if (month := Month(year, number)) <= newest]
    frozen = {Month.of(row.begins_on): row for row in session.execute(_frozen(viewer, months))}
    still_open: Mapping[Month, StillOpen] = {}
    hidden_up_to = None
    if access.may_freeze(viewer):
        if scope.hides_small:
            hidden_up_to = rule_book(session, scope.partnership_id).on(viewer.today).small_count_limit
        still_open = open_in(session, scope.partnership_id, months, viewer.today)
    rows = []
    for month in reversed(months):
        row = frozen.get(month)
        waits = still_open.get(month, StillOpen())
        is_correcting = row is not None and row.correction_opened_at is not None
        rows.append(
            MonthRow(
                month,
                month.is_over(viewer.today),
                row.revision if row else None,
                row.frozen_at if row else None,
                (row.name or "") if row else "",
                is_correcting,
                tuple(waits.words(hidden_up_to)) if month.is_over(viewer.today) else (),
                row is not None and not is_correcting and waits.reopened > 0,
            )
        )
    return MonthList(year, years, tuple(rows))


def open_in(session: Session, partnership_id: int, months: list[Month], today: date) -> dict[Month, StillOpen]:
    """What is not finished in each of these months, which follow each other, by one query."""
    first, last = months[0].first, months[-1].last
    registers = open_registers(partnership_id)
    unheard = select(Meeting.scheduled_on.label("day")).where(
        Meeting.partnership_id == partnership_id,
        Meeting.status == MeetingStatus.SCHEDULED,
        Meeting.register_closed_at.is_(None),
        Meeting.id.not_in(select(registers.c.id)),
    )
    # A meeting's month is that of the day it was held; until then, of the day it is planned for.
    contests = (
        select(func.coalesce(Meeting.held_on, Meeting.scheduled_on).label("day"))
        .select_from(Contest)
        .join(Invitation, Invitation.id == Contest.invitation_id)
        .join(Meeting, Meeting.id == Invitation.meeting_id)
        .where(Contest.partnership_id == partnership_id, Contest.status == ContestStatus.OPEN)
    )
    parts = []
    for name, rows in (
        ("registers", registers),
        ("reopened", reopened_registers(partnership_id)),
        ("unheard", unheard.subquery("unheard")),
        ("contests", contests.subquery("contested")),
    ):
        day = rows.c.day
        # Only a meeting whose day has passed is waited for; a contest waits from the day on which it was raised.
        latest = last if name == "contests" else min(last, today - timedelta(days=1))
        parts.append(
            select(literal(name, String).label("what"), *_month_of(day), func.count().label("number"))
            .where(day.between(first, latest))
            .group_by(*_month_of(day))
        )
    found: dict[Month, dict[str, int]] = {}
    for what, year, month, number in session.execute(union_all(*parts)):
        found.setdefault(Month(int(year), int(month)), {})[what] = number
    return {month: StillOpen(**found.get(month, {})) for month in months}


def _years(session: Session, partnership_id: int, today: date) -> tuple[int, ...]:
    """This year and those before it back to the first meeting that counts, the newest first."""
    first = session.scalar(
        select(func.min(Meeting.held_on)).where(
            Meeting.partnership_id == partnership_id, Meeting.status.in_(COUNTED_STATUSES)
        )
    )
    return tuple(range(today.year, (first or today).year - 1, -1)) or (today.year,)


def _frozen(viewer: Viewer, months: list[Month]) -> Any:
    newest = and_(MonthRevision.frozen_month_id == FrozenMonth.id, MonthRevision.number == FrozenMonth.revision)
    return (
        access.visible_to(viewer)
        .join(MonthRevision, newest)
        .outerjoin(User, User.id == MonthRevision.frozen_by_id)
        .where(FrozenMonth.begins_on.between(months[0].first, months[-1].first))
        .with_only_columns(
            FrozenMonth.begins_on,
            FrozenMonth.revision,
            FrozenMonth.correction_opened_at,
            MonthRevision.frozen_at,
            User.name,
        )
    )


def _month_of(day: Any) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    return extract("year", day), extract("month", day)


def _counted(number: int, one: str, many: str, hidden_up_to: int | None) -> str:
    if hidden_up_to is not None and hide_small(number, hidden_up_to):
        return f"A few {many}"
    return f"{number:,} {one if number == 1 else many}"
