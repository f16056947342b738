"""The strategy record's rules: what it asks, what is missing before it is signed, and when a meeting is late."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.strategy_records import (
    FIELDS,
    LISTS,
    SHORT_FIELDS,
    Facts,
    Part,
    asked,
    faults,
    is_late,
    missing,
    put_together,
    said,
    tidied,
)
from portal.domain.strategy_vocabulary import OF_EACH_AGENCY, LateReason, StrategyQuestion
from portal.domain.strategy_words import FIELD_LABELS, lines_of

Q = StrategyQuestion
DAY = date(2026, 5, 12)
POLICE = Part(1, "Police", is_present=True, is_expected=True)
ABSENT = Part(2, "School", is_present=False, is_expected=True)
HELD = Facts(is_missing_child=False, is_register_closed=True, is_held=True, is_late=False, parts=(POLICE, ABSENT))
COMPLETE = {
    Q.THRESHOLD: {"met": "yes", "reason": "Two injuries"},
    Q.SECTION_47: {"enquiry": "joint"},
    Q.NEXT_STEPS: {"text": "A visit today"},
    Q.SAFETY_PLAN: {"exists": "no"},
    Q.SEXUAL_ABUSE: {"suspected": "no"},
}
OF_POLICE = {(Q.INFORMATION, 1): {"text": "Two calls"}, (Q.JOINED, 1): {"can_decide": "yes"}}


def words(facts=HELD, answers=COMPLETE, of_agencies=OF_POLICE):
    return [one.words for one in missing(facts, answers, of_agencies)]


class TestMissing:
    def test_a_record_in_which_all_is_said_lacks_nothing(self):
        assert words() == []

    def test_an_empty_record_lacks_each_thing_once_in_its_order(self):
        assert words(answers={}, of_agencies={}) == [
            "Say whether Police could decide for itself",
            "Say what Police shared, or that it had nothing to share",
            "Say whether the threshold is met",
            "Say why the threshold is met or not",
            "Say whether there will be a section 47 enquiry",
            "Say what happens next",
            "Say whether there is an interim safety plan",
            "Say whether this is about sexual abuse",
        ]

    def test_nobody_writes_for_an_agency_that_was_not_there(self):
        assert all(one.invitation_id != ABSENT.invitation_id for one in missing(HELD, {}, {}))

    def test_the_register_comes_first(self):
        found = missing(replace(HELD, is_register_closed=False), COMPLETE, OF_POLICE)
        assert [(one.question, one.words) for one in found] == [
            (None, "Close the register, so that the record says who was there")
        ]
        assert words(replace(HELD, is_held=False)) == ["The meeting did not go ahead, so there is nothing to sign"]

    def test_only_a_late_meeting_says_why(self):
        late = replace(HELD, is_late=True)
        assert words(late) == ["Say why it was late"]
        assert words(late, {**COMPLETE, Q.LATE: {"reasons": ["no_chair"]}}) == []
        other = {**COMPLETE, Q.LATE: {"reasons": ["other"]}}
        assert words(late, other) == ["Say what the other reason was for its being late"]

    def test_who_blames_an_agency_says_which(self):
        late = replace(HELD, is_late=True)
        blamed = {**COMPLETE, Q.LATE: {"reasons": [LateReason.WAITED_FOR_AGENCY.value]}}
        found = missing(late, blamed, OF_POLICE)
        assert [(one.question, one.words) for one in found] == [(Q.WAITED_FOR, "Say which agency was waited for")]
        assert words(late, {**blamed, Q.WAITED_FOR: {"agencies": ["2"]}}) == []

    def test_a_missing_child_has_a_block_of_its_own(self):
        facts = replace(HELD, is_missing_child=True)
        assert words(facts) == [
            "Say when and where the child was last seen",
            "Say whether a return interview was offered",
        ]
        block = {"last_seen": "At the station", "return_interview": "not_yet"}
        assert words(facts, {**COMPLETE, Q.MISSING_CHILD: block}) == []

    @pytest.mark.parametrize("field", ["consultation", "medical"])
    def test_for_sexual_abuse_a_specialist_and_a_doctor_are_asked_or_it_is_said_why_not(self, field):
        both = {"suspected": "yes", "consultation": "done", "medical": "asked"}
        assert words(answers={**COMPLETE, Q.SEXUAL_ABUSE: both}) == []
        lacking = {**both, field: "not_needed"}
        assert len(words(answers={**COMPLETE, Q.SEXUAL_ABUSE: lacking})) == 1
        assert words(answers={**COMPLETE, Q.SEXUAL_ABUSE: {**lacking, f"{field}_reason": "An old matter"}}) == []
        assert len(words(answers={**COMPLETE, Q.SEXUAL_ABUSE: {**both, field: ""}})) == 1

    def test_a_plan_that_there_is_must_be_written_down(self):
        assert words(answers={**COMPLETE, Q.SAFETY_PLAN: {"exists": "yes", "text": " "}}) == [
            "Write down the interim safety plan"
        ]


class TestLate:
    @given(st.integers(-40, 40))
    def test_by_days_where_no_fact_is_stored(self, days):
        held = DAY + timedelta(days=days)
        assert is_late(due_on=DAY, in_time=None, held_on=held, today=DAY) is (days > 0)

    @given(st.booleans(), st.integers(-40, 40))
    def test_the_counted_fact_decides_once_it_is_held(self, in_time, days):
        held = DAY + timedelta(days=days)
        assert is_late(due_on=DAY, in_time=in_time, held_on=held, today=DAY) is not in_time

    @given(st.integers(-40, 40))
    def test_one_that_is_still_to_come_is_late_after_its_due_day(self, days):
        today = DAY + timedelta(days=days)
        assert is_late(due_on=DAY, in_time=None, held_on=None, today=today) is (days > 0)

    def test_without_a_due_day_nothing_is_late(self):
        assert not is_late(due_on=None, in_time=None, held_on=DAY, today=DAY + timedelta(days=99))


TEXTS = st.text(max_size=12)
ANSWERS = st.sampled_from(list(Q)).flatmap(
    lambda question: st.tuples(
        st.just(question),
        st.fixed_dictionaries(
            {}, optional={field: st.lists(TEXTS) if field in LISTS else TEXTS for field in FIELDS[question]}
        ),
    )
)


@given(st.booleans(), st.booleans(), st.dictionaries(st.sampled_from(list(Q)), st.just({"reasons": ["other"]})))
def test_what_is_missing_is_always_something_that_is_asked(is_missing_child, late, answers):
    facts = replace(HELD, is_missing_child=is_missing_child, is_late=late)
    questions = asked(facts, answers)
    assert {one.question for one in missing(facts, answers, {})} <= set(questions)
    assert (Q.MISSING_CHILD in questions) is is_missing_child
    assert not late or Q.LATE in questions


def test_a_reason_that_was_given_stays_in_the_record_when_the_due_day_moves():
    assert Q.LATE not in asked(HELD, {})
    assert Q.LATE in asked(HELD, {Q.LATE: {"reasons": ["no_chair"]}})


@given(ANSWERS)
def test_tidying_twice_changes_nothing_and_keeps_every_field_of_the_question(pair):
    question, answer = pair
    kept = tidied(question, answer)
    assert tidied(question, kept) == kept
    assert tuple(kept) == FIELDS[question]
    assert said(kept) or not said(answer) or all(field in LISTS for field in answer if answer[field])


@given(ANSWERS, ANSWERS)
def test_putting_together_loses_no_text_of_either(mine, theirs):
    question = mine[0]
    own, other = tidied(question, mine[1]), tidied(question, theirs[1])
    both = put_together(own, other)
    assert put_together(own, own) == own
    for field in FIELDS[question]:
        if field in LISTS:
            assert set(both[field]) == {*own[field], *other[field]}
        elif f"{field}" in {"text", "reason", "note", "last_seen", "consultation_reason", "medical_reason"}:
            assert own[field] in both[field]
            assert other[field] in both[field]


def test_what_is_not_on_offer_is_refused():
    assert faults(Q.THRESHOLD, {"met": "perhaps", "reason": ""}, []) == {"met": "Choose one of the answers shown"}
    assert faults(Q.WAITED_FOR, {"agencies": ["1", "9"]}, [1]) == {"agencies": "Choose from the agencies shown"}
    assert faults(Q.LATE, {"reasons": ["no_chair", "sloth"]}, []) == {"reasons": "Choose one of the answers shown"}
    assert faults(Q.NEXT_STEPS, {"met": "yes"}, []) == {"met": "This is not asked here"}
    assert faults(Q.JOINED, {"joined_at": "", "can_decide": ""}, []) == {}


@pytest.mark.parametrize(("question", "field", "limit"), [(Q.NEXT_STEPS, "text", 10_000), (Q.JOINED, "joined_at", 200)])
def test_a_text_has_its_length(question, field, limit):
    assert faults(question, {field: "x" * limit}, []) == {}
    assert list(faults(question, {field: "x" * (limit + 1)}, [])) == [field]


def test_every_field_has_its_words_and_every_question_its_place():
    assert {(question, field) for question in Q for field in FIELDS[question]} == set(FIELD_LABELS)
    assert set(FIELDS) == set(Q) >= OF_EACH_AGENCY
    assert {field for fields in FIELDS.values() for field in fields} >= SHORT_FIELDS


def test_an_answer_is_read_in_words_without_what_was_left_empty():
    answer = {"reasons": ["no_chair", "other"], "note": ""}
    assert lines_of(Q.LATE, answer, {}) == [("Why was it late?", "Nobody could chair it sooner, Another reason")]
    assert lines_of(Q.WAITED_FOR, {"agencies": ["1", "8"]}, {"1": "Police"}) == [
        ("Which agencies were waited for?", "Police, an agency that is no longer invited")
    ]
    assert lines_of(Q.SAFETY_PLAN, {"exists": "no", "text": ""}, {}) == [("Is there an interim safety plan?", "No")]
