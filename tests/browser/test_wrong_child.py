"""A report about another child is withdrawn: nobody reads it any more, and a manager says whom it may harm."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import task
from tests.browser.meeting_steps import fits, heading, opened_by, press

pytestmark = pytest.mark.browser

SAYS = "ZQ-A-INVOLVEMENT-INITIAL-POLICE-QZ"
BECAUSE = "It is about a cousin of the same name."
FOUND = "Nobody outside the conference had opened it."


@pytest.fixture
def place(served):
    """A's initial conference, to which the police have reported."""
    return served.world.meeting("a.initial")


@pytest.fixture
def report(place) -> str:
    """The address of what the police sent."""
    return f"/meetings/{place.id}/reports/{place.invitations['police'].id}"


@pytest.fixture
def chair(served, report, new_page, sign_in_in_browser) -> Page:
    """The chair, who has opened it."""
    page = opened_by(new_page, sign_in_in_browser, served.world, "a.chair")
    page.goto(report)
    expect(page.get_by_text(SAYS)).to_be_visible()
    fits(page)
    return page


def test_withdrawn_listed_assessed_and_closed(served, place, report, chair, new_page, sign_in_in_browser):
    world = served.world
    police = world.agency_names["a.police"]
    officer = opened_by(new_page, sign_in_in_browser, world, "a.police.lead")
    officer.goto(f"/meetings/{place.id}")
    officer.get_by_role("button", name="Read your report").click()
    officer.get_by_role("link", name="Withdraw this report").click()
    heading(officer, "Withdraw your report")
    press(officer, "Withdraw it now")
    expect(officer.get_by_role("alert")).to_contain_text("Choose what you withdraw")
    fits(officer)
    officer.get_by_label("The whole report, with its files").check()
    officer.get_by_label("It is about another child").check()
    officer.get_by_label("In your own words").fill(BECAUSE)
    press(officer, "Withdraw it now")
    heading(officer, f"Withdrawn report of {police}")
    expect(officer.get_by_text("Nobody can read it any more")).to_be_visible()
    expect(officer.locator("tr", has_text=world.person("a.chair").name)).to_contain_text("Text 1")
    fits(officer)
    # It is due still, and asked for again.
    officer.goto("/")
    expect(task(officer, "Send your report").filter(has_text="14:00")).to_have_count(1)
    for reader in (chair, officer):
        answer = reader.goto(report)
        assert answer is not None
        assert answer.status == 404

    manager = opened_by(new_page, sign_in_in_browser, world, "a.manager")
    task(manager, "2 withdrawn reports to assess for data protection").get_by_role("button").click()
    heading(manager, "Withdrawn reports: the data-protection list")
    fits(manager)
    manager.locator("tr", has_text=police).get_by_role("link").click()
    expect(manager.get_by_text(BECAUSE)).to_be_visible()
    manager.get_by_role("link", name="Read what was withdrawn").click()
    expect(manager.get_by_text(SAYS)).to_be_visible()
    fits(manager)
    manager.get_by_role("link", name="The entry").click()
    manager.get_by_role("button", name="Assess it").click()
    heading(manager, "Assess what was withdrawn")
    press(manager, "Save the assessment")
    expect(manager.get_by_role("alert")).to_contain_text("Say whom it may harm, and how")
    fits(manager)
    manager.get_by_label("Whom may it harm, and how?").fill(FOUND)
    manager.get_by_label("No: it is unlikely to put anybody at risk").check()
    manager.get_by_label("Why not, or why so late?").fill("The chair alone had read it, and destroyed the print.")
    manager.get_by_label("Close this entry").check()
    press(manager, "Save the assessment")
    expect(manager.get_by_text("The assessment is saved.")).to_be_visible()
    expect(manager.get_by_text(FOUND)).to_be_visible()
    fits(manager)
    manager.goto("/")
    expect(task(manager, "1 withdrawn report to assess for data protection")).to_have_count(1)


def test_an_administrator_is_led_to_the_clock_and_to_no_word_of_it(served, new_page, sign_in_in_browser):
    administrator = opened_by(new_page, sign_in_in_browser, served.world, "a.administrator")
    administrator.goto("/activity")
    administrator.get_by_role("link", name="Reports that were withdrawn").click()
    administrator.locator("main tbody tr").first.get_by_role("link").click()
    expect(administrator.locator("main")).to_contain_text("hours left")
    expect(administrator.locator("main")).not_to_contain_text("BECAUSE")
    expect(administrator.get_by_role("link", name="Read what was withdrawn")).to_have_count(0)
    fits(administrator)
