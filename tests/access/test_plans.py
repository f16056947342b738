"""Who sees which child protection plans and midway checks, and who makes a check."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from portal.access import meetings, outcomes, plans
from portal.access.roles import CASE_ROLES, Permission
from portal.access.viewer import Viewer
from portal.database.session import db, writing
from portal.domain.vocabulary import AGENCY_ROLES, Role
from portal.models.meetings import Meeting
from portal.models.outcomes import Outcome
from portal.models.plans import MidwayCheck, Plan
from tests.access.conftest import who
from tests.services.rows import change
from tests.world import NOW


@pytest.fixture
def everything(database):
    """Every plan there is and every meeting, past every rule."""
    return list(db.session.scalars(select(Plan))), list(db.session.scalars(select(Meeting)))


def sees_a_meeting(viewer, plan, every_meeting) -> bool:
    return any(meetings.may_view(viewer, one, None) for one in every_meeting if one.case_id == plan.case_id)


def test_a_plan_is_listed_exactly_where_it_may_be_viewed(everything, onlookers, ids):
    rows, every_meeting = everything
    assert len(rows) == 4
    for onlooker in onlookers:
        viewer = onlooker.viewer
        may = {
            row.id
            for row in rows
            if plans.may_view(viewer, row, sees_a_meeting=sees_a_meeting(viewer, row, every_meeting))
        }
        assert ids(plans.visible_to(viewer)) == may, onlooker.name


def test_who_sees_each_plan(everything, onlookers, world, ids):
    for key, chair in (("1", "chair"), ("2", "second_chair")):
        number = world.plans[f"a.{key}"]
        seen = who(onlookers, lambda viewer, n=number: n in ids(plans.visible_to(viewer)))
        assert seen == {chair, "manager", "coordinator"}


@pytest.mark.parametrize(
    ("told_where", "decided_by"),
    [
        (plans.beginning_told_where, Plan.started_by_meeting_id),
        (plans.end_told_where, Plan.ended_by_meeting_id),
    ],
)
def test_a_timeline_tells_of_a_plan_exactly_whom_it_may(
    everything, rows, onlookers, world, ids, told_where, decided_by
):
    """Those who see plans, and whoever reads what was signed where it was decided, of that child."""
    for letter in ("a", "b"):
        # Of the second family's conference something is signed for its child; of the first's there is a draft.
        change(Plan, world.plans[f"{letter}.2"], **{decided_by.key: world.meeting(f"{letter}.past_initial").id})
        change(Plan, world.plans[f"{letter}.1"], **{decided_by.key: world.meeting(f"{letter}.initial").id})
    found, every_meeting = list(db.session.scalars(select(Plan))), everything[1]
    decisions = list(db.session.scalars(select(Outcome).where(Outcome.signed_at.is_not(None))))
    of_agencies = set()
    for onlooker in onlookers:
        viewer = onlooker.viewer
        may = set()
        for plan in found:
            reads = any(
                outcomes.may_view(viewer, one, meeting, rows.own(viewer, meeting))
                for one in decisions
                if one.meeting_id == getattr(plan, decided_by.key) and one.child_id == plan.child_id
                for meeting in (rows.meetings[one.meeting_id],)
            )
            sees = sees_a_meeting(viewer, plan, every_meeting)
            if plans.may_know(viewer, plan, sees_a_meeting=sees, reads_decision=reads):
                may.add(plan.id)
        assert ids(select(Plan).where(told_where(viewer))) == may, onlooker.name
        if viewer.role in AGENCY_ROLES:
            of_agencies |= may
    assert of_agencies == {world.plans["a.2"], world.plans["b.2"]}


def test_who_is_told_of_a_plan(onlookers, world, ids):
    change(Plan, world.plans["a.2"], started_by_meeting_id=world.meeting("a.past_initial").id)
    number = world.plans["a.2"]
    of_beginning = who(onlookers, lambda viewer: number in ids(select(Plan).where(plans.beginning_told_where(viewer))))
    assert of_beginning == {
        *("social_care.lead", "social_care.east", "police.lead", "police.practitioner", "both"),
        *("other_gp.lead", "other_gp.practitioner", "school.lead", "school.practitioner"),
        *("second_chair", "manager", "coordinator"),
    }
    # That it ends nobody has decided there.
    of_end = who(onlookers, lambda viewer: number in ids(select(Plan).where(plans.end_told_where(viewer))))
    assert of_end == {"second_chair", "manager", "coordinator"}


def test_a_plan_that_was_taken_back_is_nobodys(onlookers, world, ids):
    change(Plan, world.plans["a.1"], withdrawn_at=NOW)
    for onlooker in onlookers:
        for told_where in (plans.beginning_told_where, plans.end_told_where):
            assert world.plans["a.1"] not in ids(select(Plan).where(told_where(onlooker.viewer))), onlooker.name
        assert world.plans["a.1"] not in ids(plans.visible_to(onlooker.viewer)), onlooker.name
        assert world.plans["a.1"] not in ids(plans.counted_for(onlooker.viewer)), onlooker.name


def test_figures_count_the_own_partnership_for_whoever_reads_figures(onlookers, world, ids, database):
    for onlooker in onlookers:
        viewer = onlooker.viewer
        letter = "a" if viewer.partnership_id == world.partnerships["a"] else "b"
        own = {world.plans[f"{letter}.1"], world.plans[f"{letter}.2"]}
        expected = own if viewer.may(Permission.FIGURES_VIEW) else set()
        assert ids(plans.counted_for(viewer)) == expected, onlooker.name


def test_small_counts_are_hidden_from_whoever_does_not_see_every_plan(onlookers):
    shown = {one.viewer.role for one in onlookers if not plans.hides_small(one.viewer)}
    assert shown == {Role.SAFEGUARDING_MANAGER, Role.COORDINATOR}
    assert shown <= CASE_ROLES


def test_who_makes_a_check_and_who_reads_it(onlookers, world, ids, database):
    conference = world.meeting("a.past_initial").id
    with writing() as session:
        check = MidwayCheck(
            partnership_id=world.partnerships["a"],
            meeting_id=conference,
            due_on=date(2026, 7, 4),
            done_on=date(2026, 6, 9),
            finding="on_track",
            note="On track.",
            done_at=NOW,
            done_by_id=world.person("a.second_chair").user_id,
        )
        session.add(check)
        session.flush()
        number = check.id
    row = db.session.get_one(Meeting, conference)
    assert who(onlookers, lambda viewer: plans.may_check(viewer, row)) == {"second_chair", "manager"}
    read = who(onlookers, lambda viewer: number in ids(plans.checks_visible_to(viewer)))
    assert read == {"second_chair", "manager", "coordinator"}


def test_a_command_sees_one_partnerships(everything, world, ids):
    rows, _ = everything
    own = {row.id for row in rows if row.partnership_id == world.partnerships["b"]}
    command = Viewer.of_system("tests", NOW, world.partnerships["b"])
    assert ids(plans.visible_to(command)) == ids(plans.counted_for(command)) == own
    for nobody in (Viewer.of_system("tests", NOW), Viewer.nobody(NOW)):
        assert ids(plans.visible_to(nobody)) == ids(plans.counted_for(nobody)) == set()
