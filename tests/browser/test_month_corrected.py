"""The business manager opens a frozen month for corrections, with a reason that stays with it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.meeting_steps import fits, opened_by

pytestmark = pytest.mark.browser


def test_a_frozen_month_is_opened_with_a_reason(served, new_page, sign_in_in_browser):
    manager = opened_by(new_page, sign_in_in_browser, served.world, "a.business_manager")
    manager.goto("/figures/months")
    manager.get_by_role("link", name="April 2026", exact=True).click()
    manager.locator("main a[href^='/figures/months/correct']").click()
    fits(manager)
    send = manager.locator("main form button[type=submit]").last
    send.click()
    expect(manager.get_by_role("alert")).to_contain_text("Say what is to be corrected")
    fits(manager)
    manager.locator("main textarea").fill("The police were at the meeting of the 14th.")
    send.click()
    expect(manager.get_by_text("April 2026 is open for correction")).to_be_visible()
    expect(manager.get_by_text("The police were at the meeting of the 14th.")).to_be_visible()
    fits(manager)
