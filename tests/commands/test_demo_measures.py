"""The demonstration's measures: the published figures, from the door that every page, pack and key reads."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal

import pytest
from sqlalchemy import select

from portal.access.viewer import Hat, Viewer
from portal.database.session import db
from portal.domain.measure_definitions import MEASURES
from portal.domain.measures import Of, amount, in_words
from portal.domain.periods import Days
from portal.domain.vocabulary import AgencyType, Role
from portal.models.partnerships import Partnership
from portal.services import measures
from tests.demonstration import TODAY, Demonstration, published

QUARTERS = Days(date(2026, 1, 1), date(2026, 9, 30))
NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 9, 0, tzinfo=UTC)
POLICE, GP = AgencyType.POLICE, AgencyType.GP

ASKED = {
    "police attendance at initial child protection conferences": ("attendance", Of(POLICE, "initial_conference")),
    "police attendance at review child protection conferences": ("attendance", Of(POLICE, "review_conference")),
    "police attendance at all conferences": ("attendance", Of(POLICE)),
    "police reports supplied where police did not attend": ("absent_with_report", Of(POLICE)),
    "GP attendance at conferences": ("attendance", Of(GP)),
    "GP reports shared with conferences": ("reports", Of(GP)),
    "strategy discussions with all relevant agencies": ("strategy_all_expected", Of()),
    "strategy discussions with a clear interim safety plan": ("strategy_safety_plan", Of()),
    "group strategy meetings": ("strategy_group", Of()),
    "telephone-only strategy discussions": ("strategy_telephone", Of()),
    "initial strategy meetings held within 72 hours": ("strategy_in_time", Of()),
    "initial conferences within 15 working days": ("initial_in_time", Of()),
    "review conferences within timescale": ("reviews_in_time", Of()),
    "child protection plans at quarter end": ("plans_open", Of()),
    "plans for a second or subsequent time": ("plans_second", Of()),
    "plans ended in the year that had lasted two years or more": ("plans_ended_two_years", Of()),
    "child protection plans per 10000": ("plans_per_10000", Of()),
    "professionals who said they provided a written report": ("feedback_report_given", Of()),
    "professionals for whom the conference gave a clear understanding of concerns": ("feedback_understood", Of()),
    "parents whose social worker did not meet them to share the report": ("feedback_not_met", Of()),
    "parents whose conference chair shared the report": ("feedback_chair_shared", Of()),
}
OF_STEP_6 = {
    "child protection plans per 10000": "56",
    "professionals who said they provided a written report": "80",
    "professionals for whom the conference gave a clear understanding of concerns": "100",
    "parents whose social worker did not meet them to share the report": "53",
    "parents whose conference chair shared the report": "85",
}
"""Published to the whole number; see docs/figures.md for where they come from."""
ROWS = {row["figure"]: row["value"] for step in (1, 4) for row in published(step=step)} | OF_STEP_6


WITHHELD = {
    "police attendance at review child protection conferences": "4 came from January to March, 3 from July on",
    "police attendance at all conferences": "less those at initial conferences it is that number",
    "police reports supplied where police did not attend": "how many stayed away says how many came",
    "GP reports shared with conferences": "5 reports to initial conferences from July to September",
    "plans for a second or subsequent time": "5 from July to September",
    "parents whose social worker did not meet them to share the report": "2 from January to March",
}
"""What the board does not read over these months, and the small count of a quarter that it would give back."""


def reader(role: Role) -> Viewer:
    """Somebody of Eastmarsh."""
    eastmarsh = db.session.scalars(select(Partnership.id).where(Partnership.name == "Eastmarsh")).one()
    hat = Hat(membership_id=0, partnership_id=eastmarsh, partnership_name="Eastmarsh", role=role)
    return Viewer(now=NOW, user_id=0, name="Somebody", hat=hat, hats=(hat,))


def test_every_published_row_of_meetings_is_asked() -> None:
    assert {row["figure"] for row in published(step=1)} <= set(ASKED)


@pytest.mark.parametrize("figure", ASKED)
def test_published_figures_are_reproduced_by_measures(demo: Demonstration, figure: str) -> None:
    measure_id, of = ASKED[figure]
    with demo.app.app_context():
        manager = reader(Role.SAFEGUARDING_MANAGER)
        [found] = measures.values(manager, [measure_id], QUARTERS, of=of).values()
    shown = amount(MEASURES[measure_id], found.values[measure_id])
    assert shown is not None
    words = in_words(MEASURES[measure_id], found.values[measure_id])
    assert shown.quantize(Decimal(1), ROUND_HALF_UP) == Decimal(ROWS[figure]), words


@pytest.mark.parametrize("figure", ASKED)
def test_the_board_reads_all_of_them_that_give_no_small_count_back(demo: Demonstration, figure: str) -> None:
    measure_id, of = ASKED[figure]
    with demo.app.app_context():
        [shown] = measures.values(reader(Role.BOARD_MEMBER), [measure_id], QUARTERS, of=of).values()
    assert (amount(MEASURES[measure_id], shown.values[measure_id]) is None) == (figure in WITHHELD)


def test_nothing_that_the_board_reads_of_them_is_small_or_untrue(demo: Demonstration) -> None:
    with demo.app.app_context():
        for measure_id, of in ASKED.values():
            [whole] = measures.values(reader(Role.SAFEGUARDING_MANAGER), [measure_id], QUARTERS, of=of).values()
            [shown] = measures.values(reader(Role.BOARD_MEMBER), [measure_id], QUARTERS, of=of).values()
            for count in ("part", "whole"):
                told = getattr(shown.values[measure_id], count)
                assert told in (None, getattr(whole.values[measure_id], count))
                assert told is None or not 1 <= told <= 5
