"""The published figures on the pages that people read: the overview, the page of plans and that of feedback."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
import time_machine

from tests.commands.demo_visits import MINUTES, holder, signed_in
from tests.commands.test_demo_measures import ROWS
from tests.demonstration import MORNING, Demonstration, accounts_of
from tests.page_client import PageClient
from tests.pages.test_indicators import cells, words

FIRST, LAST = date(2026, 1, 1), date(2026, 9, 30)
MEETINGS, STRATEGY = "How the meetings went", "Strategy meetings more closely"
INITIAL, REVIEW, ALL, STRATEGY_MEETING = (
    "Initial conference",
    "Review conference",
    "All conferences",
    "Strategy meeting",
)
OVERVIEW = {
    "police attendance at initial child protection conferences": ("Police", INITIAL, "Attendance"),
    "police attendance at review child protection conferences": ("Police", REVIEW, "Attendance"),
    "police attendance at all conferences": ("Police", ALL, "Attendance"),
    "police reports supplied where police did not attend": ("Police", ALL, "Report when absent"),
    "GP attendance at conferences": ("GPs", ALL, "Attendance"),
    "GP reports shared with conferences": ("GPs", ALL, "Reports"),
    "strategy discussions with all relevant agencies": (STRATEGY, STRATEGY_MEETING, "All expected agencies"),
    "strategy discussions with a clear interim safety plan": (STRATEGY, STRATEGY_MEETING, "Interim safety plan"),
    "group strategy meetings": (STRATEGY, STRATEGY_MEETING, "Group meetings"),
    "telephone-only strategy discussions": (STRATEGY, STRATEGY_MEETING, "Telephone only"),
    "initial strategy meetings held within 72 hours": (MEETINGS, STRATEGY_MEETING, "In time"),
    "initial conferences within 15 working days": (MEETINGS, INITIAL, "In time"),
    "review conferences within timescale": (MEETINGS, REVIEW, "In time"),
}
"""Table, row and column of each on /figures."""
FEEDBACK = {
    "professionals who said they provided a written report": "said that they provided a written report",
    "professionals for whom the conference gave a clear understanding of concerns": (
        "said that the conference gave them a clear understanding of the concerns"
    ),
    "parents whose social worker did not meet them to share the report": (
        "said that their social worker did not meet them to share the report"
    ),
    "parents whose conference chair shared the report": "said that the chair shared the report with them",
}
"""The words beside each on /figures/feedback."""
PERCENT = re.compile(r"(\d+(?:\.\d)?) %")


def own(path: str) -> str:
    """The address of a page over the months of the published figures."""
    boxes = [
        f"{name}-{part}={getattr(day, part)}"
        for name, day in (("from_day", FIRST), ("to_day", LAST))
        for part in ("day", "month", "year")
    ]
    return f"{path}?period=own&{'&'.join(boxes)}"


def rounded(percent: str) -> str:
    return str(Decimal(percent).quantize(Decimal(1), ROUND_HALF_UP))


@pytest.fixture
def manager(demo: Demonstration) -> Iterator[PageClient]:
    """Eastmarsh's safeguarding manager, from whom nothing small is hidden."""
    with time_machine.travel(MORNING + timedelta(minutes=2 * next(MINUTES)), tick=False):
        yield signed_in(demo, holder(accounts_of(demo), "Eastmarsh", "safeguarding_manager"))


def test_the_overview_has_the_published_figures(manager: PageClient) -> None:
    page = manager.get(own("/figures")).page
    shown = {}
    for figure, (table, row, column) in OVERVIEW.items():
        found = PERCENT.match(cells(page, table)[row][column])
        assert found, figure
        shown[figure] = found[1]
    assert shown == {figure: ROWS[figure] for figure in OVERVIEW}


def test_the_page_of_plans_has_the_published_figures(manager: PageClient) -> None:
    said = words(manager.get("/plans/figures?period=last_quarter").page)
    assert f"Open plans {ROWS['child protection plans at quarter end']} at the end of the period" in said
    assert re.search(
        rf"Open for two years or more \S+ % {ROWS['child protection plans open two years or more']} of", said
    )


def test_the_page_of_feedback_has_the_published_figures(manager: PageClient) -> None:
    said = words(manager.get(own("/figures/feedback")).page)
    shown = {}
    for figure, told in FEEDBACK.items():
        before, there, _after = said.partition(told)
        assert there, figure
        shown[figure] = rounded(PERCENT.findall(before)[-1])
    assert shown == {figure: ROWS[figure] for figure in FEEDBACK}
