"""Plans from what conferences decide: begun, gone on with, ended, and put right where a decision is amended."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.database.session import db
from portal.domain.errors import Invalid, NotVisible
from portal.domain.plans import Decided, PlanEnd
from portal.models.plans import Plan
from tests.services.plan_steps import EMOTIONAL, NEGLECT, decide, meeting, plan
from tests.services.rows import change, stored, trail

pytestmark = pytest.mark.usefixtures("database")

FIRST, SECOND, THIRD = date(2026, 6, 1), date(2026, 6, 3), date(2026, 6, 8)


@pytest.fixture
def child(world) -> int:
    return world.children["a.3"]


@pytest.fixture
def conferences(world) -> list[int]:
    """Three conferences of the family, one after the other."""
    return [
        meeting(world, "initial_conference", FIRST, case="3"),
        meeting(world, "review_conference", SECOND, case="3"),
        meeting(world, "review_conference", THIRD, case="3"),
    ]


def plans_of(world, case: str = "3") -> list[Plan]:
    db.session.rollback()
    rows = select(Plan).where(Plan.case_id == world.cases[f"a.{case}"]).order_by(Plan.started_on, Plan.id)
    return list(db.session.scalars(rows.execution_options(populate_existing=True)))


def yes(child: int, on: date, *categories) -> Decided:
    return Decided(child, True, categories or (NEGLECT,), on)


def no(child: int, on: date, because: PlanEnd | None = None) -> Decided:
    return Decided(child, False, (), on, because)


def test_a_plan_begins_goes_on_and_ends(world, child, conferences):
    decide(world, conferences[0], yes(child, FIRST, NEGLECT, EMOTIONAL))
    (row,) = plans_of(world)
    assert (row.child_id, row.started_on, row.ended_on, row.previous_plans) == (child, FIRST, None, 0)
    assert (row.first_category, row.latest_category) == (NEGLECT, NEGLECT)
    decide(world, conferences[1], yes(child, SECOND, EMOTIONAL))
    (row,) = plans_of(world)
    assert (row.first_category, row.latest_category, row.started_on) == (NEGLECT, EMOTIONAL, FIRST)
    decide(world, conferences[2], no(child, THIRD, PlanEnd.MOVED_AWAY))
    (row,) = plans_of(world)
    assert (row.ended_on, row.end_reason, row.ended_by_meeting_id) == (THIRD, PlanEnd.MOVED_AWAY, conferences[2])
    assert [trail(f"plan.{verb}", row.id) for verb in ("started", "continued", "ended")] == [1, 1, 1]


def test_without_a_plan_nothing_begins(world, child, conferences):
    decide(world, conferences[0], no(child, FIRST))
    assert plans_of(world) == []


def test_the_same_signature_again_changes_nothing(world, child, conferences):
    for _ in range(2):
        decide(world, conferences[0], yes(child, FIRST))
    for _ in range(2):
        decide(world, conferences[1], no(child, SECOND))
    (row,) = plans_of(world)
    assert (row.started_on, row.ended_on) == (FIRST, SECOND)


def test_the_next_plan_knows_of_those_before(world, child, conferences):
    decide(world, conferences[0], yes(child, FIRST))
    decide(world, conferences[1], no(child, SECOND))
    decide(world, conferences[2], yes(child, THIRD))
    assert [row.previous_plans for row in plans_of(world)] == [0, 1]


def test_a_decision_amended_to_none_takes_the_plan_back_and_a_second_thought_brings_it_again(world, child, conferences):
    decide(world, conferences[0], yes(child, FIRST))
    decide(world, conferences[0], no(child, FIRST))
    (row,) = plans_of(world)
    assert row.withdrawn_at is not None
    decide(world, conferences[0], yes(child, FIRST, EMOTIONAL))
    (row,) = plans_of(world)
    assert (row.withdrawn_at, row.first_category) == (None, EMOTIONAL)


def test_a_plan_taken_back_is_not_counted_as_one_before(world, child, conferences):
    decide(world, conferences[0], yes(child, FIRST))
    decide(world, conferences[0], no(child, FIRST))
    decide(world, conferences[1], yes(child, SECOND))
    assert [row.previous_plans for row in plans_of(world) if row.withdrawn_at is None] == [0]


def test_an_end_amended_opens_the_same_plan_again_and_no_other(world, child, conferences):
    """An open plan of the family that names no child must not be taken for the one that had ended."""
    decide(world, conferences[0], yes(child, FIRST))
    decide(world, conferences[1], no(child, SECOND))
    other = plan(world, FIRST, case="3")
    decide(world, conferences[1], yes(child, SECOND, EMOTIONAL))
    own = next(row for row in plans_of(world) if row.id != other)
    assert (own.ended_on, own.end_reason, own.latest_category) == (None, None, EMOTIONAL)
    assert stored(Plan, other).child_id is None


def test_amending_an_earlier_conference_leaves_what_was_decided_since(world, child, conferences):
    decide(world, conferences[0], yes(child, FIRST, NEGLECT))
    decide(world, conferences[1], yes(child, SECOND, EMOTIONAL))
    decide(world, conferences[0], yes(child, FIRST, NEGLECT))
    (row,) = plans_of(world)
    assert (row.first_category, row.latest_category, row.decided_on) == (NEGLECT, EMOTIONAL, SECOND)
    with pytest.raises(Invalid) as refused:
        decide(world, conferences[0], no(child, FIRST))
    assert list(refused.value.errors) == [f"child_{child}"]
    (row,) = plans_of(world)
    assert row.withdrawn_at is None


def test_a_plan_is_not_put_before_one_that_a_later_conference_began(world, child, conferences):
    decide(world, conferences[0], no(child, FIRST))
    decide(world, conferences[1], yes(child, SECOND))
    with pytest.raises(Invalid):
        decide(world, conferences[0], yes(child, FIRST))
    assert [row.started_on for row in plans_of(world)] == [SECOND]


def test_the_first_decision_takes_the_oldest_plan_that_names_no_child(world, child, conferences):
    newer, older = plan(world, date(2025, 9, 1), case="3"), plan(world, date(2025, 3, 1), case="3", previous_plans=1)
    decide(world, conferences[0], yes(child, FIRST, EMOTIONAL))
    assert {row.id: row.child_id for row in plans_of(world)} == {newer: None, older: child}
    assert (stored(Plan, older).latest_category, stored(Plan, older).started_on) == (EMOTIONAL, date(2025, 3, 1))
    decide(world, conferences[1], no(child, SECOND))
    assert (stored(Plan, older).ended_on, stored(Plan, newer).ended_on) == (SECOND, None)


def test_another_familys_plan_is_left_alone(world, child, conferences):
    elsewhere = plan(world, date(2025, 3, 1), case="4")
    decide(world, conferences[0], yes(child, FIRST))
    assert stored(Plan, elsewhere).child_id is None
    assert len(plans_of(world)) == 1


def test_a_child_of_the_other_partnership_is_none(world, conferences):
    with pytest.raises(NotVisible):
        decide(world, conferences[0], yes(world.children["b.3"], FIRST))


def test_no_child_has_two_open_plans(world, child, conferences):
    decide(world, conferences[0], yes(child, FIRST))
    other = plan(world, SECOND, case="3")
    with pytest.raises(IntegrityError):
        change(Plan, other, child_id=child)
