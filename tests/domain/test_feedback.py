"""Feedback: codes as people type them, what the record says to an answer, what is withheld of the counts."""

from __future__ import annotations

from datetime import UTC, date, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.feedback import (
    ALPHABET,
    CODE_LENGTH,
    Given,
    Replies,
    agreement,
    expires_at,
    grouped,
    make_code,
    month_of,
    tidy_code,
)
from portal.domain.feedback_figures import COLUMNS, answered, tables
from portal.domain.feedback_vocabulary import Agreement, Audience, Language, Reply
from portal.domain.feedback_words import QUESTIONS, SHARED_BEFORE, question_of
from portal.domain.indicators import hide_small
from portal.domain.small_counts import with_totals
from tests.domain.test_small_counts import worked_out

codes = st.text(alphabet=ALPHABET, min_size=CODE_LENGTH, max_size=CODE_LENGTH)


@given(codes)
def test_a_code_is_read_however_it_is_written(code):
    assert tidy_code(code) == code
    assert tidy_code(grouped(code).lower()) == code
    assert tidy_code(f" {code[:3]} {code[3:]}-") == code
    assert tidy_code(code.replace("0", "o").replace("1", "l")) == code


@given(st.text(max_size=14))
def test_whatever_is_typed_is_a_code_or_none(typed):
    found = tidy_code(typed)
    assert found is None or (len(found) == CODE_LENGTH and set(found) <= set(ALPHABET))


@pytest.mark.parametrize(
    "typed", ["", "7KQXM2PD9", "7KQXM2PD9RR", "7KQXM2PD9!", "7KQXM2PD9Ü", "7KQXM2PD9U", "٧KQXM2PD9R"]
)
def test_what_can_be_no_code(typed):
    assert tidy_code(typed) is None


def test_a_code_has_fifty_bits_and_is_printed_in_two_groups():
    code = make_code(Random(7).choice)
    assert len(ALPHABET) ** CODE_LENGTH == 2**50
    assert tidy_code(code) == code
    assert len(set(ALPHABET)) == 32
    assert grouped("7KQXM2PD9R") == "7KQXM-2PD9R"


def test_a_card_works_for_sixty_days():
    assert expires_at(datetime(2026, 6, 10, 9, tzinfo=UTC)) == datetime(2026, 8, 9, 9, tzinfo=UTC)


def test_of_a_day_only_its_month_is_kept():
    assert month_of(date(2026, 6, 10)) == month_of(date(2026, 6, 30)) == date(2026, 6, 1)


@pytest.mark.parametrize(
    ("reply", "is_shared", "expected"),
    [
        (Reply.YES, True, Agreement.AGREES),
        (Reply.NO, False, Agreement.AGREES),
        (Reply.YES, False, Agreement.DIFFERS),
        (Reply.NO, True, Agreement.DIFFERS),
        (Reply.NOT_SURE, True, Agreement.NOT_KNOWN),
        (None, False, Agreement.NOT_KNOWN),
        (Reply.YES, None, Agreement.NOT_KNOWN),
        (Reply.NO, None, Agreement.NOT_KNOWN),
    ],
)
def test_an_answer_against_the_record(reply, is_shared, expected):
    assert agreement(reply, is_shared=is_shared) is expected


def test_each_side_has_five_questions_and_no_code_twice():
    every = [question.code for questions in QUESTIONS.values() for question in questions]
    assert [len(QUESTIONS[audience]) for audience in Audience] == [5, 5]
    assert len(set(every)) == len(every)
    assert question_of(SHARED_BEFORE) in QUESTIONS[Audience.FAMILY]


def test_nothing_answered_and_nothing_written_is_empty():
    assert Given(Language.URDU, {}, " \n").is_empty
    assert not Given(Language.URDU, {}, "Thank you").is_empty
    assert not Given(Language.URDU, {"heard": Reply.NOT_SURE}).is_empty


def test_shares_are_of_those_who_said_yes_or_no():
    replies = Replies(yes=8, no=9, not_sure=3)
    assert (replies.answered, replies.count(Reply.NO)) == (17, 9)
    met = answered(
        question_of("social_worker_met"),
        tables({"met": {("initial", "yes"): 8, ("initial", "no"): 9, ("initial", "not_sure"): 3}}, None)["met"],
        None,
    )
    assert (met.share.count, met.share.whole) == (9, 17)
    assert round(met.share.percentage) == 53


def test_a_small_count_takes_its_share_with_it():
    table = {("initial", "yes"): 17, ("initial", "no"): 3, ("review", "yes"): 20}
    found = answered(question_of("chair_shared"), tables({"chair": table}, 5)["chair"], None)
    assert found.no is None
    assert found.share.is_withheld


_KINDS = ("initial_conference", "review_conference")


@st.composite
def sides(draw):
    """Two tables of the same people, by kind of conference."""
    given_by = {kind: draw(st.integers(0, 40)) for kind in _KINDS}
    found = {}
    for name in ("one", "two"):
        table = {}
        for kind, number in given_by.items():
            left = number
            for column in COLUMNS[:-1]:
                table[kind, column] = draw(st.integers(0, left))
                left -= table[kind, column]
            table[kind, COLUMNS[-1]] = left
        found[name] = table
    return found


@given(sides(), st.integers(1, 6))
def test_nothing_withheld_can_be_worked_out_and_all_tables_withhold_the_same_totals(counted, limit):
    made = tables(counted, limit)
    assert len({frozenset(place for place in one.hidden if place[1] is None) for one in made.values()}) == 1
    for name, table in made.items():
        for place, count in with_totals(counted[name]).items():
            assert not hide_small(count, limit) or place in table.hidden
        assert not worked_out(counted[name], table.hidden)


@given(sides())
def test_without_a_limit_all_is_shown(counted):
    assert all(not table.hidden for table in tables(counted, None).values())
