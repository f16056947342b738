"""Report templates: whose they are and from when, what is wrong with one, how one is changed and compared."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.errors import Invalid, NotVisible
from portal.domain.report_template_changes import compare
from portal.domain.report_template_drafting import (
    QuestionSaid,
    conditions_for,
    kinds_for,
    with_condition,
    with_question,
    with_question_changed,
    with_question_moved,
    with_section,
    with_section_called,
    with_section_moved,
    with_short_form,
    without_question,
    without_section,
)
from portal.domain.report_template_faults import faults_of
from portal.domain.report_templates import (
    Condition,
    Edition,
    ReportTemplate,
    answers_of,
    digest,
    from_plain,
    has_gap,
    in_use,
    spent,
    template_for,
    to_plain,
)
from portal.domain.report_vocabulary import IN_EVERY_TEMPLATE, RESERVED_CODES, AnswerKind
from portal.domain.text_changes import ChangeKind
from portal.domain.vocabulary import AgencyType
from portal.gateways.report_template_files import SHIPPED, shipped
from tests.report_forms import VIEWS, question
from tests.template_samples import CONFERENCES, HARM, REASON, VIEW, asking
from tests.world_report_templates import OWN

TODAY = date(2026, 6, 10)
TOMORROW = TODAY + timedelta(days=1)
YESTERDAY = TODAY - timedelta(days=1)


def edition(number: int, begins: date, code: str = "plain", **more: Any) -> Edition:
    return Edition(
        **{
            "id": number,
            "code": code,
            "number": number,
            "effective_from": begins,
            "agency_types": [],
            "meeting_types": [],
            **more,
        }
    )


def codes(template: ReportTemplate) -> list[list[str]]:
    return [[one.code for one in section.questions] for section in template.sections]


def said(**more: Any) -> QuestionSaid:
    return QuestionSaid(
        **{
            "title": "New one",
            "help": "Think.",
            "kind": AnswerKind.LONG,
            "is_needed": False,
            "for_family": True,
            **more,
        }
    )


class TestChoosing:
    """Which template an agency answers."""

    @pytest.mark.parametrize(
        ("candidates", "chosen"),
        [
            (
                [("all", [], []), ("kind", [], ["core_group"]), ("gp", ["gp"], []), ("both", ["gp"], ["core_group"])],
                "both",
            ),
            ([("all", [], []), ("kind", [], ["core_group"]), ("gp", ["gp"], [])], "gp"),
            ([("all", [], []), ("kind", [], ["core_group"])], "kind"),
            ([("kind", [], ["strategy_meeting"]), ("all", [], []), ("police", ["police"], [])], "all"),
            ([("first", [], []), ("second", [], [])], "first"),
            ([("police", ["police"], [])], None),
        ],
    )
    def test_the_one_that_names_most(self, candidates, chosen):
        assert template_for(AgencyType.GP, "core_group", candidates) == chosen

    @pytest.mark.parametrize("agency_type", AgencyType)
    @pytest.mark.parametrize("meeting", ["initial_conference", "review_conference", "core_group", "strategy_meeting"])
    def test_what_ships_leaves_nobody_without(self, agency_type, meeting):
        given_ones = [
            (code, {one.value for one in shipped(code).agency_types}, shipped(code).meeting_types) for code in SHIPPED
        ]
        chosen = template_for(agency_type, meeting, given_ones)
        assert chosen is not None
        asks_about_a_plan = shipped(chosen).question("threshold_view") is not None
        assert asks_about_a_plan == meeting.endswith("conference")

    def test_the_newest_version_that_has_begun(self):
        editions = [edition(1, YESTERDAY), edition(3, TOMORROW), edition(2, TODAY), edition(4, YESTERDAY, "other")]
        assert [one.id for one in in_use(editions, TODAY)] == [2, 4]
        assert [one.id for one in in_use(editions, TOMORROW)] == [3, 4]
        assert [one.id for one in in_use(editions, YESTERDAY)] == [4, 1]

    def test_versions_are_spent_when_a_newer_one_has_begun_by_their_own_first_day(self):
        assert [one.id for one in spent([edition(1, YESTERDAY), edition(2, TODAY)], TODAY)] == [1]
        assert spent([edition(1, YESTERDAY), edition(2, TOMORROW)], TODAY) == []
        later = [edition(1, YESTERDAY), edition(2, TOMORROW + timedelta(days=9)), edition(3, TOMORROW)]
        assert [one.id for one in spent(later, TODAY)] == [2]
        assert spent([edition(1, YESTERDAY), edition(2, TODAY, "other")], TODAY) == []

    @given(st.lists(st.tuples(st.integers(-3, 3), st.integers(0, 1)), min_size=1, max_size=6), st.integers(0, 4))
    def test_what_is_spent_is_never_in_use_again(self, begun, later):
        editions = [
            edition(n, TODAY + timedelta(days=days), "ab"[code]) for n, (days, code) in enumerate(begun, start=1)
        ]
        gone = {one.id for one in spent(editions, TODAY)}
        assert gone.isdisjoint(one.id for one in in_use(editions, TODAY + timedelta(days=later)))

    def test_a_gap_is_a_day_on_which_somebody_would_find_nothing(self):
        for_gps = edition(2, TODAY, "gp", agency_types=["gp"])
        assert not has_gap([edition(1, YESTERDAY), for_gps], TODAY)
        assert has_gap([for_gps], TODAY)
        assert has_gap([edition(1, TOMORROW)], TODAY)
        assert has_gap([edition(1, YESTERDAY), edition(2, TOMORROW, meeting_types=["core_group"])], TODAY)


class TestPlainData:
    """What a row holds, and the digest of what is said."""

    @pytest.mark.parametrize("code", SHIPPED)
    def test_a_row_reads_back(self, code):
        template = shipped(code)
        read = from_plain(
            to_plain(template),
            code=template.code,
            title=template.title,
            effective_from=template.effective_from,
            agency_types=[one.value for one in template.agency_types],
            meeting_types=list(template.meeting_types),
        )
        assert read == template
        assert digest(read) == digest(template)

    def test_the_digest_changes_with_what_is_said_and_not_with_the_day(self):
        assert digest(replace(OWN, effective_from=TODAY)) == digest(OWN)
        for other in (
            replace(OWN, title="Other"),
            replace(OWN, agency_types=frozenset()),
            replace(OWN, meeting_types=frozenset({"core_group"})),
            replace(OWN, limited_involvement=()),
            with_section_called(OWN, "person", "Other"),
            with_condition(OWN, "conditions", None),
        ):
            assert digest(other) != digest(OWN)

    def test_what_can_be_chosen(self):
        assert [one.label for one in answers_of(question("so", "So?", AnswerKind.YES_NO))] == ["Yes", "No"]
        assert answers_of(question("so", "So?")) == ()
        assert answers_of(question("so", "So?", AnswerKind.ONE_OF, choices=VIEWS)) == VIEWS


class TestDrafting:
    """Changing a template."""

    def test_a_section_is_added_called_moved_and_taken_out(self):
        more, code = with_section(OWN, "The person you supervise!")
        assert code == "the_person_you_supervise"
        called = with_section_called(more, code, "Other")
        assert [one.title for one in called.sections][-1] == "Other"
        up = with_section_moved(called, code, up=True)
        assert [one.code for one in up.sections] == ["person", code, "summary"]
        assert with_section_moved(up, "person", up=True) == up
        assert [one.code for one in without_section(up, code).sections] == ["person", "summary"]
        with pytest.raises(Invalid, match="Take the questions out"):
            without_section(OWN, "person")
        with pytest.raises(NotVisible):
            without_section(OWN, "nowhere")
        with pytest.raises(NotVisible):
            with_section_moved(OWN, "nowhere", up=True)

    def test_a_question_is_added_with_a_code_of_its_title(self):
        more, code = with_question(OWN, "person", said(title="When is the Sentence over?"))
        assert code == "when_is_the_sentence_over"
        assert codes(more)[0][-1] == code
        again, second = with_question(more, "summary", said(title="When is the sentence over"))
        assert second == "when_is_the_sentence_over_2"
        assert list(faults_of(again)) == []

    @pytest.mark.parametrize("title", ["Save", "worries", "Threshold view", "!!!"])
    def test_no_code_is_one_that_means_something_else(self, title):
        more, code = with_question(OWN, "person", said(title=title))
        assert code not in {*RESERVED_CODES, *(one.value for one in IN_EVERY_TEMPLATE), "threshold_view"}
        assert list(faults_of(more)) == []

    def test_choices_keep_their_codes_by_their_words_or_their_row(self):
        changed = with_question_changed(
            OWN,
            "sentence",
            said(
                kind=AnswerKind.ONE_OF,
                choices=(
                    ("licence", "Community order"),
                    ("community", "Order of the court"),
                    ("none", "Licence, early"),
                    ("", "Bail"),
                ),
            ),
            is_published=True,
        )
        found = changed.question("sentence")
        # The second row's code is taken by the words of the first, so the row is new.
        assert [(one.code, one.label) for one in found.choices] == [
            ("community", "Community order"),
            ("order_of_the_court", "Order of the court"),
            ("none", "Licence, early"),
            ("bail", "Bail"),
        ]

    @given(st.permutations(range(3)))
    def test_choices_in_another_order_mean_what_they_meant(self, order):
        before = OWN.question("sentence").choices
        rows = tuple((before[row].code, before[place].label) for row, place in enumerate(order))
        changed = with_question_changed(OWN, "sentence", said(kind=AnswerKind.ONE_OF, choices=rows), is_published=True)
        assert set(changed.question("sentence").choices) == set(before)

    @pytest.mark.parametrize(
        ("choices", "reason"),
        [((("", "One"),), "Give two choices or more"), ((("", "One"), ("", "one")), "Two choices say the same")],
    )
    def test_choices_that_cannot_be(self, choices, reason):
        with pytest.raises(Invalid) as refused:
            with_question(OWN, "person", said(kind=AnswerKind.ONE_OF, choices=choices))
        assert reason in refused.value.errors["choice_1"][0]

    def test_choices_that_the_portal_knows_are_renamed_and_never_replaced(self):
        template = asking(VIEW, REASON, HARM, meeting_types=CONFERENCES)
        renamed = tuple((one.code, f"{one.label}!") for one in VIEWS)
        changed = with_question_changed(
            template, "threshold_view", said(kind=AnswerKind.ONE_OF, choices=renamed), is_published=False
        )
        assert [one.code for one in changed.question("threshold_view").choices] == [one.code for one in VIEWS]
        for others in ((*renamed[:2], ("", "Perhaps")), renamed[:2]):
            with pytest.raises(Invalid):
                with_question_changed(
                    template, "threshold_view", said(kind=AnswerKind.ONE_OF, choices=others), is_published=False
                )

    def test_old_answers_can_still_be_read(self):
        day = OWN.question("next_seen")
        assert kinds_for(None, is_published=True) == tuple(AnswerKind)
        assert kinds_for(day, is_published=False) == tuple(AnswerKind)
        assert kinds_for(day, is_published=True) == (AnswerKind.DAY,)
        assert kinds_for(OWN.question("conditions"), is_published=True) == (AnswerKind.SHORT, AnswerKind.LONG)
        assert kinds_for(OWN.question("worries"), is_published=False) == (AnswerKind.SHORT, AnswerKind.LONG)
        assert kinds_for(OWN.question("sentence"), is_published=True) == (AnswerKind.ONE_OF, AnswerKind.SEVERAL_OF)
        assert kinds_for(VIEW, is_published=False) == (AnswerKind.ONE_OF,)
        with pytest.raises(Invalid) as refused:
            with_question_changed(OWN, "next_seen", said(kind=AnswerKind.NUMBER), is_published=True)
        assert "kind" in refused.value.errors

    def test_what_does_not_belong_to_a_kind_goes_with_it(self):
        filled = with_question_changed(OWN, "conditions", said(source="problems"), is_published=False)
        assert filled.question("conditions").source == "problems"
        chosen = said(kind=AnswerKind.ONE_OF, choices=(("", "One"), ("", "Two")), source="problems")
        assert (
            with_question_changed(filled, "conditions", chosen, is_published=False).question("conditions").source == ""
        )
        assert with_question_changed(OWN, "sentence", said(), is_published=False).question("sentence").choices == ()
        same = said(title="Same", read_title="Same")
        assert (
            with_question_changed(OWN, "conditions", same, is_published=False).question("conditions").read_title == ""
        )

    def test_a_question_is_taken_out_of_the_short_form_too(self):
        free = with_condition(OWN, "conditions", None)
        assert without_question(free, "sentence").limited_involvement == ("worries",)
        with pytest.raises(Invalid, match="asked only after"):
            without_question(OWN, "sentence")
        with pytest.raises(NotVisible):
            without_question(OWN, "gone")

    @pytest.mark.parametrize("code", IN_EVERY_TEMPLATE)
    def test_a_common_question_stays(self, code):
        with pytest.raises(Invalid, match="Every report has this question"):
            without_question(OWN, code)
        with pytest.raises(Invalid, match="Every report asks"):
            with_condition(OWN, code, Condition("sentence", ("none",)))

    def test_a_question_moves_within_its_section_and_over_its_edge(self):
        up = with_question_moved(OWN, "next_seen", up=True)
        assert codes(up)[0] == ["sentence", "next_seen", "conditions"]
        over = with_question_moved(OWN, "next_seen", up=False)
        assert codes(over) == [["sentence", "conditions"], ["next_seen", *codes(OWN)[1]]]
        assert codes(with_question_moved(over, "next_seen", up=True)) == codes(OWN)
        assert with_question_moved(OWN, "sentence", up=True) == OWN
        assert with_question_moved(OWN, "needs", up=False) == OWN

    @given(st.lists(st.tuples(st.sampled_from([one.code for one in OWN.questions]), st.booleans()), max_size=12))
    def test_moving_loses_nothing(self, moves):
        moved = OWN
        for code, up in moves:
            moved = with_question_moved(moved, code, up=up)
        assert sorted(one.code for one in moved.questions) == sorted(one.code for one in OWN.questions)

    def test_a_condition_names_answers_of_a_question_before(self):
        assert [one.code for one in conditions_for(OWN, "next_seen")] == ["sentence"]
        assert conditions_for(OWN, "sentence") == []
        asked = with_condition(OWN, "next_seen", Condition("sentence", ("none", "licence")))
        assert asked.question("next_seen").asked_if == Condition("sentence", ("licence", "none"))
        for wrong in (
            Condition("sentence", ("bail",)),
            Condition("sentence", ()),
            Condition("needs", ("a",)),
            Condition("sentence", ("licence", "bail")),
        ):
            with pytest.raises(Invalid):
                with_condition(OWN, "next_seen", wrong)

    def test_the_short_form_stands_in_the_order_of_the_whole(self):
        assert with_short_form(OWN, ["needs", "gone", "sentence"]).limited_involvement == ("sentence", "needs")
        assert with_short_form(OWN, []).limited_involvement == ()


class TestComparing:
    """What differs between two versions."""

    def test_nothing(self):
        assert {change.kind for change in compare(OWN, OWN)} == {ChangeKind.SAME}

    def test_each_kind_of_change(self):
        new, added = with_question(without_question(OWN, "next_seen"), "summary", said())
        rows = (("licence", "On licence"), ("none", "Not now"), ("", "Bail"))
        new = with_question_changed(
            new,
            "sentence",
            said(
                title="On what, then?",
                kind=AnswerKind.SEVERAL_OF,
                choices=rows,
                help="",
                is_needed=True,
                for_family=True,
            ),
            is_published=True,
        )
        new = with_short_form(with_condition(new, "conditions", None), ["sentence"])
        found = {change.question.code: change for change in compare(OWN, new)}
        assert found[added].kind is ChangeKind.ADDED
        assert found["next_seen"].kind is ChangeKind.REMOVED
        sentence = found["sentence"]
        assert sentence.kind is ChangeKind.ALTERED
        assert sentence.details == ("kind", "for_family", "choices")
        assert [one.label for one in sentence.choices_added] == ["Bail"]
        assert [one.label for one in sentence.choices_removed] == ["Community order"]
        assert [piece.words for piece in sentence.title if piece.kind == "new"] == ["what, then?"]
        assert found["conditions"].details == ("asked_if",)
        assert found["worries"].details == ("limited_involvement",)
        assert found["needs"].kind is ChangeKind.SAME

    def test_a_question_in_another_section_is_altered(self):
        changes = {
            change.question.code: change for change in compare(OWN, with_question_moved(OWN, "next_seen", up=False))
        }
        assert changes["next_seen"].details == ("section",)
