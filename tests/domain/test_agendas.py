"""What a challenge session asks about: each answer that something speaks against, the weightiest first."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.agendas import (
    BIG_JUMP,
    LONGEST_OPEN,
    WEIGHTS,
    Answer,
    GroupKind,
    Point,
    Reason,
    ReasonKind,
    agenda,
    grouped,
    words,
)
from portal.domain.audit_vocabulary import ScaleKind
from portal.domain.contradictions import Contradiction
from portal.domain.ratings import NOT_APPLICABLE, Scale
from portal.domain.working_days import add_months

SIGNED = date(2026, 3, 31)
RAG = Scale.of(ScaleKind.RAG)
LATELY = (date(2026, 3, 1),)
POLICE = Contradiction("attendance_rate", 80, 11, 18)
ESCALATED = Contradiction("open_escalations", 0, 1, 2)


def kinds(answer, months=24):
    """Why one answer is asked about."""
    points = agenda([answer], signed_on=SIGNED, evidence_months=months)
    return [reason.kind for point in points for reason in point.reasons]


def green(**more):
    """A good answer against which nothing speaks."""
    return Answer(
        **{"question_id": 1, "position": 1, "weight": 1, "scale": RAG, "rating": "green", "evidence": LATELY} | more
    )


def test_nothing_is_asked_about_a_good_answer_with_new_evidence():
    assert kinds(green()) == []


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (green(contradictions=(POLICE,)), [ReasonKind.CONTRADICTED]),
        (green(contradictions=(POLICE, ESCALATED)), [ReasonKind.CONTRADICTED] * 2),
        (green(evidence=()), [ReasonKind.NO_EVIDENCE]),
        (green(evidence=(date(2024, 3, 30), date(2020, 1, 1))), [ReasonKind.OLD_EVIDENCE]),
        (green(evidence=(date(2024, 3, 31), date(2020, 1, 1))), []),
        (green(rating="amber", evidence=()), [ReasonKind.WEAK_WITHOUT_ACTION]),
        (green(rating="red", evidence=(), has_action=True), []),
        (green(share_before=0.0, rating_before="Red"), [ReasonKind.ROSE]),
        (green(share_before=0.5, rating_before="Amber"), []),
        (green(rating="red", has_action=True, share_before=1.0, rating_before="Green"), [ReasonKind.FELL]),
        (green(panel_rating="amber"), [ReasonKind.RATED_LOWER]),
        (green(rating="amber", has_action=True, panel_rating="green"), []),
        (green(panel_rating=NOT_APPLICABLE), []),
        (green(rating=NOT_APPLICABLE, evidence=(), contradictions=(POLICE,)), []),
        (green(rating=None, evidence=()), []),
    ],
)
def test_each_reason_stands_for_its_own_fact(answer, expected):
    assert kinds(answer) == expected


ANSWERS = st.builds(
    Answer,
    question_id=st.integers(1, 10_000),
    position=st.integers(1, 200),
    weight=st.integers(0, 5),
    scale=st.just(RAG),
    rating=st.sampled_from([None, *RAG.codes]),
    evidence=st.lists(st.dates(date(2015, 1, 1), SIGNED), max_size=3).map(tuple),
    has_action=st.booleans(),
    share_before=st.none() | st.sampled_from([0.0, 0.5, 1.0]),
    rating_before=st.just("Amber"),
    panel_rating=st.none() | st.sampled_from(RAG.codes),
    contradictions=st.sampled_from([(), (POLICE,)]),
)
MANY = st.lists(ANSWERS, max_size=12, unique_by=lambda answer: answer.question_id)
MONTHS = st.integers(1, 60)


@given(MANY, MONTHS)
def test_points_stand_by_weight_and_then_in_the_questions_order(answers, months):
    points = agenda(answers, signed_on=SIGNED, evidence_months=months)
    places = {answer.question_id: answer.position for answer in answers}
    order = [(-point.weight, places[point.question_id]) for point in points]
    assert order == sorted(order)
    weights = {answer.question_id: answer.weight for answer in answers}
    for point in points:
        assert point.reasons
        assert point.weight == weights[point.question_id] * sum(WEIGHTS[reason.kind] for reason in point.reasons)


@given(MANY, MONTHS, st.randoms())
def test_the_order_of_the_answers_given_makes_no_difference(answers, months, random):
    unique = {answer.position: answer for answer in answers}
    shuffled = list(unique.values())
    random.shuffle(shuffled)
    first = agenda(unique.values(), signed_on=SIGNED, evidence_months=months)
    assert agenda(shuffled, signed_on=SIGNED, evidence_months=months) == first


@given(ANSWERS, MONTHS)
def test_an_action_never_adds_a_reason_and_new_evidence_leaves_none_about_evidence(answer, months):
    with_action = set(kinds(replace(answer, has_action=True), months))
    assert with_action <= set(kinds(replace(answer, has_action=False), months))
    fresh = set(kinds(replace(answer, evidence=(SIGNED,)), months))
    assert not fresh & {ReasonKind.NO_EVIDENCE, ReasonKind.OLD_EVIDENCE}


@given(st.integers(1, 60), st.integers(0, 40))
def test_evidence_is_old_the_day_after_the_last_that_is_not(months, days):
    border = add_months(SIGNED, -months)
    assert kinds(green(evidence=(border + timedelta(days=days),)), months) == []
    assert kinds(green(evidence=(border - timedelta(days=days + 1),)), months) == [ReasonKind.OLD_EVIDENCE]


@given(st.sampled_from([Scale.of(kind) for kind in ScaleKind]), st.floats(0, 1))
def test_a_jump_is_big_by_share_whatever_the_scale(scale, before):
    for rating in scale.codes:
        share = scale.share(rating)
        found = set(kinds(green(scale=scale, rating=rating, share_before=before, rating_before="1", has_action=True)))
        is_big = share is not None and abs(share - before) > BIG_JUMP
        assert bool(found & {ReasonKind.ROSE, ReasonKind.FELL}) is is_big


@given(MANY, MONTHS)
def test_a_frozen_agenda_reads_back_as_it_was_and_says_each_reason(answers, months):
    for point in agenda(answers, signed_on=SIGNED, evidence_months=months):
        assert Point.from_plain(point.to_plain()) == point
        for reason in point.reasons:
            said = words(reason, RAG, "Police")
            assert said.endswith((".", "?"))
            assert "None" not in said


def test_reasons_in_words():
    assert words(Reason(ReasonKind.ROSE, rating="Red: not in place"), RAG, "Police").startswith("It was red last time")
    assert words(Reason(ReasonKind.RATED_LOWER, rating="amber"), RAG, "Police") == "The panel rates it lower: amber."
    assert words(Reason(ReasonKind.OLD_EVIDENCE, newest=date(2023, 3, 5)), RAG, "P") == (
        "The newest evidence is of March 2023."
    )
    assert "11 of 18" in words(Reason(ReasonKind.CONTRADICTED, contradiction=POLICE), RAG, "Police")


def groups(answers):
    """The agenda of some answers, in groups."""
    points = agenda(answers, signed_on=SIGNED, evidence_months=24)
    return grouped(points, {answer.question_id: answer.scale for answer in answers})


def test_like_points_stand_together_and_the_gravest_first():
    answers = [
        green(question_id=1, position=1, evidence=(), weight=5),
        green(question_id=2, position=2, rating="amber", weight=5),
        green(question_id=3, position=3, rating="red"),
        green(question_id=4, position=4, share_before=0.0, rating_before="Red", evidence=()),
        green(question_id=5, position=5, rating="amber", share_before=1.0, rating_before="Green"),
        green(question_id=6, position=6, rating="amber", panel_rating="red"),
        green(question_id=7, position=7, panel_rating="amber", contradictions=(POLICE,)),
        green(question_id=8, position=8, rating="red", weight=2),
    ]
    assert [
        (group.words, [(number, point.question_id) for number, point in group.points]) for group in groups(answers)
    ] == [
        ("The portal’s own figures say otherwise (1)", [(1, 7)]),
        ("The panel rates it lower (1)", [(2, 6)]),
        ("Moved by more than half of the scale since last time (1)", [(3, 4)]),
        ("Red, without an action (2)", [(4, 8), (5, 3)]),
        ("Amber, without an action (2)", [(6, 2), (7, 5)]),
        ("Green, without recent evidence (1)", [(8, 1)]),
    ]


@pytest.mark.parametrize(
    ("answer", "kind", "is_folded"),
    [
        ({"rating": "red"}, GroupKind.RED, False),
        ({"rating": "amber"}, GroupKind.AMBER, True),
        ({"evidence": ()}, GroupKind.EVIDENCE, True),
        ({"contradictions": (POLICE,)}, GroupKind.FIGURES, False),
    ],
)
def test_only_many_of_what_can_wait_are_folded(answer, kind, is_folded):
    many = [green(question_id=number, position=number, **answer) for number in range(LONGEST_OPEN + 1)]
    (group,) = groups(many)
    assert (group.kind, group.is_folded) == (kind, is_folded)
    (few,) = groups(many[1:])
    assert not few.is_folded


@given(MANY, MONTHS)
def test_no_point_is_lost_in_groups_and_a_heading_that_says_all_leaves_no_reason_out(answers, months):
    points = agenda(answers, signed_on=SIGNED, evidence_months=months)
    found = grouped(points, {answer.question_id: answer.scale for answer in answers})
    numbered = [pair for group in found for pair in group.points]
    assert [number for number, _ in numbered] == list(range(1, len(points) + 1))
    assert sorted(point.question_id for _, point in numbered) == sorted(point.question_id for point in points)
    for group in found:
        for _, point in group.points:
            if group.says_all:
                assert {reason.kind for reason in point.reasons} == {ReasonKind.WEAK_WITHOUT_ACTION}
