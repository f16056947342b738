"""Whoever sends links: a lead names a colleague and sends a link, the coordinator reads out a code, and it is ended."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from portal.domain.vocabulary import Answer
from tests.browser.meeting_steps import fits, heading, opened_by, press
from tests.services.rows import invitation_of

pytestmark = pytest.mark.browser

NAMED = "Sam Rivers"
LINKS = "Links to answer by"


@pytest.fixture
def place(served):
    """A's initial conference, which the school has not answered."""
    return served.world.meeting("a.initial")


@pytest.fixture
def lead(served, new_page, sign_in_in_browser) -> Page:
    """The school's lead, who has just named a colleague."""
    page = opened_by(new_page, sign_in_in_browser, served.world, "a.school.lead")
    page.goto(f"/agencies/{served.world.agencies['a.school']}")
    page.get_by_role("link", name="People who answer by a link").click()
    heading(page, "People who answer by a link")
    fits(page)
    page.get_by_role("button", name="Name somebody").click()
    page.get_by_label("Name", exact=True).fill(NAMED)
    page.get_by_label("Work email address").fill("sam.rivers@school.example")
    fits(page)
    press(page, "Save")
    expect(page.get_by_text(f"{NAMED} can be sent links now.")).to_be_visible()
    expect(page.locator("tr", has_text=NAMED)).to_contain_text("codes are read out")
    return page


def hands_over(page: Page, served, place) -> str:
    """The lead sends a link where the portal sends no mail; gives the address that is handed over."""
    page.goto(f"/meetings/{place.id}")
    page.get_by_role("link", name=LINKS).click()
    fits(page)
    page.get_by_role("link", name="Send a link").click()
    page.get_by_label(NAMED).check()
    fits(page)
    press(page, "Send the link")
    heading(page, "Hand the link over")
    fits(page)
    shown = page.locator(".govuk-inset-text").inner_text()
    page.get_by_role("button", name="Done").click()
    return re.sub(r"^https?://[^/]+", served.address, shown.strip())


def code_from(coordinator: Page, place) -> str:
    """What the coordinator reads out."""
    coordinator.goto(f"/meetings/{place.id}/links")
    fits(coordinator)
    coordinator.get_by_role("button", name=f"Read out a code to {NAMED}").click()
    heading(coordinator, f"Read this code out to {NAMED}")
    fits(coordinator)
    return coordinator.locator(".app-number").inner_text().replace(" ", "")


def test_named_sent_read_out_and_answered(lead, served, place, new_page, sign_in_in_browser):
    address = hands_over(lead, served, place)
    holder = new_page()
    holder.goto(address)
    heading(holder, "Enter your code")
    expect(holder.get_by_text("The coordinator who arranges the meeting reads it out to you.")).to_be_visible()
    fits(holder)
    press(holder, "Continue")
    expect(holder.get_by_role("alert")).to_contain_text("Enter the 6 digits of your code")
    fits(holder)
    coordinator = opened_by(new_page, sign_in_in_browser, served.world, "a.coordinator")
    digits = code_from(coordinator, place)
    holder.get_by_label("Code").fill(digits)
    press(holder, "Continue")
    heading(holder, f"Answer for {served.world.agency_names['a.school']}")
    fits(holder)
    holder.get_by_label("What is going well").fill("Reads well.")
    holder.get_by_label("Will come", exact=True).check()
    press(holder, "Send without the report")
    heading(holder, "Thank you. It was sent")
    expect(holder.get_by_text("Something is still asked for.")).to_be_visible()
    fits(holder)
    assert invitation_of(place, "school").answer is Answer.ATTEND

    # The agency sees on the meeting's page that the link was used, and by whom; the code works no second time.
    lead.goto(f"/meetings/{place.id}")
    expect(lead.locator("#answer")).to_contain_text(NAMED)
    coordinator.reload()
    heading(coordinator, "The code was used, or is too old")
    fits(coordinator)

    holder.get_by_role("button", name="Go on with it").click()
    expect(holder.get_by_label("What is going well")).to_have_value("Reads well.")
    holder.get_by_label("What you are worried about").fill("Often late, and tired in the mornings.")
    lead.goto(f"/meetings/{place.id}/links")
    expect(lead.locator("tr", has_text=NAMED)).to_contain_text("Partly used")
    lead.get_by_role("button", name="End it").last.click()
    expect(lead.get_by_text("The link has ended.")).to_be_visible()
    fits(lead)
    # What had been typed when it ended is shown, to be copied.
    press(holder, "Send")
    heading(holder, "This link does not work any more")
    expect(holder.locator("main textarea", has_text="Often late, and tired in the mornings.")).to_be_visible()
    fits(holder)


def test_a_lead_switches_links_off_and_a_colleagues_page_says_why(lead, served, place, new_page):
    address = hands_over(lead, served, place)
    lead.goto(f"/agencies/{served.world.agencies['a.school']}/contacts")
    lead.locator("tr", has_text=NAMED).get_by_role("link", name="Telephone").click()
    heading(lead, f"Where codes for {NAMED} go")
    lead.get_by_label("New mobile number").fill("12")
    press(lead, "Save")
    expect(lead.get_by_role("alert")).to_be_visible()
    fits(lead)
    lead.get_by_label("New mobile number").fill("07700 900321")
    press(lead, "Save")
    expect(lead.locator("tr", has_text=NAMED)).to_contain_text("321")
    press(lead, "Switch links off")
    expect(lead.get_by_text("Links are switched off.")).to_be_visible()
    fits(lead)
    holder = new_page()
    holder.goto(address)
    heading(holder, "This link does not work any more")
    expect(holder.get_by_text("does not let this be answered by a link any more")).to_be_visible()
    fits(holder)
    lead.goto(f"/meetings/{place.id}/links")
    expect(lead.get_by_text("The agency’s lead has switched links off.")).to_be_visible()
    lead.goto(f"/agencies/{served.world.agencies['a.school']}/contacts")
    press(lead, "Switch links on")
    lead.locator("tr", has_text=NAMED).get_by_role("link", name="Remove").click()
    heading(lead, f"Send {NAMED} no more links")
    fits(lead)
    press(lead, "Remove them")
    expect(lead.locator("tr", has_text=NAMED)).to_have_count(0)
