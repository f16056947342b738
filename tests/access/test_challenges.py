"""Who sees that there is a challenge session, who reads what came of it, and who runs it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.access import challenges
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import ReturnStatus, SessionStatus
from portal.models.audits import AuditReturn, PanelMember
from portal.models.moderation import ChallengeSession
from tests.access.conftest import who
from tests.world import NOW, TODAY

AGENCY = {"school.lead", "school.head", "school.governor"}
PANEL = {"board", "business_manager", "scrutineer"}


@pytest.fixture
def school(world, database):
    """The school's return in A and its session."""
    audit_return = db.session.get_one(AuditReturn, world.returns["a.school"].id)
    session = db.session.scalars(select(ChallengeSession).where(ChallengeSession.return_id == audit_return.id)).one()
    return audit_return, session


def test_a_session_is_listed_exactly_where_it_may_be_viewed(onlookers, ids, database):
    sessions = list(db.session.scalars(select(ChallengeSession)))
    returns = {row.id: row for row in db.session.scalars(select(AuditReturn))}
    panels = {(row.round_id, row.membership_id) for row in db.session.scalars(select(PanelMember))}
    assert len(sessions) == 2
    for onlooker in onlookers:
        viewer = onlooker.viewer
        may = {
            session.id
            for session in sessions
            for row in [returns[session.return_id]]
            if challenges.may_view(viewer, row, on_panel=(row.round_id, viewer.membership_id) in panels)
        }
        assert ids(challenges.visible_to(viewer)) == may, onlooker.name


def test_who_sees_a_session(onlookers, school):
    audit_return, _ = school
    assert who(onlookers, lambda v: challenges.may_view(v, audit_return, on_panel=False)) == AGENCY | {
        "business_manager",
        "scrutineer",
    }
    on_panel = who(onlookers, lambda v: challenges.may_view(v, audit_return, on_panel=True))
    assert on_panel == AGENCY | PANEL | {"sector_lead"}


def test_the_agency_reads_what_came_of_it_once_it_is_released(onlookers, school):
    audit_return, session = school

    def readers():
        return who(
            onlookers,
            lambda v: (
                challenges.may_view(v, audit_return, on_panel=v.role is not None and v.role.value == "board_member")
                and challenges.may_see_outcome(v, session)
            ),
        )

    for status in (SessionStatus.PLANNED, SessionStatus.HELD):
        session.status = status
        assert readers() == PANEL
    session.status = SessionStatus.RELEASED
    assert readers() == PANEL | AGENCY


def test_the_manager_runs_it_in_its_order(onlookers, school):
    audit_return, session = school

    def may(rule):
        return who(onlookers, lambda v: rule(v, audit_return, session))

    manager = {"business_manager"}
    steps = (challenges.may_plan, challenges.may_hold, challenges.may_release)
    assert [may(rule) for rule in steps] == [manager, manager, set()]
    session.held_on = TODAY + timedelta(days=1)
    assert [may(rule) for rule in steps] == [manager, set(), set()]
    session.held_on, session.status = TODAY, SessionStatus.HELD
    assert [may(rule) for rule in steps] == [set(), manager, manager]
    session.status = SessionStatus.RELEASED
    assert [may(rule) for rule in steps] == [set(), set(), set()]
    session.status, audit_return.status = SessionStatus.HELD, ReturnStatus.IN_PROGRESS
    assert [may(rule) for rule in steps] == [set(), set(), set()], (
        "a return that was opened again has no session to run"
    )


def test_a_command_sees_one_partnerships(school, world, ids):
    _, session = school
    assert ids(challenges.visible_to(Viewer.of_system("tests", NOW, world.partnerships["a"]))) == {session.id}
    assert ids(challenges.visible_to(Viewer.of_system("tests", NOW))) == set()
    assert ids(challenges.visible_to(Viewer.nobody(NOW))) == set()
