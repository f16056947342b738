"""What each agency thinks: given by itself or by the chair for it, kept with what it said before, read by all."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from portal.database.session import db
from portal.domain.agency_views import ViewText
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.outcome_vocabulary import Stance
from portal.domain.vocabulary import AbuseCategory, MeetingStatus, ThresholdView
from portal.models.meetings import Meeting
from portal.services.minutes.reading import read_decisions
from portal.services.outcomes.agency_views import give_view, views_page
from portal.services.outcomes.signing import amend_outcome
from tests.services.outcome_steps import begins, held, save, sign, without_plans
from tests.services.racing import at_once
from tests.services.rows import change

NOT_NEEDED = ViewText(ThresholdView.PLAN_NOT_NEEDED)
DISSENT = ViewText(ThresholdView.PLAN_NOT_NEEDED, stance=Stance.DISSENTS, reason="The risk is over.")
AGREES = ViewText(ThresholdView.PLAN_NEEDED, (AbuseCategory.NEGLECT,), Stance.AGREES)


def give(viewer, place, world, agency, text, number=0, child="a.1"):
    """Give a view."""
    db.session.rollback()
    return give_view(viewer, place.id, place.invitations[agency].id, world.children[child], number, text)


def view(viewer, place, world, agency, child="a.1"):
    """A view as a page reads it now."""
    db.session.rollback()
    return views_page(viewer, place.id).of(place.invitations[agency].id).of(world.children[child])


def test_an_agency_gives_its_view_before_the_meeting_and_changes_it_after(viewer, place, world):
    school = viewer("a.school.practitioner")
    assert give(school, place, world, "school", NOT_NEEDED) == 1
    held(place)
    assert give(school, place, world, "school", DISSENT, 1) == 2
    given = view(school, place, world, "school").given
    assert [one.text for one in given] == [DISSENT, NOT_NEEDED], "what was said before stays"


def test_saying_the_same_again_adds_nothing(viewer, place, world):
    school = viewer("a.school.lead")
    assert give(school, place, world, "school", NOT_NEEDED) == 1
    assert give(school, place, world, "school", NOT_NEEDED, 1) == 1


def test_dissent_without_a_reason_is_refused(viewer, place, world):
    with pytest.raises(Invalid) as refused:
        give(viewer("a.school.lead"), place, world, "school", ViewText(DISSENT.threshold, stance=Stance.DISSENTS))
    assert "reason" in refused.value.errors


def test_the_chair_writes_one_down_for_an_agency_and_it_is_said_so(viewer, chair, place, world):
    give(chair, place, world, "police", AGREES)
    given = view(viewer("a.police.lead"), place, world, "police").current
    assert (given.on_behalf, given.text) == (True, AGREES)
    give(viewer("a.police.lead"), place, world, "police", DISSENT, 1)
    assert view(chair, place, world, "police").current.on_behalf is False


@pytest.mark.parametrize(
    ("name", "agency"),
    [("coordinator", "school"), ("manager", "school"), ("gp.lead", "school"), ("school.head", "school")],
)
def test_nobody_else_gives_it(viewer, place, world, name, agency):
    with pytest.raises((NotPermitted, NotVisible)):
        give(viewer(f"a.{name}"), place, world, agency, NOT_NEEDED)


def test_an_agency_without_a_part_gives_none_and_none_is_written_down_for_it(viewer, chair, place, world):
    for who in (viewer("a.other_gp.lead"), chair):
        with pytest.raises(NotVisible):
            give(who, place, world, "other_gp", NOT_NEEDED)


def test_it_can_be_given_until_the_day_for_corrections_and_not_after(viewer, place, world):
    held(place)
    last = datetime(2026, 6, 24, 12, tzinfo=ZoneInfo("Europe/London"))  # ten working days after the tenth
    assert give(viewer("a.school.lead", now=last), place, world, "school", NOT_NEEDED) == 1
    with pytest.raises(NotPermitted):
        give(viewer("a.gp.lead", now=last + timedelta(days=1)), place, world, "gp", NOT_NEEDED, 1)


def test_none_is_given_of_a_conference_that_did_not_take_place(viewer, place, world):
    change(Meeting, place.id, status=MeetingStatus.INQUORATE)
    with pytest.raises(NotPermitted):
        give(viewer("a.school.lead"), place, world, "school", NOT_NEEDED)


def test_before_they_have_met_an_agency_sees_its_own_alone_and_then_everybodys(viewer, place, world):
    police = viewer("a.police.lead")
    give(viewer("a.school.lead"), place, world, "school", DISSENT)
    with pytest.raises(NotVisible):
        view(police, place, world, "school")
    assert view(viewer("a.manager"), place, world, "school").current.text == DISSENT
    held(place)
    assert view(police, place, world, "school").current.text == DISSENT


def test_the_chair_sees_at_a_glance_who_agrees(viewer, chair, place, world):
    give(viewer("a.school.lead"), place, world, "school", DISSENT)
    give(viewer("a.police.lead"), place, world, "police", AGREES)
    db.session.rollback()
    page = views_page(chair, place.id)
    found = page.agreement(world.children["a.1"])
    assert (found.agree, found.dissent, found.silent) == (1, 1, 2)


def test_who_agreed_with_what_was_amended_since_is_said_to_have(viewer, chair, place, world):
    without_plans(world)
    held(place)
    give(viewer("a.police.lead"), place, world, "police", AGREES)
    save(chair, place, world, begins(place))
    sign(chair, place)
    assert view(chair, place, world, "police").current.of_older is False
    amend_outcome(chair, place.id, world.children["a.1"], 1, "Wrong.", begins(place, why="Another."))
    assert view(chair, place, world, "police").current.of_older is True
    assert give(viewer("a.police.lead"), place, world, "police", AGREES, 1) == 2, "the same words of a new version"
    assert view(chair, place, world, "police").current.of_older is False


def test_dissent_stands_on_the_decision_sheet_as_it_was_by_then(viewer, chair, place, world):
    without_plans(world)
    held(place)
    save(chair, place, world, begins(place))
    sign(chair, place)
    give(viewer("a.school.lead"), place, world, "school", DISSENT)
    (one,) = read_decisions(viewer("a.police.lead"), place.id).children
    assert [(dissent.reason) for dissent in one.dissents] == ["The risk is over."]


def test_of_two_colleagues_at_once_the_second_gets_both(app, viewer, place, world):
    people = [viewer("a.school.lead"), viewer("a.school.practitioner")]
    answers = at_once(
        app,
        lambda: give(people[0], place, world, "school", NOT_NEEDED),
        lambda: give(people[1], place, world, "school", DISSENT),
    )
    (lost,) = [answer for answer in answers if isinstance(answer, Conflict)]
    kept = view(people[0], place, world, "school").current.text
    assert {lost.mine["reason"], kept.reason} == {"", "The risk is over."}


def test_the_page_takes_ten_queries_however_many_agencies(viewer, chair, place, world, count_queries):
    held(place)
    for agency in ("school", "police", "gp"):
        number = 1 if agency == "gp" else 0
        give(viewer(f"a.{agency}.lead"), place, world, agency, DISSENT, number)
    db.session.rollback()
    with count_queries() as statements:
        assert len(views_page(chair, place.id).rows) == 4
    assert len(statements) <= 10
