"""Office hours against a slow oracle, and what a rule set may not say."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portal.domain.escalation_vocabulary import LadderEvent, LadderKind, Told
from portal.domain.ladder_rules import (
    LONGEST_CLOCK,
    EscalationRules,
    Ladder,
    OfficeHours,
    Stage,
    Trigger,
    default_rules,
)
from portal.domain.working_days import LONDON, is_working_day, london_instant, london_time
from tests.domain.ladder_strategies import AWKWARD, instants, offices

NINE_TO_FIVE = OfficeHours(time(9), time(17))
LEAD = (Told.AGENCY_LEAD,)


def london(day: date, hour: int, minute: int = 0) -> datetime:
    """A time on London's clocks, as the instant it is."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=LONDON).astimezone(UTC)


class TestOfficeHours:
    """Clocks end at closing time of a working day, and nobody has less time than was meant."""

    @pytest.mark.parametrize(
        ("begun", "days", "ends"),
        [
            (london(date(2026, 6, 10), 11), 2, date(2026, 6, 12)),
            (london(date(2026, 6, 10), 11), 0, date(2026, 6, 10)),
            (london(date(2026, 6, 10), 16, 59), 0, date(2026, 6, 10)),
            (london(date(2026, 6, 10), 17), 0, date(2026, 6, 11)),
            (london(date(2026, 6, 10), 17), 2, date(2026, 6, 15)),
            (london(date(2026, 6, 12), 20), 1, date(2026, 6, 16)),
            (london(date(2026, 6, 13), 9), 0, date(2026, 6, 15)),  # a Saturday
            (london(date(2026, 4, 2), 12), 2, date(2026, 4, 8)),  # over Easter
            (london(date(2026, 12, 24), 18), 1, date(2026, 12, 30)),  # over Christmas
            (london(date(2026, 3, 27), 12), 1, date(2026, 3, 30)),  # the clocks go forward
            (london(date(2026, 10, 23), 12), 1, date(2026, 10, 26)),  # and back
        ],
    )
    def test_a_clock_ends_at_closing_time_of_its_last_day(self, begun, days, ends):
        assert NINE_TO_FIVE.end_of_working_day(begun, days) == london(ends, 17)

    @given(begun=instants, days=st.integers(0, 30), office=offices)
    @example(begun=AWKWARD[0], days=1, office=NINE_TO_FIVE)
    @example(begun=AWKWARD[1], days=0, office=NINE_TO_FIVE)
    def test_it_is_what_somebody_counting_on_a_calendar_finds(self, begun, days, office):
        day = london_time(begun).date()
        while not is_working_day(day) or london_instant(day, office.closes) <= begun:
            day += timedelta(days=1)
        for _ in range(days):
            day += timedelta(days=1)
            while not is_working_day(day):
                day += timedelta(days=1)
        found = office.end_of_working_day(begun, days)
        assert london_time(found).date() == day
        assert london_time(found).time() == office.closes
        assert found > begun

    @given(begun=instants, office=offices, days=st.integers(0, 20), later=st.integers(0, 5 * 1440))
    def test_a_later_beginning_or_one_more_day_never_ends_earlier(self, begun, office, days, later):
        ends = office.end_of_working_day(begun, days)
        assert office.end_of_working_day(begun + timedelta(minutes=later), days) >= ends
        assert office.end_of_working_day(begun, days + 1) > ends

    @given(instant=instants, office=offices)
    def test_the_next_opening_is_the_first_open_minute(self, instant, office):
        opening = office.next_opening(instant)
        assert office.is_open(opening)
        assert opening >= instant
        if office.is_open(instant):
            assert opening == instant
            return
        assert london_time(opening).time() == office.opens
        assert not office.is_open(opening - timedelta(seconds=1))
        probe = instant
        while probe < opening:
            assert not office.is_open(probe)
            probe += timedelta(minutes=30)

    def test_it_is_open_from_opening_until_just_before_closing_on_working_days(self):
        day = date(2026, 6, 10)
        assert NINE_TO_FIVE.is_open(london(day, 9))
        assert NINE_TO_FIVE.is_open(london(day, 16, 59))
        assert not NINE_TO_FIVE.is_open(london(day, 17))
        assert not NINE_TO_FIVE.is_open(london(day, 8, 59))
        assert not NINE_TO_FIVE.is_open(london(date(2026, 6, 13), 12))
        assert not NINE_TO_FIVE.is_open(london(date(2026, 12, 28), 12))

    @pytest.mark.parametrize(("opens", "closes"), [(9, 9), (17, 9)])
    def test_hours_that_leave_nothing_are_refused(self, opens, closes):
        with pytest.raises(ValueError, match="open before it closes"):
            OfficeHours(time(opens), time(closes))


class TestStages:
    """What a rule set's rows may say."""

    def test_a_stage_tells_somebody(self):
        with pytest.raises(ValueError, match="Stage 2 must tell somebody"):
            Stage(2, "Managers", 2, 1, ())

    @pytest.mark.parametrize(("days", "urgent"), [(2, 3), (2, -1), (LONGEST_CLOCK + 1, 1)])
    def test_its_clock_can_be_kept(self, days, urgent):
        with pytest.raises(ValueError, match="Stage 1 needs 0 to 60"):
            Stage(1, "Practitioners", days, urgent, LEAD)

    @pytest.mark.parametrize("numbers", [(), (2,), (1, 3), (2, 1), (1, 1)])
    def test_a_ladder_has_no_gap(self, numbers):
        with pytest.raises(ValueError, match="numbered from 1"):
            Ladder(LadderKind.DISAGREEMENT, tuple(Stage(number, "", 2, 1, LEAD) for number in numbers))

    def test_a_stage_that_a_shorter_ladder_no_longer_has_is_its_highest(self):
        ladder = Ladder(LadderKind.DISAGREEMENT, (Stage(1, "One", 2, 1, LEAD), Stage(2, "Two", 2, 1, LEAD)))
        assert [ladder.stage(number).name for number in (0, 1, 2, 3, 9)] == ["One", "One", "Two", "Two", "Two"]
        assert ladder.last == 2

    @pytest.mark.parametrize(("formal", "first"), [((True, True), 1), ((False, True), 2), ((False, False), 2)])
    def test_the_first_formal_stage(self, formal, first):
        rungs = tuple(
            Stage(number, "", 2, 1, LEAD, is_formal=is_formal) for number, is_formal in enumerate(formal, start=1)
        )
        assert Ladder(LadderKind.PRACTICE_ALERT, rungs).first_formal() == first


class TestTriggers:
    """How many of which events open which stage."""

    MISSED = frozenset({LadderEvent.ABSENT_WITHOUT_REPORT})

    @pytest.mark.parametrize(("events", "count", "stage"), [(frozenset(), 1, 1), (MISSED, 0, 1), (MISSED, 1, 0)])
    def test_one_that_could_never_be_met_is_refused(self, events, count, stage):
        with pytest.raises(ValueError, match="needs events, a count and a stage"):
            Trigger(events, count, stage)

    def test_it_has_one_measure(self):
        with pytest.raises(ValueError, match="in a row or within months"):
            Trigger(self.MISSED, 2, 2, within_months=6, is_in_a_row=True)


class TestDefaults:
    """The rules a partnership starts with."""

    def test_they_have_a_ladder_of_each_kind(self):
        rules = default_rules()
        assert [rules.ladder(kind).kind for kind in LadderKind] == list(LadderKind)
        assert [stage.working_days for stage in rules.ladder(LadderKind.DISAGREEMENT).stages] == [2, 3, 5, 5]
        alert = rules.ladder(LadderKind.PRACTICE_ALERT)
        assert alert.whole_working_days == 20
        assert alert.first_formal() == 2

    def test_a_kind_without_a_ladder_is_named(self):
        with pytest.raises(ValueError, match="no ladder for disagreement"):
            EscalationRules((), ()).ladder(LadderKind.DISAGREEMENT)
