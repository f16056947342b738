"""A surgery answers its invitation and sends its report, from Home and back, in the few steps that it takes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from portal.domain.vocabulary import Answer
from tests.browser.looking import barriers, misfits, task
from tests.services.rows import invitation_of

pytestmark = pytest.mark.browser

AGENCY = "other_gp"

REPORT = {
    "How you know the child and family": "Registered with us since birth.",
    "What is going well": "Mother keeps every appointment.",
    "What you are worried about": "Two burns that nobody explained.",
    "Why you think so": "The burns.",
}


@pytest.fixture
def place(served):
    """A's review conference in two weeks, which the second surgery has not answered."""
    return served.world.meeting("a.review")


def test_from_home_to_answered_and_reported(page, served, place, sign_in_in_browser):
    sign_in_in_browser(page, served.world.person("a.other_gp.practitioner"))
    expect(page.get_by_role("heading", level=1)).to_have_text("What needs you")
    review = task(page, "Answer an invitation").filter(has_text="Wednesday 24 June, 09:30")
    assert "ZQ-A-CHILD" not in page.content()
    review.get_by_role("button").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Will you come?")
    expect(page.locator("dl")).to_contain_text("ZQ-A-CHILD-2-QZ")
    expect(page.get_by_label("Who comes in your place?")).to_be_hidden()
    assert barriers(page) == []
    page.get_by_label("A deputy will come").check()
    page.get_by_label("Who comes in your place?").fill("Dr Field")
    assert barriers(page) == []
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_role("alert")).to_contain_text("Your answer was sent. A deputy will come: Dr Field.")
    assert (invitation_of(place, AGENCY).answer, invitation_of(place, AGENCY).answer_note) == (
        Answer.DEPUTY,
        "Dr Field",
    )
    assert barriers(page) == []

    page.locator("#report").get_by_role("button", name="Go on with your report").click()
    for label, text in REPORT.items():
        page.get_by_label(label).fill(text)
    page.get_by_label("A child protection plan is needed").check()
    page.get_by_label("Neglect").check()
    page.get_by_role("button", name="Check and send").click()
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_text("Your report was sent.")).to_be_visible()
    assert invitation_of(place, AGENCY).report_received_on == served.world.today

    page.goto("/")
    expect(page.locator(".app-stat").nth(0)).to_contain_text("1")
    expect(task(page, "Wednesday 24 June")).to_have_count(0)


def test_not_ours_and_the_coordinator_sends_it_back(page, new_page, served, place, sign_in_in_browser):
    world = served.world
    sign_in_in_browser(page, world.person("a.other_gp.practitioner"))
    page.goto(f"/meetings/{place.id}/answer")
    page.get_by_label("Not ours: the child is not registered here").check()
    page.get_by_label("Where is the child now").fill("Marsh Lane Surgery, since March")
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The coordinator has been told")
    page.goto(f"/meetings/{place.id}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("not found")

    coordinator = new_page()
    sign_in_in_browser(coordinator, world.person("a.coordinator"))
    said = task(coordinator, f"“Not ours”, says {world.agency_names['a.other_gp']}")
    said.get_by_role("button").click()
    expect(coordinator.get_by_text("Marsh Lane Surgery, since March")).to_be_visible()
    expect(coordinator.get_by_label("What should they know?")).to_be_hidden()
    coordinator.get_by_label("It is theirs: send the invitation back").check()
    coordinator.get_by_label("What should they know?").fill("The mother says she is still with you.")
    assert barriers(coordinator) == []
    coordinator.get_by_role("button", name="Save").click()
    expect(coordinator.get_by_role("alert")).to_contain_text("was sent back")

    page.goto(f"/meetings/{place.id}")
    expect(page.get_by_text("The mother says she is still with you.")).to_be_visible()


def test_without_scripts_all_questions_are_in_sight(browser: Browser, served, place, sign_in_in_browser):
    context = browser.new_context(base_url=served.address, java_script_enabled=False)
    page = context.new_page()
    sign_in_in_browser(page, served.world.person("a.other_gp.practitioner"))
    page.goto(f"/meetings/{place.id}/answer")
    page.get_by_label("Apologies: nobody can come").check()
    page.get_by_label("Why can nobody come?").fill("Clinic all day")
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_text("Apologies: nobody can come: Clinic all day.").first).to_be_visible()
    context.close()
    assert invitation_of(place, AGENCY).answer is Answer.APOLOGIES


def test_an_error_is_said_and_leads_to_its_field(page, served, place, sign_in_in_browser):
    sign_in_in_browser(page, served.world.person("a.other_gp.practitioner"))
    page.goto(f"/meetings/{place.id}/answer")
    page.get_by_label("A deputy will come").check()
    page.get_by_role("button", name="Send the answer").click()
    page.get_by_role("link", name="Enter the name of the person who comes in your place").click()
    expect(page.get_by_label("Who comes in your place?")).to_be_focused()
    assert barriers(page) == []


@pytest.mark.parametrize("width", [1280, 375])
def test_it_fits_the_window_and_bars_nobody(page, served, place, sign_in_in_browser, width):
    sign_in_in_browser(page, served.world.person("a.other_gp.practitioner"))
    meeting = f"/meetings/{place.id}"
    pages = ("/", "/meetings", "/meetings?when=all", "/meetings/answers", meeting, f"{meeting}/answer")
    assert misfits(page, width, pages) == []
