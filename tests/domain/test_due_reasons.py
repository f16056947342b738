"""Why a meeting is due when it is: the sentence, the hours, a birth before the due day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.deadlines import EarlierMeeting, due_by, due_on, last_day_of
from portal.domain.default_rules import default_rule_set
from portal.domain.due_reasons import Trigger, due_instant, due_sentence, last_useful_day
from portal.domain.due_rules import NEVER_DUE, After, DueRule, Period, Unit
from portal.domain.meeting_vocabulary import TriggerKind
from portal.domain.vocabulary import MeetingStatus

RULES = default_rule_set()
EDITION = RULES.guidance_edition
DAYS = st.dates(date(2020, 1, 1), date(2032, 12, 31))
PERIODS = st.builds(Period, st.integers(0, 60), st.sampled_from(Unit))
EARLIER = st.lists(
    st.builds(
        EarlierMeeting, st.sampled_from(["one", "two", "other"]), DAYS | st.none(), st.sampled_from(MeetingStatus)
    ),
    max_size=8,
)
DUE_RULES = st.builds(
    lambda trigger, one, two: DueRule(
        from_trigger=trigger,
        after=tuple(After(kind, within) for kind, within in (("one", one), ("two", two)) if within),
    ),
    PERIODS | st.none(),
    PERIODS | st.none(),
    PERIODS | st.none(),
)


def sentence(kind: str, *, meeting_on: date, trigger: Trigger, earlier=(), after_name: str = "") -> str:
    rule = RULES.rule_for(kind).due
    due = due_by(rule, meeting_on=meeting_on, trigger_on=trigger.on, earlier=earlier)
    return due_sentence(rule, due, trigger=trigger, after_name=after_name, edition=EDITION, today=date(2026, 11, 3))


class TestSentences:
    """The rule in words."""

    def test_an_initial_conference_runs_from_the_strategy_discussion(self):
        trigger = Trigger(date(2026, 11, 2), TriggerKind.STRATEGY_DISCUSSION)
        assert sentence("initial_conference", meeting_on=date(2026, 11, 20), trigger=trigger) == (
            "15 working days from the strategy discussion on Monday 2 November, "
            "so by Monday 23 November: Working Together 2026"
        )

    def test_christmas_is_not_worked(self):
        trigger = Trigger(date(2026, 12, 14), TriggerKind.SECTION_47)
        assert "so by Thursday 7 January 2027" in sentence(
            "initial_conference", meeting_on=date(2027, 1, 5), trigger=trigger
        )

    def test_a_review_runs_from_the_conference_before(self):
        held = [EarlierMeeting("initial_conference", date(2026, 11, 30))]
        words = sentence(
            "review_conference",
            meeting_on=date(2027, 2, 1),
            trigger=Trigger(date(2026, 11, 2)),
            earlier=held,
            after_name="Initial conference",
        )
        # Three months on from the 30th of November is the last day of February.
        assert words == (
            "3 months from the initial conference on Monday 30 November, "
            "so by Sunday 28 February 2027: Working Together 2026"
        )

    def test_a_name_that_is_an_abbreviation_keeps_its_letters(self):
        rule = DueRule(after=(After("mase", Period(1, Unit.MONTHS)),))
        held = [EarlierMeeting("mase", date(2028, 1, 31))]
        due = due_by(rule, meeting_on=date(2028, 3, 1), trigger_on=None, earlier=held)
        words = due_sentence(
            rule, due, trigger=Trigger(), after_name="MASE panel", edition="X", today=date(2028, 1, 31)
        )
        assert words == "1 month from the MASE panel on Monday 31 January, so by Tuesday 29 February: X"

    def test_hours_are_real_hours_where_the_clocks_change(self):
        trigger = Trigger(date(2026, 10, 23), TriggerKind.REFERRAL, time(15))
        assert sentence("strategy_meeting", meeting_on=date(2026, 10, 26), trigger=trigger) == (
            "72 hours from the referral on Friday 23 October at 15:00, "
            "so by Monday 26 October at 14:00: Working Together 2026"
        )
        spring = Trigger(date(2026, 3, 27), None, time(15))
        words = sentence("strategy_meeting", meeting_on=date(2026, 3, 30), trigger=spring)
        assert words.startswith(
            "72 hours from what asked for it on Friday 27 March at 15:00, so by Monday 30 March at 16:00"
        )

    def test_without_a_time_days_are_counted(self):
        words = sentence("strategy_meeting", meeting_on=date(2026, 11, 4), trigger=Trigger(date(2026, 11, 2)))
        assert words.startswith("3 days from what asked for it on Monday 2 November, so by Thursday 5 November")

    def test_it_is_said_where_no_day_is_due_and_why(self):
        assert (
            due_sentence(NEVER_DUE, None, trigger=Trigger(), after_name="", edition="X", today=date(2026, 1, 1))
            == "The rules give no day by which this kind of meeting must be held."
        )
        words = sentence("core_group", meeting_on=date(2026, 11, 20), trigger=Trigger())
        assert words.startswith("No day is worked out: the rules ask for an earlier meeting")

    @pytest.mark.parametrize("kind", [None, *TriggerKind])
    def test_every_trigger_has_its_words(self, kind):
        words = sentence("initial_conference", meeting_on=date(2026, 11, 20), trigger=Trigger(date(2026, 11, 2), kind))
        assert words.startswith("15 working days from ")


class TestDueBy:
    """The day and what it follows from agree."""

    @given(DUE_RULES, DAYS, DAYS | st.none(), EARLIER)
    def test_what_says_so_gives_the_day(self, rule, meeting_on, trigger_on, earlier):
        due = due_by(rule, meeting_on=meeting_on, trigger_on=trigger_on, earlier=earlier)
        assert due_on(rule, meeting_on=meeting_on, trigger_on=trigger_on, earlier=earlier) == (due.on if due else None)
        if due is None:
            assert rule.from_trigger is None or trigger_on is None
            return
        assert due.on == last_day_of(due.since, due.within)
        if due.after:
            last = max(
                one.held_on
                for one in earlier
                if one.held_on is not None
                and one.status is MeetingStatus.HELD
                and one.held_on < meeting_on
                and one.meeting_type in {step.meeting_type for step in rule.after}
            )
            assert due.since == last
        else:
            assert (due.since, due.within) == (trigger_on, rule.from_trigger)

    @given(DAYS | st.none(), DAYS | st.none())
    def test_a_birth_before_the_due_day_comes_first(self, due, birth):
        last = last_useful_day(due, birth)
        assert (last is None) is (due is None and birth is None)
        assert all(last <= day for day in (due, birth) if day is not None)
        assert last in (due, birth)

    @given(DAYS, st.times())
    def test_seventy_two_hours_are_seventy_two_hours(self, on, at):
        rule = RULES.rule_for("strategy_meeting").due
        ends = due_instant(rule, Trigger(on, None, at))
        begins = due_instant(
            DueRule(from_trigger=Period(3, Unit.CALENDAR_DAYS), hours_from_trigger=0), Trigger(on, None, at)
        )
        assert ends - begins == timedelta(hours=72)
        assert ends.tzinfo is UTC or ends.utcoffset() == timedelta(0)

    def test_without_a_time_there_is_no_instant(self):
        rule = RULES.rule_for("strategy_meeting").due
        assert due_instant(rule, Trigger(date(2026, 11, 2))) is None
        assert due_instant(RULES.rule_for("mase").due, Trigger(date(2026, 11, 2), None, time(9))) is None
        assert due_instant(rule, Trigger(date(2026, 11, 2), None, time(9))) == datetime(2026, 11, 5, 9, tzinfo=UTC)
