"""Where a matter stands: every ladder and clock against what must hold whatever people, silence and rules do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from portal.domain import ladders
from portal.domain.errors import Invalid
from portal.domain.escalation_vocabulary import LadderKind, Turn, Until
from portal.domain.ladder_rules import EscalationRules, Ladder, default_rules
from portal.domain.ladders import Standing
from portal.domain.working_days import is_working_day, london_time
from tests.domain.ladder_strategies import all_rules, instants

RULES = default_rules()
ALERT, DISAGREEMENT = LadderKind.PRACTICE_ALERT, LadderKind.DISAGREEMENT
NOW = datetime(2026, 6, 10, 10, tzinfo=UTC)
kinds = st.sampled_from(LadderKind)


def five(day: date) -> datetime:
    """Five o'clock of a summer's day in London."""
    return datetime(day.year, day.month, day.day, 16, tzinfo=UTC)


def june(day: int) -> datetime:
    """Five o'clock of a day in June 2026."""
    return five(date(2026, 6, day))


def with_ladder(rules: EscalationRules, ladder: Ladder) -> EscalationRules:
    """The rules with one ladder in place of its kind's."""
    return replace(rules, ladders=tuple(ladder if one.kind is ladder.kind else one for one in rules.ladders))


class TestOpening:
    """How a matter begins."""

    @given(rules=all_rules(), kind=kinds, number=st.integers(1, 8), now=instants, is_urgent=st.booleans())
    def test_it_is_their_turn_with_the_whole_stage_ahead(self, rules, kind, number, now, is_urgent):
        found = ladders.open_at(rules, kind, number, now, is_urgent=is_urgent)
        stage = rules.ladder(kind).stage(number)
        assert (found.stage, found.turn, found.entered_at, found.is_urgent) == (
            stage.number,
            Turn.RAISED_WITH,
            now,
            is_urgent,
        )
        assert (found.formal_at == now) is stage.is_formal
        assert not found.is_noted
        days = stage.urgent_working_days if is_urgent else stage.working_days
        assert found.due_at is not None
        assert now < found.due_at <= rules.office.end_of_working_day(now, days)

    def test_an_urgent_one_has_until_the_end_of_the_day(self):
        assert ladders.open_at(RULES, DISAGREEMENT, 1, NOW).due_at == june(12)
        assert ladders.open_at(RULES, DISAGREEMENT, 1, NOW, is_urgent=True).due_at == june(10)

    def test_an_informal_alert_has_until_the_day_that_is_expected(self):
        assert ladders.open_at(RULES, ALERT, 1, NOW, expected_on=date(2026, 6, 30)).due_at == june(30)
        # A Saturday: nobody is there to see it end.
        assert ladders.open_at(RULES, ALERT, 1, NOW, expected_on=date(2026, 6, 20)).due_at == june(22)
        assert ladders.open_at(RULES, ALERT, 2, NOW, expected_on=date(2026, 6, 30)).due_at == june(17)

    def test_a_day_that_is_over_is_refused(self):
        with pytest.raises(Invalid, match="still lie ahead"):
            ladders.open_at(RULES, ALERT, 1, june(10), expected_on=date(2026, 6, 10))

    def test_praise_has_no_clock_and_goes_nowhere(self):
        praise = ladders.open_without_clock(NOW)
        assert praise.is_open
        assert not praise.is_overdue(NOW + timedelta(days=400))
        assert ladders.time_out(RULES, ALERT, praise, NOW + timedelta(days=400)) is None
        assert ladders.stages_above(RULES, ALERT, praise, NOW) == ()
        with pytest.raises(Invalid, match="no clock"):
            ladders.extend(RULES, ALERT, praise, 1, NOW)
        with pytest.raises(Invalid, match="no clock"):
            ladders.move_to(RULES, ALERT, praise, 2, NOW)


class TestSilence:
    """On the minute the clock ends, and once."""

    def test_it_moves_on_the_minute_and_not_a_second_before(self):
        begun = ladders.open_at(RULES, DISAGREEMENT, 1, NOW)
        assert ladders.time_out(RULES, DISAGREEMENT, begun, june(12) - timedelta(seconds=1)) is None
        moved = ladders.time_out(RULES, DISAGREEMENT, begun, june(12))
        # It is five o'clock, so day 0 of the next stage is Monday.
        assert moved == Standing(2, Turn.RAISED_WITH, june(12), june(18), formal_at=NOW)

    def test_a_worker_that_was_down_for_weeks_gives_the_next_stage_its_time(self):
        begun = ladders.open_at(RULES, DISAGREEMENT, 1, NOW)
        moved = ladders.time_out(RULES, DISAGREEMENT, begun, NOW + timedelta(days=19))
        assert moved is not None
        assert (moved.stage, moved.due_at) == (2, five(date(2026, 7, 2)))

    def test_those_who_raised_it_and_say_nothing_move_nothing(self):
        replied = ladders.reply(RULES, DISAGREEMENT, ladders.open_at(RULES, DISAGREEMENT, 1, NOW), NOW)
        noted = ladders.time_out(RULES, DISAGREEMENT, replied, june(12))
        assert noted == replace(replied, is_noted=True)
        assert ladders.time_out(RULES, DISAGREEMENT, noted, june(30)) is None

    def test_at_a_stage_that_only_a_resolution_stops_a_reply_is_not_enough(self):
        informal = ladders.open_at(RULES, ALERT, 1, NOW)
        replied = ladders.reply(RULES, ALERT, informal, NOW)
        assert replied.due_at == informal.due_at
        moved = ladders.time_out(RULES, ALERT, replied, june(17))
        assert moved is not None
        assert (moved.stage, moved.formal_at) == (2, june(17))
        again = ladders.ask_again(RULES, ALERT, replied, NOW)
        assert (again.turn, again.due_at) == (Turn.RAISED_WITH, informal.due_at)

    def test_at_the_last_stage_it_stays_and_is_noted(self):
        last = ladders.open_at(RULES, DISAGREEMENT, 4, NOW)
        noted = ladders.time_out(RULES, DISAGREEMENT, last, june(17))
        assert noted == replace(last, is_noted=True)

    @given(rules=all_rules(), kind=kinds, number=st.integers(1, 6), now=instants, late=st.integers(0, 30 * 1440))
    def test_one_ended_clock_is_one_move(self, rules, kind, number, now, late):
        begun = ladders.open_at(rules, kind, number, now)
        at = begun.due_at + timedelta(minutes=late)
        assert ladders.time_out(rules, kind, begun, begun.due_at - timedelta(seconds=1)) is None
        after = ladders.time_out(rules, kind, begun, at)
        assert after is not None
        assert after.is_noted or after.stage > begun.stage
        assert ladders.time_out(rules, kind, after, at) is None


class TestTheWhole:
    """The formal stages of a practice alert together last no longer than the rules allow."""

    @given(now=instants, is_urgent=st.booleans(), choices=st.lists(st.sampled_from(["reply", "extend", "wait"])))
    def test_by_then_it_is_closed_waits_for_its_raiser_or_is_at_the_last_stage(self, now, is_urgent, choices):
        ends = RULES.office.end_of_working_day(now, 20)
        standing = ladders.open_at(RULES, ALERT, 2, now, is_urgent=is_urgent)
        for choice in choices:
            if choice == "reply" and standing.turn is Turn.RAISED_WITH:
                standing = ladders.reply(RULES, ALERT, standing, now)
                standing = ladders.ask_again(RULES, ALERT, standing, now)
            elif choice == "extend":
                try:
                    standing = ladders.extend(RULES, ALERT, standing, 1, now)
                except Invalid:
                    continue
            elif standing.stage < 4:
                now = standing.due_at
                standing = ladders.time_out(RULES, ALERT, standing, now)
            if standing.stage < 4:
                assert standing.due_at <= ends
        while standing.stage < 4:
            now = standing.due_at
            assert now <= ends
            standing = ladders.time_out(RULES, ALERT, standing, now)
        assert standing.stage == 4

    def formal_and_slow(self) -> tuple[Standing, datetime]:
        """An alert whose chair let the whole time pass after a reply."""
        begun = ladders.open_at(RULES, ALERT, 2, NOW)
        return ladders.reply(RULES, ALERT, begun, NOW), RULES.office.end_of_working_day(NOW, 20)

    def test_after_it_only_the_last_stage_is_left(self):
        replied, ends = self.formal_and_slow()
        assert [stage.number for stage in ladders.stages_above(RULES, ALERT, replied, ends)] == [4]
        with pytest.raises(Invalid, match="time for the whole has ended"):
            ladders.move_to(RULES, ALERT, replied, 3, ends)
        with pytest.raises(Invalid, match="time for the whole has ended"):
            ladders.ask_again(RULES, ALERT, replied, ends)
        moved = ladders.move_to(RULES, ALERT, replied, 4, ends)
        assert moved.stage == 4
        assert moved.due_at > ends

    def test_a_minute_before_it_the_next_stage_ends_with_it(self):
        replied, ends = self.formal_and_slow()
        before = ends - timedelta(minutes=1)
        assert ladders.move_to(RULES, ALERT, replied, 3, before).due_at == ends
        assert ladders.ask_again(RULES, ALERT, replied, before).due_at == ends

    def test_its_end_skips_to_the_last_stage(self):
        begun = ladders.open_at(RULES, ALERT, 2, NOW)
        moved = ladders.time_out(RULES, ALERT, begun, NOW + timedelta(days=60))
        assert moved is not None
        assert moved.stage == 4

    def test_more_time_ends_where_it_ends(self):
        begun = ladders.open_at(RULES, ALERT, 3, NOW)
        short = with_ladder(RULES, replace(RULES.ladder(ALERT), whole_working_days=6))
        assert ladders.extend(short, ALERT, begun, 1, NOW).due_at == june(18)
        with pytest.raises(Invalid, match="past the limit for the whole"):
            ladders.extend(short, ALERT, begun, 2, NOW)


class TestActs:
    """What people may do, and what they are told where they may not."""

    def test_a_reply_gives_those_who_raised_it_the_stage_once_more(self):
        begun = ladders.open_at(RULES, DISAGREEMENT, 1, NOW)
        replied = ladders.reply(RULES, DISAGREEMENT, begun, NOW + timedelta(days=1))
        assert (replied.turn, replied.due_at, replied.stage) == (Turn.RAISED_BY, june(15), 1)
        with pytest.raises(Invalid, match="There is a reply already"):
            ladders.reply(RULES, DISAGREEMENT, replied, NOW)
        asked = ladders.ask_again(RULES, DISAGREEMENT, replied, NOW + timedelta(days=2))
        assert (asked.turn, asked.due_at) == (Turn.RAISED_WITH, june(16))
        with pytest.raises(Invalid, match="has not replied yet"):
            ladders.ask_again(RULES, DISAGREEMENT, asked, NOW)

    def test_only_what_is_urgent_skips(self):
        begun = ladders.open_at(RULES, DISAGREEMENT, 1, NOW)
        assert ladders.move_to(RULES, DISAGREEMENT, begun, 2, NOW).due_at == june(15)
        with pytest.raises(Invalid, match="Only an urgent matter"):
            ladders.move_to(RULES, DISAGREEMENT, begun, 3, NOW)
        urgent = ladders.move_to(RULES, DISAGREEMENT, begun, 3, NOW, is_urgent=True)
        assert (urgent.stage, urgent.is_urgent, urgent.due_at) == (3, True, june(11))
        assert [stage.number for stage in ladders.stages_above(RULES, DISAGREEMENT, urgent, NOW)] == [4]

    @pytest.mark.parametrize("stage", [-1, 0, 1, 2, 5])
    def test_nobody_moves_it_down_or_off_the_ladder(self, stage):
        begun = ladders.open_at(RULES, DISAGREEMENT, 2, NOW, is_urgent=True)
        with pytest.raises(Invalid, match="above the one it is at"):
            ladders.move_to(RULES, DISAGREEMENT, begun, stage, NOW)

    def test_more_time_is_no_more_than_the_stage_itself_in_all(self):
        begun = ladders.open_at(RULES, DISAGREEMENT, 2, NOW)
        once = ladders.extend(RULES, DISAGREEMENT, begun, 2, NOW)
        assert (once.due_at, once.extended_days) == (june(17), 2)
        with pytest.raises(Invalid, match="between 1 and 1 more"):
            ladders.extend(RULES, DISAGREEMENT, once, 2, NOW)
        twice = ladders.extend(RULES, DISAGREEMENT, once, 1, NOW)
        with pytest.raises(Invalid, match="all its extra time"):
            ladders.extend(RULES, DISAGREEMENT, twice, 1, NOW)
        with pytest.raises(Invalid, match="between 1 and 3 more"):
            ladders.extend(RULES, DISAGREEMENT, begun, 0, NOW)

    def test_more_time_for_an_ended_clock_begins_now(self):
        noted = replace(ladders.open_at(RULES, DISAGREEMENT, 4, NOW), is_noted=True)
        later = NOW + timedelta(days=15)
        given_more = ladders.extend(RULES, DISAGREEMENT, noted, 1, later)
        assert (given_more.due_at, given_more.is_noted) == (june(26), False)

    @pytest.mark.parametrize(
        "act",
        [
            lambda closed: ladders.reply(RULES, DISAGREEMENT, closed, NOW),
            lambda closed: ladders.ask_again(RULES, DISAGREEMENT, closed, NOW),
            lambda closed: ladders.move_to(RULES, DISAGREEMENT, closed, 2, NOW),
            lambda closed: ladders.extend(RULES, DISAGREEMENT, closed, 1, NOW),
            ladders.close,
        ],
    )
    def test_what_is_closed_never_moves(self, act):
        closed = ladders.close(ladders.open_at(RULES, DISAGREEMENT, 1, NOW))
        assert (closed.turn, closed.due_at, closed.is_open) == (Turn.NOBODY, None, False)
        assert ladders.time_out(RULES, DISAGREEMENT, closed, NOW + timedelta(days=99)) is None
        assert ladders.stages_above(RULES, DISAGREEMENT, closed, NOW) == ()
        with pytest.raises(Invalid, match="It is closed"):
            act(closed)


class Life(RuleBasedStateMachine):
    """A matter that people, silence and the makers of rules do anything to, in any order."""

    @initialize(rules=all_rules(), kind=kinds, number=st.integers(1, 6), now=instants, is_urgent=st.booleans())
    def begin(self, rules, kind, number, now, is_urgent):
        """It is raised."""
        self.rules, self.kind, self.now = rules, kind, now
        self.standing = ladders.open_at(rules, kind, number, now, is_urgent=is_urgent)
        self.highest = self.standing.stage
        self.ends = 0
        self.starts = 1
        self._entered()

    def _entered(self) -> None:
        """What must hold whenever a clock begins to run for those who are asked."""
        standing, ladder = self.standing, self.rules.ladder(self.kind)
        assert standing.due_at is not None
        assert standing.due_at > self.now
        here = london_time(standing.due_at)
        assert is_working_day(here.date())
        whole = ladder.whole_working_days
        if whole is not None and standing.formal_at is not None and standing.stage < ladder.last:
            assert standing.due_at <= self.rules.office.end_of_working_day(standing.formal_at, whole)

    @rule(minutes=st.integers(1, 12 * 1440))
    def time_passes(self, minutes):
        """Nobody does anything."""
        self.now += timedelta(minutes=minutes)

    @precondition(lambda self: self.standing.due_at is not None)
    @rule(seconds=st.sampled_from([-1, 0, 1]))
    def nearly_due(self, seconds):
        """It is just before, at or after the clock's end, unless that is over."""
        self.now = max(self.now, self.standing.due_at + timedelta(seconds=seconds))

    @rule(rules=all_rules())
    def other_rules(self, rules):
        """A new rule set begins, with stages added, removed or made longer; running clocks run on as they were."""
        before = self.standing
        self.rules = rules
        assert self.standing is before

    @rule()
    def worker(self):
        """Clocks that have ended are dealt with, once."""
        before = self.standing
        after = ladders.time_out(self.rules, self.kind, before, self.now)
        must = before.is_open and before.due_at is not None and before.due_at <= self.now and not before.is_noted
        assert (after is not None) is must
        if after is None:
            return
        self.ends += 1
        self.standing = after
        assert ladders.time_out(self.rules, self.kind, after, self.now) is None
        ladder = self.rules.ladder(self.kind)
        if after.stage > before.stage:
            assert after.stage <= ladder.last
            assert after.turn is Turn.RAISED_WITH
            assert after.extended_days == 0
            self.starts += 1
            self._entered()
        else:
            assert after == replace(before, is_noted=True)
            raiser_is_silent = before.turn is Turn.RAISED_BY and ladder.stage(before.stage).until is Until.REPLY
            assert raiser_is_silent or before.stage >= ladder.last

    def _try(self, act):
        """Do it where the ladder lets it be done; what is refused changes nothing."""
        try:
            after = act()
        except Invalid:
            return False
        if after.due_at != self.standing.due_at:
            self.starts += 1
        self.standing = after
        return True

    @rule()
    def reply(self):
        """Those who are asked answer."""
        turn = self.standing.turn
        assert self._try(lambda: ladders.reply(self.rules, self.kind, self.standing, self.now)) is (
            turn is Turn.RAISED_WITH
        )

    @rule()
    def ask_again(self):
        """The answer is not enough."""
        stage = self.rules.ladder(self.kind).stage(self.standing.stage)
        if (
            self._try(lambda: ladders.ask_again(self.rules, self.kind, self.standing, self.now))
            and stage.until is Until.REPLY
        ):
            self._entered()

    @rule(up=st.integers(-1, 4), is_urgent=st.booleans())
    def move(self, up, is_urgent):
        """Somebody moves it up."""
        to = self.standing.stage + up
        choices = ladders.stages_above(self.rules, self.kind, self.standing, self.now, is_urgent=is_urgent)
        moved = self._try(
            lambda: ladders.move_to(self.rules, self.kind, self.standing, to, self.now, is_urgent=is_urgent)
        )
        assert moved is (to in {stage.number for stage in choices})
        if moved:
            self._entered()

    @rule(days=st.integers(0, 15))
    def extend(self, days):
        """Somebody gives more time."""
        before = self.standing
        if self._try(lambda: ladders.extend(self.rules, self.kind, before, days, self.now)):
            assert self.standing.due_at > before.due_at
            self._entered()
            most = self.rules.ladder(self.kind).stage(before.stage).working_days
            assert self.standing.extended_days <= max(most, 1)

    @rule()
    def close(self):
        """It ends, now and then."""
        if self.standing.is_overdue(self.now):
            self._try(lambda: ladders.close(self.standing))

    @invariant()
    def holds(self):
        """Whatever was done: it never came down, and no clock ended twice."""
        if not hasattr(self, "standing"):
            return
        assert self.standing.stage >= self.highest
        self.highest = self.standing.stage
        assert self.ends <= self.starts
        assert (self.standing.turn is Turn.NOBODY) is (not self.standing.is_open)
        if not self.standing.is_open:
            assert self.standing.due_at is None


Life.TestCase.settings = settings(max_examples=120, stateful_step_count=30)
TestLife = Life.TestCase
