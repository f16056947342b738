"""A quarter is frozen and corrected in one act: its three months, all of them or none; what packs quote of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from portal.access import frozen_months as access
from portal.access import indicators as figures_access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Invalid, NotPermitted
from portal.domain.months import Month
from portal.domain.quarters import Quarter, revision_of
from portal.domain.working_days import london_day
from portal.models.frozen_months import FrozenMonth, MonthRevision
from portal.models.people import User
from portal.services.changes import changing
from portal.services.frozen_months.freezing import freeze_month, open_correction
from portal.services.frozen_months.listing import open_in
from portal.services.rule_sets import rule_book

_YEAR = 4
MOST_LISTED = 600


@dataclass(frozen=True, slots=True)
class FrozenRow:
    """A frozen month with its newest revision."""

    month: Month
    revision: int
    frozen_at: datetime
    is_correcting: bool


@dataclass(frozen=True, slots=True)
class MonthState:
    """How one month of a quarter stands."""

    month: Month
    is_over: bool
    revision: int
    """Of the newest revision; 0 where it is not frozen."""
    frozen_at: datetime | None
    frozen_by: str
    is_correcting: bool
    reason: str
    """What is being corrected."""
    still_open: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QuarterPage:
    """A quarter as its page shows it."""

    quarter: Quarter
    revision: int
    """0 while one of its months is not frozen."""
    as_at: date | None
    """The day of the newest revision of any of its months, once all are frozen."""
    months: tuple[MonthState, ...]
    is_over: bool
    may_freeze: bool
    """Whether the viewer freezes it now: something in it is not frozen, or is being corrected."""
    may_correct: bool

    @property
    def is_frozen(self) -> bool:
        """Whether all of it is frozen, with no correction open."""
        return self.revision > 0 and not self.is_correcting

    @property
    def is_correcting(self) -> bool:
        """Whether a correction is open in any of its months."""
        return any(month.is_correcting for month in self.months)

    @property
    def seen(self) -> tuple[int, ...]:
        """The newest revision of each month, which an act on this page is based on."""
        return tuple(month.revision for month in self.months)


@dataclass(frozen=True, slots=True)
class QuarterRow:
    """One quarter in the list."""

    quarter: Quarter
    revision: int
    as_at: date | None
    is_over: bool
    is_correcting: bool


def as_at(viewer: Viewer, quarter: Quarter) -> tuple[date, int] | None:
    """The day and the revision that whoever quotes a quarter's figures must say; None while it is not frozen whole.

    The day is that on which the newest revision of its months was made. One that is being corrected still stands as it
    was frozen. Costs one query. Raises NotPermitted.
    """
    figures_access.scope(viewer)
    frozen = _frozen_at(viewer, quarter.months)
    return _as_at(quarter, frozen)


def list_frozen(viewer: Viewer) -> list[FrozenRow]:
    """Every frozen month, the newest first; by one query. Raises NotPermitted."""
    figures_access.scope(viewer)
    rows = db.session.execute(
        access.visible_to(viewer)
        .join(
            MonthRevision,
            (MonthRevision.frozen_month_id == FrozenMonth.id) & (MonthRevision.number == FrozenMonth.revision),
        )
        .with_only_columns(
            FrozenMonth.begins_on, FrozenMonth.revision, FrozenMonth.correction_opened_at, MonthRevision.frozen_at
        )
        .order_by(FrozenMonth.begins_on.desc())
        .limit(MOST_LISTED)
    )
    return [
        FrozenRow(Month.of(row.begins_on), row.revision, row.frozen_at, row.correction_opened_at is not None)
        for row in rows
    ]


def list_quarters(viewer: Viewer, last: Quarter | None = None) -> list[QuarterRow]:
    """Four quarters up to the last one that is over, or up to another, the newest first; by two queries."""
    figures_access.scope(viewer)
    last = last or Quarter.of(viewer.today).plus(-1)
    quarters = [last.plus(-place) for place in range(_YEAR)]
    months = [month for quarter in quarters for month in quarter.months]
    frozen = _frozen_at(viewer, months)
    correcting = _correcting(viewer, months)
    rows = []
    for quarter in quarters:
        stands = _as_at(quarter, frozen)
        rows.append(
            QuarterRow(
                quarter,
                stands[1] if stands else 0,
                stands[0] if stands else None,
                quarter.is_over(viewer.today),
                any(month in correcting for month in quarter.months),
            )
        )
    return rows


def quarter_page(viewer: Viewer, quarter: Quarter) -> QuarterPage:
    """A quarter with its months, by at most seven queries; what is open in them is told to whoever freezes."""
    scope = figures_access.scope(viewer)
    session = db.session()
    months = quarter.months
    frozen = _frozen_at(viewer, months)
    stands = _as_at(quarter, frozen)
    newest = {
        Month.of(row.begins_on): row
        for row in session.execute(
            access.visible_to(viewer)
            .join(
                MonthRevision,
                (MonthRevision.frozen_month_id == FrozenMonth.id) & (MonthRevision.number == FrozenMonth.revision),
            )
            .outerjoin(User, User.id == MonthRevision.frozen_by_id)
            .where(FrozenMonth.begins_on.in_([month.first for month in months]))
            .with_only_columns(
                FrozenMonth.begins_on,
                FrozenMonth.revision,
                FrozenMonth.correction_opened_at,
                FrozenMonth.correction_reason,
                MonthRevision.frozen_at,
                User.name,
            )
        )
    }
    may = access.may_freeze(viewer)
    still_open: Mapping[Month, tuple[str, ...]] = {}
    if may:
        limit = rule_book(session, scope.partnership_id).on(viewer.today).small_count_limit
        over = [month for month in months if month.is_over(viewer.today)]
        found = open_in(session, scope.partnership_id, over, viewer.today) if over else {}
        hidden_up_to = limit if scope.hides_small else None
        still_open = {month: tuple(found[month].words(hidden_up_to)) for month in over}
    states = []
    for month in months:
        row = newest.get(month)
        states.append(
            MonthState(
                month,
                month.is_over(viewer.today),
                row.revision if row else 0,
                row.frozen_at if row else None,
                (row.name or "") if row else "",
                row is not None and row.correction_opened_at is not None,
                (row.correction_reason or "") if row else "",
                still_open.get(month, ()),
            )
        )
    is_over = quarter.is_over(viewer.today)
    return QuarterPage(
        quarter=quarter,
        revision=stands[1] if stands else 0,
        as_at=stands[0] if stands else None,
        months=tuple(states),
        is_over=is_over,
        may_freeze=may and is_over and any(not one.revision or one.is_correcting for one in states),
        may_correct=may and is_over and all(one.revision and not one.is_correcting for one in states),
    )


def freeze_quarter(viewer: Viewer, quarter: Quarter, note: str, *, seen: Sequence[int]) -> int:
    """Freeze what of a quarter is not frozen, and end its corrections by a revision; returns the quarter's revision.

    A month that is frozen, with no correction open, stays as it is. `seen` are the newest revisions that the page
    showed. All or nothing. Raises NotPermitted, Invalid by field ("note"), and Conflict where somebody else froze one
    of the months meanwhile.
    """
    _check(viewer, quarter)
    with changing(viewer) as change:
        correcting = _correcting(viewer, quarter.months)
        wanted = [
            (month, known)
            for month, known in zip(quarter.months, seen, strict=True)
            if known == 0 or month in correcting
        ]
        if not wanted:
            raise Invalid("This quarter is frozen. Open a correction to make another revision")
        for month, known in wanted:
            freeze_month(viewer, month, note, seen=known)
        change.session.flush()
        stands = _as_at(quarter, _frozen_at(viewer, quarter.months))
        if stands is None:
            # Between the page and now, somebody took away what it showed as frozen: that cannot be.
            raise Invalid("Not every month of this quarter could be frozen")
        change.log("quarter.frozen", "partnership", viewer.partnership_id)
    return stands[1]


def correct_quarter(viewer: Viewer, quarter: Quarter, reason: str, *, seen: Sequence[int]) -> None:
    """Open a correction in all three months, for one reason. All or nothing.

    Raises NotPermitted, NotVisible where one is not frozen, Invalid by field ("reason"), and Conflict.
    """
    _check(viewer, quarter)
    with changing(viewer) as change:
        for month, known in zip(quarter.months, seen, strict=True):
            open_correction(viewer, month, reason, seen=known)
        change.log("quarter.correction_opened", "partnership", viewer.partnership_id)


def _check(viewer: Viewer, quarter: Quarter) -> None:
    if not access.may_freeze(viewer):
        raise NotPermitted("Quarters are frozen by the partnership’s business manager.")
    if not quarter.is_over(viewer.today):
        raise NotPermitted(f"{quarter.words} is not over yet: a quarter is frozen when it is.")


def _frozen_at(viewer: Viewer, months: Sequence[Month]) -> dict[Month, list[datetime]]:
    """When each of some months was frozen, each time."""
    rows = db.session.execute(
        access.revisions_visible_to(viewer)
        .join(FrozenMonth, FrozenMonth.id == MonthRevision.frozen_month_id)
        .where(FrozenMonth.begins_on.in_([month.first for month in months]))
        .with_only_columns(FrozenMonth.begins_on, MonthRevision.frozen_at)
    )
    found: dict[Month, list[datetime]] = defaultdict(list)
    for begins_on, frozen_at in rows:
        found[Month.of(begins_on)].append(frozen_at)
    return found


def _as_at(quarter: Quarter, frozen: Mapping[Month, list[datetime]]) -> tuple[date, int] | None:
    instants = [frozen.get(month, []) for month in quarter.months]
    revision = revision_of(instants)
    if not revision:
        return None
    return london_day(max(instant for month in instants for instant in month)), revision


def _correcting(viewer: Viewer, months: Sequence[Month]) -> frozenset[Month]:
    rows = db.session.scalars(
        access.visible_to(viewer)
        .where(
            FrozenMonth.begins_on.in_([month.first for month in months]), FrozenMonth.correction_opened_at.is_not(None)
        )
        .with_only_columns(FrozenMonth.begins_on)
    )
    return frozenset(map(Month.of, rows))
