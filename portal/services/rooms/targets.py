"""The targets of every measure at once, for a sheet that looks at all of them."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.comparators import Kind, Target, period_key
from portal.models.comparators import Comparator as ComparatorRow


def targets_of(session: Session, partnership_id: int) -> dict[str, Target]:
    """The newest target of each measure that has one, by the measure's id; by one query."""
    row = ComparatorRow
    found = session.execute(
        select(row.measure_id, row.period, row.tenths, row.source).where(
            row.partnership_id == partnership_id, row.kind == Kind.TARGET
        )
    ).all()
    newest: dict[str, Target] = {}
    for measure_id, period, tenths, source in sorted(found, key=lambda one: period_key(one[1])):
        newest[measure_id] = Target(period, Decimal(tenths or 0) / 10, source)
    return newest
