"""What is to be said with a step, which month is closed next, and for which month something counts."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.audit_vocabulary import ActionRag
from portal.domain.improvement_actions import ActionDetails, Lead, in_order, next_reference
from portal.domain.improvement_months import Line, MonthView
from portal.domain.improvement_rules import counting_month, may_be_taken, missing, month_to_close
from portal.domain.improvement_timing import Timing
from portal.domain.improvement_vocabulary import ByWhen, ImprovementSource, ImprovementStatus, ImprovementStep
from portal.domain.months import Month
from portal.domain.vocabulary import Role

MAY, JUNE, JULY = Month(2026, 5), Month(2026, 6), Month(2026, 7)
GREEN, RED, AMBER = ActionRag.GREEN, ActionRag.RED, ActionRag.AMBER


def test_green_is_said_with_what_shows_it():
    step = ImprovementStep.UPDATED
    assert missing(step, GREEN, "On course.", "", has_link=False).keys() == {"evidence"}
    assert missing(step, GREEN, "On course.", " ", has_link=True) == {}
    assert missing(step, GREEN, "On course.", "Minutes.", has_link=False) == {}
    assert missing(step, RED, "Stands still.", "", has_link=False) == {}
    assert missing(ImprovementStep.COMPLETED, RED, "", "", has_link=False).keys() == {"text", "evidence"}
    assert missing(ImprovementStep.NO_CHANGE, GREEN, " ", "", has_link=False).keys() == {"text"}


@pytest.mark.parametrize("step", ImprovementStep)
def test_only_what_is_complete_or_stopped_is_opened_again(step):
    is_reopening = step is ImprovementStep.REOPENED
    assert may_be_taken(step, ImprovementStatus.OPEN) is not is_reopening
    assert may_be_taken(step, ImprovementStatus.COMPLETE) is is_reopening
    assert may_be_taken(step, ImprovementStatus.STOPPED) is is_reopening


@pytest.mark.parametrize(
    ("first", "closed", "today", "found"),
    [
        (None, None, date(2026, 6, 10), None),
        (JUNE, None, date(2026, 6, 10), None),
        (JUNE, None, date(2026, 6, 23), None),
        (JUNE, None, date(2026, 6, 24), JUNE),  # its last seven days
        (MAY, None, date(2026, 6, 10), MAY),
        (MAY, MAY, date(2026, 6, 10), None),
        (MAY, MAY, date(2026, 7, 1), JUNE),
        (MAY, JUNE, date(2026, 6, 30), None),
        # Months are closed one after the other, however long ago they were.
        (Month(2025, 11), None, date(2026, 6, 10), Month(2025, 11)),
    ],
)
def test_which_month_is_closed_next(first, closed, today, found):
    assert month_to_close(first, closed, today) == found


@pytest.mark.parametrize(
    ("closed", "today", "asked", "found"),
    [
        (None, date(2026, 6, 10), None, JUNE),
        (None, date(2026, 6, 10), MAY, MAY),
        (MAY, date(2026, 6, 10), None, JUNE),
        (MAY, date(2026, 6, 10), MAY, JUNE),  # closed meanwhile
        (JUNE, date(2026, 6, 28), None, JULY),  # closed early
        (JUNE, date(2026, 6, 28), JUNE, JULY),
        (None, date(2026, 6, 10), JULY, JUNE),  # nothing counts for a month to come
    ],
)
def test_for_which_month_something_counts(closed, today, asked, found):
    assert counting_month(closed, today, asked) == found


MONTHS = st.builds(Month, st.integers(2020, 2030), st.integers(1, 12))


@given(st.none() | MONTHS, st.dates(date(2021, 1, 1), date(2029, 12, 31)), st.none() | MONTHS)
def test_nothing_counts_for_a_month_that_is_closed(closed, today, asked):
    found = counting_month(closed, today, asked)
    assert closed is None or found > closed
    assert found >= min(Month.of(today), asked or Month.of(today))


def test_numbers_are_ordered_as_people_count():
    assert sorted(["3.10", "3.2", "12.1", "3.1a", "A1"], key=in_order) == ["3.1a", "3.2", "3.10", "12.1", "A1"]
    assert next_reference(3, ["3.1", "3.10", "13.7", "3.x"]) == "3.11"
    assert next_reference(4, ["3.1"]) == "4.1"


@given(st.text(max_size=20), st.text(max_size=20))
def test_any_two_numbers_can_be_put_in_order(one, other):
    assert sorted([one, other], key=in_order) == sorted([other, one], key=in_order) or in_order(one) == in_order(other)


def test_a_choice_stands_for_a_person_or_a_role():
    for lead in (Lead(membership_id=12), Lead(role=Role.CHAIR)):
        assert Lead.of_code(str(lead)) == lead
    for code in ("", "person-", "person-x", "role-practitioner", "role-nobody", "12", "person--1"):
        with pytest.raises(ValueError, match=code and code[-1]):
            Lead.of_code(code)


def test_what_an_action_needs():
    good = ActionDetails(1, "3.2", "Train everybody.", Timing(ByWhen.ONGOING), (Lead(post="Head"),))
    assert good.faults() == {}
    bad = ActionDetails(1, "3 2", " ", Timing(ByWhen.DAY), (), round_id=1, source=ImprovementSource.PLAN)
    assert bad.faults().keys() == {"reference", "what", "due_on", "leads", "source"}


def line(**more) -> Line:
    known = {
        "id": 1,
        "reference": "1.1",
        "area": "1. Area",
        "what": "Train.",
        "leads": "Head",
        "by_when": "Ongoing",
        "due_on": None,
        "rag": AMBER,
        "status": ImprovementStatus.OPEN,
        "rag_before": AMBER,
        "status_before": ImprovementStatus.OPEN,
        "said_on": None,
        "words": "",
    }
    return Line(**{**known, **more})


def test_the_view_of_a_month():
    red = line(id=2, rag=RED, said_on=date(2026, 6, 3))
    done = line(id=3, status=ImprovementStatus.COMPLETE, rag=GREEN)
    new = line(id=4, rag_before=None, status_before=None)
    late = line(id=5, due_on=date(2026, 6, 9), said_on=date(2026, 6, 9))
    soon = line(id=6, due_on=date(2026, 7, 31), is_reworded=True)
    later = line(id=7, due_on=date(2026, 8, 1))
    view = MonthView(JUNE, date(2026, 6, 10), (line(), red, done, new, late, soon, later))
    assert [one.id for one in view.red] == [2]
    assert {one.id: one.changes for one in view.changed} == {
        2: ("amber to red",),
        3: ("complete",),
        4: ("new in the plan",),
        6: ("wording or leads changed",),
    }
    assert [one.id for one in view.due] == [5, 6]
    assert [one.id for one in view.late] == [5]
    assert [one.id for one in view.silent] == [1, 6, 7]
    assert (view.number(AMBER), view.number(RED), view.number(GREEN), view.complete) == (5, 1, 0, 1)
    assert MonthView.of_json(JUNE, view.to_json()) == view
