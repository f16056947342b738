"""Answers to a template: which questions apply, what is wrong or missing, how they are read and put together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.report_answers import (
    LIMITS,
    Revision,
    asked,
    codes_of,
    condition_words,
    fault_of,
    faults,
    lacking,
    offered,
    put_together,
    revisions,
    sections_of,
    seen,
    tidied,
    unanswered,
    with_addenda,
    words_of,
)
from portal.domain.report_templates import Condition
from portal.domain.report_vocabulary import AnswerKind
from tests.report_forms import EVERY_KIND, FIRST_FORM, question, template

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=40)
WHOLE = {
    "involvement": "Known since birth",
    "strengths": "Warm home",
    "worries": "None",
    "threshold_view": "unsure",
    "threshold_reason": "Too early to say",
}
CHAINED = template(
    "chained",
    question("a", "A", AnswerKind.YES_NO),
    question("b", "B", AnswerKind.YES_NO, asked_if=Condition("a", ("yes",))),
    question("c", "C", asked_if=Condition("b", ("yes", "no"))),
    limited_involvement=("a", "c"),
)


def codes(questions) -> list[str]:
    return [one.code for one in questions]


class TestWhatIsAsked:
    def test_a_question_with_a_condition_waits_for_its_answer(self):
        assert codes(asked(CHAINED, {})) == ["a"]
        assert codes(asked(CHAINED, {"a": "no", "b": "yes"})) == ["a"]
        assert codes(asked(CHAINED, {"a": "yes", "b": "no"})) == ["a", "b", "c"]

    def test_one_of_several_ticks_meets_it(self):
        form = template(
            "ticks",
            question("a", "A", AnswerKind.SEVERAL_OF, choices=FIRST_FORM.question("category_views").choices),
            question("b", "B", asked_if=Condition("a", ("sexual", "physical"))),
        )
        assert codes(asked(form, {"a": "neglect,physical"})) == ["a", "b"]
        assert codes(asked(form, {"a": "neglect"})) == ["a"]

    def test_the_short_form_leaves_out_what_it_does_not_name_and_what_hangs_on_that(self):
        assert codes(asked(FIRST_FORM, {}, True)) == ["involvement", "worries"]
        assert codes(offered(CHAINED, True)) == ["a", "c"]
        assert codes(asked(CHAINED, {"a": "yes", "b": "yes"}, True)) == ["a"]

    def test_without_a_short_form_all_is_asked(self):
        assert codes(offered(EVERY_KIND, True)) == codes(EVERY_KIND.questions)

    def test_headings_without_a_question_are_left_out(self):
        assert list(sections_of(CHAINED, ())) == []
        ((section, found),) = sections_of(CHAINED, asked(CHAINED, {}))
        assert (section.title, codes(found)) == ("Your report", ["a"])

    def test_a_page_says_when_a_question_is_asked(self):
        assert condition_words(CHAINED, CHAINED.question("c")) == "Only if you answered “Yes” or “No” to “B”"
        assert condition_words(CHAINED, CHAINED.question("a")) == ""

    @given(st.dictionaries(st.sampled_from(["a", "b", "c"]), st.sampled_from(["", "yes", "no"])), st.booleans())
    def test_what_is_asked_is_offered_and_in_its_order(self, answers, is_limited):
        found = codes(asked(CHAINED, answers, is_limited))
        assert found == [code for code in codes(offered(CHAINED, is_limited)) if code in found]


class TestMissing:
    def test_an_empty_report_lacks_every_answer_but_a_category(self):
        assert list(unanswered(FIRST_FORM, {})) == list(WHOLE)
        assert unanswered(FIRST_FORM, WHOLE) == {}

    def test_spaces_are_no_answer(self):
        assert list(unanswered(FIRST_FORM, WHOLE | {"involvement": " \n"})) == ["involvement"]

    @pytest.mark.parametrize("view", ["plan_needed", "plan_not_needed", "unsure"])
    def test_a_category_is_asked_for_only_where_a_plan_is_needed(self, view):
        answers = WHOLE | {"threshold_view": view}
        assert ("category_views" in unanswered(FIRST_FORM, answers)) == (view == "plan_needed")
        assert unanswered(FIRST_FORM, answers | {"category_views": "neglect"}) == {}

    def test_what_need_not_be_answered_is_not_missing(self):
        assert "seen_on" not in unanswered(EVERY_KIND, {})

    def test_a_carried_answer_is_to_be_confirmed_where_it_is_asked(self):
        found = lacking(
            FIRST_FORM, WHOLE | {"worries": "", "category_views": "neglect"}, {"strengths", "category_views"}
        )
        assert list(found) == ["strengths", "worries"]
        assert "brought from elsewhere" in found["strengths"]


class TestFaults:
    @pytest.mark.parametrize(("code", "kind"), [("story", AnswerKind.LONG), ("summary", AnswerKind.SHORT)])
    def test_a_text_may_be_as_long_as_its_limit_and_no_longer(self, code, kind):
        limit = LIMITS[kind]
        assert faults(EVERY_KIND, {code: "x" * limit}) == {}
        found = faults(EVERY_KIND, {code: "x" * (limit + 1)})[code]
        assert f"{limit:,} characters or fewer" in found
        assert f"{limit + 1:,} now" in found

    @pytest.mark.parametrize(
        ("code", "right", "wrong"),
        [
            ("seen_alone", "yes", "perhaps"),
            ("seen_on", "2026-05-04", "4 May"),
            ("seen_on", "2024-02-29", "2026-02-29"),
            ("seen_on", "2026-05-04", "0026-05-04"),
            ("seen_on", "2026-05-04", "20260504"),
            ("attendance_rate", "84", "84,5"),
            ("attendance_rate", "84.25", "-1"),
            ("attendance_rate", "0", "٣"),
            ("view", "unsure", "plan_needed,unsure"),
            ("harms", "neglect,sexual", "neglect,boredom"),
        ],
    )
    def test_each_kind_has_its_form(self, code, right, wrong):
        assert faults(EVERY_KIND, {code: right}) == {}
        assert list(faults(EVERY_KIND, {code: wrong})) == [code]

    def test_no_answer_is_never_wrong_and_another_question_always(self):
        assert faults(EVERY_KIND, dict.fromkeys(codes(EVERY_KIND.questions), "")) == {}
        assert list(faults(EVERY_KIND, {"favourite_colour": ""})) == ["favourite_colour"]

    @given(st.sampled_from(list(EVERY_KIND.questions)), TEXTS)
    def test_tidying_twice_is_tidying_once_and_mends_no_fault(self, one, text):
        once = tidied(one, text)
        assert tidied(one, once) == once
        if not fault_of(one, text.strip()):
            assert not fault_of(one, once)

    def test_ticks_come_into_their_order_and_a_per_cent_sign_goes(self):
        assert tidied(EVERY_KIND.question("harms"), "sexual,neglect,sexual") == "neglect,sexual"
        assert tidied(EVERY_KIND.question("harms"), "sexual,boredom") == "sexual,boredom"
        assert tidied(EVERY_KIND.question("attendance_rate"), " 84 %") == "84"


class TestReading:
    @pytest.mark.parametrize(
        ("code", "value", "words"),
        [
            ("story", "As it was", "As it was"),
            ("seen_alone", "no", "No"),
            ("seen_on", "2026-05-04", "4 May 2026"),
            ("seen_on", "soon", "soon"),
            ("view", "unsure", "We are not sure"),
            ("harms", "neglect,physical", "Neglect, Physical abuse"),
            ("harms", "", ""),
        ],
    )
    def test_in_words(self, code, value, words):
        assert words_of(EVERY_KIND.question(code), value) == words

    @given(TEXTS, TEXTS)
    def test_the_same_text_has_the_same_number(self, one, other):
        assert (seen(one) == seen(other)) == (one == other)
        assert 0 <= seen(one) < 2**31


class TestTwoPeople:
    @given(TEXTS, TEXTS)
    def test_of_a_text_nothing_is_lost(self, mine, theirs):
        together = put_together(EVERY_KIND.question("story"), mine, theirs)
        assert mine in together
        assert theirs in together

    def test_theirs_comes_first(self):
        assert put_together(EVERY_KIND.question("story"), "mine", "theirs") == "theirs\n\nmine"
        assert put_together(EVERY_KIND.question("summary"), "mine", "theirs") == "theirs; mine"
        assert put_together(EVERY_KIND.question("story"), "mine", "") == "mine"

    @given(st.lists(st.sampled_from(["neglect", "physical", "sexual"])), st.lists(st.sampled_from(["sexual"])))
    def test_of_ticks_both_stay(self, mine, theirs):
        harms = EVERY_KIND.question("harms")
        together = put_together(harms, tidied(harms, ",".join(mine)), tidied(harms, ",".join(theirs)))
        assert set(codes_of(together)) == {*mine, *theirs}

    def test_where_only_one_can_be_chosen_they_choose_again(self):
        view = EVERY_KIND.question("view")
        assert put_together(view, "unsure", "plan_needed") == ""
        assert put_together(view, "unsure", "unsure") == put_together(view, "unsure", "") == "unsure"


ANSWERS = st.dictionaries(st.sampled_from("abc"), st.sampled_from(["", "1", "2"]))


class TestAddenda:
    def test_what_was_said_last_counts_and_what_was_taken_back_is_gone(self):
        base, later = {"a": "1", "b": "1"}, {2: {"a": ""}, 1: {"a": "2", "c": "3"}}
        assert with_addenda(base, later) == {"b": "1", "c": "3"}
        assert revisions(base, later) == {
            "a": (Revision(1, "1", "2"), Revision(2, "2", "")),
            "c": (Revision(1, "", "3"),),
        }

    @given(ANSWERS, st.dictionaries(st.integers(1, 4), ANSWERS))
    def test_the_changes_lead_from_what_was_said_first_to_what_is_said_now(self, base, later):
        now = with_addenda(base, later)
        found = revisions(base, later)
        for code in "abc":
            at = base.get(code, "")
            for change in found.get(code, ()):
                assert (change.before, change.before != change.after) == (at, True)
                at = change.after
            assert at == now.get(code, "")
