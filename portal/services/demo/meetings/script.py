"""Which meetings each invented partnership opens in the portal, and what becomes of them."""

from __future__ import annotations

from portal.services.demo.audits.cast import Cast
from portal.services.demo.meetings import boards, coming, conferences, contested, months, promises, strategies
from portal.services.demo.meetings.gatherings import Stage
from portal.services.demo.meetings.households import Households
from portal.services.demo.plan import Period

EARLIEST = -11
"""Working days to the first of these meetings."""


def plan_past(cast: Cast, founded: int, counted: Period) -> Stage:
    """What was before meetings were brought in, the partnership being `founded` so many working days from today."""
    stage = Stage(cast, Households(cast), counted.end)
    boards.plan(cast, founded)
    conferences.plan_overdue(stage)
    return stage


def plan_recent(stage: Stage, counted: Period) -> None:
    """What people do about meetings in the last fortnight; nothing of it lies in the quarters that are counted."""
    months.plan(stage, counted.start)
    coming.plan(stage)
    if not stage.is_free(EARLIEST):
        return
    strategy = strategies.plan(stage)
    promises.plan(stage, strategy)
    promises.plan_panel(stage)
    conference = conferences.plan(stage)
    coming.plan_core_groups(stage, conference)
    contested.plan(stage, conference, coming.plan_conference(stage, strategy))
