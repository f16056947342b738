"""Which months are frozen, and whether anything in them may still be contested."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import frozen_months as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.months import Month, months_within
from portal.domain.periods import Days
from portal.models.frozen_months import FrozenMonth


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
