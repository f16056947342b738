"""A chair runs a conference without its quorum: adjourned to a day that the rules allow, or gone on with a reason."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from portal.database.session import db
from portal.domain.vocabulary import MeetingStatus
from portal.models.meetings import Meeting
from tests.browser.looking import task
from tests.browser.meeting_steps import fits, heading, mark, opened_by, press, type_day
from tests.services.rows import stored

pytestmark = pytest.mark.browser

PLAN = "Stays with gran until then; the social worker calls every day."


@pytest.fixture
def place(served):
    """A's initial conference, which is today."""
    return served.world.meeting("a.initial")


@pytest.fixture
def chair(served, place, new_page, sign_in_in_browser):
    """The chair before the register, in which only social care is marked: no quorum."""
    page = opened_by(new_page, sign_in_in_browser, served.world, "a.chair")
    page.goto(f"/meetings/{place.id}")
    press(page, "Open the register")
    mark(page, served.world.agency_names["a.social_care"], "In person")
    expect(page.locator("[data-register-quorum]")).to_contain_text("Not quorate")
    press(page, "Close the register")
    heading(page, "Close the register")
    return page


def test_it_is_adjourned_to_a_day_inside_the_limit(served, place, chair, new_page, sign_in_in_browser):
    expect(chair.get_by_label("No, it was adjourned because it was not quorate")).to_be_checked()
    rule = "Wednesday 24 June or earlier: the rules ask for it within 10 working days."
    expect(chair.get_by_text(rule)).to_be_visible()
    chair.get_by_label("How the child is kept safe until the new day").fill(PLAN)
    type_day(chair, "New day of the conference", date(2026, 6, 25))
    press(chair, "Close the register")

    # A day after the limit is refused, and what was typed stays.
    expect(chair.get_by_role("alert")).to_contain_text("24 June")
    expect(chair.get_by_label("How the child is kept safe until the new day")).to_have_value(PLAN)
    fits(chair)
    type_day(chair, "New day of the conference", date(2026, 6, 17))
    press(chair, "Close the register")
    expect(chair.get_by_text("the conference is adjourned to Wednesday 17 June")).to_be_visible()
    meeting = stored(Meeting, place.id)
    assert (meeting.status, meeting.quorate, meeting.interim_plan) == (MeetingStatus.INQUORATE, False, PLAN)
    chair.goto(f"/meetings/{place.id}/register")
    expect(chair.get_by_text(PLAN)).to_be_visible()
    fits(chair)

    # The next conference is arranged, and its agencies are asked at once.
    following = db.session.scalars(select(Meeting).where(Meeting.follows_id == place.id)).one()
    assert (following.scheduled_on, following.status) == (date(2026, 6, 17), MeetingStatus.SCHEDULED)
    chair.goto(f"/meetings/{following.id}")
    heading(chair, "Initial child protection conference, Wednesday 17 June, 14:00")
    expect(chair.get_by_role("heading", name="0 of 4 have answered")).to_be_visible()
    press(chair, "See who is still needed")
    heading(chair, "Who is still needed")
    school = opened_by(new_page, sign_in_in_browser, served.world, "a.school.lead")
    expect(task(school, "Answer an invitation", "conference, Wednesday 17 June, 14:00")).to_be_visible()
    school.goto(f"/meetings/{place.id}")
    expect(school.locator("#afterwards")).to_contain_text("too few agencies were there for it to go ahead")
    fits(school)


def test_it_goes_on_for_a_reason_that_stands_in_the_register(place, chair):
    chair.get_by_label("Yes, it went on without its quorum").check()
    press(chair, "Close the register")
    expect(chair.get_by_role("alert")).to_be_visible()
    chair.get_by_label("Waiting would harm the child").check()
    chair.get_by_label("Why that was right for the child").fill("He goes home from hospital tonight.")
    fits(chair)
    press(chair, "Close the register")
    expect(chair.get_by_text("The register is closed.")).to_be_visible()
    meeting = stored(Meeting, place.id)
    assert (meeting.status, meeting.quorate, meeting.interim_plan) == (MeetingStatus.HELD, False, None)
    chair.goto(f"/meetings/{place.id}/register")
    expect(chair.get_by_text("Waiting would harm the child")).to_be_visible()
    expect(chair.get_by_text("He goes home from hospital tonight.")).to_be_visible()
    fits(chair)

    # What comes next is on top of the meeting's page.
    chair.goto(f"/meetings/{place.id}")
    expect(chair.locator("main .govuk-button").first).to_have_text("Decide for each child")
    fits(chair)
