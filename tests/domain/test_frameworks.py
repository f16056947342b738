"""Frameworks: whom a question is asked, what its digest rests on, and what two editions changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.audit_vocabulary import ScaleKind, SchoolPhase, SignOffStep
from portal.domain.framework_changes import compare
from portal.domain.frameworks import Check, Framework, QuestionText, StandardText
from portal.domain.ratings import Scale
from portal.domain.text_changes import ChangeKind, PieceKind, word_differences
from portal.domain.vocabulary import AgencyType

RAG, YES_NO = Scale.of(ScaleKind.RAG), Scale.of(ScaleKind.YES_NO)
WORDS = st.text("ab \n\t’é", max_size=12)
QUESTION = QuestionText("safe", "Is it safe?", "Look around.", "It is safe.", "rag")

questions = st.builds(
    QuestionText,
    code=st.sampled_from([f"q-{number}" for number in range(6)]),
    text=WORDS,
    help=WORDS,
    good=WORDS,
    scale=st.sampled_from(["rag", "yes-no"]),
    hints=st.lists(WORDS, max_size=2).map(tuple),
    paragraph=WORDS,
    weight=st.integers(0, 3),
    agency_types=st.frozensets(st.sampled_from(list(AgencyType)), max_size=3),
    phases=st.frozensets(st.sampled_from(list(SchoolPhase)), max_size=3),
    needs_narrative=st.booleans(),
    needs_evidence=st.booleans(),
)


def framework(*said: QuestionText, **more) -> Framework:
    """A framework of one standard."""
    given = {
        "code": "test",
        "title": "Test",
        "law": "An Act",
        "guidance_edition": "Guidance 1",
        "effective_from": date(2026, 9, 1),
        "scales": {"rag": RAG, "yes-no": YES_NO},
        "agency_types": frozenset(AgencyType),
        "sign_off": (SignOffStep.AUTHOR,),
        "standards": (StandardText("one", "One", "All of it.", said),),
    }
    return Framework(**{**given, **more})


frameworks = st.lists(questions, unique_by=lambda question: question.code).map(lambda said: framework(*said))


class TestWhoIsAsked:
    """Agency types and ages."""

    @pytest.mark.parametrize("agency_type", AgencyType)
    def test_a_question_that_names_nobody_is_asked_of_everybody(self, agency_type):
        assert QUESTION.applies_to(agency_type, None)

    def test_a_question_that_names_some_is_asked_of_those_alone(self):
        of_police = replace(QUESTION, agency_types=frozenset({AgencyType.POLICE}))
        assert [one for one in AgencyType if of_police.applies_to(one)] == [AgencyType.POLICE]

    @pytest.mark.parametrize(
        ("phases", "asked"),
        [
            ({"secondary"}, {"secondary", "all_through"}),
            ({"primary"}, {"primary", "all_through"}),
            ({"post_16"}, {"post_16"}),
            ({"all_through"}, {"all_through"}),
            ({"early_years", "special"}, {"early_years", "special"}),
        ],
    )
    def test_all_through_schools_answer_what_primary_and_secondary_schools_do(self, phases, asked):
        question = replace(QUESTION, phases=frozenset(map(SchoolPhase, phases)))
        assert {phase for phase in SchoolPhase if question.applies_to(AgencyType.SCHOOL, phase)} == asked

    def test_a_school_whose_ages_are_unknown_is_asked_rather_than_left_out(self):
        assert replace(QUESTION, phases=frozenset({SchoolPhase.POST_16})).applies_to(AgencyType.SCHOOL, None)

    def test_an_agency_that_the_framework_is_not_for_is_asked_nothing(self):
        for_schools = framework(QUESTION, agency_types=frozenset({AgencyType.SCHOOL}))
        assert list(for_schools.questions_for(AgencyType.SCHOOL)) == [QUESTION]
        assert list(for_schools.questions_for(AgencyType.GP)) == []


class TestDigests:
    """Of what a question asks, and of all that a framework says."""

    @given(questions, st.sampled_from(["text", "help", "good"]))
    def test_other_words_are_another_question(self, question, name):
        other = replace(question, **{name: getattr(question, name) + " really"})
        assert other.digest(RAG) != question.digest(RAG)

    @given(questions)
    def test_other_spacing_is_the_same_question(self, question):
        spaced = replace(question, text=" \n ".join(["", *question.text.split(), ""]))
        assert spaced.digest(RAG) == question.digest(RAG)

    @given(questions, questions)
    def test_what_does_not_change_the_meaning_does_not_change_the_digest(self, question, other):
        kept = {name: getattr(question, name) for name in ("text", "help", "good")}
        assert replace(other, **kept).digest(RAG) == question.digest(RAG)

    @given(questions)
    def test_another_kind_of_scale_asks_something_else_and_other_labels_do_not(self, question):
        assert question.digest(RAG) != question.digest(YES_NO)
        assert question.digest(RAG) == question.digest(Scale.of(ScaleKind.RAG, {"red": "No"}))

    def test_words_do_not_slip_from_one_field_into_the_next(self):
        one = replace(QUESTION, text="a b", help="c")
        assert one.digest(RAG) != replace(QUESTION, text="a", help="b c").digest(RAG)

    @given(frameworks, frameworks)
    def test_a_frameworks_digest_tells_any_two_apart(self, one, other):
        assert (one.digest == other.digest) == (one.to_plain() == other.to_plain())


class TestRefused:
    """What cannot be a framework."""

    def test_codes_that_stand_twice(self):
        with pytest.raises(ValueError, match="Two questions"):
            framework(QUESTION, QUESTION)
        twice = StandardText("one", "One", "", ())
        with pytest.raises(ValueError, match="Two standards"):
            framework(standards=(twice, twice))

    def test_a_scale_that_is_not_there(self):
        with pytest.raises(ValueError, match="'stars'"):
            framework(replace(QUESTION, scale="stars"))

    def test_somebody_whom_it_is_not_for(self):
        with pytest.raises(ValueError, match="not for"):
            framework(
                replace(QUESTION, agency_types=frozenset({AgencyType.GP})),
                agency_types=frozenset({AgencyType.SCHOOL}),
            )

    @pytest.mark.parametrize(("figure", "below"), [("quorate_rate", 80), ("attendance_rate", 0), ("report_rate", 101)])
    def test_a_check_against_no_figure_or_no_percentage(self, figure, below):
        with pytest.raises(ValueError, match=r"figure|percentage"):
            Check(figure, below)

    @pytest.mark.parametrize("above", [-1, 101])
    def test_a_check_against_a_count_that_none_is_held_against(self, above):
        with pytest.raises(ValueError, match="from 0 to 100"):
            Check("open_escalations", above)

    @pytest.mark.parametrize(
        "stored", [{"figure": "open_escalations", "below": 5}, {"figure": "report_rate", "above": 5}, ["report_rate"]]
    )
    def test_a_check_whose_limit_is_of_the_other_kind(self, stored):
        with pytest.raises(ValueError, match="a check must"):
            Check.from_plain(stored)

    @pytest.mark.parametrize(
        "stored", [{"figure": "overdue_escalations", "above": 0}, {"figure": "report_rate", "below": 80}]
    )
    def test_a_check_is_read_back_as_it_was_stored(self, stored):
        assert Check.from_plain(stored).to_plain() == stored


class TestComparing:
    """What became of each question."""

    @given(frameworks, frameworks)
    def test_every_question_of_either_edition_stands_once(self, old, new):
        changes = compare(old, new)
        before, after = ({question.code for question in one.questions} for one in (old, new))
        assert [change.code for change in changes if change.new] == [question.code for question in new.questions]
        kinds = {kind: {change.code for change in changes if change.kind is kind} for kind in ChangeKind}
        assert kinds[ChangeKind.ADDED] == after - before
        assert kinds[ChangeKind.REMOVED] == before - after
        assert kinds[ChangeKind.ALTERED] | kinds[ChangeKind.SAME] == before & after
        assert len(changes) == len(before | after)

    @given(frameworks, frameworks)
    def test_altered_is_what_has_another_digest(self, old, new):
        for change in compare(old, new):
            if change.old and change.new:
                same = old.digest_of(change.old) == new.digest_of(change.new)
                assert change.kind is (ChangeKind.SAME if same else ChangeKind.ALTERED)

    @given(frameworks)
    def test_an_edition_against_itself_is_all_the_same(self, one):
        assert all(change.kind is ChangeKind.SAME and not change.details for change in compare(one, one))

    def test_what_else_changed_is_named(self):
        new = replace(QUESTION, weight=3, phases=frozenset({SchoolPhase.SPECIAL}), hints=("A list",))
        [change] = compare(framework(QUESTION), framework(new))
        assert change.kind is ChangeKind.SAME
        assert set(change.details) == {"weight", "phases", "hints"}

    @given(WORDS, WORDS)
    def test_the_pieces_give_back_both_texts(self, old, new):
        pieces = word_differences(old, new)
        for side, text in ((PieceKind.OLD, old), (PieceKind.NEW, new)):
            words = " ".join(piece.words for piece in pieces if piece.kind in (PieceKind.BOTH, side))
            assert words.split() == text.split()
        assert all(one.kind != next_one.kind for one, next_one in pairwise(pieces))

    def test_words_are_told_apart_one_by_one(self):
        pieces = word_differences("visit to check it, and report", "visit each term, and report")
        assert [(piece.kind.value, piece.words) for piece in pieces] == [
            ("both", "visit"),
            ("old", "to check it,"),
            ("new", "each term,"),
            ("both", "and report"),
        ]
