"""Who sees a meeting for named people only: by query and row by row, for every role, agency and partnership."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.access import cases, meetings, named_people, reports
from portal.access.viewer import Viewer
from portal.database.session import db, writing
from portal.models.cases import Case
from portal.models.meetings import Invitation, Meeting
from portal.models.named_people import NamedPerson
from portal.models.reports import Report
from tests.access.conftest import who
from tests.closed_meetings import NAMED, ClosedMeeting
from tests.world import NOW, viewer_of


@pytest.fixture
def closed(world) -> dict[str, ClosedMeeting]:
    """One in each partnership."""
    return {letter: ClosedMeeting.write(world, letter) for letter in "ab"}


@pytest.fixture
def meeting(closed) -> Meeting:
    """A's."""
    return db.session.get(Meeting, closed["a"].id)


@pytest.fixture
def is_named(closed):
    """Whether somebody is named on any of these meetings now."""
    named = {
        (row.meeting_id, row.membership_id)
        for row in db.session.scalars(select(NamedPerson).where(NamedPerson.ended_at.is_(None)))
    }
    return lambda viewer, meeting: (meeting.id, viewer.membership_id) in named


@pytest.fixture
def own(closed):
    """The invitation of somebody's agency to a meeting."""
    rows = list(db.session.scalars(select(Invitation)))

    def find(viewer, meeting):
        return next((row for row in rows if (row.meeting_id, row.agency_id) == (meeting.id, viewer.agency_id)), None)

    return find


def test_a_meeting_is_listed_exactly_where_it_may_be_viewed(closed, onlookers, ids, is_named, own):
    rows = list(db.session.scalars(select(Meeting)))
    for onlooker in onlookers:
        viewer = onlooker.viewer
        may = {
            row.id for row in rows if meetings.may_view(viewer, row, own(viewer, row), is_named=is_named(viewer, row))
        }
        assert ids(meetings.visible_to(viewer)) == may, onlooker.name


def test_an_invitation_is_listed_exactly_where_it_may_be_viewed(closed, onlookers, ids, is_named):
    invitations = list(db.session.scalars(select(Invitation)))
    by_id = {row.id: row for row in db.session.scalars(select(Meeting))}
    for onlooker in onlookers:
        viewer = onlooker.viewer
        may = {
            row.id
            for row in invitations
            if meetings.may_view_invitation(
                viewer, row, by_id[row.meeting_id], is_named=is_named(viewer, by_id[row.meeting_id])
            )
        }
        assert ids(meetings.invitations_visible_to(viewer)) == may, onlooker.name


def test_only_those_named_see_it_its_families_and_its_invitations(closed, onlookers, ids, meeting):
    found = {
        "meeting": lambda viewer: closed["a"].id in ids(meetings.visible_to(viewer)),
        "first family": lambda viewer: closed["a"].case_ids[0] in ids(cases.visible_to(viewer)),
        "second family": lambda viewer: closed["a"].case_ids[1] in ids(cases.visible_to(viewer)),
        "children": lambda viewer: set(closed["a"].child_ids) <= ids(cases.children_visible_to(viewer)),
    }
    for what, sees in found.items():
        assert who(onlookers, sees) == set(NAMED), what
    gp = closed["a"].invitations["gp"]
    assert who(onlookers, lambda viewer: gp in ids(meetings.invitations_visible_to(viewer))) == set(NAMED)


def test_a_report_to_it_is_read_by_those_named_who_read_reports(closed, onlookers, ids, meeting, is_named, own):
    report = db.session.get(Report, closed["a"].report_id)
    invitation = db.session.get(Invitation, report.invitation_id)
    for onlooker in onlookers:
        viewer = onlooker.viewer
        may = reports.may_view(viewer, report, invitation, meeting, is_named=is_named(viewer, meeting))
        assert (report.id in ids(reports.visible_to(viewer))) is may, onlooker.name
    assert who(onlookers, lambda viewer: report.id in ids(reports.visible_to(viewer))) == {"chair"}


def test_an_agencys_person_is_named_whatever_their_team(closed, world, ids, meeting, own):
    east = viewer_of(world.person("a.social_care.east"))
    assert closed["a"].id not in ids(meetings.visible_to(east))
    with writing() as session:
        session.add(
            NamedPerson(
                partnership_id=east.partnership_id,
                meeting_id=closed["a"].id,
                membership_id=east.membership_id,
                named_at=NOW,
            )
        )
    assert closed["a"].id in ids(meetings.visible_to(east))
    assert meetings.may_view(east, meeting, own(east, meeting), is_named=True)
    assert meetings.may_answer(east, own(east, meeting), meeting)


def test_whose_naming_has_ended_sees_nothing_more(closed, world, ids):
    lead = viewer_of(world.person("a.gp.lead"))
    assert closed["a"].id in ids(meetings.visible_to(lead))
    with writing() as session:
        session.execute(
            NamedPerson.__table__.update().where(NamedPerson.membership_id == lead.membership_id).values(ended_at=NOW)
        )
    assert closed["a"].id not in ids(meetings.visible_to(lead))


def test_being_named_is_not_enough_where_the_agency_has_no_part(closed, world, ids):
    head = viewer_of(world.person("a.school.lead"))
    with writing() as session:
        session.add(
            NamedPerson(
                partnership_id=head.partnership_id,
                meeting_id=closed["a"].id,
                membership_id=head.membership_id,
                named_at=NOW,
            )
        )
    assert closed["a"].id not in ids(meetings.visible_to(head))


def test_who_names_people_and_who_is_told_that_it_is_there(closed, onlookers, ids, meeting, is_named):
    def sees(viewer):
        return closed["a"].id in ids(meetings.visible_to(viewer))

    assert who(onlookers, lambda viewer: sees(viewer) and named_people.may_name(viewer, meeting)) == {
        "chair",
        "coordinator",
    }
    assert who(onlookers, lambda viewer: named_people.may_know(viewer, meeting)) == {"manager"}
    known = {onlooker.name: ids(named_people.known_to_exist(onlooker.viewer)) for onlooker in onlookers}
    assert {frozenset(found) for found in known.values()} == {
        frozenset(),
        frozenset({closed["a"].id}),
        frozenset({closed["b"].id}),
    }
    named = list(db.session.scalars(select(NamedPerson)))
    by_id = {one.id: db.session.get(Meeting, one.id) for one in closed.values()}
    for onlooker in onlookers:
        viewer = onlooker.viewer
        may = {
            row.id
            for row in named
            if named_people.may_view(
                viewer, row, by_id[row.meeting_id], is_named=is_named(viewer, by_id[row.meeting_id])
            )
        }
        assert ids(named_people.visible_to(viewer)) == may, onlooker.name


def test_an_ordinary_meeting_has_nobody_named(onlookers, world, closed):
    ordinary = db.session.get(Meeting, world.meeting("a.strategy").id)
    assert who(onlookers, lambda viewer: named_people.may_name(viewer, ordinary)) == set()
    assert who(onlookers, lambda viewer: named_people.may_know(viewer, ordinary)) == set()


def test_only_kinds_about_several_families_take_further_ones(onlookers, meeting, closed):
    assert who(onlookers, lambda v: named_people.may_set_families(v, meeting, takes_several=False)) == set()
    assert who(onlookers, lambda v: named_people.may_set_families(v, meeting, takes_several=True)) == {"coordinator"}


def test_a_command_sees_it_and_nobody_sees_nothing(closed, world, ids):
    system = Viewer.of_system("tests", NOW, world.partnerships["a"])
    assert closed["a"].id in ids(meetings.visible_to(system))
    assert closed["b"].id not in ids(meetings.visible_to(system))
    assert {row.id for row in db.session.scalars(cases.visible_to(system).where(Case.id.in_(closed["a"].case_ids)))}
    assert ids(meetings.visible_to(Viewer.nobody(NOW))) == set()
