"""Who sees which child protection plans and midway checks, and who makes a check."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from portal.access import meetings, plans
from portal.access.roles import CASE_ROLES, Permission
from portal.access.viewer import Viewer
from portal.database.session import db, writing
from portal.domain.vocabulary import Role
from portal.models.meetings import Meeting
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


def test_a_plan_that_was_taken_back_is_nobodys(onlookers, world, ids):
    change(Plan, world.plans["a.1"], withdrawn_at=NOW)
    for onlooker in onlookers:
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
