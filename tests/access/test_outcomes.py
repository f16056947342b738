"""Who reads what was decided and what agencies think, and who writes, signs and gives it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.access import outcomes
from portal.database.session import db
from portal.domain.vocabulary import Answer, Expectation, MeetingStatus
from portal.models.meetings import Invitation
from portal.models.outcomes import AgencyView, Outcome
from tests.access.conftest import who
from tests.access.who import seen_by
from tests.services.rows import change
from tests.world import TODAY

PAST = set(seen_by()["past_initial"])


@pytest.fixture
def decided(database) -> dict[int, Outcome]:
    """Every version of every outcome."""
    return {row.id: row for row in db.session.scalars(select(Outcome))}


@pytest.fixture
def given(database) -> dict[int, AgencyView]:
    """Every view there is."""
    return {row.id: row for row in db.session.scalars(select(AgencyView))}


def test_an_outcome_is_listed_exactly_where_it_may_be_viewed(decided, onlookers, ids, rows):
    assert len(decided) == 4
    for onlooker in onlookers:
        viewer = onlooker.viewer

        def may(row, viewer=viewer):
            meeting = rows.meetings[row.meeting_id]
            return outcomes.may_view(viewer, row, meeting, rows.own(viewer, meeting))

        assert ids(outcomes.visible_to(viewer)) == {row.id for row in decided.values() if may(row)}, onlooker.name


def test_a_view_is_listed_exactly_where_it_may_be_viewed(given, onlookers, ids, rows):
    assert len(given) == 4
    for onlooker in onlookers:
        viewer = onlooker.viewer

        def may(row, viewer=viewer):
            invitation = rows.invitations[row.invitation_id]
            meeting = rows.meetings[invitation.meeting_id]
            return outcomes.may_view_view(viewer, row, invitation, meeting, rows.own(viewer, meeting))

        assert ids(outcomes.views_visible_to(viewer)) == {row.id for row in given.values() if may(row)}, onlooker.name


def test_what_is_signed_is_for_all_who_see_the_meeting_and_a_draft_for_those_who_write_it(
    decided, onlookers, world, rows
):
    for key, expected in (("a.past_initial", PAST | {"both"}), ("a.initial", {"chair", "coordinator"})):
        row = decided[world.outcomes[key]]
        meeting = rows.meetings[row.meeting_id]
        may = who(onlookers, lambda v, r=row, m=meeting: outcomes.may_view(v, r, m, rows.own(v, m)))
        assert may == expected, key


def test_a_view_is_its_agencys_and_the_keepers_until_they_have_met(given, onlookers, world, rows):
    early = {"gp.lead", "gp.practitioner", "chair", "manager", "coordinator"}
    for key, expected in (("a.initial.gp", early), ("a.past_initial.school", PAST | {"both"})):
        row = given[world.views[key]]
        invitation = rows.invitations[row.invitation_id]
        meeting = rows.meetings[invitation.meeting_id]

        def may(viewer, row=row, invitation=invitation, meeting=meeting):
            return outcomes.may_view_view(viewer, row, invitation, meeting, rows.own(viewer, meeting))

        assert who(onlookers, may) == expected, key


@pytest.mark.parametrize(
    ("key", "drafts", "decides"),
    [
        ("a.initial", {"chair", "coordinator"}, set()),
        ("a.past_initial", {"second_chair", "coordinator"}, {"second_chair"}),
        ("a.review", set(), set()),
        ("a.cancelled", set(), set()),
    ],
)
def test_who_writes_and_who_signs(onlookers, world, rows, key, drafts, decides):
    meeting = rows.meetings[world.meeting(key).id]
    assert who(onlookers, lambda viewer: outcomes.may_draft(viewer, meeting)) == drafts
    assert who(onlookers, lambda viewer: outcomes.may_decide(viewer, meeting)) == decides


def test_nothing_is_signed_of_a_conference_that_was_not_held(onlookers, world, rows):
    meeting = rows.meetings[world.meeting("a.past_initial").id]
    for status, closed in ((MeetingStatus.INQUORATE, meeting.register_closed_at), (MeetingStatus.HELD, None)):
        meeting.status, meeting.register_closed_at = status, closed
        assert who(onlookers, lambda viewer: outcomes.may_decide(viewer, meeting)) == set()
    db.session.rollback()


def test_an_agency_gives_its_own_view_and_the_chair_everybodys(onlookers, world, rows):
    place = world.meeting("a.initial")
    meeting = rows.meetings[place.id]
    for agency, expected in (
        ("gp", {"gp.lead", "gp.practitioner", "chair"}),
        ("police", {"police.lead", "police.practitioner", "both", "chair"}),
        ("other_gp", set()),
    ):
        invitation = rows.invitations[place.invitations[agency].id]
        may = who(onlookers, lambda v, i=invitation: outcomes.may_give_view(v, meeting, i, TODAY))
        assert may == expected, agency
        late = who(onlookers, lambda v, i=invitation: outcomes.may_give_view(v, meeting, i, TODAY.replace(day=9)))
        assert late == set()


@pytest.mark.parametrize("values", [{"expectation": Expectation.NOT_RELEVANT}, {"answer": Answer.NOT_OURS}])
def test_an_agency_that_has_no_part_any_more_sees_nothing_of_it(database, world, viewer_of, ids, values):
    school = viewer_of(world.person("a.school.lead"))
    outcome, view = world.outcomes["a.past_initial"], world.views["a.past_initial.school"]
    assert outcome in ids(outcomes.visible_to(school))
    assert view in ids(outcomes.views_visible_to(school))
    change(Invitation, world.meeting("a.past_initial").invitations["school"].id, **values)
    db.session.rollback()
    assert outcome not in ids(outcomes.visible_to(school))
    assert view not in ids(outcomes.views_visible_to(school))
