"""Readings that share what they read: the same values as each by itself, and every source read once for a year."""

from __future__ import annotations

from datetime import date

import pytest

from portal.access.viewer import Viewer
from portal.domain.measures import Breakdown, Of
from portal.domain.months import Month
from portal.domain.periods import Days
from portal.domain.vocabulary import Role
from portal.services import measures
from portal.services.frozen_months.freezing import freeze_month
from portal.services.measures import SharedCounts
from tests.areas import Area
from tests.services.test_measures import APRIL, INITIAL, MAY, REVIEW, SPRING, agency_of, fill, viewer_in

IDS = ["attendance", "reports", "quorate", "initial_in_time"]
QUARTER, SPRING_OF_LAST_YEAR = Days(date(2026, 4, 1), date(2026, 6, 30)), Days(date(2025, 4, 1), date(2025, 6, 30))


@pytest.fixture
def filled(area: Area) -> Area:
    plan = {
        (INITIAL, "police", APRIL): (8, 7),
        (REVIEW, "police", MAY): (9, 2),
        (REVIEW, "gp", MAY): (4, 0),
        (INITIAL, "gp", APRIL): (7, 3),
        (REVIEW, "police", Month(2025, 5)): (11, 6),
    }
    fill(area, plan)
    freeze_month(area.viewer, APRIL, "", seen=0)
    return area


def everything(viewer: Viewer, gp: int, shared: SharedCounts | None) -> list[object]:
    """What a pack asks, and more: of months, periods, kinds and agencies, some of them twice."""
    found: list[object] = []
    for _ in range(2):
        found.append(measures.several_series(viewer, IDS, SPRING, shared=shared))
        for days in (QUARTER, SPRING_OF_LAST_YEAR):
            found.append(measures.values(viewer, IDS, days, shared=shared))
            found.append(measures.values(viewer, IDS[:2], days, Breakdown.AGENCY_TYPE, shared=shared))
        found.append(measures.values(viewer, ["attendance"], QUARTER, None, Of(agency_id=gp), shared=shared))
        found.append(measures.values(viewer, ["actions_on_time", "minutes_on_time"], QUARTER, shared=shared))
    return found


@pytest.mark.parametrize("role", [Role.SAFEGUARDING_MANAGER, Role.BOARD_MEMBER, Role.BUSINESS_MANAGER])
def test_what_is_shared_says_the_same(filled, role):
    gp = agency_of(filled, f"ini-gp-{APRIL}-0", "gp")
    viewer = viewer_in(filled, role)
    assert everything(viewer, gp, SharedCounts()) == everything(viewer, gp, None)


def test_nobody_is_shown_what_was_read_for_others(filled):
    """One store for a manager and a board member would be a mistake; it would still tell neither of the other's."""
    shared = SharedCounts()
    seen = {}
    for role in (Role.SAFEGUARDING_MANAGER, Role.BOARD_MEMBER):
        (row,) = measures.values(
            viewer_in(filled, role), ["attendance"], QUARTER, of=Of(meeting_type=REVIEW), shared=shared
        ).values()
        seen[role] = row.values["attendance"]
    assert not seen[Role.SAFEGUARDING_MANAGER].is_withheld
    assert seen[Role.BOARD_MEMBER].is_withheld


def test_a_years_meetings_are_read_once(filled, count_queries):
    shared = SharedCounts()
    first = measures.values(filled.viewer, IDS, QUARTER, shared=shared)
    with count_queries() as statements:
        assert measures.values(filled.viewer, IDS, QUARTER, shared=shared) == first
        measures.values(filled.viewer, IDS, QUARTER, Breakdown.AGENCY_TYPE, shared=shared)
    # Who asks and by which rules is looked up each time; nothing is counted again.
    assert not [one for one in statements if "figure" in one or "revision" in one]
    with count_queries() as statements:
        measures.values(filled.viewer, IDS, QUARTER)
    assert [one for one in statements if "figure" in one]
