"""Who reads the improvement plan, who writes it, and who speaks for an action."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.access import improvement as access
from portal.database.session import db
from portal.domain.improvement_vocabulary import ImprovementStatus
from portal.domain.vocabulary import Role
from portal.models.improvement import ImprovementAction, ImprovementArea, ImprovementLead
from portal.models.improvement_history import ImprovementMonth
from tests.access.conftest import who
from tests.world import NOW
from tests.world_improvement import LEADS, MAY, READERS

KEEPER = {"business_manager"}


@pytest.fixture
def leads_of(database):
    """The leads of an action, read past every rule."""
    return lambda action: db.session.scalars(
        select(ImprovementLead).where(ImprovementLead.action_id == action.id)
    ).all()


@pytest.fixture
def action_of(database, world):
    """An action by name."""
    return lambda key: db.session.get_one(ImprovementAction, world.improvement[key])


def test_actions_are_listed_exactly_where_they_may_be_viewed(onlookers, ids, leads_of):
    actions = db.session.scalars(select(ImprovementAction)).all()
    assert len({action.partnership_id for action in actions}) == 2
    named = {action.id: leads_of(action) for action in actions}
    for onlooker in onlookers:
        viewer = onlooker.viewer
        may = {action.id for action in actions if access.may_view(viewer, action, named[action.id])}
        assert ids(access.visible_to(viewer)) == may, onlooker.name


def test_areas_are_listed_exactly_where_they_may_be_viewed(onlookers, ids, database):
    areas = db.session.scalars(select(ImprovementArea)).all()
    for onlooker in onlookers:
        may = {area.id for area in areas if access.may_view_area(onlooker.viewer, area)}
        assert ids(access.areas_visible_to(onlooker.viewer)) == may, onlooker.name


@pytest.mark.parametrize("key", LEADS)
def test_the_boards_roles_read_it_all_and_leads_their_own(action_of, leads_of, onlookers, key):
    action = action_of(f"a.{key}")
    named = leads_of(action)
    assert who(onlookers, lambda viewer: access.may_view(viewer, action, named)) == READERS | LEADS[key]
    speaks = KEEPER | LEADS[key] if action.status is ImprovementStatus.OPEN else set()
    assert who(onlookers, lambda viewer: access.may_update(viewer, action, named)) == speaks


def test_only_its_manager_writes_it(action_of, onlookers):
    action = action_of("a.day")
    assert who(onlookers, lambda viewer: access.may_change(viewer, action)) == KEEPER
    assert who(onlookers, lambda viewer: access.may_reopen(viewer, action_of("a.done"))) == KEEPER
    assert who(onlookers, lambda viewer: access.may_change(viewer, action_of("a.done"))) == set()
    theirs = {"business_manager", "b.business_manager (for B)"}
    assert who(onlookers, access.may_add) == who(onlookers, access.may_close) == theirs
    drawing = {"manager", "b.manager (for B)"}
    assert who(onlookers, access.may_recommend) == theirs | drawing


def test_the_scrutineer_leads_nothing_even_where_a_row_says_so(action_of, world, onlookers):
    assert Role.SCRUTINEER not in access.CAN_LEAD
    action = action_of("a.day")
    row = ImprovementLead(membership_id=world.person("a.scrutineer").hat.membership_id, role=None, post="")
    assert "scrutineer" not in who(onlookers, lambda viewer: access.may_update(viewer, action, [row]))


def test_closed_months_are_read_with_the_plan(onlookers, ids, world, database):
    for letter in ("a", "b"):
        db.session.add(
            ImprovementMonth(
                partnership_id=world.partnerships[letter],
                begins_on=MAY,
                closed_at=NOW - timedelta(days=1),
                closed_by_id=world.person(f"{letter}.business_manager").user_id,
                note="",
                kept="{}",
            )
        )
    db.session.flush()
    seen = who(onlookers, lambda viewer: len(ids(access.months_visible_to(viewer))) == 1)
    assert seen == READERS | {f"b.{name} (for B)" for name in READERS}
    db.session.rollback()
