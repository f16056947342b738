"""The list of plans, the panel's agenda as a page and as a file, and the figures with their small counts withheld."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from portal.database.session import db
from portal.domain.errors import NotPermitted
from portal.domain.periods import Days
from portal.domain.plan_rules import PlanRules
from portal.domain.plans import AgendaReason
from portal.domain.vocabulary import AbuseCategory
from portal.models.plans import Plan
from portal.models.rule_sets import RuleSet
from portal.services.plans import listing
from portal.services.plans.figures import COLUMNS, as_row, plan_figures
from portal.services.plans.listing import Length, Wanted
from tests.services.plan_steps import plan
from tests.services.rows import change, trail
from tests.world import TODAY

pytestmark = pytest.mark.usefixtures("database")

RULES = PlanRules()
YEAR = Days(date(2025, 6, 11), TODAY)


@pytest.fixture
def overseer(viewer):
    """A's safeguarding manager."""
    return viewer("a.manager")


def listed(viewer, **wanted) -> set[int]:
    return {row.id for row in listing.list_plans(viewer, Wanted(**wanted), RULES).rows}


def test_the_list_is_narrowed_as_the_panel_would(world, overseer):
    old, new = world.plans["a.1"], world.plans["a.2"]
    long = plan(world, date(2025, 7, 9))
    just_not = plan(world, date(2025, 7, 10))
    ended = plan(world, date(2026, 1, 1), date(2026, 3, 1))
    assert listed(overseer) == {old, new, long, just_not}
    assert listed(overseer, length=Length.LONG) == {old, long}
    assert listed(overseer, length=Length.VERY_LONG) == {old}
    assert listed(overseer, repeat_only=True) == {old}
    assert listed(overseer, category=AbuseCategory.EMOTIONAL) == {old, new}
    assert listed(overseer, ended=True) == {ended}
    found = listing.tally(overseer, RULES)
    assert (found.open, found.long, found.very_long, found.repeat) == (4, 2, 1, 1)


def test_a_plan_names_its_child_or_the_family_it_came_with(world, overseer):
    rows = {row.id: row for row in listing.list_plans(overseer, Wanted(), RULES).rows}
    assert rows[world.plans["a.2"]].children == ("ZQ-A-CHILD-2-QZ ZQ-A-SURNAME-2-QZ",)
    assert rows[world.plans["a.1"]].children == ("ZQ-A-CHILD-1-QZ ZQ-A-SURNAME-1-QZ",)
    assert trail("case.read", world.cases["a.1"]) == trail("case.read", world.cases["a.2"]) == 1


def test_a_chair_sees_the_plans_of_their_families(world, viewer):
    assert listed(viewer("a.chair")) == {world.plans["a.1"]}
    assert listed(viewer("a.second_chair")) == {world.plans["a.2"]}
    assert listed(viewer("b.manager")) == {world.plans["b.1"], world.plans["b.2"]}


def test_the_agenda_puts_the_most_pressing_first_and_says_why(world, overseer):
    long = plan(world, date(2025, 7, 1))
    repeat = plan(world, date(2026, 5, 1), previous_plans=2)
    early = plan(world, date(2026, 3, 1), date(2026, 5, 20))
    plan(world, date(2025, 1, 1), date(2026, 5, 20))
    rows = listing.agenda(overseer, TODAY, RULES)
    assert [row.id for row in rows] == [world.plans["a.1"], long, repeat, early]
    assert rows[0].reasons == (AgendaReason.VERY_LONG, AgendaReason.REPEAT)
    said = [listing.why(reason, row.span, RULES) for row in rows for reason in row.reasons]
    assert said == [
        "Open for more than 18 months",
        "Not the child’s first plan: had a plan once before",
        "Open for more than 11 months",
        "Not the child’s first plan: had a plan 2 times before",
        "Ended within 3 months",
    ]


def test_the_agenda_of_an_earlier_day_is_what_it_was_then(world, overseer):
    early = plan(world, date(2026, 3, 1), date(2026, 5, 20))
    ended_since = plan(world, date(2025, 1, 1), date(2026, 5, 20))
    then = [row.id for row in listing.agenda(overseer, date(2026, 5, 19), RULES)]
    assert then == [world.plans["a.1"], ended_since]
    assert early in [row.id for row in listing.agenda(overseer, date(2026, 8, 20), RULES)]
    assert early not in [row.id for row in listing.agenda(overseer, date(2026, 8, 21), RULES)]


def test_its_thresholds_are_the_partnerships_own(world, overseer):
    rule_set = db.session.scalar(select(RuleSet.id).where(RuleSet.partnership_id == world.partnerships["a"]))
    change(RuleSet, rule_set, plan_long_months=30, plan_very_long_months=36)
    rules = listing.plan_rules(overseer, TODAY)
    assert (rules.long_months, rules.very_long_months) == (30, 36)
    (row,) = listing.agenda(overseer, TODAY, rules)
    assert row.reasons == (AgendaReason.REPEAT,)


def test_the_file_names_nobody_and_is_marked(world, overseer):
    change(Plan, world.plans["a.1"], reference="=SUM(1)")
    text = listing.agenda_csv(overseer, TODAY, RULES)
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["Plan"], row["Months"], row["Marking"]) == ("'=SUM(1)", "27", "OFFICIAL-SENSITIVE")
    assert row["Why on the agenda"].startswith("Open for more than 18 months; Not the")
    assert "ZQ-A-CHILD" not in text
    assert "ZQ-A-SURNAME" not in text
    assert trail("plan.agenda_downloaded", world.partnerships["a"]) == 1


def test_lists_take_few_queries_whatever_their_length(world, overseer, count_queries):
    with count_queries() as few:
        listing.list_plans(overseer, Wanted(), RULES)
        listing.agenda(overseer, TODAY, RULES)
    for number in range(30):
        plan(world, date(2024, 1, 1) + timedelta(days=number), case=str(number % 4 + 1))
    with count_queries() as many:
        listing.list_plans(overseer, Wanted(), RULES)
        listing.agenda(overseer, TODAY, RULES)
    assert len(many) == len(few)


class TestFigures:
    """What is counted, and what is withheld from whom."""

    def test_the_manager_reads_every_number(self, world, overseer):
        plan(world, date(2024, 2, 1), date(2026, 2, 1))
        plan(world, date(2025, 8, 1), date(2026, 3, 1), previous_plans=1)
        found = plan_figures(overseer, YEAR)
        assert (found.open, found.started, found.ended) == (2, 2, 2)
        assert (found.open_two_years.count, found.open_two_years.whole) == (1, 2)
        assert (found.ended_two_years.count, found.started_repeat.count) == (1, 1)
        assert str(found.ended_two_years.rate) == "50.0"

    def test_the_board_and_agencies_read_no_small_number_nor_what_gives_one_away(self, world, viewer):
        for number in range(20):
            plan(world, date(2026, 1, 1) + timedelta(days=number), previous_plans=int(number < 17))
        for key in ("a.board", "a.business_manager", "a.scrutineer", "a.sector_lead", "a.gp.lead"):
            found = plan_figures(viewer(key), YEAR)
            assert (found.open, found.open_two_years.count, found.open_two_years.rate) == (22, None, None), key
            # 18 of 22 leave four: they would be known by taking one from the other.
            assert (found.open_repeat.count, found.open_repeat.whole) == (None, 22), key
            assert (found.started, found.started_repeat.count) == (21, None), key
            assert found.ended == 0
        assert plan_figures(viewer("a.manager"), YEAR).open_repeat.count == 18

    def test_they_are_of_one_partnership(self, world, viewer):
        change(Plan, world.plans["b.1"], withdrawn_at=None, ended_on=TODAY, end_reason="other")
        assert plan_figures(viewer("a.manager"), YEAR).open == 2
        assert plan_figures(viewer("b.manager"), YEAR).open == 1

    def test_a_command_reads_them_whole_by_their_columns(self, system):
        row = as_row(plan_figures(system, YEAR))
        assert set(row) == set(COLUMNS)
        assert (row["plans_open"], row["open_two_years"], row["open_two_years_rate"]) == (2, 1, 50)
        assert row["ended_two_years_rate"] is None

    def test_nobody_without_a_partnership_reads_any(self, viewer):
        with pytest.raises(NotPermitted):
            plan_figures(replace(viewer("a.manager"), hat=None), YEAR)
