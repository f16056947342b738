"""Carrying over: last time's answers begin this time's, and an altered question shows what was altered."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from portal.domain.carrying_over import (
    AskedNow,
    Beginning,
    GivenThen,
    carry_over,
    may_confirm_unseen,
)

RATINGS = ("red", "green", "0", "3", "not_applicable")
codes = st.sampled_from([f"{number}.{part}" for number in range(1, 5) for part in range(1, 4)])
asked_now = st.lists(codes, unique=True).flatmap(
    lambda found: st.tuples(
        *(
            st.builds(AskedNow, st.just(place), st.just(code), st.frozensets(st.sampled_from(RATINGS)))
            for place, code in enumerate(found, start=1)
        )
    )
)
given_then = st.lists(codes, unique=True).flatmap(
    lambda found: st.tuples(
        *(
            st.builds(
                GivenThen,
                st.just(100 + place),
                st.just(code),
                st.one_of(st.none(), st.sampled_from(RATINGS)),
                st.text(max_size=5),
            )
            for place, code in enumerate(found)
        )
    )
)
texts = st.lists(st.sampled_from(["the", "policy", "is", "reviewed", "each", "year", "now"])).map(" ".join)


def test_the_same_code_begins_as_last_time_and_another_begins_empty():
    asked = [AskedNow(1, "1.1", RATINGS), AskedNow(2, "1.2", RATINGS), AskedNow(3, "1.3", ("0", "3"))]
    then = [
        GivenThen(9, "1.1", "green", "So it is."),
        GivenThen(8, "1.3", "red", "Not yet."),
        GivenThen(7, "9", "3", ""),
    ]
    assert carry_over(asked, then) == [
        Beginning(1, "green", "So it is.", 9),
        Beginning(2),
        Beginning(3, None, "Not yet.", 8),
    ]


@given(asked_now, given_then)
def test_every_question_begins_once_and_in_its_order(asked, then):
    begun = carry_over(asked, then)
    assert [beginning.question_id for beginning in begun] == [question.question_id for question in asked]


@given(asked_now, given_then)
def test_nothing_is_made_up_and_no_rating_is_off_the_scale(asked, then):
    answers = {answer.response_id: answer for answer in then}
    for question, beginning in zip(asked, carry_over(asked, then), strict=True):
        if beginning.carried_from_id is None:
            assert beginning == Beginning(question.question_id)
            assert not any(answer.code == question.code and answer.rating for answer in then)
            continue
        source = answers[beginning.carried_from_id]
        assert (source.code, source.narrative) == (question.code, beginning.narrative)
        assert source.rating is not None
        assert beginning.rating == (source.rating if source.rating in question.ratings else None)


@given(asked_now, given_then)
def test_carried_twice_is_carried_the_same(asked, then):
    assert carry_over(asked, then) == carry_over(asked, list(reversed(then)))


@given(st.sampled_from("ab"), st.sampled_from(["a", "b", None]), st.lists(st.just("evidence"), max_size=1))
def test_only_an_unaltered_whole_answer_is_confirmed_unseen(now, then, lacks):
    assert may_confirm_unseen(digest_now=now, digest_then=then, lacks=lacks) == (now == then and lacks == [])
