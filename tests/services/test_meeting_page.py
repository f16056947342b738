"""One meeting's page and its history: who is told what, and by how many queries."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.database.session import db
from portal.domain.errors import NotVisible
from portal.domain.quoracy import Outlook
from portal.domain.vocabulary import Answer, Attendance
from portal.models.activity import Activity
from portal.models.meetings import Invitation
from portal.services.invitations.answering import answer_invitation
from portal.services.invitations.own import own_invitation
from portal.services.invitations.seen import seen_no_answer, seen_team
from portal.services.invitations.teams import give_to_team
from portal.services.meetings.history import history
from portal.services.meetings.page import meeting_page
from tests.services.rows import change

MOST_QUERIES = 8


pytestmark = pytest.mark.usefixtures("database")


def test_one_meeting_as_its_agency_sees_it(world, viewer):
    place = world.meeting("a.initial")
    page = meeting_page(viewer("a.gp.practitioner"), place.id)
    assert page.own.id == place.invitations["gp"].id
    assert page.report.status == "draft"
    assert [child.name for child in page.children] == ["ZQ-A-CHILD-1-QZ ZQ-A-SURNAME-1-QZ"]
    assert (page.answered, page.asked) == (2, 4)
    # The second surgery is not relevant: that is for those who run the meeting.
    assert len(page.parts) == 4
    assert {part.note for part in page.parts} == {""}
    assert not any(part.can_be_read for part in page.parts)


def test_one_meeting_as_those_who_run_it_see_it(world, viewer):
    place = world.meeting("a.initial")
    page = meeting_page(viewer("a.chair"), place.id)
    assert page.own is None
    assert len(page.parts) == 5
    by_agency = {part.agency_id: part for part in page.parts}
    assert by_agency[world.agencies["a.gp"]].note == "ZQ-A-ANSWER-INITIAL-GP-QZ"
    assert by_agency[world.agencies["a.police"]].can_be_read
    assert not by_agency[world.agencies["a.gp"]].can_be_read
    assert not any(part.can_be_read for part in meeting_page(viewer("a.coordinator"), place.id).parts)


def test_reading_a_meeting_is_logged_as_reading_the_case(world, viewer):
    place = world.meeting("a.initial")
    person = viewer("a.gp.lead")
    meeting_page(person, place.id)
    db.session.rollback()
    row = db.session.scalars(
        select(Activity).where(Activity.verb == "case.read").order_by(Activity.at.desc(), Activity.sequence.desc())
    ).first()
    assert (row.subject, row.subject_id, row.user_id) == ("case", place.case_id, person.user_id)


def test_a_meeting_that_is_not_theirs_is_not_there(world, viewer_of):
    for person, hat in world.wearers():
        for key, place in world.meetings.items():
            letter = next(name for name, number in world.partnerships.items() if number == hat.partnership_id)
            one = viewer_of(person, hat=hat)
            if person.key in place.seen_by and key[0] == letter:
                assert meeting_page(one, place.id).meeting.id == place.id
            else:
                for read in (meeting_page, history):
                    with pytest.raises(NotVisible):
                        read(one, place.id)


@pytest.mark.parametrize("key", ["a.gp.lead", "a.social_care.lead", "a.chair", "a.coordinator", "a.manager"])
def test_a_meeting_takes_at_most_eight_queries(world, viewer, count_queries, key):
    with count_queries() as statements:
        meeting_page(viewer(key), world.meeting("a.initial").id)
    assert len(statements) <= MOST_QUERIES


def test_a_difference_is_seen_by_both_sides(world, viewer):
    place = world.meeting("a.strategy")
    change(Invitation, place.invitations["gp"].id, declared_attendance=Attendance.IN_PERSON)
    assert meeting_page(viewer("a.gp.lead"), place.id).own_part.differs
    differing = [part.agency_id for part in meeting_page(viewer("a.chair"), place.id).parts if part.differs]
    assert differing == [world.agencies["a.gp"]]


def test_the_outlook_follows_the_answers(world, viewer):
    place = world.meeting("a.initial")
    chair = viewer("a.chair")
    assert meeting_page(chair, place.id).foresight.outlook is Outlook.MAY_BE
    for agency, answer in (("social_care", Answer.ATTEND), ("school", Answer.DEPUTY)):
        change(Invitation, place.invitations[agency].id, answer=answer)
    db.session.rollback()
    assert meeting_page(chair, place.id).foresight.outlook is Outlook.WILL_BE
    change(Invitation, place.invitations["social_care"].id, answer=Answer.APOLOGIES)
    db.session.rollback()
    assert meeting_page(chair, place.id).foresight.outlook is Outlook.WILL_NOT_BE
    held = meeting_page(chair, world.meeting("a.strategy").id)
    assert (held.foresight, held.quorate_so_far) == (None, True)


def test_history_tells_colleagues_who_and_others_which_agency(world, viewer):

    place = world.meeting("a.initial")
    school = viewer("a.school.practitioner")
    answer_invitation(school, place.id, Answer.ATTEND, "", seen_no_answer())
    name = world.agency_names["a.school"]
    for key, who in (
        ("a.school.lead", f"{school.name}, {name}"),
        ("a.gp.lead", ""),
        ("a.chair", f"{school.name}, {name}"),
    ):
        newest = history(viewer(key), place.id)[0]
        assert (newest.what, newest.who) == (f"{name} answered", who)


def test_history_keeps_an_agencys_own_matters_to_itself(world, viewer):

    place = world.meeting("a.initial")
    lead = viewer("a.social_care.lead")
    give_to_team(lead, place.id, world.teams["a.east"], seen_team(own_invitation(lead, place.id)))
    assert history(lead, place.id)[0].what == "Given to a team"
    for key in ("a.gp.lead", "a.chair", "a.manager"):
        assert "Given to a team" not in [event.what for event in history(viewer(key), place.id)]


def test_history_has_no_reading_and_no_content(world, viewer):
    place = world.meeting("a.initial")
    meeting_page(viewer("a.gp.lead"), place.id)
    told = history(viewer("a.manager"), place.id)
    hidden = [marker for marker in world.markers if marker.kind in ("answer note", "report", "child")]
    for event in told:
        assert not any(marker.is_in(event.what) for marker in hidden)
        assert "read" not in event.what.lower()
