"""A school's lead has twenty minutes: starts, gives a section away, answers three questions, stops, comes back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from portal.services.audits.starting import start_return
from tests.browser.looking import barriers, misfits, wait_until
from tests.services.audit_steps import answered_then, asked_now, row
from tests.world import viewer_of

pytestmark = pytest.mark.browser

WORDS = "How you know"


@pytest.fixture
def place(served):
    """The school's return, not started; last year's was signed, and 1.2's question was altered since."""
    answered_then(served.world)
    return asked_now(served.world, altered=["1.2"])


@pytest.fixture
def lead(page, served, place, sign_in_in_browser) -> Page:
    """The school's lead, at the list of audits."""
    sign_in_in_browser(page, served.world.person("a.school.lead"))
    page.goto("/audits")
    return page


def heading(page: Page, words: str) -> None:
    """Wait for a page."""
    expect(page.get_by_role("heading", level=1)).to_contain_text(words)


def test_twenty_minutes(lead, new_page, served, place, sign_in_in_browser):
    lead.get_by_role("button", name="Open").first.click()
    assert barriers(lead) == []
    lead.get_by_role("button", name="Start", exact=True).click()
    expect(lead.get_by_text("You have started.")).to_be_visible()
    expect(lead.get_by_text("0 of 6 answered, 6 to confirm")).to_be_visible()
    assert barriers(lead) == []
    colleague = served.world.person("a.school.practitioner")
    lead.get_by_role("link", name="Give the section Standard 2").click()
    lead.get_by_label(colleague.name).check()
    assert barriers(lead) == []
    lead.get_by_role("button", name="Save").click()
    expect(lead.get_by_role("row", name="Standard 2")).to_contain_text(colleague.name)
    # The first is still true.
    lead.get_by_role("button", name="Answer the first question").click()
    heading(lead, "Is 1.1 so?")
    expect(lead.get_by_text("As we said last year.")).to_be_visible()
    assert barriers(lead) == []
    lead.get_by_role("button", name="Still true: confirm").click()
    # The second was altered: it is changed, and saved while it is typed.
    heading(lead, "Is 1.2 so, as edition 7 asks?")
    expect(lead.locator("ins")).to_have_text("so, as edition 7 asks?")
    assert barriers(lead) == []
    lead.get_by_role("button", name="Change it").click()
    lead.get_by_label("Amber").check()
    lead.get_by_label(WORDS).fill("Half of our staff know the new edition.")
    wait_until(lambda: row(place, "1.2").narrative == "Half of our staff know the new edition.")
    expect(lead.locator("[data-autosave-status]")).to_contain_text("Saved 11:00")
    assert barriers(lead) == []
    lead.get_by_role("button", name="Save and next").click()
    # The third gets a link, and then it is time to stop.
    heading(lead, "Is 1.3 so?")
    lead.get_by_role("button", name="Change it").click()
    lead.get_by_label(WORDS).fill("The governors looked at it in March.")
    lead.get_by_role("button", name="Add evidence").click()
    heading(lead, "Add evidence")
    lead.get_by_label("A link").check()
    lead.get_by_label("Link", exact=True).fill("https://school.example.org/minutes.pdf")
    lead.get_by_label("What it is").fill("Minutes of the governors’ meeting")
    for part, value in (("Day", "5"), ("Month", "3"), ("Year", "2026")):
        lead.get_by_label(part).fill(value)
    assert barriers(lead) == []
    lead.get_by_role("button", name="Add the evidence").click()
    expect(lead.get_by_role("link", name="Minutes of the governors’ meeting")).to_be_visible()
    lead.get_by_role("button", name="Save and stop").click()
    expect(lead.get_by_text("3 of 6 answered, 3 to confirm")).to_be_visible()
    # The colleague finds their section and no other.
    other = new_page()
    sign_in_in_browser(other, colleague)
    other.get_by_role("button", name="Answer 1 section of the audit").click()
    expect(other.get_by_role("link", name="Standard 2")).to_be_visible()
    expect(other.get_by_text("Standard 1")).to_have_count(0)
    other.get_by_role("button", name="Standard 2: confirm 3 unaltered").click()
    expect(other.get_by_text("3 answers confirmed as still true.")).to_be_visible()
    # The lead comes back: nothing is left.
    lead.goto("/audits")
    expect(lead.get_by_text("6 of 6 answered")).to_be_visible()
    assert row(place, "1.3").narrative == "The governors looked at it in March."
    assert all(row(place, code).is_confirmed for code in place.questions)


def test_two_who_type_the_same_answer_get_both_texts(lead, new_page, served, place, sign_in_in_browser):
    start_return(viewer_of(served.world.person("a.school.lead")), place.id)
    address = f"/audits/{place.id}/questions/{place.questions['2.1']}?change=1"
    second = new_page()
    sign_in_in_browser(second, served.world.person("a.school.lead"))
    for window in (lead, second):
        window.goto(address)
    lead.get_by_label(WORDS).fill("From the office.")
    expect(lead.locator("[data-autosave-status]")).to_contain_text("Saved 11:00")
    second.get_by_label(WORDS).fill("From the classroom.")
    expect(second.locator("[data-autosave-status]")).to_contain_text("Somebody else has changed this")
    second.get_by_role("button", name="Save and stop").click()
    heading(second, "You changed this answer in another window")
    assert barriers(second) == []
    second.get_by_role("button", name="Save the answer put together").click()
    wait_until(lambda: row(place, "2.1").narrative == "From the office.\n\nFrom the classroom.")


@pytest.mark.parametrize("width", [1280, 768, 375])
def test_it_fits_the_window(lead, served, place, width):
    start_return(viewer_of(served.world.person("a.school.lead")), place.id)
    question = f"/audits/{place.id}/questions/{place.questions['1.2']}"
    pages = (
        "/audits",
        f"/audits/{place.id}",
        f"/audits/{place.id}/print",
        f"/audits/{place.id}/sections/{place.standards['1']}",
        question,
        f"{question}?change=1",
        f"{question}/evidence",
    )
    assert misfits(lead, width, pages) == []
