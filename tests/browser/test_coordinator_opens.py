"""A coordinator opens a conference from its trigger; the surgery answers; it is moved; the answer still stands."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar
from playwright.sync_api import expect
from sqlalchemy import select

from portal.database.session import db
from portal.domain.vocabulary import Answer
from portal.models.meetings import Invitation, Meeting
from tests.browser.looking import task
from tests.browser.meeting_steps import fits, heading, number_of, opened_by, press, take_slot, type_day
from tests.services.rows import stored

pytestmark = pytest.mark.browser

LINK = "https://video.example.org/room"


def test_from_the_trigger_to_an_answer_that_still_stands(served, new_page, sign_in_in_browser):
    world = served.world
    surgery = world.agency_names["a.gp"]
    coordinator = opened_by(new_page, sign_in_in_browser, world, "a.coordinator")

    # The strategy meeting was held: what follows from it begins with its family and its agencies.
    coordinator.goto(f"/meetings/{world.meeting('a.strategy').id}")
    coordinator.get_by_role("link", name="Open a meeting that follows from it").click()
    heading(coordinator, "Which family, and what kind of meeting?")
    fits(coordinator)
    coordinator.get_by_label("Initial child protection conference").check()
    press(coordinator, "Continue")
    heading(coordinator, "What asked for the meeting?")
    expect(coordinator.get_by_label("The strategy discussion that started the enquiry")).to_be_checked()
    type_day(coordinator, "On which day?", date(2026, 6, 9))
    fits(coordinator)
    press(coordinator, "Continue")

    # Who had a part in it is proposed with the reason that stood there.
    heading(coordinator, "Which agencies are asked?")
    chosen = coordinator.get_by_label(f"Why, for {surgery}").locator("option:checked")
    expect(chosen).to_have_text("Works with the child")
    expect(coordinator.get_by_label(f"What is expected of {surgery}")).to_have_value("expected")
    school = world.agency_names["a.school"]
    expect(coordinator.get_by_label(f"What is expected of {school}")).to_have_value("optional")
    coordinator.get_by_label(f"What is expected of {school}").select_option("expected")
    fits(coordinator)
    press(coordinator, "Continue")
    heading(coordinator, "Who chairs, and how is it held?")
    coordinator.get_by_label("Who chairs?").select_option(label=world.person("a.second_chair").name)
    coordinator.get_by_label("How long will it take?").select_option("90")
    coordinator.get_by_label("Video call").check()
    coordinator.get_by_label("Link or number to join by").fill(LINK)
    fits(coordinator)
    press(coordinator, "Continue")

    # The due day with its rule; a time at which the chair has another conference warns, and is confirmed.
    heading(coordinator, "When is it?")
    rule = "15 working days from the strategy discussion on Tuesday 9 June, so by Tuesday 30 June"
    expect(coordinator.get_by_text(f"{rule}: Working Together 2026")).to_be_visible()
    take_slot(coordinator, date(2026, 6, 24), "9:45")
    press(coordinator, "Continue")
    expect(coordinator.get_by_role("alert")).to_contain_text("Something clashes with this.")
    expect(coordinator.get_by_text("who chairs, has another meeting")).to_be_visible()
    fits(coordinator)
    coordinator.get_by_label("Take this day and time all the same").check()
    press(coordinator, "Continue")
    heading(coordinator, "Check the meeting before it is opened")
    expect(coordinator.get_by_text(f"{school}: expected.")).to_be_visible()
    fits(coordinator)
    press(coordinator, "Open the meeting")
    heading(coordinator, "Initial child protection conference, Wednesday 24 June, 09:45")
    meeting = number_of(coordinator)
    address = f"{served.address}/meetings/{meeting}"
    fits(coordinator)

    # The surgery finds it on Home, and says that it comes.
    lead = opened_by(new_page, sign_in_in_browser, world, "a.gp.lead")
    task(lead, "Answer an invitation", "Wednesday 24 June, 09:45").get_by_role("button").click()
    lead.get_by_label("Will come", exact=True).check()
    press(lead, "Send the answer")
    expect(lead).to_have_url(address)
    expect(lead.locator("#answer")).not_to_contain_text("moved after you answered")

    coordinator.reload()
    coordinator.get_by_role("link", name="Move or change").click()
    type_day(coordinator, "Day", date(2026, 6, 25))
    coordinator.get_by_label("Time", exact=True).fill("10:00")
    coordinator.get_by_label("The chair cannot come").check()
    fits(coordinator)
    press(coordinator, "Move it")
    heading(coordinator, "Initial child protection conference, Thursday 25 June, 10:00")
    coordinator.get_by_role("link", name="What was planned before").click()
    expect(coordinator.get_by_role("row", name="Moved")).to_contain_text("Wednesday 24 June, 09:45")
    fits(coordinator)

    # Asked again on Home and at the meeting, the surgery says that its answer still stands; then nobody asks.
    lead.goto("/")
    expect(task(lead, "Moved: say whether your answer still stands", "Thursday 25 June, 10:00")).to_be_visible()
    lead.goto(address)
    expect(lead.locator("#answer")).to_contain_text("The meeting was moved after you answered.")
    fits(lead)
    press(lead, "Look at the new day")
    heading(lead, "Does your answer still stand?")
    expect(lead.locator("dl")).to_contain_text("Thursday 25 June, 10:00")
    fits(lead)
    press(lead, "It still stands")
    expect(lead.get_by_text("Your answer stands for the new day.")).to_be_visible()
    expect(lead.locator("#answer")).not_to_contain_text("moved after you answered")
    assert answer_of(meeting, world.agencies["a.gp"]) is Answer.ATTEND

    # Taken along into a calendar it says when, and nothing of whom it is about.
    with lead.expect_download() as saved:
        lead.get_by_role("link", name="Put it into your calendar").click()
    taken = Path(saved.value.path()).read_bytes()
    [event] = Calendar.from_ical(taken).walk("VEVENT")
    assert event["DTSTART"].dt.astimezone(UTC) == datetime(2026, 6, 25, 9, 0, tzinfo=UTC)
    assert event["DURATION"].dt == timedelta(minutes=90)
    assert (int(event["SEQUENCE"]), str(event["ATTENDEE"])) == (1, f"mailto:{world.person('a.gp.lead').email}")
    for word in (stored(Meeting, meeting).reference, "conference", "ZQ-A-CHILD-3-QZ", LINK):
        assert word not in taken.decode()


def answer_of(meeting_id: int, agency_id: int) -> Answer | None:
    """What an agency has answered, as it is kept."""
    db.session.rollback()
    wanted = (Invitation.meeting_id == meeting_id, Invitation.agency_id == agency_id)
    return db.session.scalar(select(Invitation.answer).where(*wanted))
