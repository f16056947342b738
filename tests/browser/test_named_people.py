"""A complex strategy meeting is seen by named people alone: a manager learns of it, and says why she must see it."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import expect

from portal.database.session import db
from portal.models.cases import Case
from tests.browser.meeting_steps import Wanted, fits, heading, opened_by, opens, press

pytestmark = pytest.mark.browser

WHY = "The chief executive asked me how the enquiry goes."


def test_a_manager_names_herself_with_a_reason(served, new_page, sign_in_in_browser):
    world = served.world
    coordinator = opened_by(new_page, sign_in_in_browser, world, "a.coordinator")
    family, other = (db.session.get_one(Case, world.cases[key]).reference for key in ("a.2", "a.3"))
    wanted = Wanted("Complex strategy meeting", asked_for_on=date(2026, 6, 9), on=date(2026, 6, 11), at="15:00")
    number = opens(coordinator, world, family, wanted)
    fits(coordinator)
    coordinator.get_by_role("link", name="Families it is about").click()
    coordinator.get_by_label("Reference").fill(other)
    fits(coordinator)
    coordinator.locator("main form button").last.click()
    expect(coordinator.locator("main table")).to_contain_text(other)
    fits(coordinator)
    coordinator.goto(f"/meetings/{number}")
    coordinator.get_by_role("link", name="Who may see it").click()
    heading(coordinator, "Who sees this meeting")
    fits(coordinator)

    # Who is not named finds neither the meeting nor its family in it; a manager finds that there is one.
    manager = opened_by(new_page, sign_in_in_browser, world, "a.manager")
    answer = manager.goto(f"/meetings/{number}")
    assert answer is not None
    assert answer.status == 404
    manager.goto("/meetings")
    expect(manager.get_by_text("Complex strategy meeting", exact=True).locator("visible=true")).to_have_count(0)
    manager.get_by_role("link", name="Meetings for named people").click()
    fits(manager)
    manager.get_by_role("link", name="Name yourself").click()
    press(manager, "Name yourself")
    expect(manager.get_by_role("alert")).to_be_visible()
    fits(manager)
    manager.locator("main textarea").fill(WHY)
    press(manager, "Name yourself")
    heading(manager, "Complex strategy meeting, Thursday 11 June, 15:00")
    fits(manager)
    coordinator.reload()
    expect(coordinator.get_by_text(f"Because: {WHY}")).to_be_visible()
