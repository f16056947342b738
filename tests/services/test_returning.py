"""What the page of a link shows, and what is sent by it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.database.session import db
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.domain.report_answers import seen
from portal.domain.return_links import LinkEnd, Part
from portal.domain.vocabulary import Answer, Attendance, ReportStatus
from portal.models.people import User
from portal.models.reports import Report
from portal.services.invitations.seen import seen_answer, seen_declaration, seen_no_answer
from portal.services.meetings.history import history
from portal.services.reports import writing
from portal.services.reports.desk import open_desk
from portal.services.return_links import contacts, making, opening, returning
from portal.services.return_links.opening import LinkOver
from portal.services.return_links.returning import Answered, Declared
from tests.services.link_steps import TOKEN, holder, link_of, write
from tests.services.rows import invitation_of, trail
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


def make(viewer, place, agency, contact_id):
    return making.make_link(viewer, place.id, place.invitations[agency].id, contact_id)


def name(viewer, world, **given):
    typed = {"name": "Jo Field", "email": "jo.field@surgery.example", "telephone": "07700 900456", **given}
    return contacts.name_contact(viewer, world.agencies["a.gp"], **typed)


def test_the_page_has_the_invitation_its_children_and_nothing_else(world, coordinator, place, count_queries):
    with count_queries() as statements:
        page = returning.return_page(holder())
    assert len(statements) <= 10
    assert page.invitation.id == place.invitations["school"].id
    assert [child.name for child in page.children]
    assert (page.asks_answer, page.asks_attendance) == (True, False)
    assert page.desk is not None
    assert set(page.left) == {Part.ANSWER, Part.REPORT}
    shown = json.dumps([str(vars(page.invitation)), [child.name for child in page.children]])
    others = [m for m in world.markers if m.kind not in ("child", "surname", "contact") and m.is_in(shown)]
    assert [m.text for m in others if m.seen_by.isdisjoint({"a.school.lead", "a.school.practitioner"})] == []


def test_an_answer_by_a_link_counts_and_says_who_gave_it(world, place, school):
    viewer = holder()
    assert returning.send_return(viewer, WILL_COME, None, report_version=None) == (Part.REPORT,)
    invitation = invitation_of(place, "school")
    assert (invitation.answer, invitation.answered_by_id) == (Answer.ATTEND, viewer.user_id)
    # The report is still asked for, so the link works on.
    assert end() is None
    link = link_of(world)
    assert (link.last_used_at, link.used_at) == (NOW, None)
    told = [(event.what, event.who) for event in history(school, place.id)]
    contact = db.session.get_one(User, viewer.user_id).name
    assert any("answered by a link" in what and contact in who for what, who in told)


def test_with_the_report_everything_is_sent_at_once_and_the_link_is_used_up(world, place):
    viewer = holder()
    saved = write(viewer)
    assert returning.send_return(viewer, WILL_COME, None, report_version=saved.version) == ()
    invitation = invitation_of(place, "school")
    assert (invitation.answer, invitation.report_received_on) == (Answer.ATTEND, viewer.today)
    report = db.session.scalars(select(Report).where(Report.invitation_id == invitation.id)).one()
    assert (report.status, report.submitted_by_id) == (ReportStatus.SUBMITTED, viewer.user_id)
    assert end() is LinkEnd.USED
    with pytest.raises(LinkOver):
        returning.send_return(viewer, WILL_COME, None, report_version=None)
    assert trail("return_link.used", invitation.id) == 1


def test_where_the_lead_signs_off_the_report_goes_to_the_lead(world, place):
    with db.engine.begin() as connection:
        connection.exec_driver_sql(
            f"UPDATE partnership_agencies SET reports_signed_off = (1 = 1) "
            f"WHERE agency_id = {world.agencies['a.school']}"
        )
    viewer = holder()
    saved = write(viewer)
    assert returning.send_return(viewer, WILL_COME, None, report_version=saved.version) == ()
    invitation = invitation_of(place, "school")
    report = db.session.scalars(select(Report).where(Report.invitation_id == invitation.id)).one()
    assert report.status is ReportStatus.FOR_SIGN_OFF
    assert end() is LinkEnd.USED


def test_all_is_sent_or_nothing(world, place):
    """An answer that cannot be taken leaves the report unsent."""
    viewer = holder()
    saved = write(viewer)
    with pytest.raises(Invalid):
        returning.send_return(viewer, Answered(Answer.DEPUTY, "", seen_no_answer()), None, report_version=saved.version)
    invitation = invitation_of(place, "school")
    assert (invitation.answer, invitation.report_received_on) == (None, None)
    assert link_of(world).last_used_at is None
    with pytest.raises(Invalid):
        returning.send_return(viewer, None, None, report_version=None)


def test_not_ours_ends_it_and_sends_no_report(world, place):
    viewer = holder()
    saved = write(viewer)
    not_ours = Answered(Answer.NOT_OURS, "Another school", seen_no_answer())
    assert returning.send_return(viewer, not_ours, None, report_version=saved.version) == ()
    invitation = invitation_of(place, "school")
    assert (invitation.answer, invitation.report_received_on) == (Answer.NOT_OURS, None)
    assert end() is LinkEnd.USED


def test_who_came_is_said_after_the_beginning(world, place):
    later = NOW + timedelta(hours=5)
    page = returning.return_page(holder(later))
    assert (page.asks_answer, page.asks_attendance) == (False, True)
    viewer = holder(later)
    declared = Declared(Attendance.VIDEO, seen_declaration(page.invitation))
    assert returning.send_return(viewer, None, declared, report_version=None) == (Part.REPORT,)
    assert invitation_of(place, "school").declared_attendance is Attendance.VIDEO


def test_an_answer_to_what_stands_there_no_longer_is_a_conflict(world):
    viewer = holder()
    returning.send_return(viewer, WILL_COME, None, report_version=None)
    with pytest.raises(Conflict):
        returning.send_return(viewer, Answered(Answer.APOLOGIES, "Ill", seen_no_answer()), None, report_version=None)


def test_a_colleagues_draft_is_neither_shown_nor_written_on(world, school, place):
    page = open_desk(school, place.id)
    writing.save_draft(school, place.id, {"worries": writing.Typed("ZQ-COLLEAGUE-QZ", seen(""))})
    assert end() is LinkEnd.ANSWERED_OTHERWISE
    assert page.may_write


def test_a_draft_that_stood_before_the_link_stays_the_colleagues(world, coordinator, lead, place):
    """At the surgery somebody has begun the report: a link asks for the answer alone."""
    contact_id = name(lead, world)
    token = make(coordinator, place, "gp", contact_id)
    viewer = opening.find_open(token, NOW).viewer(NOW)
    page = returning.return_page(viewer)
    assert page.link.has_others_draft
    assert page.desk is None
    with pytest.raises(NotPermitted):
        returning.keep_draft(viewer, {"worries": writing.Typed("x", seen(""))})
    before = seen_answer(invitation_of(place, "gp"))
    returning.send_return(viewer, Answered(Answer.ATTEND, "", before), None, report_version=None)
    assert invitation_of(place, "gp").answer is Answer.ATTEND
