"""Child protection plans by month: open when it ended, started and ended in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import or_, select

from portal.domain.months import Month
from portal.domain.plans import PlanSpan, figures_of
from portal.domain.protected_work import Counted
from portal.models.plans import Plan
from portal.services.comparators import children_of_area
from portal.services.indicators.published import months_of_years
from portal.services.measures.asking import Asking


def count_plans(asking: Asking, years: Sequence[int]) -> Counted:
    """Count the partnership's plans, those of decisions that were taken back left out; by two queries.

    Plans started and ended are shown by the same blocks: with how many are open, the one would give the other.
    """
    months = months_of_years(years, asking.now)
    rows = asking.session.execute(
        select(Plan.started_on, Plan.ended_on, Plan.previous_plans).where(
            Plan.partnership_id == asking.partnership_id,
            Plan.withdrawn_at.is_(None),
            Plan.started_on <= asking.today,
            or_(Plan.ended_on.is_(None), Plan.ended_on >= months[0].first),
        )
    )
    spans = [PlanSpan(*row) for row in rows]
    children = children_of_area(asking.session, asking.partnership_id) or 0
    found: defaultdict[Month, dict[str, int]] = defaultdict(dict)
    for month in months:
        last = min(month.last, asking.today)
        near = [
            span for span in spans if span.started_on <= last and (not span.ended_on or span.ended_on >= month.first)
        ]
        figures = figures_of(near, month.first, last)
        found[month] = {
            "plans_open": figures.open,
            "plans_two_years": figures.open_two_years,
            "plans_started": figures.started,
            "plans_started_again": figures.started_repeat,
            "plans_ended": figures.ended,
            "plans_ended_two_years": figures.ended_two_years,
            "children": children,
        }
    return Counted(
        found,
        sums={
            "plans_started": (),
            "plans_ended": (),
            "plans_started_again": ("plans_started",),
            "plans_ended_two_years": ("plans_ended",),
        },
        ends={"plans_open": (), "plans_two_years": ("plans_open",)},
        follow={"children": "plans_open"},
        together=("plans_started", "plans_ended"),
    )
