"""What the coordinator expects of whom, what becomes of "not ours", and which team a lead gives a meeting to."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.database.session import db
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.vocabulary import Answer, Expectation, ExpectationReason
from portal.models.activity import Activity
from portal.models.meetings import Invitation
from portal.services.invitations.expectations import invitation_of, reasons_for, send_back, set_expectation
from portal.services.invitations.own import own_invitation
from portal.services.invitations.seen import seen_expectation, seen_team
from portal.services.invitations.teams import give_to_team, teams_of

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def viewer(world, viewer_of):
    """Somebody by name, with the world's clock."""
    return lambda key, **more: viewer_of(world.person(key), **more)


@pytest.fixture
def initial(world):
    """A's initial conference of today, which the school has not answered."""
    return world.meeting("a.initial")


def stored(invitation_id):
    """An invitation as the database has it now."""
    db.session.rollback()
    return db.session.scalars(
        select(Invitation).where(Invitation.id == invitation_id).execution_options(populate_existing=True)
    ).one()


def trail(verb, subject_id):
    """How often something was logged about a row."""
    db.session.rollback()
    rows = db.session.scalars(select(Activity).where(Activity.verb == verb, Activity.subject_id == subject_id))
    return len(rows.all())


def expectation(viewer, place, agency, expected, reason):
    """Set what is expected, as a page that has just been loaded."""
    invitation = invitation_of(viewer, place.id, place.invitations[agency].id)
    return set_expectation(viewer, place.id, invitation.id, expected, reason, seen_expectation(invitation))


def test_the_coordinator_says_what_is_expected_and_why(viewer, initial):
    coordinator = viewer("a.coordinator")
    assert expectation(coordinator, initial, "school", Expectation.OPTIONAL, ExpectationReason.ON_ROLL)
    assert not expectation(coordinator, initial, "school", Expectation.OPTIONAL, ExpectationReason.ON_ROLL)
    row = stored(initial.invitations["school"].id)
    assert (row.expectation, row.expectation_reason) == (Expectation.OPTIONAL, ExpectationReason.ON_ROLL)
    assert trail("invitation.expectation_changed", row.id) == 1


def test_an_agency_marked_as_not_relevant_sees_nothing_any_more(viewer, initial):
    own_invitation(viewer("a.school.lead"), initial.id)
    expectation(viewer("a.coordinator"), initial, "school", Expectation.NOT_RELEVANT, ExpectationReason.NOT_INVOLVED)
    with pytest.raises(NotVisible):
        own_invitation(viewer("a.school.lead"), initial.id)


@pytest.mark.parametrize(
    ("expected", "reason"),
    [
        (Expectation.NOT_RELEVANT, ExpectationReason.ON_ROLL),
        (Expectation.EXPECTED, ExpectationReason.MOVED_AWAY),
        (Expectation.EXPECTED, ExpectationReason.IMPORTED),
    ],
)
def test_a_reason_must_fit(viewer, initial, expected, reason):
    assert reason not in reasons_for(expected)
    with pytest.raises(Invalid) as refused:
        expectation(viewer("a.coordinator"), initial, "school", expected, reason)
    assert list(refused.value.errors) == ["reason"]


@pytest.mark.parametrize("key", ["a.chair", "a.manager", "a.school.lead"])
def test_only_the_coordinator_sets_expectations(viewer, initial, key):
    with pytest.raises(NotPermitted):
        expectation(viewer(key), initial, "school", Expectation.OPTIONAL, ExpectationReason.ON_ROLL)


def test_expectations_stand_once_the_register_is_closed(viewer, world):
    past = world.meeting("a.past_initial")
    with pytest.raises(NotPermitted):
        expectation(viewer("a.coordinator"), past, "school", Expectation.OPTIONAL, ExpectationReason.ON_ROLL)


def test_an_invitation_is_looked_for_under_its_own_meeting_and_partnership(viewer, world, initial):
    school = initial.invitations["school"].id
    with pytest.raises(NotVisible):
        invitation_of(viewer("a.coordinator"), world.meeting("a.review").id, school)
    with pytest.raises(NotVisible):
        invitation_of(viewer("b.coordinator"), initial.id, school)


def test_not_ours_is_dealt_with_by_marking_or_by_sending_back(viewer, world):
    coordinator, review = viewer("a.coordinator"), world.meeting("a.review")
    gp = review.invitations["gp"].id
    with pytest.raises(Invalid):
        expectation(coordinator, review, "gp", Expectation.OPTIONAL, ExpectationReason.REGISTERED)
    seen = seen_expectation(invitation_of(coordinator, review.id, gp))
    with pytest.raises(Invalid) as refused:
        send_back(coordinator, review.id, gp, " ", seen)
    assert list(refused.value.errors) == ["note"]
    send_back(coordinator, review.id, gp, "The mother says she is still with you.", seen)
    again = own_invitation(viewer("a.gp.lead"), review.id)
    assert (again.answer, again.answer_note, again.answered_at) == (None, None, None)
    assert again.coordinator_note == "The mother says she is still with you."
    assert trail("invitation.sent_back", gp) == 1
    with pytest.raises(Conflict):
        send_back(coordinator, review.id, gp, "Once more", seen)


def test_marking_not_ours_as_not_relevant_keeps_what_the_agency_said(viewer, world):
    review = world.meeting("a.review")
    expectation(viewer("a.coordinator"), review, "gp", Expectation.NOT_RELEVANT, ExpectationReason.MOVED_AWAY)
    row = stored(review.invitations["gp"].id)
    assert (row.expectation, row.answer) == (Expectation.NOT_RELEVANT, Answer.NOT_OURS)
    assert row.answer_note is not None


def test_a_lead_gives_a_meeting_to_a_team(viewer, world, initial):
    lead = viewer("a.social_care.lead")
    assert [team.id for team in teams_of(lead)] == [world.teams["a.east"], world.teams["a.west"]]
    seen = seen_team(own_invitation(lead, initial.id))
    assert give_to_team(lead, initial.id, world.teams["a.east"], seen) is True
    assert give_to_team(lead, initial.id, world.teams["a.east"], seen) is False
    own_invitation(viewer("a.social_care.east"), initial.id)
    for gone in ("a.social_care.west", "a.social_care.practitioner"):
        with pytest.raises(NotVisible):
            own_invitation(viewer(gone), initial.id)
    with pytest.raises(Conflict):
        give_to_team(lead, initial.id, world.teams["a.west"], seen)


def test_a_team_is_of_the_agency_and_given_by_its_lead(viewer, world, initial):
    lead = viewer("a.social_care.lead")
    seen = seen_team(own_invitation(lead, initial.id))
    for foreign in (world.teams["b.east"], 10_000):
        with pytest.raises(Invalid):
            give_to_team(lead, initial.id, foreign, seen)
    with pytest.raises(NotPermitted):
        give_to_team(viewer("a.social_care.practitioner"), initial.id, world.teams["a.east"], seen)
