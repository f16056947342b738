"""Plans: how long they last over month ends and leap years, when the panel hears of them, and what is counted."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.plan_rules import LONGEST_MONTHS, PlanRules
from portal.domain.plans import (
    AgendaReason,
    Decided,
    PlanSpan,
    agenda_reasons,
    figures_of,
    has_lasted,
    is_open_on,
    is_over,
    latest_start,
    midway_on,
    months_lasted,
)
from portal.domain.vocabulary import AbuseCategory

DAYS = st.dates(date(2015, 1, 1), date(2035, 12, 31))
MONTHS = st.integers(1, 60)
LENGTHS = st.integers(0, 2_000)


@st.composite
def spans(draw: st.DrawFn) -> PlanSpan:
    start = draw(DAYS)
    ended = start + timedelta(days=draw(LENGTHS)) if draw(st.booleans()) else None
    return PlanSpan(start, ended, draw(st.integers(0, 3)))


@st.composite
def rules(draw: st.DrawFn) -> PlanRules:
    long = draw(st.integers(1, 40))
    return PlanRules(
        midway_percent=draw(st.integers(1, 99)),
        long_months=long,
        very_long_months=long + draw(st.integers(1, 40)),
        short_months=draw(st.integers(1, 12)),
        ended_shown_months=draw(st.integers(1, 12)),
    )


class TestMonths:
    """The months of a plan."""

    @pytest.mark.parametrize(
        ("start", "end", "months"),
        [
            (date(2024, 1, 31), date(2024, 2, 28), 0),
            (date(2024, 1, 31), date(2024, 2, 29), 1),
            (date(2023, 1, 31), date(2023, 2, 28), 1),
            (date(2024, 2, 29), date(2025, 2, 28), 12),
            (date(2024, 2, 29), date(2026, 2, 27), 23),
            (date(2024, 2, 29), date(2028, 2, 28), 47),
            (date(2024, 2, 29), date(2028, 2, 29), 48),
            (date(2025, 5, 31), date(2025, 6, 30), 1),
            (date(2025, 5, 30), date(2025, 6, 29), 0),
            (date(2025, 12, 31), date(2025, 12, 31), 0),
            (date(2025, 12, 31), date(2025, 12, 1), 0),
        ],
    )
    def test_by_hand(self, start, end, months):
        assert months_lasted(start, end) == months

    @given(DAYS, LENGTHS)
    def test_they_are_the_most_that_have_lasted(self, start, days):
        end = start + timedelta(days=days)
        months = months_lasted(start, end)
        assert has_lasted(start, end, months)
        assert not has_lasted(start, end, months + 1)

    @given(DAYS, LENGTHS, LENGTHS)
    def test_they_never_go_back(self, start, days, more):
        end = start + timedelta(days=days)
        assert months_lasted(start, end) <= months_lasted(start, end + timedelta(days=more))

    @given(DAYS, DAYS, MONTHS)
    def test_more_than_so_many_is_the_day_after_they_are_full(self, start, end, months):
        assert is_over(start, end, months) == has_lasted(start, end - timedelta(days=1), months)

    @given(DAYS, DAYS, MONTHS)
    def test_the_latest_start_asks_the_same_of_a_database(self, start, as_at, months):
        assert (start <= latest_start(as_at, months)) == has_lasted(start, as_at, months)

    @given(DAYS, LENGTHS)
    def test_a_plan_is_open_from_its_first_day_to_the_eve_of_its_last(self, start, days):
        ended = start + timedelta(days=days)
        span = PlanSpan(start, ended)
        assert is_open_on(span, start) == (days > 0)
        assert not is_open_on(span, ended)
        assert not is_open_on(span, start - timedelta(days=1))


class TestAgenda:
    """What the panel hears of."""

    RULES = PlanRules()

    @pytest.mark.parametrize(
        ("span", "reasons"),
        [
            (PlanSpan(date(2025, 7, 10), None), ()),
            (PlanSpan(date(2025, 7, 9), None), (AgendaReason.LONG,)),
            (PlanSpan(date(2024, 12, 10), None), (AgendaReason.LONG,)),
            (PlanSpan(date(2024, 12, 9), None), (AgendaReason.VERY_LONG,)),
            (PlanSpan(date(2026, 6, 1), None, 1), (AgendaReason.REPEAT,)),
            (PlanSpan(date(2024, 1, 1), None, 2), (AgendaReason.VERY_LONG, AgendaReason.REPEAT)),
            (PlanSpan(date(2026, 2, 10), date(2026, 5, 10)), (AgendaReason.ENDED_EARLY,)),
            (PlanSpan(date(2026, 2, 10), date(2026, 5, 11)), ()),
            (PlanSpan(date(2026, 1, 1), date(2026, 3, 10)), (AgendaReason.ENDED_EARLY,)),
            (PlanSpan(date(2026, 1, 1), date(2026, 3, 9)), ()),
            (PlanSpan(date(2024, 1, 1), date(2026, 6, 10), 1), ()),
            (PlanSpan(date(2026, 6, 11), None, 1), ()),
        ],
    )
    def test_by_hand(self, span, reasons):
        assert agenda_reasons(span, date(2026, 6, 10), self.RULES) == reasons

    @given(spans(), DAYS, LENGTHS, rules())
    def test_an_open_plan_that_came_onto_it_stays_until_it_ends(self, span, as_at, later, held):
        then = as_at + timedelta(days=later)
        if is_open_on(span, as_at) and is_open_on(span, then) and agenda_reasons(span, as_at, held):
            assert agenda_reasons(span, then, held)

    @given(spans(), DAYS, rules(), st.integers(0, 12))
    def test_a_longer_threshold_never_adds_an_open_plan(self, span, as_at, held, more):
        longer = PlanRules(
            long_months=held.long_months + more,
            very_long_months=held.very_long_months + more,
            short_months=held.short_months,
            ended_shown_months=held.ended_shown_months,
        )
        if is_open_on(span, as_at) and agenda_reasons(span, as_at, longer):
            assert agenda_reasons(span, as_at, held)

    @given(spans(), DAYS, rules())
    def test_a_longer_plan_presses_no_less(self, span, as_at, held):
        """A plan that began earlier stands on it wherever one that began later does, at least as pressing."""
        earlier = PlanSpan(span.started_on - timedelta(days=40), span.ended_on, span.previous_plans)
        if is_open_on(span, as_at):
            pressing = list(AgendaReason)
            later, sooner = agenda_reasons(span, as_at, held), agenda_reasons(earlier, as_at, held)
            assert len(sooner) >= len(later)
            assert all(
                pressing.index(first) <= pressing.index(then) for first, then in zip(sooner, later, strict=False)
            )

    @given(spans(), DAYS, rules())
    def test_it_says_each_reason_once_and_of_one_side(self, span, as_at, held):
        reasons = agenda_reasons(span, as_at, held)
        assert len(set(reasons)) == len(reasons)
        assert not {AgendaReason.LONG, AgendaReason.VERY_LONG} <= set(reasons)
        assert AgendaReason.ENDED_EARLY not in reasons or reasons == (AgendaReason.ENDED_EARLY,)


class TestMidway:
    """The day of the check between two conferences."""

    def test_half_of_three_months_is_a_month_and_a_half(self):
        assert midway_on(date(2026, 5, 19), date(2026, 8, 19), 50) == date(2026, 7, 4)

    @given(DAYS, st.integers(0, 400), st.integers(1, 99))
    def test_it_lies_between_and_never_after_the_conference_is_due(self, held, days, percent):
        due = held + timedelta(days=days)
        assert held <= midway_on(held, due, percent) <= due
        if days:
            assert midway_on(held, due, percent) < due


class TestFigures:
    """What is counted."""

    @given(st.lists(spans(), max_size=30), DAYS, LENGTHS)
    def test_parts_are_parts_and_stock_and_flow_agree(self, some, first, days):
        last = first + timedelta(days=days)
        found = figures_of(some, first, last)
        before = figures_of(some, first - timedelta(days=1), first - timedelta(days=1))
        assert found.open_two_years <= found.open
        assert found.open_repeat <= found.open
        assert found.started_repeat <= found.started
        assert found.ended_two_years <= found.ended
        assert before.open + found.started - found.ended == found.open

    def test_two_years_are_two_years_on_the_day(self):
        leap = PlanSpan(date(2024, 2, 29), None)
        assert figures_of([leap], date(2026, 2, 1), date(2026, 2, 28)).open_two_years == 1
        assert figures_of([leap], date(2026, 2, 1), date(2026, 2, 27)).open_two_years == 0


class TestRules:
    """The partnership's own numbers."""

    @given(rules())
    def test_they_come_back_as_they_were_stored(self, held):
        assert PlanRules.from_json(held.to_json()) == held

    @pytest.mark.parametrize(
        "wrong",
        [
            {"midway_percent": 0},
            {"midway_percent": 100},
            {"long_months": 0},
            {"long_months": 18},
            {"very_long_months": LONGEST_MONTHS + 1},
            {"short_months": 0},
            {"ended_shown_months": LONGEST_MONTHS + 1},
        ],
    )
    def test_numbers_that_mean_nothing_are_refused(self, wrong):
        with pytest.raises(ValueError, match=r"\d|longer"):
            PlanRules(**wrong)

    def test_a_plan_has_a_category(self):
        with pytest.raises(ValueError, match="category"):
            Decided(1, True, (), date(2026, 6, 10))
        assert Decided(1, True, (AbuseCategory.NEGLECT,), date(2026, 6, 10)).plan
