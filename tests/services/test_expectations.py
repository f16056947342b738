"""What the coordinator expects of whom, what becomes of "not ours", and which team a lead gives a meeting to."""

from __future__ import annotations

import pytest

from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.vocabulary import Answer, Expectation, ExpectationReason
from portal.models.meetings import Invitation
from portal.services.invitations.expectations import invitation_of, reasons_for, send_back, set_expectation
from portal.services.invitations.own import own_invitation
from portal.services.invitations.seen import seen_expectation, seen_team
from portal.services.invitations.teams import give_to_team, teams_of
from tests.services.rows import stored, trail

pytestmark = pytest.mark.usefixtures("database")


def expectation(viewer, place, agency, expected, reason):
    """Set what is expected, as a page that has just been loaded."""
    invitation = invitation_of(viewer, place.id, place.invitations[agency].id)
    return set_expectation(viewer, place.id, invitation.id, expected, reason, seen_expectation(invitation))


def test_the_coordinator_says_what_is_expected_and_why(viewer, place):
    coordinator = viewer("a.coordinator")
    assert expectation(coordinator, place, "school", Expectation.OPTIONAL, ExpectationReason.ON_ROLL)
    assert not expectation(coordinator, place, "school", Expectation.OPTIONAL, ExpectationReason.ON_ROLL)
    row = stored(Invitation, place.invitations["school"].id)
    assert (row.expectation, row.expectation_reason) == (Expectation.OPTIONAL, ExpectationReason.ON_ROLL)
    assert trail("invitation.expectation_changed", row.id) == 1


def test_an_agency_marked_as_not_relevant_sees_nothing_any_more(viewer, place):
    own_invitation(viewer("a.school.lead"), place.id)
    expectation(viewer("a.coordinator"), place, "school", Expectation.NOT_RELEVANT, ExpectationReason.NOT_INVOLVED)
    with pytest.raises(NotVisible):
        own_invitation(viewer("a.school.lead"), place.id)


@pytest.mark.parametrize(
    ("expected", "reason"),
    [
        (Expectation.NOT_RELEVANT, ExpectationReason.ON_ROLL),
        (Expectation.EXPECTED, ExpectationReason.MOVED_AWAY),
        (Expectation.EXPECTED, ExpectationReason.IMPORTED),
    ],
)
def test_a_reason_must_fit(viewer, place, expected, reason):
    assert reason not in reasons_for(expected)
    with pytest.raises(Invalid) as refused:
        expectation(viewer("a.coordinator"), place, "school", expected, reason)
    assert list(refused.value.errors) == ["reason"]


@pytest.mark.parametrize("key", ["a.chair", "a.manager", "a.school.lead"])
def test_only_the_coordinator_sets_expectations(viewer, place, key):
    with pytest.raises(NotPermitted):
        expectation(viewer(key), place, "school", Expectation.OPTIONAL, ExpectationReason.ON_ROLL)


def test_expectations_stand_once_the_register_is_closed(viewer, world):
    past = world.meeting("a.past_initial")
    with pytest.raises(NotPermitted):
        expectation(viewer("a.coordinator"), past, "school", Expectation.OPTIONAL, ExpectationReason.ON_ROLL)


def test_an_invitation_is_looked_for_under_its_own_meeting_and_partnership(viewer, world, place):
    school = place.invitations["school"].id
    with pytest.raises(NotVisible):
        invitation_of(viewer("a.coordinator"), world.meeting("a.review").id, school)
    with pytest.raises(NotVisible):
        invitation_of(viewer("b.coordinator"), place.id, school)


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
    row = stored(Invitation, review.invitations["gp"].id)
    assert (row.expectation, row.answer) == (Expectation.NOT_RELEVANT, Answer.NOT_OURS)
    assert row.answer_note is not None


def test_a_lead_gives_a_meeting_to_a_team(viewer, world, place):
    lead = viewer("a.social_care.lead")
    assert [team.id for team in teams_of(lead)] == [world.teams["a.east"], world.teams["a.west"]]
    seen = seen_team(own_invitation(lead, place.id))
    assert give_to_team(lead, place.id, world.teams["a.east"], seen) is True
    assert give_to_team(lead, place.id, world.teams["a.east"], seen) is False
    own_invitation(viewer("a.social_care.east"), place.id)
    for gone in ("a.social_care.west", "a.social_care.practitioner"):
        with pytest.raises(NotVisible):
            own_invitation(viewer(gone), place.id)
    with pytest.raises(Conflict):
        give_to_team(lead, place.id, world.teams["a.west"], seen)


def test_a_team_is_of_the_agency_and_given_by_its_lead(viewer, world, place):
    lead = viewer("a.social_care.lead")
    seen = seen_team(own_invitation(lead, place.id))
    for foreign in (world.teams["b.east"], 10_000):
        with pytest.raises(Invalid):
            give_to_team(lead, place.id, foreign, seen)
    with pytest.raises(NotPermitted):
        give_to_team(viewer("a.social_care.practitioner"), place.id, world.teams["a.east"], seen)
