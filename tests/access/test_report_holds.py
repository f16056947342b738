"""What is held back from an agency: who sees that it is, and that it is held from this agency in this partnership."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.access import restrictions
from portal.database.session import db, writing
from portal.domain.restriction_vocabulary import HoldReason
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import PartnershipAgency
from portal.models.restrictions import ReportHold
from tests.closed_records import close, hold, worn
from tests.world import NOW


@pytest.fixture
def viewers(world):
    """Everybody under each of their hats."""
    return lambda: [
        (person, worn(person, hat)) for person in world.people.values() if person.active for hat in person.hats
    ]


def test_a_hold_is_listed_exactly_where_it_may_be_viewed(viewers, ids, world):
    hold(world, "a.initial", "police", "school")
    invitations = {row.id: row for row in db.session.scalars(select(Invitation))}
    by_id = {row.id: row for row in db.session.scalars(select(Meeting))}
    for person, viewer in viewers():
        may = {
            row.id
            for row in db.session.scalars(select(ReportHold))
            if restrictions.may_view_hold(
                viewer, row, invitations[row.invitation_id], by_id[invitations[row.invitation_id].meeting_id]
            )
        }
        assert ids(restrictions.holds_visible_to(viewer)) == may, person.key


def test_reports_are_held_back_by_those_who_keep_the_meeting_that_they_see(viewers, world):
    close(world, "a.1", ["a.manager"])
    meeting = db.session.get_one(Meeting, world.meeting("a.initial").id)
    may = {person.key for person, viewer in viewers() if restrictions.may_hold(viewer, meeting)}
    assert may == {"a.chair", "a.coordinator"}


def test_only_the_agency_that_it_is_held_from_goes_without(viewers, world):
    hold(world, "a.initial", "police", "school")
    wanted = {world.meeting("a.initial").invitations["police"].id}
    for person, viewer in viewers():
        held = set(db.session.scalars(restrictions.held_from(viewer)))
        is_school = viewer.agency_id == world.agencies["a.school"] and viewer.partnership_id == world.partnerships["a"]
        assert held == (wanted if is_school else set()), person.key


def test_what_is_held_from_an_agency_in_one_partnership_is_not_in_another(world):
    """An agency may work in both, as an ambulance service does."""
    school = world.agencies["a.school"]
    with writing() as session:
        session.add(PartnershipAgency(partnership_id=world.partnerships["b"], agency_id=school, code="OVER-THE-RIVER"))
        session.flush()
        session.add(
            ReportHold(
                partnership_id=world.partnerships["b"],
                invitation_id=world.meeting("b.initial").invitations["police"].id,
                agency_id=school,
                because=HoldReason.THIRD_PARTY,
                reason="It tells of a neighbour.",
                held_at=NOW,
                held_by_id=world.person("b.chair").user_id,
            )
        )
    assert set(db.session.scalars(restrictions.held_from(worn(world.person("a.school.lead"))))) == set()
