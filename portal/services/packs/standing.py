"""As at which day the figures of a period stand, and at which revision: what every page of a pack quotes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_

from portal.access import frozen_months as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.months import Month, frozen_words, months_within
from portal.domain.packs import day_words
from portal.domain.periods import Days
from portal.domain.quarters import Quarter
from portal.domain.working_days import london_day
from portal.models.frozen_months import FrozenMonth, MonthRevision
from portal.services.frozen_months import quarters


@dataclass(frozen=True, slots=True)
class Standing:
    """The day as at which figures stand, and which of their months are frozen at which revision."""

    as_at: date
    words: str
    """Such as "January to March 2026 frozen, revision 2"."""
    is_frozen: bool
    """Whether all of its months are, with no correction open."""
    is_correcting: bool = False
    """Whether all are, and a correction of one is open."""

    @property
    def sentence(self) -> str:
        """As a page quotes it."""
        return f"As at {day_words(self.as_at)}. {self.words}."

    @property
    def warning(self) -> str:
        """What is said loudly where figures may still change; empty where all are frozen."""
        if self.is_frozen:
            return ""
        if self.is_correcting:
            return "BEING CORRECTED: these figures may still change. Make this pack again after the next revision."
        return "NOT FROZEN: these figures may still change. Freeze them, and make this pack again."


def standing_of(viewer: Viewer, days: Days) -> Standing:
    """Return how the months of a period stand, by two queries at most.

    Frozen months are as at the day of the newest revision among them; with any that is not, all are as at today.
    """
    months = months_within(days)
    newest = and_(MonthRevision.frozen_month_id == FrozenMonth.id, MonthRevision.number == FrozenMonth.revision)
    rows = db.session.execute(
        access.visible_to(viewer)
        .join(MonthRevision, newest)
        .where(FrozenMonth.begins_on.between(months[0].first, months[-1].first))
        .with_only_columns(
            FrozenMonth.begins_on, FrozenMonth.revision, FrozenMonth.correction_opened_at, MonthRevision.frozen_at
        )
    ).all()
    revisions = {Month.of(row.begins_on): row.revision for row in rows}
    words = frozen_words([(month, revisions.get(month)) for month in months])
    if len(revisions) < len(months):
        return Standing(viewer.today, words, is_frozen=False)
    is_correcting = any(row.correction_opened_at is not None for row in rows)
    as_at = max(london_day(row.frozen_at) for row in rows)
    quarter = Quarter.of(days.first)
    # A quarter has revisions of its own, which may be other numbers than those of its months.
    whole = quarters.as_at(viewer, quarter) if quarter.days == days else None
    if whole is not None:
        as_at, words = whole[0], f"{quarter.words} frozen, revision {whole[1]}"
    return Standing(as_at, words, is_frozen=not is_correcting, is_correcting=is_correcting)
