"""What a conference decides for one child: by when the next one must be, what is missing, and one text of two."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.default_rules import default_rule_set
from portal.domain.due_rules import After, DueRule, Period, Unit
from portal.domain.outcome_vocabulary import PlanDecision
from portal.domain.outcomes import (
    END_REASONS,
    LIMITS,
    WITH_PLAN,
    OutcomeRules,
    OutcomeText,
    faults,
    follow_up,
    missing,
    offered,
    put_together,
    settled,
)
from portal.domain.plans import PlanEnd
from portal.domain.vocabulary import AbuseCategory
from portal.domain.working_days import add_months, is_working_day, working_days_between

RULES = default_rule_set().meeting_rules
CONFERENCES = [(code, RULES[code].due) for code in ("initial_conference", "review_conference")]
CORE_GROUPS = [("core_group", RULES["core_group"].due)]
NEGLECT, EMOTIONAL = AbuseCategory.NEGLECT, AbuseCategory.EMOTIONAL

days = st.dates(date(2000, 1, 1), date(2090, 1, 1))
texts = st.builds(
    OutcomeText,
    decision=st.none() | st.sampled_from(PlanDecision),
    categories=st.sets(st.sampled_from(AbuseCategory)).map(lambda found: tuple(c for c in AbuseCategory if c in found)),
    main_category=st.none() | st.sampled_from(AbuseCategory),
    ends_because=st.none() | st.sampled_from(END_REASONS),
    next_on=st.none() | days,
    core_group_on=st.none() | days,
    core_group=st.sets(st.integers(1, 5)).map(lambda found: tuple(sorted(found))),
    core_group_people=st.text(max_size=10),
    lead_social_worker=st.text(max_size=10),
    why=st.text(max_size=10),
)


def rules_on(day: date, **more: object) -> OutcomeRules:
    """What holds for a child at an initial conference on a day, by the rules that everybody starts with."""
    found = OutcomeRules(
        offered=tuple(PlanDecision),
        held_on=day,
        next=follow_up("initial_conference", day, CONFERENCES),
        core_group=follow_up("initial_conference", day, CORE_GROUPS),
    )
    return replace(found, **more)  # type: ignore[arg-type]  # a test's own words


class TestFollowUp:
    """By when the next one must be."""

    @given(days)
    def test_the_first_review_is_within_three_months_and_the_next_within_six(self, day):
        first = follow_up("initial_conference", day, CONFERENCES)
        later = follow_up("review_conference", day, CONFERENCES)
        assert first is not None
        assert later is not None
        assert (first.on, later.on) == (add_months(day, 3), add_months(day, 6))
        assert first.since == day

    @given(days)
    def test_the_first_core_group_is_within_ten_working_days(self, day):
        found = follow_up("initial_conference", day, CORE_GROUPS)
        assert found is not None
        assert is_working_day(found.on)
        assert working_days_between(day, found.on) == 10

    @pytest.mark.parametrize(
        ("held_on", "by", "last"),
        [
            # Three months on from the 30th of November is the last day of February, a Saturday here.
            (date(2025, 11, 30), date(2026, 2, 28), date(2026, 2, 27)),
            (date(2027, 11, 30), date(2028, 2, 29), date(2028, 2, 29)),
            # Good Friday: the last working day is the Thursday before.
            (date(2027, 12, 14), date(2028, 3, 14), date(2028, 3, 14)),
            (date(2026, 1, 3), date(2026, 4, 3), date(2026, 4, 2)),
        ],
    )
    def test_month_ends_leap_years_and_bank_holidays(self, held_on, by, last):
        found = follow_up("initial_conference", held_on, CONFERENCES)
        assert found is not None
        assert (found.on, found.last_working_day) == (by, last)

    @given(days)
    def test_the_last_working_day_is_in_time_and_the_next_is_not(self, day):
        found = follow_up("initial_conference", day, CONFERENCES)
        assert found is not None
        assert is_working_day(found.last_working_day)
        assert found.last_working_day <= found.on
        assert not any(
            is_working_day(found.last_working_day + timedelta(days=later))
            for later in range(1, (found.on - found.last_working_day).days + 1)
        )

    def test_of_several_kinds_that_follow_the_soonest_counts(self):
        own = DueRule(after=(After("initial_conference", Period(2, Unit.WEEKS)),))
        found = follow_up("initial_conference", date(2026, 6, 1), [*CONFERENCES, ("Our own", own)])
        assert found is not None
        assert (found.kind, found.on) == ("Our own", date(2026, 6, 15))

    def test_nothing_follows_a_kind_that_no_rule_names(self):
        assert follow_up("mase", date(2026, 6, 1), [*CONFERENCES, *CORE_GROUPS]) is None


class TestFaults:
    """What cannot be kept even in a draft."""

    @given(days, st.integers(-400, 400))
    def test_a_next_day_is_taken_exactly_after_this_one_and_within_the_rule(self, day, distance):
        rules = rules_on(day)
        assert rules.next is not None
        next_on = day + timedelta(days=distance)
        refused = "next_on" in faults(OutcomeText(next_on=next_on), rules, day)
        assert refused == (not day < next_on <= rules.next.on)

    def test_it_is_said_how_to_mend_it(self):
        day = date(2026, 1, 3)
        words = faults(OutcomeText(next_on=date(2026, 4, 4)), rules_on(day), day)["next_on"]
        assert "by Friday 3 April" in words
        assert "Thursday 2 April" in words

    def test_without_a_rule_any_later_day_will_do(self):
        rules = rules_on(date(2026, 1, 3), next=None)
        assert faults(OutcomeText(next_on=date(2030, 1, 3)), rules, date(2026, 1, 3)) == {}

    def test_a_decision_that_is_not_offered_is_refused(self):
        rules = rules_on(date(2026, 1, 3), offered=(PlanDecision.START,))
        assert "decision" in faults(OutcomeText(decision=PlanDecision.END), rules, date(2026, 1, 3))

    def test_no_conference_ends_a_plan_because_a_file_said_so(self):
        text = OutcomeText(ends_because=PlanEnd.IMPORTED)
        assert "ends_because" in faults(text, rules_on(date(2026, 1, 3)), date(2026, 1, 3))

    @pytest.mark.parametrize("field", LIMITS)
    def test_texts_may_be_as_long_as_their_limit_and_no_longer(self, field):
        for more, expected in ((0, set()), (1, {field})):
            text = replace(OutcomeText(), **{field: "x" * (LIMITS[field] + more)})
            assert set(faults(text, rules_on(date(2026, 1, 3)), date(2026, 1, 3))) == expected


class TestMissing:
    """What is to be said before the chair can sign."""

    WHOLE = OutcomeText(
        PlanDecision.START,
        (NEGLECT,),
        next_on=date(2026, 3, 1),
        core_group_on=date(2026, 1, 10),
        core_group=(1,),
        lead_social_worker="Sam Patel",
        why="Because.",
    )

    def test_a_whole_text_misses_nothing(self):
        assert missing(self.WHOLE, rules_on(date(2026, 1, 3))) == {}

    @pytest.mark.parametrize(
        ("changed", "field"),
        [
            ({"decision": None}, "decision"),
            ({"categories": ()}, "categories"),
            ({"categories": (NEGLECT, EMOTIONAL)}, "main_category"),
            ({"decision": PlanDecision.END}, "ends_because"),
            ({"next_on": None}, "next_on"),
            ({"core_group_on": None}, "core_group_on"),
            ({"core_group": ()}, "core_group"),
            ({"lead_social_worker": " "}, "lead_social_worker"),
            ({"why": " "}, "why"),
        ],
    )
    def test_each_part_is_asked_for(self, changed, field):
        assert set(missing(replace(self.WHOLE, **changed), rules_on(date(2026, 1, 3)))) == {field}

    def test_a_plan_that_goes_on_needs_no_first_core_group(self):
        text = replace(self.WHOLE, decision=PlanDecision.CONTINUE, core_group_on=None)
        assert missing(text, rules_on(date(2026, 1, 3))) == {}

    def test_a_core_group_may_be_people_without_an_agency(self):
        text = replace(self.WHOLE, core_group=(), core_group_people="The mother")
        assert missing(text, rules_on(date(2026, 1, 3))) == {}

    def test_what_no_rule_asks_is_not_missing(self):
        text = replace(self.WHOLE, next_on=None, core_group_on=None)
        assert missing(text, rules_on(date(2026, 1, 3), next=None, core_group=None)) == {}


class TestSettled:
    """What counts of what was typed."""

    @given(texts)
    def test_it_is_settled_once(self, text):
        rules = rules_on(date(2026, 1, 3), known=(EMOTIONAL, NEGLECT))
        once = settled(text, rules)
        assert settled(once, rules) == once
        assert (once.decision, once.why, once.lead_social_worker) == (text.decision, text.why, text.lead_social_worker)

    @given(texts)
    def test_nothing_of_a_plan_is_left_without_one(self, text):
        found = settled(text, rules_on(date(2026, 1, 3)))
        if text.decision not in WITH_PLAN:
            assert (found.categories, found.next_on, found.core_group, found.core_group_people) == ((), None, (), "")
        assert (found.ends_because is None) or found.decision is PlanDecision.END

    def test_without_a_change_the_categories_are_those_known(self):
        text = OutcomeText(PlanDecision.UNCHANGED, (AbuseCategory.SEXUAL,))
        found = settled(text, rules_on(date(2026, 1, 3), known=(EMOTIONAL, NEGLECT)))
        assert found.ordered_categories == (EMOTIONAL, NEGLECT)


@given(texts)
def test_the_main_category_stands_first_and_none_is_lost(text):
    ordered = text.ordered_categories
    assert set(ordered) == set(text.categories)
    assert len(ordered) == len(text.categories)
    if text.main_category in text.categories:
        assert ordered[0] is text.main_category


@pytest.mark.parametrize("is_review", [True, False])
@pytest.mark.parametrize("has_plan", [True, False])
def test_a_plan_begins_where_there_is_none_and_is_unchanged_where_there_is_one(is_review, has_plan):
    found = offered(is_review=is_review, has_plan=has_plan)
    assert (PlanDecision.UNCHANGED in found) == has_plan
    assert (PlanDecision.START in found) == (not has_plan)
    assert (PlanDecision.END in found) == (has_plan or is_review)


@given(texts, texts)
def test_put_together_loses_no_words_and_no_ticks(mine, theirs):
    found = put_together(mine, theirs)
    for text in (mine, theirs):
        assert text.why in found.why
        assert text.core_group_people in found.core_group_people
        assert set(text.categories) <= set(found.categories)
        assert set(text.core_group) <= set(found.core_group)
    assert put_together(mine, mine) == mine
