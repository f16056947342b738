"""What the portal's own figures say against a good rating, and when they say nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.audit_vocabulary import ScaleKind
from portal.domain.contradictions import (
    FEWEST,
    Contradiction,
    Counted,
    claim,
    contradictions,
    escalation_figures,
    figures_of,
)
from portal.domain.frameworks import CHECKED_COUNTS, CHECKED_FIGURES, CHECKED_RATES, Check
from portal.domain.indicators import rate
from portal.domain.ratings import NOT_APPLICABLE, Scale

RAG = Scale.of(ScaleKind.RAG)
ATTENDED = Check("attendance_rate", 80)
COUNTS = st.integers(0, 400).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole)))
SCALES = st.sampled_from([Scale.of(kind) for kind in ScaleKind])


def against(scale, rating, part, whole, below=80):
    """The contradictions of one attendance figure."""
    return contradictions(scale, rating, [Check("attendance_rate", below)], {"attendance_rate": Counted(part, whole)})


def test_the_briefs_own_sentence():
    (found,) = against(RAG, "green", 11, 18)
    said = f"{claim(RAG, 'green')} {found.words('Police')}"
    assert said == "You say green. Police came to 61 % (11 of 18) of the conferences they were expected at."


def test_reports_have_sentences_of_their_own():
    assert Contradiction("report_rate", 90, 3, 9).words("Marsh Lane") == (
        "Marsh Lane sent 33 % (3 of 9) of the reports due from them for conferences."
    )
    assert Contradiction("on_time_rate", 90, 10, 29).words("Marsh Lane") == (
        "Marsh Lane sent on time 34 % (10 of 29) of the reports due from them for conferences."
    )


@given(SCALES, COUNTS, st.integers(1, 100))
def test_only_what_claims_to_be_good_is_contradicted(scale, counts, below):
    for rating in (*scale.codes, None):
        found = against(scale, rating, *counts, below)
        if not scale.is_good(rating):
            assert found == ()
        else:
            assert (scale.share(rating) or 0) > 0.5


@given(COUNTS, st.integers(1, 100))
def test_a_figure_contradicts_exactly_where_its_whole_percent_is_below_the_limit(counts, below):
    part, whole = counts
    found = against(RAG, "green", part, whole, below)
    shown = rate(part, whole)
    is_below = shown is not None and whole >= FEWEST and (200 * part + whole) // (2 * whole) < below
    assert bool(found) is is_below
    for one in found:
        assert f"{part:,} of {whole:,}" in one.words("Police")
        assert f" {below} %" not in one.words("Police"), "a sentence never calls the limit itself too low"


@given(st.integers(0, FEWEST - 1), st.integers(0, FEWEST - 1), st.integers(1, 100))
def test_few_meetings_speak_against_nobody(part, more, below):
    assert against(RAG, "green", part, min(part + more, FEWEST - 1), below) == ()


@given(COUNTS, COUNTS, st.integers(1, 100))
def test_a_better_figure_is_never_contradicted_where_a_worse_is_not(one, other, below):
    whole = max(one[1], other[1], FEWEST)
    low, high = sorted((min(one[0], whole), min(other[0], whole)))
    assert len(against(RAG, "green", high, whole, below)) <= len(against(RAG, "green", low, whole, below))


def test_what_was_not_counted_contradicts_nothing():
    assert contradictions(RAG, "green", [ATTENDED], {}) == ()
    assert contradictions(RAG, NOT_APPLICABLE, [ATTENDED], {"attendance_rate": Counted(0, 50)}) == ()


class TestEscalations:
    """Counts of what is open with the agency, and of them overdue."""

    @pytest.mark.parametrize(
        ("overdue", "is_open", "said"),
        [
            (1, 2, "2 escalations raised with Police are open, 1 of them overdue."),
            (0, 2, "2 escalations raised with Police are open, none of them overdue."),
            (0, 1, "1 escalation raised with Police is open, and not overdue."),
            (1, 1, "1 escalation raised with Police is open and overdue."),
            (3, 1200, "1,200 escalations raised with Police are open, 3 of them overdue."),
        ],
    )
    def test_a_sentence_of_numbers_alone(self, overdue, is_open, said):
        assert Contradiction("open_escalations", 0, overdue, is_open).words("Police") == said

    @given(COUNTS, st.integers(0, 100), st.sampled_from([Scale.of(kind) for kind in ScaleKind]))
    def test_a_good_rating_is_contradicted_exactly_above_the_checks_number(self, counts, above, scale):
        overdue, is_open = counts
        figures = escalation_figures(is_open, overdue)
        for rating in (*scale.codes, None):
            for figure, number in (("open_escalations", is_open), ("overdue_escalations", overdue)):
                found = contradictions(scale, rating, [Check(figure, above)], figures)
                assert bool(found) is (scale.is_good(rating) and number > above)
                assert found in ((), (Contradiction(figure, above, overdue, is_open),))

    @given(st.sampled_from(CHECKED_COUNTS), COUNTS, st.integers(0, 9))
    def test_small_numbers_are_kept_from_those_who_may_not_see_them(self, figure, counts, limit):
        overdue, is_open = counts
        said = Contradiction(figure, 0, overdue, is_open).words("Police", hidden_up_to=limit)
        if 1 <= is_open <= limit:
            state = "open" if figure == "open_escalations" else "overdue"
            assert said == f"Escalations raised with Police are {state} (too few to say how many)."
        elif 1 <= overdue <= limit:
            assert said.endswith(
                f"{is_open:,} escalations raised with Police are open, at most {limit} of them overdue."
            )
        else:
            assert said == Contradiction(figure, 0, overdue, is_open).words("Police")


@given(st.sampled_from(CHECKED_RATES), st.integers(1, 100), COUNTS, st.integers(0, 9))
def test_small_counts_are_kept_from_those_who_may_not_see_them(figure, below, counts, limit):
    part, whole = counts
    said = Contradiction(figure, below, part, whole).words("Police", hidden_up_to=limit) if whole else ""
    if 1 <= whole <= limit:
        assert "too few" in said
        assert f"({part:,} of" not in said
    elif whole and 1 <= part <= limit:
        assert f"at most {limit} of {whole:,}" in said
        assert f"({part:,} of" not in said
    elif whole:
        assert f"({part:,} of {whole:,})" in said


@given(st.sampled_from(CHECKED_FIGURES), st.integers(1, 100), COUNTS)
def test_what_is_stored_is_read_back(figure, below, counts):
    one = Contradiction(figure, below, *counts)
    assert Contradiction.from_plain(one.to_plain()) == one


@pytest.mark.parametrize(
    "spoil", [{"figure": "quorate_rate"}, {"figure": "open_escalations"}, {"figure": ["x"]}, {"part": "3"}, {"more": 1}]
)
def test_what_was_stored_wrongly_is_refused(spoil):
    with pytest.raises(ValueError, match=r"."):
        Contradiction.from_plain({**Contradiction("report_rate", 80, 3, 9).to_plain(), **spoil})


def test_figures_are_taken_from_the_counts_that_the_figures_page_uses():
    counts = {
        "expected": 18,
        "attended": 11,
        "reports_due": 9,
        "reports_received": 7,
        "reports_on_time": 3,
        "absent": 7,
    }
    assert figures_of(counts) == {
        "attendance_rate": Counted(11, 18),
        "report_rate": Counted(7, 9),
        "on_time_rate": Counted(3, 9),
    }
    assert figures_of({}) == {}
