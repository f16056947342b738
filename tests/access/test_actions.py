"""Who sees which actions, who reads their history, and who takes which step."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.access import actions
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import ActionStatus
from portal.models.actions import Action
from portal.models.audits import AuditReturn
from portal.models.partnerships import Agency
from tests.access.conftest import who
from tests.world import NOW

OWNERS = {"gp.lead", "gp.practitioner"}
BOARD = {"board", "business_manager", "scrutineer"}


@pytest.fixture
def everything(database):
    """Every action there is, past every rule, and each agency's type."""
    types = dict(db.session.execute(select(Agency.id, Agency.agency_type)).all())
    return {row.id: row for row in db.session.scalars(select(Action))}, types


def test_an_action_is_listed_exactly_where_it_may_be_viewed(everything, onlookers, ids):
    rows, types = everything
    assert len(rows) == 4
    for onlooker in onlookers:
        may = {row.id for row in rows.values() if actions.may_view(onlooker.viewer, row, types[row.agency_id])}
        assert ids(actions.visible_to(onlooker.viewer)) == may, onlooker.name


def test_who_sees_each_action(everything, onlookers, world):
    rows, types = everything
    seen_by = {"a.gp": OWNERS | BOARD | {"sector_lead"}, "a.social_care": {"social_care.lead"} | BOARD}
    for key, expected in seen_by.items():
        row = rows[world.actions[key]]
        may = who(onlookers, lambda viewer, r=row: actions.may_view(viewer, r, types[r.agency_id]))
        assert may == expected, key


def test_who_reads_what_is_said_about_it(everything, onlookers, world):
    rows, types = everything
    row = rows[world.actions["a.gp"]]
    may = who(
        onlookers,
        lambda viewer: actions.may_view(viewer, row, types[row.agency_id]) and actions.may_read_history(viewer, row),
    )
    assert may == OWNERS | {"business_manager", "scrutineer"}


def test_who_takes_which_step(everything, onlookers, world):
    rows, _ = everything
    gp, done = rows[world.actions["a.gp"]], rows[world.actions["a.social_care"]]
    assert who(onlookers, lambda viewer: actions.may_work_on(viewer, gp)) == OWNERS
    assert who(onlookers, lambda viewer: actions.may_work_on(viewer, done)) == set()
    assert who(onlookers, lambda viewer: actions.may_check(viewer, gp)) == set()
    assert who(onlookers, lambda viewer: actions.may_check(viewer, done)) == {"business_manager"}
    done.done_by_id = world.person("a.business_manager").user_id
    assert who(onlookers, lambda viewer: actions.may_check(viewer, done)) == set()
    gp.status = ActionStatus.CLOSED
    assert who(onlookers, lambda viewer: actions.may_work_on(viewer, gp)) == set()


def test_who_adds_to_which_return(onlookers, world, database):
    rows = {row.id: row for row in db.session.scalars(select(AuditReturn))}

    def may(place, *, given=False, on_panel=False):
        row = rows[world.returns[place].id]
        return who(onlookers, lambda viewer: actions.may_add(viewer, row, given=given, on_panel=on_panel))

    assert may("a.gp") == {"gp.lead"}
    assert may("a.gp", given=True) == OWNERS
    assert may("a.gp", on_panel=True) == {"gp.lead"}
    assert may("a.social_care") == {"social_care.lead", "business_manager"}
    assert may("a.social_care", given=True) == {"social_care.lead", "business_manager"}
    assert may("a.school", on_panel=True) == {"school.lead", "sector_lead"} | BOARD


def test_a_command_sees_one_partnerships(everything, world, ids):
    rows, _ = everything
    own = {row.id for row in rows.values() if row.partnership_id == world.partnerships["b"]}
    assert ids(actions.visible_to(Viewer.of_system("tests", NOW, world.partnerships["b"]))) == own
    assert ids(actions.visible_to(Viewer.of_system("tests", NOW))) == set()
    assert ids(actions.visible_to(Viewer.nobody(NOW))) == set()
