"""Escalations and practice alerts by month: open and overdue when it ended, resolved in it and after how many days.

They are counted from their own rows, a few hundred a year, and from the entries of their logs that moved a clock.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import or_, select

from portal.domain.escalation_vocabulary import EscalationStatus, LadderKind
from portal.domain.months import Month
from portal.domain.protected_work import Counted
from portal.domain.working_days import london_day, london_instant, working_days_between
from portal.models.escalations import Escalation, EscalationEntry
from portal.services.indicators.published import months_of_years
from portal.services.measures.asking import Asking


def count_matters(asking: Asking, years: Sequence[int]) -> Counted:
    """Count escalations, and practice alerts that do not praise; by two queries."""
    months = months_of_years(years, asking.now)
    began = london_instant(months[0].first, time())
    rows = asking.session.execute(
        select(
            Escalation.id,
            Escalation.kind,
            Escalation.status,
            Escalation.opened_at,
            Escalation.closed_at,
            Escalation.due_at,
        ).where(
            Escalation.partnership_id == asking.partnership_id,
            Escalation.is_positive.is_(False),
            or_(Escalation.closed_at.is_(None), Escalation.closed_at >= began),
        )
    ).all()
    clocks = _clocks(asking, began)
    found: defaultdict[Month, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        name = "alerts" if row.kind is LadderKind.PRACTICE_ALERT else "escalations"
        if row.status is EscalationStatus.RESOLVED and row.closed_at is not None:
            counts = found[Month.at(row.closed_at)]
            counts[f"{name}_resolved"] += 1
            counts[f"{name}_days"] += working_days_between(london_day(row.opened_at), london_day(row.closed_at))
        for month in months:
            end = min(london_instant(month.last + timedelta(days=1), time()), asking.at)
            if row.opened_at < end and (row.closed_at is None or row.closed_at >= end):
                found[month][f"{name}_open"] += 1
                found[month][f"{name}_overdue"] += _is_overdue(row, clocks.get(row.id, ()), end)
    kinds = ("escalations", "alerts")
    return Counted(
        found,
        sums={f"{kind}_resolved": () for kind in kinds},
        ends={
            name: of for kind in kinds for name, of in ((f"{kind}_open", ()), (f"{kind}_overdue", (f"{kind}_open",)))
        },
        follow={f"{kind}_days": f"{kind}_resolved" for kind in kinds},
    )


def _clocks(asking: Asking, began: datetime) -> dict[int, list[tuple[datetime, datetime]]]:
    """When each matter's clock was set, and to when, the earliest first."""
    rows = asking.session.execute(
        select(EscalationEntry.escalation_id, EscalationEntry.at, EscalationEntry.due_at)
        .join(Escalation, Escalation.id == EscalationEntry.escalation_id)
        .where(
            Escalation.partnership_id == asking.partnership_id,
            Escalation.is_positive.is_(False),
            or_(Escalation.closed_at.is_(None), Escalation.closed_at >= began),
            EscalationEntry.due_at.is_not(None),
        )
        .order_by(EscalationEntry.escalation_id, EscalationEntry.number)
    )
    found: defaultdict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    for matter, at, due_at in rows:
        if due_at is not None:
            found[matter].append((at, due_at))
    return found


def _is_overdue(row: Any, clocks: Sequence[tuple[datetime, datetime]], end: datetime) -> bool:
    """Whether the clock that ran at an instant had ended by then; the matter's own where its log sets none."""
    due = next((due_at for at, due_at in reversed(clocks) if at < end), row.due_at)
    return due is not None and due <= end
