"""What a meeting's page says of its outcomes, views and papers: in a line each, by one query."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import joinedload

from portal.database.session import db
from portal.domain.agency_views import ViewText
from portal.domain.outcome_vocabulary import Stance
from portal.domain.vocabulary import ThresholdView
from portal.models.meetings import Meeting
from portal.services.minutes.afterwards import Afterwards, afterwards
from portal.services.minutes.corrections import ask_correction
from portal.services.minutes.sending import send_decisions, send_minutes
from portal.services.outcomes.agency_views import give_view
from portal.services.outcomes.signing import amend_outcome
from tests.services.minutes_steps import write
from tests.services.outcome_steps import begins, held, save, sign, without_plans

DISSENT = ViewText(ThresholdView.PLAN_NOT_NEEDED, stance=Stance.DISSENTS, reason="The risk is over.")
UNSURE = ViewText(ThresholdView.UNSURE)


def lines(viewer, place) -> Afterwards:
    """What the page says now."""
    db.session.rollback()
    meeting = db.session.get_one(Meeting, place.id, options=[joinedload(Meeting.meeting_type)], populate_existing=True)
    return afterwards(viewer, meeting)


@pytest.fixture
def school(viewer):
    """The lead of A's school."""
    return viewer("a.school.lead")


def test_it_follows_a_conference_to_its_minutes(chair, school, place, world):
    without_plans(world)
    assert lines(school, place) == Afterwards("Not signed off yet", "You have not given your view yet", "")
    assert lines(chair, place).outcomes == "Begun, and not signed off yet"
    held(place)
    save(chair, place, world, begins(place))
    sign(chair, place)
    for who in (chair, school):
        assert lines(who, place).outcomes == "Signed off by the chair"
        assert lines(who, place).papers == "Minutes not sent yet"
    send_decisions(chair, place.id)
    assert lines(school, place).papers == "Decision sheet sent, minutes not yet"
    send_minutes(chair, place.id, write(chair, place))
    assert lines(school, place).papers == "Minutes sent 10 June"
    amend_outcome(chair, place.id, world.children["a.1"], 1, "Wrong.", begins(place, why="Another."))
    assert lines(school, place).outcomes == "Signed off by the chair, and amended since"


def test_dissent_counts_while_it_stands(chair, school, place, world):
    give = (place.id, place.invitations["school"].id, world.children["a.1"])
    give_view(school, *give, 0, DISSENT)
    assert lines(school, place).views == "You have given your view. 1 dissent is in the record"
    assert lines(chair, place).views == "1 dissent is in the record"
    db.session.rollback()
    give_view(school, *give, 1, UNSURE)
    assert lines(school, place).views == "You have given your view"
    assert lines(chair, place).views == ""


def test_what_an_agency_may_not_know_is_not_told(viewer, school, place, world):
    give_view(school, place.id, place.invitations["school"].id, world.children["a.1"], 0, DISSENT)
    assert lines(viewer("a.police.lead"), place).views == "You have not given your view yet"
    assert lines(viewer("a.police.lead"), place).outcomes == "Not signed off yet", "nothing of a draft"


def test_corrections_are_for_those_who_answer_them_and_of_itself_for_an_agency(viewer, world):
    past = world.meeting("a.past_initial")
    ask_correction(viewer("a.police.lead"), past.id, "We were there by video.")
    for name, said in (
        ("second_chair", "Minutes sent 1 June, 2 corrections to answer"),
        ("school.lead", "Minutes sent 1 June, 1 correction to answer"),
        ("social_care.lead", "Minutes sent 1 June"),
    ):
        assert lines(viewer(f"a.{name}"), past).papers == said


def test_parts_that_a_kind_has_not_are_left_out(viewer, world):
    found = lines(viewer("a.chair"), world.meeting("a.strategy"))
    assert found == Afterwards(papers="Minutes not sent yet")


def test_it_takes_one_query(chair, place, count_queries):
    db.session.rollback()
    meeting = db.session.get_one(Meeting, place.id, options=[joinedload(Meeting.meeting_type)])
    with count_queries() as statements:
        afterwards(chair, meeting)
    assert len(statements) == 1
