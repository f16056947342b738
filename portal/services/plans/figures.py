"""The figures of plans as at a day: how many children have one, for how long, for which time; and midway checks."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import or_
from sqlalchemy.orm import Session

from portal.access import plans as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import NotPermitted
from portal.domain.indicators import hide_small, rate
from portal.domain.periods import Days
from portal.domain.plans import PlanFigures, PlanSpan, figures_of
from portal.models.plans import Plan
from portal.services.plans.midway import count_midway
from portal.services.rule_sets import rule_book

COLUMNS = (
    "as_of",
    "from",
    "plans_open",
    "open_two_years",
    "open_two_years_rate",
    "open_repeat",
    "open_repeat_rate",
    "started",
    "started_repeat",
    "started_repeat_rate",
    "ended",
    "ended_two_years",
    "ended_two_years_rate",
    "midway_checks_due",
    "midway_checks_on_time",
    "midway_checks_on_time_rate",
)


@dataclass(frozen=True, slots=True)
class Part:
    """So many of a whole; both empty where they are too few to be shown."""

    count: int | None
    whole: int | None

    @property
    def rate(self) -> Decimal | None:
        """The percentage, with one decimal; empty where it is withheld or there is nothing to divide by."""
        return None if self.count is None or self.whole is None else rate(self.count, self.whole)


@dataclass(frozen=True, slots=True)
class ShownFigures:
    """The figures of a period that ends with its last day, as the viewer may see them."""

    days: Days
    open: int | None
    started: int | None
    ended: int | None
    open_two_years: Part
    open_repeat: Part
    started_repeat: Part
    ended_two_years: Part
    midway: Part


def plan_figures(viewer: Viewer, days: Days) -> ShownFigures:
    """The figures of the viewer's partnership. Raises NotPermitted for roles without figures."""
    partnership_id = viewer.partnership_id
    if partnership_id is None:
        raise NotPermitted("Figures belong to a partnership.")
    session: Session = db.session()
    book = rule_book(session, partnership_id)
    found = counted(session, viewer, days)
    on_time, asked = count_midway(session, book, partnership_id, days.first, days.last)
    limit = book.on(days.last).small_count_limit if access.hides_small(viewer) else 0
    return ShownFigures(
        days=days,
        open=_shown(found.open, limit),
        started=_shown(found.started, limit),
        ended=_shown(found.ended, limit),
        open_two_years=_part(found.open_two_years, found.open, limit),
        open_repeat=_part(found.open_repeat, found.open, limit),
        started_repeat=_part(found.started_repeat, found.started, limit),
        ended_two_years=_part(found.ended_two_years, found.ended, limit),
        midway=_part(on_time, asked, limit),
    )


def counted(session: Session, viewer: Viewer, days: Days) -> PlanFigures:
    """The counts themselves; for pages, `plan_figures` withholds the small ones."""
    rows = session.execute(
        access.counted_for(viewer)
        .where(Plan.started_on <= days.last, or_(Plan.ended_on.is_(None), Plan.ended_on >= days.first))
        .with_only_columns(Plan.started_on, Plan.ended_on, Plan.previous_plans)
    )
    return figures_of((PlanSpan(*row) for row in rows), days.first, days.last)


def as_row(figures: ShownFigures) -> dict[str, str | int | Decimal | None]:
    """The figures by the names of `COLUMNS`."""
    parts = {
        "open_two_years": figures.open_two_years,
        "open_repeat": figures.open_repeat,
        "started_repeat": figures.started_repeat,
        "ended_two_years": figures.ended_two_years,
        "midway_checks_on_time": figures.midway,
    }
    return {
        "as_of": figures.days.last.isoformat(),
        "from": figures.days.first.isoformat(),
        "plans_open": figures.open,
        "started": figures.started,
        "ended": figures.ended,
        "midway_checks_due": figures.midway.whole,
        **{name: part.count for name, part in parts.items()},
        **{f"{name}_rate": part.rate for name, part in parts.items()},
    }


def _shown(count: int, limit: int) -> int | None:
    return None if hide_small(count, limit) else count


def _part(count: int, whole: int, limit: int) -> Part:
    """A part is withheld where it, its rest or the whole is small: any two of them give the third."""
    if any(hide_small(number, limit) for number in (count, whole - count, whole)):
        return Part(None, _shown(whole, limit))
    return Part(count, whole)
