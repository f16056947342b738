"""Returns: what an answer lacks, how answers add up, and at which stage a return stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.audit_vocabulary import ReturnStatus
from portal.domain.ratings import NOT_APPLICABLE
from portal.domain.returns import (
    AnswerState,
    Progress,
    Stage,
    answer_state,
    is_late,
    missing,
    progress_by,
    progress_of,
    stage,
)


@dataclass(frozen=True)
class Question:
    needs_narrative: bool = False
    needs_evidence: bool = False


states = st.lists(st.sampled_from(AnswerState))
ratings = st.one_of(st.none(), st.sampled_from(["red", "green", NOT_APPLICABLE]))
words = st.sampled_from(["", " \n", "We do this."])


class TestWhatAnAnswerLacks:
    """Rating, narrative where it is needed, evidence where it is needed, and a reason why something does not apply."""

    @pytest.mark.parametrize(
        ("question", "rating", "narrative", "evidence", "lacking"),
        [
            (Question(), None, "Words alone.", 3, {"rating"}),
            (Question(), "green", "", 0, set()),
            (Question(needs_narrative=True), "green", " \n", 0, {"narrative"}),
            (Question(needs_narrative=True), "red", "", 0, {"narrative"}),
            (Question(needs_evidence=True), "green", "", 0, {"evidence"}),
            (Question(True, True), "green", "", 0, {"narrative", "evidence"}),
            (Question(True, True), "green", "So it is.", 1, set()),
            (Question(), NOT_APPLICABLE, "", 0, {"narrative"}),
            (Question(True, True), NOT_APPLICABLE, "We have no pupils under five.", 0, set()),
        ],
    )
    def test_by_field(self, question, rating, narrative, evidence, lacking):
        assert set(missing(question, rating=rating, narrative=narrative, evidence=evidence)) == lacking

    @given(st.booleans(), st.booleans(), ratings, words, st.integers(0, 2))
    def test_more_given_never_lacks_more(self, needs_narrative, needs_evidence, rating, narrative, evidence):
        question = Question(needs_narrative, needs_evidence)
        lacks = missing(question, rating=rating, narrative=narrative, evidence=evidence)
        fuller = missing(question, rating=rating, narrative="Words.", evidence=evidence + 1)
        assert set(fuller) <= set(lacks)
        assert set(fuller) == ({"rating"} if rating is None else set())


class TestHowFarAnAnswerIs:
    """Carried over, it waits; saved and lacking something, it waits too, for another reason."""

    @pytest.mark.parametrize(
        ("rating", "is_confirmed", "is_of_this_time", "state"),
        [
            (None, False, False, AnswerState.UNANSWERED),
            (None, False, True, AnswerState.UNANSWERED),
            ("green", False, False, AnswerState.TO_CONFIRM),
            ("green", False, True, AnswerState.TO_FINISH),
            ("green", True, True, AnswerState.ANSWERED),
        ],
    )
    def test_state(self, rating, is_confirmed, is_of_this_time, state):
        assert answer_state(rating=rating, is_confirmed=is_confirmed, is_of_this_time=is_of_this_time) is state


class TestProgress:
    """Counts, over all and by standard."""

    def test_in_words(self):
        assert Progress(72, 31, 12, 0).words() == "31 of 72 answered, 12 to confirm"
        assert Progress(5, 2, 0, 1).words() == "2 of 5 answered, 1 to finish"

    @given(states)
    def test_every_answer_counts_once(self, found):
        progress = progress_of(found)
        assert progress.asked == len(found)
        assert progress.unanswered == found.count(AnswerState.UNANSWERED)
        assert progress.is_complete == (bool(found) and set(found) == {AnswerState.ANSWERED})

    @given(st.lists(st.tuples(st.integers(1, 4), st.sampled_from(AnswerState))))
    def test_the_standards_add_up_to_the_whole(self, found):
        by_standard = progress_by(found)
        assert sum(by_standard.values(), Progress()) == progress_of(state for _, state in found)
        assert list(by_standard) == list(dict.fromkeys(key for key, _ in found))

    @given(states, states)
    def test_one_more_answer_never_lessens_it(self, some, more):
        before, after = progress_of(some), progress_of(some + more)
        assert (before.asked, before.answered) <= (after.asked, after.answered)
        assert after.answered <= after.asked


class TestStage:
    """Where a return stands."""

    @given(st.sampled_from(ReturnStatus), states)
    def test_only_a_whole_return_is_ready(self, status, found):
        progress = progress_of(found)
        is_ready = stage(status, progress) is Stage.READY
        assert is_ready == (status is ReturnStatus.IN_PROGRESS and progress.is_complete)

    def test_each_status_has_its_own(self):
        whole = Progress(3, 3)
        assert {status: stage(status, whole) for status in ReturnStatus} == {
            ReturnStatus.NOT_STARTED: Stage.NOT_STARTED,
            ReturnStatus.IN_PROGRESS: Stage.READY,
            ReturnStatus.SUBMITTED: Stage.TO_BE_SIGNED,
            ReturnStatus.SIGNED: Stage.SIGNED,
            ReturnStatus.MODERATED: Stage.MODERATED,
        }
        assert stage(ReturnStatus.IN_PROGRESS, Progress(3, 2)) is Stage.ANSWERING

    def test_late_is_the_day_after_and_never_once_signed(self):
        due = date(2026, 7, 10)
        assert not is_late(ReturnStatus.IN_PROGRESS, due, due)
        assert is_late(ReturnStatus.SUBMITTED, due, date(2026, 7, 11))
        assert not is_late(ReturnStatus.SIGNED, due, date(2026, 8, 1))
