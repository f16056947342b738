"""What ends a link, at once and for a page that is open; and what the trail and the meeting say of it."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from portal.database.session import db, writing
from portal.domain.errors import NotPermitted, NotVisible
from portal.domain.return_links import LinkEnd
from portal.domain.vocabulary import Answer, Expectation, MeetingStatus, ReportStatus
from portal.models.activity import Activity
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import PartnershipAgency
from portal.models.people import Membership
from portal.models.reports import Report
from portal.models.return_links import AgencyContact, ReturnLink
from portal.services.invitations.answering import answer_invitation
from portal.services.invitations.seen import seen_no_answer
from portal.services.reports import writing as report_writing
from portal.services.return_links import codes, contacts, ending, lines, making, opening, returning
from portal.services.return_links.opening import LinkOver
from portal.services.return_links.returning import Answered
from tests.services.link_steps import ADDRESS, TOKEN, holder, opened, write
from tests.services.rows import change, stored, trail
from tests.world import NOW

WILL_COME = Answered(Answer.ATTEND, "", seen_no_answer())


@pytest.fixture
def place(world):
    return world.meeting("a.initial")


@pytest.fixture
def school(viewer):
    return viewer("a.school.lead")


def end() -> LinkEnd | None:
    db.session.rollback()
    found = opening.find(TOKEN, NOW)
    assert found is not None
    return found.end


def close(world, place, **_rest):
    change(Meeting, place.id, register_closed_at=NOW)


def cancel(world, place, **_rest):
    change(Meeting, place.id, status=MeetingStatus.CANCELLED)


def set_not_relevant(world, place, **_rest):
    change(Invitation, place.invitations["school"].id, expectation=Expectation.NOT_RELEVANT)


def answer_signed_in(world, place, school, **_rest):
    answer_invitation(school, place.id, Answer.ATTEND, "", seen_no_answer())


def switch_off(world, school, **_rest):
    assert contacts.switch(school, world.agencies["a.school"], is_on=False)


def withdraw(world, place, coordinator, **_rest):
    assert ending.withdraw_link(coordinator, place.id, world.return_links["a.initial/school"])


def no_longer_named(world, coordinator, **_rest):
    contacts.end_contact(coordinator, world.agencies["a.school"], world.contacts["a.school"])


def for_named_people(world, place, **_rest):
    change(Meeting, place.id, named_people_only=True)


def expire(world, **_rest):
    change(ReturnLink, world.return_links["a.initial/school"], expires_at=NOW)


ENDS = {
    LinkEnd.CLOSED: close,
    LinkEnd.CANCELLED: cancel,
    LinkEnd.NOT_ASKED: set_not_relevant,
    LinkEnd.ANSWERED_OTHERWISE: answer_signed_in,
    LinkEnd.SWITCHED_OFF: switch_off,
    LinkEnd.WITHDRAWN: withdraw,
    LinkEnd.LEFT: no_longer_named,
    LinkEnd.FOR_NAMED_PEOPLE: for_named_people,
    LinkEnd.EXPIRED: expire,
}


@pytest.mark.parametrize("why", ENDS, ids=lambda why: why.value)
def test_what_ends_a_link_ends_it_for_a_page_that_is_open_too(why, world, place, coordinator, school):
    session_token = opened(world, coordinator)
    viewer = holder()
    saved = write(viewer)
    ENDS[why](world=world, place=place, coordinator=coordinator, school=school)
    assert end() is why
    for attempt in (
        lambda: returning.send_return(viewer, WILL_COME, None, report_version=saved.version),
        lambda: returning.keep_draft(viewer, {"worries": report_writing.Typed("more", 0)}),
        lambda: returning.return_page(viewer),
        lambda: opening.viewer_of(TOKEN, session_token, NOW),
        lambda: codes.check_code(TOKEN, "123456", NOW, ADDRESS),
    ):
        with pytest.raises(LinkOver):
            attempt()
    report = db.session.scalars(select(Report).where(Report.invitation_id == place.invitations["school"].id)).one()
    assert report.status is ReportStatus.DRAFT


def test_an_agency_that_has_left_the_partnership_answers_by_no_link(world, place, coordinator):
    with writing() as session:
        session.execute(
            update(PartnershipAgency)
            .where(
                PartnershipAgency.partnership_id == world.partnerships["a"],
                PartnershipAgency.agency_id == world.agencies["a.school"],
            )
            .values(left_at=NOW)
        )
    assert end() is LinkEnd.LEFT
    with pytest.raises(NotPermitted):
        making.make_link(coordinator, place.id, place.invitations["school"].id, world.contacts["a.school"])


def test_somebody_with_an_account_needs_no_link(world, place):
    contact = stored(AgencyContact, world.contacts["a.school"])
    change(Membership, world.person("a.gp.former").hat.membership_id, user_id=contact.user_id, ended_at=None)
    assert end() is LinkEnd.HAS_ACCOUNT


def test_only_the_lead_switches_links_off_and_on(world, school, coordinator):
    agency_id = world.agencies["a.school"]
    with pytest.raises(NotPermitted):
        contacts.switch(coordinator, agency_id, is_on=False)
    assert contacts.switch(school, agency_id, is_on=False)
    assert not contacts.switch(school, agency_id, is_on=False)
    assert end() is LinkEnd.SWITCHED_OFF
    assert contacts.switch(school, agency_id, is_on=True)
    assert end() is None
    assert trail("agency.links_refused", agency_id) == 1


def test_a_link_is_withdrawn_once_and_by_whoever_may_see_it(world, place, coordinator, viewer):
    link_id = world.return_links["a.initial/school"]
    for stranger in (viewer("a.gp.lead"), viewer("b.coordinator"), viewer("a.school.practitioner")):
        with pytest.raises(NotVisible):
            ending.withdraw_link(stranger, place.id, link_id)
    assert ending.withdraw_link(coordinator, place.id, link_id)
    assert not ending.withdraw_link(coordinator, place.id, link_id)


def test_the_trail_names_the_links_person_and_no_text(world, place, coordinator):
    opened(world, coordinator)
    viewer = holder()
    write(viewer)
    rows = db.session.scalars(select(Activity).where(Activity.user_id == viewer.user_id)).all()
    assert {row.verb for row in rows} >= {"return_link.opened", "report.saved", "case.read"} - {"case.read"}
    assert {(row.membership_id, row.agency_id) for row in rows} == {(None, world.agencies["a.school"])}


def test_the_meetings_line_says_how_its_links_stand(world, place, coordinator, school, viewer):
    assert lines.links_line(coordinator, place.id) == "1 out"
    assert lines.links_line(school, place.id) == "1 out"
    assert lines.links_line(viewer("a.gp.lead"), place.id) == "None sent"
    assert lines.links_line(viewer("a.school.practitioner"), place.id) is None
    sender = holder()
    saved = write(sender)
    returning.send_return(sender, WILL_COME, None, report_version=saved.version)
    assert lines.links_line(coordinator, place.id) == "1 used"
