"""Reading the file for one measure: one statement, whoever asks has asked whether figures are theirs to read.

The rows are published, or said to everybody who reads figures, so they are asked for by partnership alone: charts,
packs and the worker read them where there is no viewer, or one who reads only their own conferences.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from portal.domain.comparators import CHILDREN, Comparator, Kind, Target, period_key
from portal.domain.months import Month
from portal.models.comparators import Comparator as ComparatorRow

_Columns = tuple[Kind, str, str, int | None, str]


@dataclass(frozen=True, slots=True)
class HeldAgainst:
    """All that a measure's chart is held against."""

    comparators: tuple[Comparator, ...] = ()
    """Each area's newest, by the area's name."""
    target: Target | None = None
    """The newest."""
    phases: tuple[Month, ...] = ()
    """The months from which on the work is done in another way."""


def held_against(session: Session, partnership_id: int, measure_id: str) -> HeldAgainst:
    """Return what a measure is held against; nothing for one that the file does not name."""
    rows = list(_rows(session, partnership_id, measure_id))
    return HeldAgainst(_newest_by_area(rows), _newest_target(rows), _phases(rows))


def comparators_for(session: Session, partnership_id: int, measure_id: str) -> tuple[Comparator, ...]:
    """Return what other areas reached, each with its newest figure."""
    return held_against(session, partnership_id, measure_id).comparators


def target_for(session: Session, partnership_id: int, measure_id: str) -> Target | None:
    """Return what the partnership wants to reach, if it has said so."""
    return held_against(session, partnership_id, measure_id).target


def phases_for(session: Session, partnership_id: int, measure_id: str) -> tuple[Month, ...]:
    """Return the months from which on limits are drawn anew."""
    return held_against(session, partnership_id, measure_id).phases


def children_of_area(session: Session, partnership_id: int) -> int | None:
    """Return how many children live in the area, by the newest row; None where nobody has said it."""
    rows = [row for row in _rows(session, partnership_id, CHILDREN) if row.tenths is not None]
    newest = max(rows, key=lambda row: period_key(row.period), default=None)
    return None if newest is None else newest.tenths // 10


def _rows(session: Session, partnership_id: int, measure_id: str) -> Iterable[Row[_Columns]]:
    row = ComparatorRow
    return session.execute(
        select(row.kind, row.area, row.period, row.tenths, row.source)
        .where(row.partnership_id == partnership_id, row.measure_id == measure_id)
        .order_by(row.area, row.period)
    )


def _newest_by_area(rows: Iterable[Row[_Columns]]) -> tuple[Comparator, ...]:
    newest: dict[str, Row[_Columns]] = {}
    for row in sorted((one for one in rows if one.kind is Kind.AREA), key=lambda one: period_key(one.period)):
        newest[row.area] = row
    return tuple(Comparator(row.area, row.period, _value(row), row.source) for _area, row in sorted(newest.items()))


def _newest_target(rows: Iterable[Row[_Columns]]) -> Target | None:
    row = max((one for one in rows if one.kind is Kind.TARGET), key=lambda one: period_key(one.period), default=None)
    return None if row is None else Target(row.period, _value(row), row.source)


def _phases(rows: Iterable[Row[_Columns]]) -> tuple[Month, ...]:
    return tuple(sorted(Month.parse(one.period) for one in rows if one.kind is Kind.PHASE))


def _value(row: Row[_Columns]) -> Decimal:
    return Decimal(row.tenths or 0) / 10
