"""Who sees a family and its children: whoever sees a meeting about them, and nobody else."""

from __future__ import annotations

from sqlalchemy import select

from portal.access import cases, meetings
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.models.cases import Case, Child
from tests.access.conftest import who
from tests.world import NOW


def test_a_case_is_listed_exactly_where_one_of_its_meetings_is(rows, onlookers, ids):
    stored = db.session.scalars(select(Case)).all()
    for onlooker in onlookers:
        viewer = onlooker.viewer
        seen = {row.case_id for row in rows.meetings.values() if meetings.may_view(viewer, row, rows.own(viewer, row))}
        may = {case.id for case in stored if cases.may_view(viewer, case, sees_a_meeting=case.id in seen)}
        assert ids(cases.visible_to(viewer)) == may == seen, onlooker.name


def test_a_child_is_listed_exactly_with_its_case(onlookers, ids):
    stored = db.session.scalars(select(Child)).all()
    for onlooker in onlookers:
        seen = ids(cases.visible_to(onlooker.viewer))
        expected = {child.id for child in stored if child.case_id in seen}
        assert ids(cases.children_visible_to(onlooker.viewer)) == expected, onlooker.name


def test_a_case_of_another_partnership_is_not_seen_even_with_a_meeting(rows, onlookers):
    """Were a meeting ever to point across the border, the case would still stay on its own side."""
    for case in db.session.scalars(select(Case)):
        for onlooker in onlookers:
            if onlooker.viewer.partnership_id != case.partnership_id:
                assert not cases.may_view(onlooker.viewer, case, sees_a_meeting=True)


def test_only_the_coordinator_keeps_childrens_details(onlookers, world):
    case = db.session.get(Case, world.meeting("a.initial").case_id)
    assert who(onlookers, lambda viewer: cases.may_manage(viewer, case)) == {"coordinator"}


def test_the_board_has_no_child(onlookers, ids):
    roles = {"board_member", "business_manager", "scrutineer", "sector_lead", "administrator"}
    looked = [onlooker for onlooker in onlookers if onlooker.viewer.role in roles]
    assert {onlooker.viewer.role for onlooker in looked} == roles
    for onlooker in looked:
        assert ids(cases.visible_to(onlooker.viewer)) == set()
        assert ids(cases.children_visible_to(onlooker.viewer)) == set()


def test_nobody_sees_no_child(database, ids):
    for viewer in (Viewer.nobody(NOW), Viewer.of_system("tests", NOW)):
        assert ids(cases.visible_to(viewer)) == ids(cases.children_visible_to(viewer)) == set()
