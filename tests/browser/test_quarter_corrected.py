"""The business manager freezes a quarter in one act, and opens it for correction with a reason that stays with it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.meeting_steps import fits, opened_by

pytestmark = pytest.mark.browser


def test_a_quarter_is_frozen_and_opened_with_a_reason(served, new_page, sign_in_in_browser):
    manager = opened_by(new_page, sign_in_in_browser, served.world, "a.business_manager")
    manager.goto("/figures/months")
    manager.get_by_role("link", name="Quarters: freeze three months together").click()
    fits(manager)
    manager.get_by_role("button", name="Freeze the quarter", exact=True).click()
    fits(manager)
    manager.locator("main form button[type=submit]").last.click()
    expect(manager.get_by_text("January to March 2026 is frozen: revision 1.")).to_be_visible()
    fits(manager)
    manager.get_by_role("button", name="Open a correction", exact=True).click()
    fits(manager)
    send = manager.locator("main form button[type=submit]").last
    send.click()
    expect(manager.get_by_role("alert")).to_contain_text("Say what is to be corrected")
    manager.locator("main textarea").fill("Two registers stood in the wrong month.")
    send.click()
    expect(manager.get_by_role("heading", name="January to March 2026: being corrected")).to_be_visible()
    expect(manager.get_by_text("Two registers stood in the wrong month.").first).to_be_visible()
    fits(manager)
